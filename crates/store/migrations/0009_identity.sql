-- What people sign in with, and where they are signed in. Nothing here is told by an event: secrets stay out of the trail.
CREATE TABLE credential (
    account_id BIGINT PRIMARY KEY,
    -- argon2id, in its own text form; empty until a password is set.
    hash TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    temporary BOOLEAN NOT NULL,
    -- The hashes before it, newest first, a space between.
    past TEXT NOT NULL,
    -- The secret of the authenticator, sealed with the key that is not in the database; empty without one.
    totp TEXT NOT NULL,
    -- The last time step whose code was used: no code works twice.
    totp_step BIGINT NOT NULL,
    -- SHA-256 of each recovery code that was not used yet, a space between.
    recovery TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE session (
    -- SHA-256 of what the browser holds.
    id TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- The second factor was shown in it.
    second BOOLEAN NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX session_account ON session (account_id, made_at);
CREATE INDEX session_made ON session (made_at);

-- A browser from which somebody signed in to an account, by SHA-256 of what it holds (decision 12).
CREATE TABLE known_device (
    account_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Failed sign-ins, by SHA-256 of the address, or of address and known device. An address that does not exist is counted
-- alike, so that nobody can tell.
CREATE TABLE failed_try (
    id TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX failed_try_last ON failed_try (last_at);
