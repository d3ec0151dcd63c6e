-- What makes the audit trail verifiable: see docs/decisions/0005-audit-chain.md. A batch is the lines of one write.
CREATE TABLE audit_batch (
    first_id BIGINT PRIMARY KEY,
    lines BIGINT NOT NULL,
    root BYTEA NOT NULL,
    -- The first 8 bytes of each line's hash: so that a line that differs can be named.
    marks BYTEA NOT NULL,
    seal_id BIGINT
);
CREATE INDEX audit_batch_open ON audit_batch (first_id) WHERE seal_id IS NULL;
CREATE INDEX audit_batch_seal ON audit_batch (seal_id, first_id) WHERE seal_id IS NOT NULL;

CREATE TABLE seal (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    batches BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    first_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    previous BYTEA NOT NULL,
    root BYTEA NOT NULL,
    value BYTEA NOT NULL
);
