-- Policies that one person proposes and another puts in force. What they say is told by the trail as well.
CREATE TABLE policy_proposal (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    -- The day asked for; absent: the policy's own, or the day of adoption when that is past.
    from_on BIGINT,
    text TEXT NOT NULL,
    note TEXT NOT NULL,
    -- What it would do, as it was shown to whoever proposed it; JSON.
    summary TEXT NOT NULL,
    state TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    proposed_by TEXT NOT NULL,
    -- Absent: the console.
    proposed_id BIGINT,
    ended_at BIGINT,
    ended_by TEXT
);
