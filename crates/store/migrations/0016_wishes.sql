-- Searches that people keep under a name; some tens for an administrator.
CREATE TABLE saved_search (
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
);
