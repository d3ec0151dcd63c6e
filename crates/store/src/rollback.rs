//! Rollbacks of runs, and the lines that they are computed from.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::audit::{Line, read as read_line};
use crate::bulk::keyed::{Keyed, Keys};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "SELECT id, run_id, organisation, state, begun_at, begun_by, finished_at FROM rollback "
    };
}

const BY_ID: &str = concat!(columns!(), "WHERE id = $1");
const OF_RUN: &str = concat!(columns!(), "WHERE run_id = $1 ORDER BY id");
const LATEST: &str = concat!(columns!(), "ORDER BY id DESC LIMIT $1");
const ADD: &str = "
    INSERT INTO rollback (id, run_id, organisation, state, begun_at, begun_by) VALUES ($1, $2, $3, 'running', $4, $5)";
const FINISH: &str = "UPDATE rollback SET state = 'done', finished_at = $2 WHERE id = $1";
const TOUCHED: &str = "
    SELECT id, account_id, organisation, detail FROM event
    WHERE run_id = $1 AND id > $2 AND account_id IS NOT NULL AND object_type <> 'grant' ORDER BY id LIMIT $3";
static SINCE: Keyed = Keyed::by_int(
    "rollback::SINCE",
    "
    SELECT id, at, actor, grant_id, object_type, object, account_id, organisation, action, rule, detail, run_id
    FROM event WHERE account_id IN {keys} AND id >= $2 ORDER BY account_id, id",
);

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("rollback.by_id", BY_ID),
    ("rollback.of_run", OF_RUN),
    ("rollback.latest", LATEST),
    ("rollback.add", ADD),
    ("rollback.finish", FINISH),
    ("rollback.touched", TOUCHED),
];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&SINCE];

/// A rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// Its number.
    pub id: i64,
    /// What it undoes: a run, or a rollback.
    pub run: i64,
    /// Only of this organisation.
    pub organisation: Option<String>,
    /// Nothing is left to do in it.
    pub finished: bool,
    /// When it began.
    pub begun_at: Timestamp,
    /// Who asked for it.
    pub begun_by: String,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

fn read(row: &mut Row<'_>) -> Result<Rollback, Error> {
    Ok(Rollback {
        id: row.int()?,
        run: row.int()?,
        organisation: row.opt_text()?,
        finished: row.word("rollback.state", |word| match word {
            "running" => Some(false),
            "done" => Some(true),
            _ => None,
        })?,
        begun_at: Timestamp::from_second(row.int()?),
        begun_by: row.text()?,
        finished_at: row.opt_int()?.map(Timestamp::from_second),
    })
}

/// One rollback.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<Rollback>, Error> {
    db.query_one(BY_ID, &[id.into()], read)
}

/// The rollbacks of a run, or of a rollback, in order.
pub fn of_run(db: &mut Reader<'_>, run: i64) -> Result<Vec<Rollback>, Error> {
    db.query(OF_RUN, &[run.into()], read)
}

/// The latest rollbacks, newest first.
pub fn latest(db: &mut Reader<'_>, limit: u32) -> Result<Vec<Rollback>, Error> {
    db.query(LATEST, &[i64::from(limit).into()], read)
}

/// Begins a rollback.
pub fn add(tx: &mut WriteTx<'_>, rollback: &Rollback) -> Result<(), Error> {
    let params = [
        rollback.id.into(),
        rollback.run.into(),
        rollback.organisation.as_deref().into(),
        rollback.begun_at.second().into(),
        rollback.begun_by.as_str().into(),
    ];
    tx.execute(ADD, &params).map(drop)
}

/// Nothing is left to do in it.
pub fn finish(tx: &mut WriteTx<'_>, id: i64, at: Timestamp) -> Result<(), Error> {
    tx.execute(FINISH, &[id.into(), at.second().into()]).map(drop)
}

/// What a run's line says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The line's number.
    pub line: i64,
    /// The account.
    pub account: AccountId,
    /// Its organisation.
    pub organisation: Option<String>,
    /// Before and after, JSON.
    pub detail: String,
}

/// A page of a run's lines about accounts, behind one.
pub fn touched(db: &mut Reader<'_>, run: i64, after: i64, limit: u32) -> Result<Vec<Touched>, Error> {
    db.query(TOUCHED, &[run.into(), after.into(), i64::from(limit).into()], |row| {
        let (line, account) = (row.int()?, AccountId(row.int()?));
        Ok(Touched { line, account, organisation: row.opt_text()?, detail: row.text()? })
    })
}

/// All lines of some accounts from one on, by account, then in their order; lines about their grants too.
pub fn lines_since(db: &mut Reader<'_>, ids: &[AccountId], from: i64) -> Result<Vec<Line>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&SINCE, Keys::Ints(&keys), &[from.into()], read_line)
}
