-- How many recipients an account named on a day, of those who name many. No event tells of it: it follows every message.
CREATE TABLE mail_sent (
    day BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    recipients BIGINT NOT NULL,
    PRIMARY KEY (day, account_id)
);
