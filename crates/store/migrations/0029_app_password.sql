-- Passwords for mail programs of people who sign in with a second factor, which a mail program cannot show. Each is random,
-- shown once, and kept as a salted SHA-256 alone: nobody guesses 100 bits. No event tells of what stands here.
CREATE TABLE app_password (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
