//! Runs: one a day, with what was planned, done and refused, and what the next is expected to do.

use domain::ids::{AccountId, OdsCode};
use domain::notice::NoticeKind;
use domain::rule::Rule;
use domain::status::Kind;
use domain::time::{Day, Timestamp};

use crate::account::day;
use crate::bulk::{BulkInsert, Type};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const BY_DAY: &str = "SELECT id, day, policy, state, started_at, finished_at FROM run WHERE day = $1";
const BY_ID: &str = "SELECT id, day, policy, state, started_at, finished_at FROM run WHERE id = $1";
const LAST: &str = "SELECT id, day, policy, state, started_at, finished_at FROM run ORDER BY day DESC LIMIT $1";
const ADD: &str = "
    INSERT INTO run (id, day, policy, state, started_at) VALUES ($1, $2, $3, 'running', $4)";
const FINISH: &str = "UPDATE run SET state = 'done', finished_at = $2 WHERE id = $1";
const REOPEN: &str = "UPDATE run SET state = 'running', finished_at = NULL WHERE id = $1";
const ABANDON: &str = "UPDATE run SET state = 'done', finished_at = $2 WHERE day < $1 AND state = 'running'";
const COUNTS: &str = "
    SELECT what, CAST(SUM(planned) AS BIGINT), CAST(SUM(done) AS BIGINT) FROM run_count WHERE run_id = $1
    GROUP BY what ORDER BY what";
const PLAN: &str = "
    INSERT INTO run_count (run_id, what, slot, planned, done) VALUES ($1, $2, 0, $3, 0)
    ON CONFLICT (run_id, what, slot) DO UPDATE SET planned = run_count.planned + excluded.planned";
const COUNT: &str = "
    INSERT INTO run_count (run_id, what, slot, planned, done) VALUES ($1, $2, $3, 0, $4)
    ON CONFLICT (run_id, what, slot) DO UPDATE SET done = run_count.done + excluded.done";
const TAKE_UNBEGUN: &str = "UPDATE run_count SET run_id = $1 WHERE run_id = $2";
const REFUSALS: &str = "
    SELECT account_id, address, why FROM run_refusal WHERE run_id = $1 AND account_id > $2 ORDER BY account_id LIMIT $3";
const DIFFERENCES: &str = "
    SELECT account_id, address, expected, happened, why FROM run_difference
    WHERE run_id = $1 AND account_id > $2 ORDER BY account_id LIMIT $3";
const FORECAST: &str = "
    SELECT for_day, made_by, items FROM run_forecast WHERE for_day <= $1 ORDER BY for_day DESC LIMIT 1";
const FORGET_FORECASTS: &str = "DELETE FROM run_forecast WHERE for_day <= $1";
const KEEP_FORECAST: &str = "
    INSERT INTO run_forecast (for_day, made_by, items) VALUES ($1, $2, $3)
    ON CONFLICT (for_day) DO UPDATE SET made_by = excluded.made_by, items = excluded.items";
const DELETED_IN_RUN: &str = "
    SELECT organisation, COUNT(*) FROM event WHERE run_id = $1 AND action = $2 AND account_id IS NOT NULL
    GROUP BY organisation";
const DONE_IN_RUN: &str = "
    SELECT account_id, organisation, object_type, action, rule FROM event
    WHERE run_id = $1 AND account_id IS NOT NULL ORDER BY id";
const ANNOUNCED_IN_RUN: &str = "
    SELECT n.organisation, a.kind, n.rule, COUNT(DISTINCT n.account_id) FROM notice n JOIN account a ON a.id = n.account_id
    WHERE n.run_id = $1 AND n.kind = $2 GROUP BY n.organisation, a.kind, n.rule";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("run.by_day", BY_DAY),
    ("run.by_id", BY_ID),
    ("run.last", LAST),
    ("run.add", ADD),
    ("run.finish", FINISH),
    ("run.reopen", REOPEN),
    ("run.take_unbegun", TAKE_UNBEGUN),
    ("run.abandon", ABANDON),
    ("run.counts", COUNTS),
    ("run.plan", PLAN),
    ("run.count", COUNT),
    ("run.refusals", REFUSALS),
    ("run.differences", DIFFERENCES),
    ("run.forecast", FORECAST),
    ("run.forget_forecasts", FORGET_FORECASTS),
    ("run.keep_forecast", KEEP_FORECAST),
    ("run.deleted_in_run", DELETED_IN_RUN),
    ("run.done_in_run", DONE_IN_RUN),
    ("run.announced_in_run", ANNOUNCED_IN_RUN),
];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&REFUSED, &DIFFERS];

static REFUSED: BulkInsert = BulkInsert::skipping_known(
    "run_refusal",
    &[("run_id", Type::Int), ("account_id", Type::Int), ("address", Type::Text), ("why", Type::Text)],
);
static DIFFERS: BulkInsert = BulkInsert::skipping_known(
    "run_difference",
    &[
        ("run_id", Type::Int),
        ("account_id", Type::Int),
        ("address", Type::Text),
        ("expected", Type::Text),
        ("happened", Type::Text),
        ("why", Type::Text),
    ],
);

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// The day it is of.
    pub day: Day,
    /// The policy in force.
    pub policy: String,
    /// Nothing is left to do in it.
    pub finished: bool,
    /// Begun.
    pub started_at: Timestamp,
    /// Ended.
    pub finished_at: Option<Timestamp>,
}

/// A difference between what was expected of an account and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The account.
    pub account: AccountId,
    /// Its address.
    pub address: String,
    /// The status that was expected.
    pub expected: Option<String>,
    /// The status that it reached.
    pub happened: Option<String>,
    /// Why.
    pub why: String,
}

fn read(row: &mut Row<'_>) -> Result<Run, Error> {
    Ok(Run {
        id: row.int()?,
        day: day(row.int()?, "run.day")?,
        policy: row.text()?,
        finished: row.word("run.state", |word| match word {
            "running" => Some(false),
            "done" => Some(true),
            _ => None,
        })?,
        started_at: Timestamp::from_second(row.int()?),
        finished_at: row.opt_int()?.map(Timestamp::from_second),
    })
}

/// The run of a day.
pub fn of_day(db: &mut Reader<'_>, day: Day) -> Result<Option<Run>, Error> {
    db.query_one(BY_DAY, &[i64::from(day.number()).into()], read)
}

/// A run by its number.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<Run>, Error> {
    db.query_one(BY_ID, &[id.into()], read)
}

/// The latest runs, newest day first.
pub fn latest(db: &mut Reader<'_>, limit: u32) -> Result<Vec<Run>, Error> {
    db.query(LAST, &[i64::from(limit).into()], read)
}

/// Begins a run.
pub fn add(tx: &mut WriteTx<'_>, run: &Run) -> Result<(), Error> {
    let params =
        [run.id.into(), i64::from(run.day.number()).into(), run.policy.as_str().into(), run.started_at.second().into()];
    tx.execute(ADD, &params).map(drop)
}

/// Ends a run.
pub fn finish(tx: &mut WriteTx<'_>, id: i64, at: Timestamp) -> Result<(), Error> {
    tx.execute(FINISH, &[id.into(), at.second().into()]).map(drop)
}

/// Takes up a run that had ended: more fell due on its day.
pub fn reopen(tx: &mut WriteTx<'_>, id: i64) -> Result<(), Error> {
    tx.execute(REOPEN, &[id.into()]).map(drop)
}

/// Ends a run that was interrupted on an earlier day: what it left is still due, and later runs find it.
pub fn abandon_before(tx: &mut WriteTx<'_>, day: Day, at: Timestamp) -> Result<u64, Error> {
    tx.execute(ABANDON, &[i64::from(day.number()).into(), at.second().into()])
}

/// What was planned and done: `(what, planned, done)`.
pub fn counts(db: &mut Reader<'_>, id: i64) -> Result<Vec<(String, i64, i64)>, Error> {
    db.query(COUNTS, &[id.into()], |row| Ok((row.text()?, row.int()?, row.int()?)))
}

/// Adds to what is planned.
pub fn plan(tx: &mut WriteTx<'_>, id: i64, what: &str, planned: i64) -> Result<(), Error> {
    tx.execute(PLAN, &[id.into(), what.into(), planned.into()]).map(drop)
}

/// Adds to what is done. Each worker counts in a slot of its own: at one row they would wait for each other.
pub fn count(tx: &mut WriteTx<'_>, id: i64, what: &str, slot: i64, done: i64) -> Result<(), Error> {
    tx.execute(COUNT, &[id.into(), what.into(), slot.into(), done.into()]).map(drop)
}

/// What was counted for the run that begins next: it has no number before it has a plan.
pub const UNBEGUN: i64 = 0;

/// A run that begins has what was counted for it before.
pub fn take_unbegun(tx: &mut WriteTx<'_>, id: i64) -> Result<(), Error> {
    tx.execute(TAKE_UNBEGUN, &[id.into(), UNBEGUN.into()]).map(drop)
}

/// Records refusals `(account, address, why)`; the first of an account counts.
pub fn refuse(tx: &mut WriteTx<'_>, id: i64, refused: &[(AccountId, String, String)]) -> Result<(), Error> {
    let rows =
        refused.iter().map(|(a, address, why)| [id.into(), a.0.into(), address.as_str().into(), why.as_str().into()]);
    tx.bulk_insert(&REFUSED, rows).map(drop)
}

/// A page of refusals, by account.
pub fn refusals(
    db: &mut Reader<'_>,
    id: i64,
    after: AccountId,
    limit: u32,
) -> Result<Vec<(AccountId, String, String)>, Error> {
    let params = [id.into(), after.0.into(), i64::from(limit).into()];
    db.query(REFUSALS, &params, |row| Ok((AccountId(row.int()?), row.text()?, row.text()?)))
}

/// Records differences between forecast and outcome.
pub fn differ(tx: &mut WriteTx<'_>, id: i64, differences: &[Difference]) -> Result<(), Error> {
    let rows = differences.iter().map(|d| {
        let (expected, happened) = (d.expected.as_deref().into(), d.happened.as_deref().into());
        [id.into(), d.account.0.into(), d.address.as_str().into(), expected, happened, d.why.as_str().into()]
    });
    tx.bulk_insert(&DIFFERS, rows).map(drop)
}

/// A page of differences, by account.
pub fn differences(db: &mut Reader<'_>, id: i64, after: AccountId, limit: u32) -> Result<Vec<Difference>, Error> {
    db.query(DIFFERENCES, &[id.into(), after.0.into(), i64::from(limit).into()], |row| {
        Ok(Difference {
            account: AccountId(row.int()?),
            address: row.text()?,
            expected: row.opt_text()?,
            happened: row.opt_text()?,
            why: row.text()?,
        })
    })
}

/// What was expected of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Of this day.
    pub for_day: Day,
    /// By the run that made it.
    pub made_by: i64,
    /// The transitions, packed.
    pub items: Vec<u8>,
}

/// What the run of a day, or of the last one before that was missed, was expected to do.
pub fn expected_until(db: &mut Reader<'_>, until: Day) -> Result<Option<Expectation>, Error> {
    db.query_one(FORECAST, &[i64::from(until.number()).into()], |row| {
        let for_day = day(row.int()?, "run_forecast.for_day")?;
        Ok(Expectation { for_day, made_by: row.int()?, items: row.blob()?.to_vec() })
    })
}

/// Keeps what the run of a day is expected to do; older expectations are settled and go.
pub fn keep_forecast(tx: &mut WriteTx<'_>, for_day: Day, by: i64, items: &[u8]) -> Result<(), Error> {
    tx.execute(FORGET_FORECASTS, &[i64::from(for_day.number() - 1).into()])?;
    tx.execute(KEEP_FORECAST, &[i64::from(for_day.number()).into(), by.into(), items.into()]).map(drop)
}

/// Something that a run did to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done<'r> {
    /// To this one.
    pub account: AccountId,
    /// Of this organisation.
    pub organisation: &'r str,
    /// What kind of account, or of thing that belongs to it.
    pub object_type: &'r str,
    /// What.
    pub action: &'r str,
    /// By this rule.
    pub rule: &'r str,
}

/// What a run did so far, in order: read when a killed run goes on, and when it ends.
pub fn done_in_run(
    db: &mut Reader<'_>,
    id: i64,
    mut each: impl FnMut(Done<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    db.for_each(DONE_IN_RUN, &[id.into()], |row| {
        let account = AccountId(row.int()?);
        let (organisation, object_type) = (row.opt_str()?.unwrap_or_default(), row.str()?);
        let (action, rule) = (row.str()?, row.opt_str()?.unwrap_or_default());
        each(Done { account, organisation, object_type, action, rule })
    })
}

/// How many accounts a run announced a deletion of so far, by organisation, kind and cause.
pub fn announced_in_run(db: &mut Reader<'_>, id: i64) -> Result<Vec<(OdsCode, Kind, Rule, i64)>, Error> {
    let kind = NoticeKind::DeletionAnnounced.as_str();
    db.query(ANNOUNCED_IN_RUN, &[id.into(), kind.into()], |row| {
        let organisation = row.word("notice.organisation", |text| OdsCode::parse(text).ok())?;
        let (kind, rule) = (row.word("account.kind", Kind::parse)?, row.word("notice.rule", Rule::parse)?);
        Ok((organisation, kind, rule, row.int()?))
    })
}

/// How many accounts a run deleted so far, by organisation: what is left of the day's caps.
pub fn deleted_in_run(db: &mut Reader<'_>, id: i64) -> Result<Vec<(String, i64)>, Error> {
    let deleted = domain::lifecycle::change::Action::Deleted.as_str();
    db.query(DELETED_IN_RUN, &[id.into(), deleted.into()], |row| Ok((row.text()?, row.int()?)))
}
