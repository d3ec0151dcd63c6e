//! Forms that somebody had filled in when their session ended. The store's own bookkeeping: sealed, short-lived, one an account.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::db::Store;
use crate::error::Error;
use crate::tx::Reader;

const GET: &str = "SELECT sealed, until_at FROM kept_form WHERE account_id = $1";
const PUT: &str = "
    INSERT INTO kept_form (account_id, sealed, until_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, until_at = excluded.until_at";
const REMOVE: &str = "DELETE FROM kept_form WHERE account_id = $1";
const FORGET: &str = "DELETE FROM kept_form WHERE until_at < $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("kept_form.get", GET), ("kept_form.put", PUT), ("kept_form.remove", REMOVE), ("kept_form.forget", FORGET)];

/// The form that is kept for an account, if its time is not over. Cost: one read by key.
pub fn get(db: &mut Reader<'_>, account: AccountId, now: Timestamp) -> Result<Option<String>, Error> {
    let found = db.query_one(GET, &[account.0.into()], |row| Ok((row.text()?, Timestamp::from_second(row.int()?))))?;
    Ok(found.filter(|(_, until)| now < *until).map(|(sealed, _)| sealed))
}

impl Store {
    /// Keeps a form in the place of the one before it; those whose time is over are forgotten.
    pub fn keep_form(&self, account: AccountId, sealed: &str, until: Timestamp, now: Timestamp) -> Result<(), Error> {
        self.bookkeep("keep_form", |tx| {
            tx.execute(FORGET, &[now.second().into()])?;
            tx.execute(PUT, &[account.0.into(), sealed.into(), until.second().into()]).map(drop)
        })
    }

    /// Forgets the form of an account.
    pub fn drop_form(&self, account: AccountId) -> Result<(), Error> {
        self.bookkeep("drop_form", |tx| tx.execute(REMOVE, &[account.0.into()]).map(drop))
    }
}
