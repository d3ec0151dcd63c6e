-- What each mailbox takes up, as the mail engine told last. No event tells of it: it follows every message.
CREATE TABLE mailbox_use (
    account_id BIGINT PRIMARY KEY,
    bytes BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    at BIGINT NOT NULL
);
