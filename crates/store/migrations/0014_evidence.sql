-- Who did what, and by which grant. What the system does of itself, a hundred thousand lines a day, is in none of these
-- indexes: the run writes no more than before.
CREATE INDEX event_actor ON event (actor, id) WHERE actor <> 'system';
CREATE INDEX event_action ON event (action, id) WHERE actor <> 'system';
CREATE INDEX event_grant ON event (grant_id, at) WHERE grant_id IS NOT NULL;
