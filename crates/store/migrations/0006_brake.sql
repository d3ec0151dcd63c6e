-- What a brake holds until a person releases it, and what people did today of what brakes count.
CREATE TABLE brake_part (
    id BIGINT PRIMARY KEY,
    day BIGINT NOT NULL,
    organisation TEXT NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    rule TEXT NOT NULL,
    source TEXT NOT NULL,
    brake TEXT NOT NULL,
    held BIGINT NOT NULL,
    -- The figures of the moment it was held.
    done_today BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    why TEXT NOT NULL,
    population BIGINT NOT NULL,
    forecast BIGINT,
    run_id BIGINT,
    -- Who asked, who released first, who released: a name for people, an account to compare. Nobody asked for a run's.
    asked_by TEXT NOT NULL,
    asked_id BIGINT,
    made_at BIGINT NOT NULL,
    expires_on BIGINT NOT NULL,
    state TEXT NOT NULL,
    first_by TEXT,
    first_id BIGINT,
    first_at BIGINT,
    ended_by TEXT,
    ended_at BIGINT
);
-- One open part of a day, group, source and asker.
CREATE UNIQUE INDEX brake_part_open ON brake_part (day, organisation, kind, action, rule, source, asked_by)
    WHERE state = 'held';
CREATE INDEX brake_part_state ON brake_part (state, id);
CREATE INDEX brake_part_organisation ON brake_part (organisation, id);
CREATE INDEX brake_part_run ON brake_part (run_id, id) WHERE run_id IS NOT NULL;

CREATE TABLE brake_item (
    id BIGINT PRIMARY KEY,
    part_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    -- What was asked, as JSON; absent for a run's, which is decided anew.
    request TEXT,
    request_key TEXT,
    state TEXT NOT NULL
);
CREATE INDEX brake_item_part ON brake_item (part_id, id);
CREATE UNIQUE INDEX brake_item_account ON brake_item (account_id, part_id);
CREATE UNIQUE INDEX brake_item_key ON brake_item (request_key) WHERE request_key IS NOT NULL;

CREATE TABLE brake_count (
    -- Day, organisation, kind and action in one: many are counted in one statement.
    key TEXT PRIMARY KEY,
    day BIGINT NOT NULL,
    done BIGINT NOT NULL
);
CREATE INDEX brake_count_day ON brake_count (day);

-- A policy says what its brakes allow. Those adopted before there were any get the figures of the shipped ones.
UPDATE policy SET text = text || '
[brakes]
floor = 5
share_percent = 20
forecast_percent = 150
clock_jump_days = 7
held_days = 14
';
