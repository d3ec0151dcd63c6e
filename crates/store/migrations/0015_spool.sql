-- Files that were handed in by a browser: the file itself lies in a folder, this row says how far it is.
CREATE TABLE file_job (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    report TEXT NOT NULL,
    error TEXT NOT NULL,
    -- The process that is at it, and when it last said so on the wall's clock.
    holder TEXT NOT NULL,
    beat_at BIGINT NOT NULL
);
CREATE INDEX file_job_account ON file_job (account_id, id);
