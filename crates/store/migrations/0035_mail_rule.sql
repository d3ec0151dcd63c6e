-- Out of office and forwarding of a mailbox, one row where it has either. The audit tells what is set and by whom; of the
-- texts it has a digest alone: they are for those who write to the mailbox, not for the trail.
CREATE TABLE mail_rule (
    account_id BIGINT PRIMARY KEY,
    away_from BIGINT,
    away_until BIGINT,
    away_text TEXT,
    away_outside TEXT,
    away_days BIGINT,
    away_by TEXT,
    away_at BIGINT,
    forward_to TEXT,
    forward_keep BOOLEAN NOT NULL,
    forward_of TEXT,
    forward_by TEXT,
    forward_at BIGINT
);
