//! Commands for the mail engine: written with the change that asks for them, worked off later, at least once. How each
//! fares is the store's own bookkeeping; what a person decides about one is told by the use case.

use domain::command::{Command, Fate};
use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::bulk::{BulkInsert, Type};
use crate::db::Store;
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "SELECT o.id, o.account_id, o.command, o.payload, o.made_at, o.run_id, o.state, o.attempts, o.next_at, o.done_at, o.why, \
         a.address FROM outbox o CROSS JOIN account a WHERE a.id = o.account_id AND "
    };
}

// The literals of `state` are what the indexes say of themselves.
const DUE: &str = concat!(columns!(), "o.state = 'waiting' AND o.next_at <= $1 ORDER BY o.next_at, o.id LIMIT $2");
const LATEST: &str = concat!(columns!(), "o.id < $1 ORDER BY o.id DESC LIMIT $2");
const FAILED: &str = concat!(columns!(), "o.state = 'failed' AND o.id < $1 ORDER BY o.id DESC LIMIT $2");
// The bounds below which nothing is let SQLite search an index instead of reading it from its beginning.
const WAITING: &str =
    concat!(columns!(), "o.state = 'waiting' AND o.next_at >= 0 AND o.id < $1 ORDER BY o.next_at, o.id LIMIT $2");
const OF_STATE: &str = concat!(columns!(), "o.id < $1 AND o.state = $3 ORDER BY o.id DESC LIMIT $2");
const BY_ID: &str = concat!(columns!(), "o.id = $1");
const SETTLE: &str = "
    UPDATE outbox SET state = $2, attempts = $3, next_at = $4, done_at = $5, why = $6
    WHERE id = $1 AND state = 'waiting'";
const RETRY: &str = "
    UPDATE outbox SET state = 'waiting', attempts = 0, next_at = 0, why = '' WHERE id = $1 AND state = 'failed'";
const RETRY_ALL: &str =
    "UPDATE outbox SET state = 'waiting', attempts = 0, next_at = 0, why = '' WHERE state = 'failed' AND id > 0";
const DROP: &str = "UPDATE outbox SET state = 'dropped', done_at = $2 WHERE id = $1 AND state IN ('waiting', 'failed')";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("outbox.due", DUE),
    ("outbox.latest", LATEST),
    ("outbox.failed", FAILED),
    ("outbox.waiting", WAITING),
    ("outbox.of_state", OF_STATE),
    ("outbox.by_id", BY_ID),
    ("outbox.settle", SETTLE),
    ("outbox.retry", RETRY),
    ("outbox.retry_all", RETRY_ALL),
    ("outbox.drop", DROP),
];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];

static INSERT: BulkInsert = BulkInsert::new(
    "outbox",
    &[
        ("id", Type::Int),
        ("account_id", Type::Int),
        ("command", Type::Text),
        ("payload", Type::Text),
        ("made_at", Type::Int),
        ("run_id", Type::Int),
        ("attempts", Type::Int),
    ],
);

/// A command to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommand {
    /// For this account.
    pub account: AccountId,
    /// What happened.
    pub command: Command,
    /// With what, for whoever reads the list; opaque to the store.
    pub payload: String,
}

/// A command as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub order: NewCommand,
    /// When it was made.
    pub made_at: Timestamp,
    /// The run that made it.
    pub run: Option<i64>,
    /// How it fares.
    pub fate: Fate,
    /// Tries so far.
    pub attempts: u32,
    /// The next one not before, on the wall's clock.
    pub next_at: Timestamp,
    /// When it was worked off or dropped, on the wall's clock.
    pub done_at: Option<Timestamp>,
    /// Why it is not done, or not yet.
    pub why: String,
    /// The account's address.
    pub address: String,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The command.
    pub id: i64,
    /// How it stands now.
    pub fate: Fate,
    /// Tries so far.
    pub attempts: u32,
    /// The next one not before.
    pub next_at: Timestamp,
    /// When it was worked off.
    pub done_at: Option<Timestamp>,
    /// Why not: words of ours, never an address.
    pub why: String,
}

fn read(row: &mut Row<'_>) -> Result<Order, Error> {
    let id = row.int()?;
    let account = AccountId(row.int()?);
    let order = NewCommand { account, command: row.word("outbox.command", Command::parse)?, payload: row.text()? };
    Ok(Order {
        id,
        order,
        made_at: Timestamp::from_second(row.int()?),
        run: row.opt_int()?,
        fate: row.word("outbox.state", Fate::parse)?,
        attempts: u32::try_from(row.int()?).map_err(|_| Error::Corrupt("outbox.attempts"))?,
        next_at: Timestamp::from_second(row.int()?),
        done_at: row.opt_int()?.map(Timestamp::from_second),
        why: row.text()?,
        address: row.text()?,
    })
}

/// What is to be worked off now, in the order in which it is due. Cost: an index of what waits.
pub fn due(db: &mut Reader<'_>, wall: Timestamp, limit: u32) -> Result<Vec<Order>, Error> {
    db.query(DUE, &[wall.second().into(), i64::from(limit).into()], read)
}

/// Commands that fare so, or (nothing) all; the newest first, older than one, but those that wait by when they are due.
/// Cost: an index; of what is done or dropped, the newest are looked at until there are enough.
pub fn list(db: &mut Reader<'_>, fate: Option<Fate>, before: i64, limit: u32) -> Result<Vec<Order>, Error> {
    let mut params = vec![before.into(), i64::from(limit).into()];
    match fate {
        None => db.query(LATEST, &params, read),
        Some(Fate::Failed) => db.query(FAILED, &params, read),
        Some(Fate::Waiting) => db.query(WAITING, &params, read),
        Some(other @ (Fate::Done | Fate::Dropped)) => {
            params.push(other.as_str().into());
            db.query(OF_STATE, &params, read)
        }
    }
}

/// One of them.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<Order>, Error> {
    db.query_one(BY_ID, &[id.into()], read)
}

/// Writes commands.
pub fn insert(tx: &mut WriteTx<'_>, commands: &[NewCommand], at: Timestamp, run: Option<i64>) -> Result<(), Error> {
    let first = tx.next_ids("outbox", i64::try_from(commands.len()).unwrap_or(0))?;
    let rows = (first..).zip(commands).map(|(id, c)| {
        let (command, payload) = (c.command.as_str().into(), c.payload.as_str().into());
        [id.into(), c.account.0.into(), command, payload, at.second().into(), run.into(), 0.into()]
    });
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// Keeps what came of tries. One that was dropped meanwhile is left alone. Cost: an update by key each.
pub fn settle(tx: &mut WriteTx<'_>, settled: &[Settled]) -> Result<(), Error> {
    for one in settled {
        let params = [
            one.id.into(),
            one.fate.as_str().into(),
            i64::from(one.attempts).into(),
            one.next_at.second().into(),
            one.done_at.map(Timestamp::second).into(),
            one.why.as_str().into(),
        ];
        tx.execute(SETTLE, &params)?;
    }
    Ok(())
}

impl Store {
    /// Keeps what came of a batch of tries about which the trail says nothing more, in one transaction.
    pub fn settle_commands(&self, settled: &[Settled]) -> Result<(), Error> {
        self.bookkeep("settle_commands", |tx| settle(tx, settled))
    }
}

/// Lets a command that failed be tried again; one that did not is `Stale`.
pub fn retry(tx: &mut WriteTx<'_>, id: i64) -> Result<(), Error> {
    tx.execute_one("outbox", RETRY, &[id.into()])
}

/// Lets all that failed be tried again; how many.
pub fn retry_all(tx: &mut WriteTx<'_>) -> Result<u64, Error> {
    tx.execute(RETRY_ALL, &[])
}

/// Takes a command away that waits or failed; any other is `Stale`.
pub fn give_up(tx: &mut WriteTx<'_>, id: i64, at: Timestamp) -> Result<(), Error> {
    tx.execute_one("outbox", DROP, &[id.into(), at.second().into()])
}
