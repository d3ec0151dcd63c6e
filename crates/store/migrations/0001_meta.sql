-- What the store itself needs: numbers, leases and the audit trail.
CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    next BIGINT NOT NULL
);

-- Who does a piece of work that only one process may do. The token grows with each holder and fences the one before.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    token BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);

-- The audit trail: append-only, see the triggers beside this file.
CREATE TABLE event (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    grant_id BIGINT,
    object_type TEXT NOT NULL,
    object TEXT NOT NULL,
    account_id BIGINT,
    organisation TEXT,
    action TEXT NOT NULL,
    rule TEXT,
    detail TEXT NOT NULL,
    run_id BIGINT,
    request_key TEXT
);
CREATE INDEX event_account ON event (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX event_organisation ON event (organisation, id) WHERE organisation IS NOT NULL;
CREATE INDEX event_run ON event (run_id, id) WHERE run_id IS NOT NULL;
CREATE UNIQUE INDEX event_request_key ON event (request_key) WHERE request_key IS NOT NULL;
