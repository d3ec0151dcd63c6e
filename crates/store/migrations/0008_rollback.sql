-- Rollbacks: each undoes what one run, or one rollback, did. Its number is of the same sequence as a run's.
CREATE TABLE rollback (
    id BIGINT PRIMARY KEY,
    run_id BIGINT NOT NULL,
    -- Only of this organisation; of all, where absent.
    organisation TEXT,
    state TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    begun_by TEXT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX rollback_run ON rollback (run_id, id);
