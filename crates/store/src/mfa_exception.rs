//! Who may sign in without the second factor, and until when. That it was given is told by the use case.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const GET: &str = "SELECT account_id, until_at, given_at, given_by FROM mfa_exception WHERE account_id = $1";
const PUT: &str = "
    INSERT INTO mfa_exception (account_id, until_at, given_at, given_by) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account_id) DO UPDATE
    SET until_at = excluded.until_at, given_at = excluded.given_at, given_by = excluded.given_by";
const REMOVE: &str = "DELETE FROM mfa_exception WHERE account_id = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("mfa_exception.get", GET), ("mfa_exception.put", PUT), ("mfa_exception.remove", REMOVE)];

/// An exception from the second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaException {
    /// Whose.
    pub account: AccountId,
    /// It ends by itself then.
    pub until: Timestamp,
    /// Since when.
    pub given_at: Timestamp,
    /// By whom.
    pub given_by: String,
}

/// The last exception of an account, which may be over. Cost: one read by key.
pub fn get(db: &mut Reader<'_>, account: AccountId) -> Result<Option<MfaException>, Error> {
    db.query_one(GET, &[account.0.into()], |row| {
        Ok(MfaException {
            account: AccountId(row.int()?),
            until: Timestamp::from_second(row.int()?),
            given_at: Timestamp::from_second(row.int()?),
            given_by: row.text()?,
        })
    })
}

/// Keeps one, in the place of the last.
pub fn put(tx: &mut WriteTx<'_>, exception: &MfaException) -> Result<(), Error> {
    let params = [
        exception.account.0.into(),
        exception.until.second().into(),
        exception.given_at.second().into(),
        exception.given_by.as_str().into(),
    ];
    tx.execute(PUT, &params).map(drop)
}

/// Ends it; how many there were.
pub fn remove(tx: &mut WriteTx<'_>, account: AccountId) -> Result<u64, Error> {
    tx.execute(REMOVE, &[account.0.into()])
}
