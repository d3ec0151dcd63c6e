-- What is owed once a day or once a month beside the run, and how far it is.
CREATE TABLE pass (
    name TEXT PRIMARY KEY,
    -- The day whose work is being done.
    day BIGINT NOT NULL,
    -- Up to this day all of it is done.
    done_on BIGINT NOT NULL,
    -- Behind this place it goes on.
    place TEXT NOT NULL,
    id BIGINT NOT NULL
);

-- Whose passwords are of one day (NTC-04).
CREATE INDEX credential_set ON credential (set_at, account_id);

-- Mailboxes that are nobody's own (NTC-05): a small part of all accounts.
CREATE INDEX account_unattended ON account (organisation, id) WHERE kind <> 'user';

-- What a notice lists, one a line.
ALTER TABLE notice ADD COLUMN details TEXT NOT NULL DEFAULT '';
