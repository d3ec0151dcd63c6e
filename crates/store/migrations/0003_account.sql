-- Accounts: the lifecycle's narrow row, the directory's profile, addresses, members, grants, holds.
CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    organisation TEXT NOT NULL,
    local_id TEXT NOT NULL,
    status TEXT NOT NULL,
    since_at BIGINT NOT NULL,
    inactive_rule TEXT,
    cause TEXT,
    disabled_at BIGINT,
    asked_on BIGINT,
    confirmed_at BIGINT,
    announced_on BIGINT,
    announced_for_on BIGINT,
    reminded_days BIGINT,
    held_at BIGINT,
    refused_on BIGINT,
    created_at BIGINT NOT NULL,
    terms_at BIGINT,
    password_change_at BIGINT,
    mail_sent_at BIGINT,
    mailbox_login_at BIGINT,
    portal_login_at BIGINT,
    app_login_at BIGINT,
    app_use_at BIGINT,
    -- One letter a signal, in the order above: who told us.
    signal_sources TEXT NOT NULL,
    next_on BIGINT,
    next_work TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX account_due ON account (next_on, id) WHERE next_on IS NOT NULL;
CREATE INDEX account_organisation ON account (organisation, next_on, id);
CREATE UNIQUE INDEX account_local_id ON account (organisation, local_id) WHERE local_id <> '';

CREATE TABLE profile (
    account_id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    mobile TEXT NOT NULL,
    hide_mobile BOOLEAN NOT NULL,
    telephone TEXT NOT NULL,
    job_title TEXT NOT NULL,
    unit TEXT NOT NULL,
    licence TEXT NOT NULL,
    quota_mib BIGINT NOT NULL,
    services_off TEXT NOT NULL,
    hidden BOOLEAN NOT NULL,
    notes TEXT NOT NULL
);

-- Every address that is taken: in use, an alias, or reserved. Claimed in the transaction that makes it.
CREATE TABLE address (
    address TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- Free again from this day; never, where absent.
    until_on BIGINT
);
CREATE INDEX address_account ON address (account_id);
CREATE INDEX address_until ON address (until_on) WHERE until_on IS NOT NULL;

-- How many addresses of a name were given out: john.smith, john.smith1, ...
CREATE TABLE address_counter (
    base TEXT PRIMARY KEY,
    next_n BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE member (
    mailbox_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    owner BOOLEAN NOT NULL,
    PRIMARY KEY (mailbox_id, account_id)
);
CREATE INDEX member_account ON member (account_id);

CREATE TABLE role_grant (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL,
    scope_of TEXT NOT NULL,
    unit TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_rule TEXT
);
CREATE INDEX role_grant_account ON role_grant (account_id) WHERE ended_at IS NULL;
CREATE INDEX role_grant_scope ON role_grant (scope, scope_of) WHERE ended_at IS NULL;

CREATE TABLE hold (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    released_by TEXT,
    released_at BIGINT
);
CREATE INDEX hold_account ON hold (account_id) WHERE released_at IS NULL;
