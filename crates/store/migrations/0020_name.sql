-- What a name is found by (DIR-01): one a profile, two million in a federation of two million accounts. It is filled by the
-- program, which knows how letters with accents are folded.
ALTER TABLE profile ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
CREATE INDEX profile_name ON profile (name_key, account_id);
