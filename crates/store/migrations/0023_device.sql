-- A browser is asked for by its secret alone, too: one that nobody signed in with gets a secret of ours.
CREATE INDEX known_device_id ON known_device (id);
