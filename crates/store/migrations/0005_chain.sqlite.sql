CREATE TRIGGER audit_batch_stays BEFORE UPDATE ON audit_batch
WHEN OLD.seal_id IS NOT NULL OR NEW.seal_id IS NULL OR NEW.first_id <> OLD.first_id OR NEW.lines <> OLD.lines
    OR NEW.root <> OLD.root OR NEW.marks <> OLD.marks
BEGIN
    SELECT RAISE(ABORT, 'audit batches are append-only');
END;
CREATE TRIGGER audit_batch_remains BEFORE DELETE ON audit_batch
BEGIN
    SELECT RAISE(ABORT, 'audit batches are append-only');
END;
CREATE TRIGGER seal_stays BEFORE UPDATE ON seal
BEGIN
    SELECT RAISE(ABORT, 'audit seals are append-only');
END;
CREATE TRIGGER seal_remains BEFORE DELETE ON seal
BEGIN
    SELECT RAISE(ABORT, 'audit seals are append-only');
END;
