-- How many messages a day said that they were from here and were not, by who sent them. No event tells of it: it follows every
-- message. A day has so many rows at most; what is more is one row of its own.
CREATE TABLE spoof_seen (
    day BIGINT NOT NULL,
    source TEXT NOT NULL,
    address TEXT NOT NULL,
    network TEXT NOT NULL,
    claims TEXT NOT NULL,
    messages BIGINT NOT NULL,
    PRIMARY KEY (day, source, address, network, claims)
);
