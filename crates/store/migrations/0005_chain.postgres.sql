CREATE FUNCTION chain_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit batches and seals are append-only';
END
$$;
CREATE TRIGGER audit_batch_stays BEFORE UPDATE ON audit_batch FOR EACH ROW
    WHEN (OLD.seal_id IS NOT NULL OR NEW.seal_id IS NULL OR NEW.first_id <> OLD.first_id OR NEW.lines <> OLD.lines
        OR NEW.root <> OLD.root OR NEW.marks <> OLD.marks)
    EXECUTE FUNCTION chain_stays();
CREATE TRIGGER audit_batch_remains BEFORE DELETE OR TRUNCATE ON audit_batch
    FOR EACH STATEMENT EXECUTE FUNCTION chain_stays();
CREATE TRIGGER seal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON seal
    FOR EACH STATEMENT EXECUTE FUNCTION chain_stays();
