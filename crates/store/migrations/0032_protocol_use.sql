-- By which protocol and from which kind of network each account came in, and on how many days. No event tells of it.
CREATE TABLE protocol_use (
    account_id BIGINT NOT NULL,
    protocol TEXT NOT NULL,
    network TEXT NOT NULL,
    first_on BIGINT NOT NULL,
    last_on BIGINT NOT NULL,
    days BIGINT NOT NULL,
    PRIMARY KEY (account_id, protocol, network)
);
