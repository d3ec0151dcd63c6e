//! Legal holds. A released hold stays as evidence.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const OF_ACCOUNT: &str = "
    SELECT id, account_id, reason, placed_by, placed_at FROM hold
    WHERE account_id = $1 AND released_at IS NULL ORDER BY id";
const INSERT: &str = "
    INSERT INTO hold (id, account_id, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5)";
const RELEASE: &str = "
    UPDATE hold SET released_by = $2, released_at = $3 WHERE account_id = $1 AND released_at IS NULL";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("hold.of_account", OF_ACCOUNT), ("hold.insert", INSERT), ("hold.release", RELEASE)];

/// A hold in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its number.
    pub id: i64,
    /// What it covers.
    pub account: AccountId,
    /// Why.
    pub reason: String,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Timestamp,
}

fn read(row: &mut Row<'_>) -> Result<Hold, Error> {
    Ok(Hold {
        id: row.int()?,
        account: AccountId(row.int()?),
        reason: row.text()?,
        placed_by: row.text()?,
        placed_at: Timestamp::from_second(row.int()?),
    })
}

/// The holds in force on an account.
pub fn of_account(db: &mut Reader<'_>, id: AccountId) -> Result<Vec<Hold>, Error> {
    db.query(OF_ACCOUNT, &[id.0.into()], read)
}

/// Places a hold.
pub fn place(tx: &mut WriteTx<'_>, hold: &Hold) -> Result<(), Error> {
    let params = [
        hold.id.into(),
        hold.account.0.into(),
        hold.reason.as_str().into(),
        hold.placed_by.as_str().into(),
        hold.placed_at.second().into(),
    ];
    tx.execute(INSERT, &params).map(drop)
}

/// Releases every hold on an account; says how many.
pub fn release(tx: &mut WriteTx<'_>, id: AccountId, by: &str, at: Timestamp) -> Result<u64, Error> {
    tx.execute(RELEASE, &[id.0.into(), by.into(), at.second().into()])
}
