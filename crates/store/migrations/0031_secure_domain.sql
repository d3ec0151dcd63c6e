-- Domains that are accredited for sensitive data (SEM-01). Few; the trail tells of each change.
CREATE TABLE secure_domain (
    -- As `trust.example`, or `*.trust.example` for all below it.
    pattern TEXT PRIMARY KEY,
    accredited_on BIGINT NOT NULL,
    -- The first day on which it is over.
    until_on BIGINT NOT NULL,
    -- Where the accreditation is written down.
    reference TEXT NOT NULL
);
