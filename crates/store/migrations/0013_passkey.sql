-- Passkeys (MFA-01): what people sign in with beside, or instead of, a password. Public keys only.
CREATE TABLE passkey (
    -- The id that the authenticator gave it, in base64url.
    id TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- The COSE key, in hexadecimal digits.
    public_key TEXT NOT NULL,
    -- How often it signed when it was last used; one that goes back was copied.
    counter BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkey_account ON passkey (account_id, made_at);

-- What a passkey is asked to sign: once, for one browser's session, for a few minutes.
CREATE TABLE challenge (
    -- SHA-256 of what it is for and of whose browser it is.
    id TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX challenge_until ON challenge (until_at);
