-- How each notice fares: tries, when the next may be, when it was settled and why. The state is the column it had.
ALTER TABLE notice ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
-- On the clock on the wall: a rehearsal's own time says nothing about a mail server.
ALTER TABLE notice ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN settled_at BIGINT;
-- What the mail server said, as a code; never an address.
ALTER TABLE notice ADD COLUMN why TEXT NOT NULL DEFAULT '';
-- Its recipient opened it in the portal.
ALTER TABLE notice ADD COLUMN read_at BIGINT;
-- What is still to be sent, what failed: nearly all are sent, so it stays small.
CREATE INDEX notice_open ON notice (state, id) WHERE state <> 'sent';
CREATE INDEX notice_recipient ON notice (recipient_id, id);
CREATE INDEX notice_organisation ON notice (organisation, id);
