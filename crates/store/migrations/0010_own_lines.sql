-- The lines about an organisation itself are few among those of its accounts: a past day is explained with them (EXP-02).
CREATE INDEX event_of_organisation ON event (organisation, id) WHERE object_type = 'organisation';
