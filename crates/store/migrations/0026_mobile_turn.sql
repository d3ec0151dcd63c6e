-- Whoever gives an account a mobile number waits for those who are about to give the same one: no constraint can say that a
-- number is one person's, because a deleted account keeps its number and does not use it (SSPR-02). A number belongs to one
-- of 64 rows, which is locked until the write ends; nothing is kept in them.
CREATE TABLE mobile_turn (slot BIGINT PRIMARY KEY);
INSERT INTO mobile_turn (slot)
    WITH RECURSIVE n (slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM n WHERE slot < 63)
    SELECT slot FROM n;
