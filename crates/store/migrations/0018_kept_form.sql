-- What somebody had typed when their session ended, until they send it again: one form an account, sealed with the key that
-- is not in the database.
CREATE TABLE kept_form (
    account_id BIGINT PRIMARY KEY,
    sealed TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX kept_form_until ON kept_form (until_at);
