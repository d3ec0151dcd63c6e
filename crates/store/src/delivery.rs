//! How notices fare. The store's own bookkeeping: that a message left says nothing about any account, and 100,000 lines a
//! day would drown the trail's reader. What a person does about it (a retry by hand) is told by the use case.

use domain::notice::Delivery;
use domain::time::Timestamp;

use crate::db::Store;
use crate::error::Error;
use crate::tx::WriteTx;

const SETTLE: &str = "
    UPDATE notice SET state = $2, attempts = $3, next_at = $4, settled_at = $5, why = $6
    WHERE id = $1 AND state = 'queued'";
const RETRY: &str = "
    UPDATE notice SET state = 'queued', attempts = 0, next_at = 0, settled_at = NULL, why = ''
    WHERE id = $1 AND state = 'failed'";
const RETRY_ALL: &str = "
    UPDATE notice SET state = 'queued', attempts = 0, next_at = 0, settled_at = NULL, why = ''
    WHERE state <> 'sent' AND state = 'failed' AND ($1 = '' OR organisation = $1)";
const READ: &str = "UPDATE notice SET read_at = $2 WHERE id = $1 AND read_at IS NULL";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("delivery.settle", SETTLE),
    ("delivery.retry", RETRY),
    ("delivery.retry_all", RETRY_ALL),
    ("delivery.read", READ),
];

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The notice.
    pub id: i64,
    /// How it stands now; queued: there will be another try.
    pub state: Delivery,
    /// Tries so far.
    pub attempts: u32,
    /// The next one not before, on the wall's clock.
    pub next_at: Timestamp,
    /// When it left the queue.
    pub settled_at: Option<Timestamp>,
    /// Why it is not sent: a code and words of ours, never an address.
    pub why: String,
}

impl Store {
    /// Keeps what came of a batch of tries, in one transaction. One that left the queue meanwhile is left alone.
    /// Cost: one update by key each.
    pub fn settle_notices(&self, settled: &[Settled]) -> Result<(), Error> {
        self.bookkeep("settle_notices", |tx| {
            for one in settled {
                let params = [
                    one.id.into(),
                    one.state.as_str().into(),
                    i64::from(one.attempts).into(),
                    one.next_at.second().into(),
                    one.settled_at.map(Timestamp::second).into(),
                    one.why.as_str().into(),
                ];
                tx.execute(SETTLE, &params)?;
            }
            Ok(())
        })
    }

    /// Notes that the recipient opened a notice.
    pub fn read_notice(&self, id: i64, at: Timestamp) -> Result<(), Error> {
        self.bookkeep("read_notice", |tx| tx.execute(READ, &[id.into(), at.second().into()]).map(drop))
    }
}

/// Puts a failed notice back into the queue; one that is not failed is `Stale`.
pub fn retry(tx: &mut WriteTx<'_>, id: i64) -> Result<(), Error> {
    tx.execute_one("notice", RETRY, &[id.into()])
}

/// Puts all failed ones back, of an organisation or (nothing) of all; how many.
pub fn retry_all(tx: &mut WriteTx<'_>, organisation: &str) -> Result<u64, Error> {
    tx.execute(RETRY_ALL, &[organisation.into()])
}
