-- Runs, what they owe and what they were expected to do.
CREATE TABLE run (
    id BIGINT PRIMARY KEY,
    day BIGINT NOT NULL,
    policy TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX run_day ON run (day);

CREATE TABLE run_count (
    run_id BIGINT NOT NULL,
    what TEXT NOT NULL,
    planned BIGINT NOT NULL,
    done BIGINT NOT NULL,
    PRIMARY KEY (run_id, what)
);

CREATE TABLE run_refusal (
    run_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (run_id, account_id)
);

-- What the next run is expected to do, packed; written when a run ends.
CREATE TABLE run_forecast (
    for_day BIGINT PRIMARY KEY,
    made_by BIGINT NOT NULL,
    items BYTEA NOT NULL
);

CREATE TABLE run_difference (
    run_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    expected TEXT,
    happened TEXT,
    why TEXT NOT NULL,
    PRIMARY KEY (run_id, account_id)
);

CREATE TABLE notice (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    organisation TEXT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    -- The recipient's account; the operator, where absent.
    recipient_id BIGINT,
    about_on BIGINT,
    made_at BIGINT NOT NULL,
    run_id BIGINT,
    state TEXT NOT NULL
);
CREATE INDEX notice_account ON notice (account_id, id);
CREATE INDEX notice_run ON notice (run_id, id) WHERE run_id IS NOT NULL;

CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    command TEXT NOT NULL,
    payload TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    run_id BIGINT,
    attempts BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX outbox_open ON outbox (id) WHERE done_at IS NULL;
