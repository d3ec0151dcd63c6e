//! What people sign in with. No event tells of what stands here; that it changed is told by the use case.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::bulk::keyed::{Keyed, Keys};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const GET: &str = "
    SELECT account_id, hash, set_at, temporary, past, totp, totp_step, recovery, version FROM credential
    WHERE account_id = $1";
const INSERT: &str = "
    INSERT INTO credential (account_id, hash, set_at, temporary, past, totp, totp_step, recovery, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)";
const UPDATE: &str = "
    UPDATE credential SET hash = $2, set_at = $3, temporary = $4, past = $5, totp = $6, totp_step = $7, recovery = $8,
        version = version + 1
    WHERE account_id = $1 AND version = $9";
const REMOVE: &str = "DELETE FROM credential WHERE account_id = $1";

static SECONDS: Keyed = Keyed::by_int(
    "credential::SECONDS",
    "SELECT account_id, totp <> '', recovery FROM credential WHERE account_id IN {keys} AND (totp <> '' OR recovery <> '')",
);

static SET: Keyed = Keyed::by_int(
    "credential::SET",
    "SELECT account_id, set_at FROM credential WHERE account_id IN {keys} AND hash <> '' AND temporary = FALSE",
);
const SET_BEFORE: &str = "
    SELECT account_id, set_at FROM credential
    WHERE set_at < $1 AND (set_at, account_id) > ($2, $3) AND hash <> '' AND temporary = FALSE
    ORDER BY set_at, account_id LIMIT $4";

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&SECONDS, &SET];

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("credential.get", GET),
    ("credential.insert", INSERT),
    ("credential.update", UPDATE),
    ("credential.remove", REMOVE),
    ("credential.set_before", SET_BEFORE),
];

/// What an account signs in with. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose.
    pub account: AccountId,
    /// The password's hash; empty before one was set.
    pub hash: String,
    /// When it was set.
    pub set_at: Timestamp,
    /// It was given by somebody else and must be changed at its first use (PWD-03).
    pub temporary: bool,
    /// The hashes before it, newest first.
    pub past: Vec<String>,
    /// The sealed secret of the authenticator; empty without one.
    pub totp: String,
    /// The last time step whose code was used.
    pub totp_step: i64,
    /// The hashes of unused recovery codes.
    pub recovery: Vec<String>,
    /// 0 for one that is not kept yet.
    pub version: i64,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Credential {
    /// Nothing yet.
    pub fn none(account: AccountId) -> Self {
        Self {
            account,
            hash: String::new(),
            set_at: Timestamp::from_second(0),
            temporary: false,
            past: Vec::new(),
            totp: String::new(),
            totp_step: 0,
            recovery: Vec::new(),
            version: 0,
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn read(row: &mut Row<'_>) -> Result<Credential, Error> {
    Ok(Credential {
        account: AccountId(row.int()?),
        hash: row.text()?,
        set_at: Timestamp::from_second(row.int()?),
        temporary: row.bool()?,
        past: words(&row.text()?),
        totp: row.text()?,
        totp_step: row.int()?,
        recovery: words(&row.text()?),
        version: row.int()?,
    })
}

/// What an account signs in with, if anything. Cost: one read by key.
pub fn get(db: &mut Reader<'_>, id: AccountId) -> Result<Option<Credential>, Error> {
    db.query_one(GET, &[id.0.into()], read)
}

/// Of some accounts, those that have an authenticator or recovery codes: whether there is one, and how many are left.
pub fn seconds(db: &mut Reader<'_>, accounts: &[AccountId]) -> Result<Vec<(AccountId, bool, u16)>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    let count = |text: &str| u16::try_from(text.split_whitespace().count()).unwrap_or(u16::MAX);
    db.by_keys(&SECONDS, Keys::Ints(&keys), &[], |row| Ok((AccountId(row.int()?), row.bool()?, count(&row.text()?))))
}

/// When some accounts' own passwords were set; temporary ones are left out.
pub fn set_at(db: &mut Reader<'_>, accounts: &[AccountId]) -> Result<Vec<(AccountId, Timestamp)>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    db.by_keys(&SET, Keys::Ints(&keys), &[], of_set)
}

/// Whose own passwords were set before an instant, earliest first, behind an instant and an account. Cost: an index of
/// exactly that.
pub fn set_before(
    db: &mut Reader<'_>,
    end: Timestamp,
    (at, id): (Timestamp, AccountId),
    limit: u32,
) -> Result<Vec<(AccountId, Timestamp)>, Error> {
    db.query(SET_BEFORE, &[end.second().into(), at.second().into(), id.0.into(), i64::from(limit).into()], of_set)
}

fn of_set(row: &mut Row<'_>) -> Result<(AccountId, Timestamp), Error> {
    Ok((AccountId(row.int()?), Timestamp::from_second(row.int()?)))
}

/// Keeps it; one that somebody else changed meanwhile is `Stale`.
pub fn put(tx: &mut WriteTx<'_>, credential: &Credential) -> Result<(), Error> {
    let (past, recovery) = (credential.past.join(" "), credential.recovery.join(" "));
    let mut params = vec![
        credential.account.0.into(),
        credential.hash.as_str().into(),
        credential.set_at.second().into(),
        credential.temporary.into(),
        past.as_str().into(),
        credential.totp.as_str().into(),
        credential.totp_step.into(),
        recovery.as_str().into(),
    ];
    if credential.version == 0 {
        return tx.execute(INSERT, &params).map(drop);
    }
    params.push(credential.version.into());
    tx.execute_one("credential", UPDATE, &params)
}

/// Forgets it.
pub fn remove(tx: &mut WriteTx<'_>, id: AccountId) -> Result<(), Error> {
    tx.execute(REMOVE, &[id.0.into()]).map(drop)
}
