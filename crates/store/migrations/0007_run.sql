-- The counts of a run are kept once for each of its workers, and summed when they are read: at one row they would wait
-- for each other. The table is made anew, so that its key has the name that it would have had.
CREATE TABLE run_count_before (
    run_id BIGINT NOT NULL,
    what TEXT NOT NULL,
    planned BIGINT NOT NULL,
    done BIGINT NOT NULL
);
INSERT INTO run_count_before (run_id, what, planned, done) SELECT run_id, what, planned, done FROM run_count;
DROP TABLE run_count;
CREATE TABLE run_count (
    run_id BIGINT NOT NULL,
    what TEXT NOT NULL,
    slot BIGINT NOT NULL,
    planned BIGINT NOT NULL,
    done BIGINT NOT NULL,
    PRIMARY KEY (run_id, what, slot)
);
INSERT INTO run_count (run_id, what, slot, planned, done)
    SELECT run_id, what, 0, planned, done FROM run_count_before;
DROP TABLE run_count_before;
