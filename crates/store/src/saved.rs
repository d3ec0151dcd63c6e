//! Searches that people keep under a name. The store's own bookkeeping, kept without audit: nothing is changed by one.

use domain::ids::AccountId;

use crate::db::Store;
use crate::error::Error;
use crate::tx::Reader;

const OF_ACCOUNT: &str = "SELECT name, query FROM saved_search WHERE account_id = $1 ORDER BY name";
const KEEP: &str = "
    INSERT INTO saved_search (account_id, name, query) VALUES ($1, $2, $3)
    ON CONFLICT (account_id, name) DO UPDATE SET query = excluded.query";
const FORGET: &str = "DELETE FROM saved_search WHERE account_id = $1 AND name = $2";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("saved.of_account", OF_ACCOUNT), ("saved.keep", KEEP), ("saved.forget", FORGET)];

/// Somebody's searches: name and what is asked, by name.
pub fn of_account(db: &mut Reader<'_>, account: AccountId) -> Result<Vec<(String, String)>, Error> {
    db.query(OF_ACCOUNT, &[account.0.into()], |row| Ok((row.text()?, row.text()?)))
}

impl Store {
    /// Keeps a search; one of the same name is another now.
    pub fn keep_search(&self, account: AccountId, name: &str, query: &str) -> Result<(), Error> {
        self.bookkeep("keep_search", |tx| tx.execute(KEEP, &[account.0.into(), name.into(), query.into()]).map(drop))
    }

    /// Forgets one.
    pub fn forget_search(&self, account: AccountId, name: &str) -> Result<(), Error> {
        self.bookkeep("forget_search", |tx| tx.execute(FORGET, &[account.0.into(), name.into()]).map(drop))
    }
}
