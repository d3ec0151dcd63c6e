-- What people prove themselves with when they forgot their password. As in 0009, no event tells what stands here.

-- A security question with its answer, sealed together with the key that is not in the database.
CREATE TABLE security_answer (
    account_id BIGINT NOT NULL,
    place BIGINT NOT NULL,
    sealed TEXT NOT NULL,
    -- How often its characters were shown rightly: others are asked for then.
    used BIGINT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, place)
);

-- A mobile number that its person confirmed with a code; it counts while it is the profile's too (SSPR-02).
CREATE TABLE confirmed_mobile (
    account_id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,
    confirmed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX confirmed_mobile_number ON confirmed_mobile (number);

-- Somebody who is proving who they are, by SHA-256 of what their browser holds. An address that does not exist has a row
-- alike, without an account, so that nobody can tell.
CREATE TABLE recovery (
    id TEXT PRIMARY KEY,
    account_id BIGINT,
    -- Under which name its failures are counted in failed_try.
    counted TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    stage TEXT NOT NULL,
    -- What was sent, sealed; empty before.
    sealed TEXT NOT NULL,
    wrong BIGINT NOT NULL
);
CREATE INDEX recovery_made ON recovery (made_at);

-- Whose telephone it is.
CREATE INDEX profile_mobile ON profile (mobile) WHERE mobile <> '';
