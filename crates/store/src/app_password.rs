//! Passwords for mail programs. No event tells of what stands here; that one was made or removed is told by the use case.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const OF_ACCOUNT: &str = "SELECT id, name, hash, made_at FROM app_password WHERE account_id = $1 ORDER BY id";
const INSERT: &str = "INSERT INTO app_password (account_id, id, name, hash, made_at) VALUES ($1, $2, $3, $4, $5)";
const REMOVE: &str = "DELETE FROM app_password WHERE account_id = $1 AND id = $2";
const REMOVE_ALL: &str = "DELETE FROM app_password WHERE account_id = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("app_password.of_account", OF_ACCOUNT),
    ("app_password.insert", INSERT),
    ("app_password.remove", REMOVE),
    ("app_password.remove_all", REMOVE_ALL),
];

/// A password for one mail program. `Debug` does not show its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct AppPassword {
    /// Its number among those of the account; each is given once.
    pub id: i64,
    /// What its person calls the program.
    pub name: String,
    /// Its hash, as the mail server compares it.
    pub hash: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl std::fmt::Debug for AppPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppPassword").field("id", &self.id).finish_non_exhaustive()
    }
}

fn read(row: &mut Row<'_>) -> Result<AppPassword, Error> {
    let (id, name, hash) = (row.int()?, row.text()?, row.text()?);
    Ok(AppPassword { id, name, hash, made_at: Timestamp::from_second(row.int()?) })
}

/// Those of an account, oldest first. Cost: a range of the primary key.
pub fn of_account(db: &mut Reader<'_>, account: AccountId) -> Result<Vec<AppPassword>, Error> {
    db.query(OF_ACCOUNT, &[account.0.into()], read)
}

/// Keeps a new one.
pub fn insert(tx: &mut WriteTx<'_>, account: AccountId, new: &AppPassword) -> Result<(), Error> {
    let (name, hash) = (new.name.as_str().into(), new.hash.as_str().into());
    tx.execute(INSERT, &[account.0.into(), new.id.into(), name, hash, new.made_at.second().into()]).map(drop)
}

/// Removes one; how many that were.
pub fn remove(tx: &mut WriteTx<'_>, account: AccountId, id: i64) -> Result<u64, Error> {
    tx.execute(REMOVE, &[account.0.into(), id.into()])
}

/// Removes all of an account.
pub fn remove_all(tx: &mut WriteTx<'_>, account: AccountId) -> Result<u64, Error> {
    tx.execute(REMOVE_ALL, &[account.0.into()])
}
