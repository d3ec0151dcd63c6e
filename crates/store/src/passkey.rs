//! Passkeys, and the challenges that they answer. No event tells of what stands here; that it changed is told by the use
//! case. Challenges are the store's own bookkeeping.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::bulk::keyed::{Keyed, Keys};
use crate::db::Store;
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const GET: &str = "SELECT id, account_id, name, public_key, counter, made_at, used_at FROM passkey WHERE id = $1";
const OF_ACCOUNT: &str = "
    SELECT id, account_id, name, public_key, counter, made_at, used_at FROM passkey
    WHERE account_id = $1 ORDER BY made_at, id";
const INSERT: &str = "
    INSERT INTO passkey (id, account_id, name, public_key, counter, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
const USED: &str = "UPDATE passkey SET counter = $3, used_at = $4 WHERE id = $1 AND counter = $2";
const REMOVE: &str = "DELETE FROM passkey WHERE account_id = $1 AND id = $2";
const REMOVE_ALL: &str = "DELETE FROM passkey WHERE account_id = $1";
const ASK: &str = "
    INSERT INTO challenge (id, value, until_at) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET value = excluded.value, until_at = excluded.until_at";
const TAKE: &str = "DELETE FROM challenge WHERE id = $1 RETURNING value, until_at";
const FORGET: &str = "DELETE FROM challenge WHERE until_at < $1";

static COUNTS: Keyed = Keyed::by_int(
    "passkey::COUNTS",
    "SELECT account_id, COUNT(*) FROM passkey WHERE account_id IN {keys} GROUP BY account_id",
);

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&COUNTS];

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("passkey.get", GET),
    ("passkey.of_account", OF_ACCOUNT),
    ("passkey.insert", INSERT),
    ("passkey.used", USED),
    ("passkey.remove", REMOVE),
    ("passkey.remove_all", REMOVE_ALL),
    ("challenge.ask", ASK),
    ("challenge.take", TAKE),
    ("challenge.forget", FORGET),
];

/// A passkey of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The id that its authenticator gave it, in base64url.
    pub id: String,
    /// Whose.
    pub account: AccountId,
    /// What they call it.
    pub name: String,
    /// The COSE key, in hexadecimal digits.
    pub public_key: String,
    /// How often it signed when it was last used.
    pub counter: u32,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

fn read(row: &mut Row<'_>) -> Result<Passkey, Error> {
    Ok(Passkey {
        id: row.text()?,
        account: AccountId(row.int()?),
        name: row.text()?,
        public_key: row.text()?,
        counter: u32::try_from(row.int()?).map_err(|_| Error::Corrupt("passkey.counter"))?,
        made_at: Timestamp::from_second(row.int()?),
        used_at: row.opt_int()?.map(Timestamp::from_second),
    })
}

/// A passkey by its id. Cost: one read by key.
pub fn get(db: &mut Reader<'_>, id: &str) -> Result<Option<Passkey>, Error> {
    db.query_one(GET, &[id.into()], read)
}

/// The passkeys of an account, oldest first.
pub fn of_account(db: &mut Reader<'_>, account: AccountId) -> Result<Vec<Passkey>, Error> {
    db.query(OF_ACCOUNT, &[account.0.into()], read)
}

/// How many each of some accounts has; those without any are left out.
pub fn counts(db: &mut Reader<'_>, accounts: &[AccountId]) -> Result<Vec<(AccountId, u16)>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    let read = |row: &mut Row<'_>| Ok((AccountId(row.int()?), u16::try_from(row.int()?).unwrap_or(u16::MAX)));
    db.by_keys(&COUNTS, Keys::Ints(&keys), &[], read)
}

/// Keeps a new one; an id that is there already is a `Conflict`.
pub fn insert(tx: &mut WriteTx<'_>, passkey: &Passkey) -> Result<(), Error> {
    let params = [
        passkey.id.as_str().into(),
        passkey.account.0.into(),
        passkey.name.as_str().into(),
        passkey.public_key.as_str().into(),
        i64::from(passkey.counter).into(),
        passkey.made_at.second().into(),
    ];
    tx.execute(INSERT, &params).map(drop)
}

/// Notes that one was used; if somebody else did meanwhile, it is `Stale`.
pub fn used(tx: &mut WriteTx<'_>, passkey: &Passkey, counter: u32, now: Timestamp) -> Result<(), Error> {
    let before = i64::from(passkey.counter);
    let params = [passkey.id.as_str().into(), before.into(), i64::from(counter).into(), now.second().into()];
    tx.execute_one("passkey", USED, &params)
}

/// Removes one of an account's; how many there were.
pub fn remove(tx: &mut WriteTx<'_>, account: AccountId, id: &str) -> Result<u64, Error> {
    tx.execute(REMOVE, &[account.0.into(), id.into()])
}

/// Removes all of an account's.
pub fn remove_all(tx: &mut WriteTx<'_>, account: AccountId) -> Result<u64, Error> {
    tx.execute(REMOVE_ALL, &[account.0.into()])
}

impl Store {
    /// Keeps a challenge in the place of the one before it; those that are over are forgotten.
    pub fn keep_challenge(&self, id: &str, value: &str, until: Timestamp, now: Timestamp) -> Result<(), Error> {
        self.bookkeep("keep_challenge", |tx| {
            tx.execute(FORGET, &[now.second().into()])?;
            tx.execute(ASK, &[id.into(), value.into(), until.second().into()]).map(drop)
        })
    }

    /// Gives a challenge out for good, if it still holds: no answer is looked at twice.
    pub fn take_challenge(&self, id: &str, now: Timestamp) -> Result<Option<String>, Error> {
        let taken = self.bookkeep("take_challenge", |tx| {
            tx.query_one(TAKE, &[id.into()], |row| Ok((row.text()?, Timestamp::from_second(row.int()?))))
        })?;
        Ok(taken.filter(|(_, until)| now < *until).map(|(value, _)| value))
    }
}
