//! What mailboxes take up. It is told by the mail engine, changes with each message, and is no part of the trail.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::bulk::keyed::{Keyed, Keys};
use crate::db::Store;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const RANGE: &str = "SELECT account_id, bytes FROM mailbox_use WHERE account_id > $1 AND account_id <= $2";
const PUT: &str = "
    INSERT INTO mailbox_use (account_id, bytes, messages, at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages, at = excluded.at";
static OF_ACCOUNTS: Keyed = Keyed::by_int(
    "mailbox_use::OF_ACCOUNTS",
    "SELECT account_id, bytes FROM mailbox_use WHERE account_id IN {keys} ORDER BY account_id",
);
const REMOVE: &str = "DELETE FROM mailbox_use WHERE account_id = $1";
const GET: &str = "SELECT bytes, messages, at FROM mailbox_use WHERE account_id = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("mailbox_use.range", RANGE), ("mailbox_use.put", PUT), ("mailbox_use.get", GET), ("mailbox_use.remove", REMOVE)];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&OF_ACCOUNTS];

/// What a mailbox takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// Bytes of its messages.
    pub bytes: u64,
    /// How many messages.
    pub messages: u64,
    /// When that was told.
    pub at: Timestamp,
}

fn size(n: i64) -> Result<u64, Error> {
    u64::try_from(n).map_err(|_| Error::Corrupt("mailbox_use"))
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The bytes of each mailbox of a range of accounts, of those that were told of.
pub fn range(db: &mut Reader<'_>, after: AccountId, last: AccountId) -> Result<Vec<(AccountId, u64)>, Error> {
    db.query(RANGE, &[after.0.into(), last.0.into()], |row| Ok((AccountId(row.int()?), size(row.int()?)?)))
}

/// The bytes of some mailboxes, of those that were told of. Cost: a look by key each.
pub fn of_accounts(db: &mut Reader<'_>, accounts: &[AccountId]) -> Result<Vec<(AccountId, u64)>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    db.by_keys(&OF_ACCOUNTS, Keys::Ints(&keys), &[], |row| Ok((AccountId(row.int()?), size(row.int()?)?)))
}

/// What one mailbox takes up, if it was ever told.
pub fn get(db: &mut Reader<'_>, id: AccountId) -> Result<Option<Use>, Error> {
    db.query_one(GET, &[id.0.into()], |row| {
        let (bytes, messages) = (size(row.int()?)?, size(row.int()?)?);
        Ok(Use { bytes, messages, at: Timestamp::from_second(row.int()?) })
    })
}

/// A mailbox is gone.
pub fn remove(tx: &mut WriteTx<'_>, id: AccountId) -> Result<(), Error> {
    tx.execute(REMOVE, &[id.0.into()]).map(drop)
}

impl Store {
    /// Keeps what mailboxes take up. Cost: one small write each, in one transaction.
    pub fn keep_use(&self, uses: &[(AccountId, Use)]) -> Result<(), Error> {
        self.bookkeep("keep_use", |tx| {
            for (id, found) in uses {
                let params =
                    [id.0.into(), number(found.bytes).into(), number(found.messages).into(), found.at.second().into()];
                tx.execute(PUT, &params)?;
            }
            Ok(())
        })
    }
}
