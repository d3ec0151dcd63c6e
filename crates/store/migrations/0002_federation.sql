-- The federation, its policies, its organisations.
CREATE TABLE federation (
    id BIGINT PRIMARY KEY,
    domain TEXT NOT NULL,
    zone TEXT NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    -- Names what the stored due dates were computed by; a run computes them anew when it changed.
    epoch TEXT NOT NULL
);

CREATE TABLE policy (
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    from_on BIGINT NOT NULL,
    until_on BIGINT,
    text TEXT NOT NULL,
    adopted_at BIGINT NOT NULL,
    adopted_by TEXT NOT NULL,
    PRIMARY KEY (name, revision)
);
CREATE UNIQUE INDEX policy_from ON policy (from_on);

CREATE TABLE organisation (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    short_name TEXT,
    sector TEXT NOT NULL,
    legal TEXT NOT NULL,
    opened_on BIGINT,
    closed_on BIGINT,
    parent TEXT,
    successor TEXT,
    postal TEXT NOT NULL,
    telephone TEXT NOT NULL,
    series TEXT NOT NULL,
    edition TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX organisation_short_name ON organisation (short_name) WHERE short_name IS NOT NULL;
CREATE INDEX organisation_series ON organisation (series, code);

CREATE TABLE edition (
    name TEXT PRIMARY KEY,
    series TEXT NOT NULL,
    digest TEXT NOT NULL,
    lines BIGINT NOT NULL,
    loaded_at BIGINT NOT NULL,
    loaded_by TEXT NOT NULL
);
