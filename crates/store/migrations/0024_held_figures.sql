-- What the policy allowed when a part was held, and the file that it came with. Parts from before do not know it.
ALTER TABLE brake_part ADD COLUMN policy TEXT;
ALTER TABLE brake_part ADD COLUMN floor BIGINT;
ALTER TABLE brake_part ADD COLUMN share_percent BIGINT;
ALTER TABLE brake_part ADD COLUMN forecast_percent BIGINT;
ALTER TABLE brake_part ADD COLUMN asked_in TEXT NOT NULL DEFAULT '';
-- Of two persons that a run's account needs, the first: their word is for the accounts that they chose. What was said of a
-- whole part before is said of each account that is still held in it.
ALTER TABLE brake_item ADD COLUMN first_by TEXT;
ALTER TABLE brake_item ADD COLUMN first_id BIGINT;
ALTER TABLE brake_item ADD COLUMN first_at BIGINT;
UPDATE brake_item SET
    first_by = (SELECT p.first_by FROM brake_part p WHERE p.id = brake_item.part_id),
    first_id = (SELECT p.first_id FROM brake_part p WHERE p.id = brake_item.part_id),
    first_at = (SELECT p.first_at FROM brake_part p WHERE p.id = brake_item.part_id)
WHERE state = 'held'
    AND part_id IN (SELECT p.id FROM brake_part p WHERE p.state = 'held' AND p.first_by IS NOT NULL);
