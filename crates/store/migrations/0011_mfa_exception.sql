-- Who may sign in without the second factor for a while (MFA-01). One row an account; past ones say nothing.
CREATE TABLE mfa_exception (
    account_id BIGINT PRIMARY KEY,
    until_at BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    given_by TEXT NOT NULL
);
