-- What a member may do in a mailbox: read, send_as, full. Whoever was a member before may do everything.
ALTER TABLE member ADD COLUMN rights TEXT NOT NULL DEFAULT 'full';
