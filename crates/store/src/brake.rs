//! What brakes hold: parts with their accounts, until they are released, refused or lapse.

use domain::brake::{Brake, Budget, Group, Measure, Source, Stand, Tripped};
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::change::Action;
use domain::rule::Rule;
use domain::status::Kind;
use domain::time::{Day, Timestamp};

use crate::account::day;
use crate::bulk::keyed::{Keyed, Keys};
use crate::bulk::{BulkInsert, BulkUpdate, Type};
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::tx::{Reader, WriteTx};
use crate::value::Value;

macro_rules! part {
    () => {
        "SELECT p.id, p.day, p.organisation, p.kind, p.action, p.rule, p.source, p.brake, p.held, p.done_today, \
         p.allowed, p.why, p.population, p.forecast, p.run_id, p.asked_by, p.asked_id, p.made_at, p.expires_on, \
         p.state, p.first_by, p.first_id, p.first_at, p.ended_by, p.ended_at, p.policy, p.floor, p.share_percent, \
         p.forecast_percent, p.asked_in FROM brake_part p "
    };
}
macro_rules! item {
    () => {
        "SELECT i.id, i.part_id, i.account_id, i.address, i.request, i.request_key, i.state, i.first_by, i.first_id, \
         i.first_at FROM brake_item i "
    };
}

pub mod look;

const GET: &str = concat!(part!(), "WHERE p.id = $1");
const PAGE: &str = concat!(part!(), "WHERE p.id < $1 ORDER BY p.id DESC LIMIT $2");
const OF_ORGANISATION: &str = concat!(part!(), "WHERE p.id < $1 AND p.organisation = $3 ORDER BY p.id DESC LIMIT $2");
const IN_STATE: &str = concat!(part!(), "WHERE p.id < $1 AND p.state = $3 ORDER BY p.id DESC LIMIT $2");
const OF_RUN: &str = concat!(part!(), "WHERE p.id < $1 AND p.run_id = $3 ORDER BY p.id DESC LIMIT $2");
const OF_ACCOUNT: &str = concat!(
    part!(),
    "JOIN brake_item i ON i.part_id = p.id WHERE i.account_id = $1 AND i.state = 'held' ORDER BY p.id"
);
const EXPIRED: &str = "SELECT id FROM brake_part WHERE state = 'held' AND expires_on <= $1 ORDER BY id LIMIT $2";
/// Makes the part, or locks the open one of the same group: nobody ends it before what is put in is kept.
const OPEN: &str = "
    INSERT INTO brake_part (id, day, organisation, kind, action, rule, source, brake, held, done_today, allowed, why,
        population, forecast, run_id, asked_by, asked_id, made_at, expires_on, policy, floor, share_percent,
        forecast_percent, asked_in, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
        'held')
    ON CONFLICT (day, organisation, kind, action, rule, source, asked_by) WHERE state = 'held'
    DO UPDATE SET held = brake_part.held
    RETURNING id";
const LOCK: &str = "UPDATE brake_part SET held = held WHERE id = $1";
const ADD: &str = "UPDATE brake_part SET held = held + $2 WHERE id = $1";
const FIRST: &str =
    "UPDATE brake_part SET first_by = $2, first_id = $3, first_at = $4 WHERE id = $1 AND first_by IS NULL";
const END: &str = "UPDATE brake_part SET state = $2, ended_by = $3, ended_at = $4 WHERE id = $1";
const LEFT: &str = "SELECT state, COUNT(*) FROM brake_item WHERE part_id = $1 GROUP BY state";
const ITEMS: &str = concat!(item!(), "WHERE i.part_id = $1 AND i.id > $2 ORDER BY i.id LIMIT $3");
const HELD_ITEMS: &str =
    concat!(item!(), "WHERE i.part_id = $1 AND i.id > $2 AND i.state = 'held' ORDER BY i.id LIMIT $3");
const STILL_HELD: &str = "SELECT COUNT(*) FROM brake_item WHERE part_id = $1 AND state = 'held'";
/// A line that was dropped may be sent again: its key goes.
const DROP_HELD: &str = "UPDATE brake_item SET state = $2, request_key = NULL WHERE part_id = $1 AND state = 'held'";
/// Of a run's parts only; what people asked for does not keep a run from its own work.
const OF_RUNS: &str = "
    SELECT i.id, i.part_id, i.account_id, p.action, p.brake FROM brake_part p JOIN brake_item i ON i.part_id = p.id
    WHERE p.state IN ('held', 'released') AND p.source = 'run' AND i.state = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("brake.get", GET),
    ("brake.page", PAGE),
    ("brake.of_organisation", OF_ORGANISATION),
    ("brake.in_state", IN_STATE),
    ("brake.of_run", OF_RUN),
    ("brake.of_account", OF_ACCOUNT),
    ("brake.expired", EXPIRED),
    ("brake.open", OPEN),
    ("brake.lock", LOCK),
    ("brake.add", ADD),
    ("brake.first", FIRST),
    ("brake.end", END),
    ("brake.left", LEFT),
    ("brake.items", ITEMS),
    ("brake.held_items", HELD_ITEMS),
    ("brake.still_held", STILL_HELD),
    ("brake.drop_held", DROP_HELD),
    ("brake.of_runs", OF_RUNS),
];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&BY_REQUESTS, &HELD_OF, &LET_GO];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&ITEM];
/// The bulk updates.
pub(crate) const UPDATES: &[&BulkUpdate] = &[&SET_STATE, &SET_FIRST];

static HELD_OF: Keyed = Keyed::by_int(
    "brake::HELD_OF",
    concat!(item!(), "WHERE i.account_id IN {keys} AND i.part_id = $2 AND i.state = 'held'"),
);
static BY_REQUESTS: Keyed = Keyed::by_text("brake::BY_REQUESTS", concat!(item!(), "WHERE i.request_key IN {keys}"));
/// What a run did is done; what still waits for one was let go by a line behind $2.
static LET_GO: Keyed = Keyed::by_int(
    "brake::LET_GO",
    "SELECT i.id, i.part_id, i.account_id, p.action, p.brake, i.state FROM brake_item i JOIN brake_part p ON p.id = i.part_id
     WHERE i.account_id IN {keys} AND p.source = 'run' AND i.state IN ('released', 'refused', 'lapsed') AND EXISTS (
         SELECT 1 FROM event e WHERE e.run_id = p.run_id AND e.id > $2 AND e.object_type = 'brake'
         AND e.object = CAST(p.id AS TEXT) AND e.action IN ('released', 'refused', 'lapsed'))",
);

/// An account is in a part once.
static ITEM: BulkInsert = BulkInsert::skipping_known(
    "brake_item",
    &[
        ("id", Type::Int),
        ("part_id", Type::Int),
        ("account_id", Type::Int),
        ("address", Type::Text),
        ("request", Type::Text),
        ("request_key", Type::Text),
        ("state", Type::Text),
    ],
);
static SET_FIRST: BulkUpdate = BulkUpdate::unversioned(
    "brake_item",
    ("id", Type::Int),
    &[("first_by", Type::Text), ("first_id", Type::Int), ("first_at", Type::Int)],
);
static SET_STATE: BulkUpdate = BulkUpdate::unversioned("brake_item", ("id", Type::Int), &[("state", Type::Text)]);

/// A part that is about to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPart {
    /// Of this day.
    pub day: Day,
    /// What is held.
    pub group: Group,
    /// Who wanted it.
    pub source: Source,
    /// The limit that was met.
    pub tripped: Tripped,
    /// By these figures.
    pub measure: Measure,
    /// The run, if it is one's.
    pub run: Option<i64>,
    /// Who asked; empty for a run.
    pub asked_by: String,
    /// Their account; none for the console and for a run.
    pub asked_id: Option<AccountId>,
    /// The file that it came with, the first where there were several; empty where there was none.
    pub asked_in: String,
    /// What the policy allowed then; unknown of parts that are older than this was kept.
    pub budget: Option<Budget>,
    /// Held then.
    pub made_at: Timestamp,
    /// Lapses on this day.
    pub expires_on: Day,
}

/// A held part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number.
    pub id: i64,
    /// As it was held; `measure.planned` is how many accounts are or were in it.
    pub held: NewPart,
    /// Where it stands.
    pub state: Stand,
    /// Of two persons that a run's part needs, who first said yes to any of it.
    pub first: Option<By>,
    /// Who released or refused it last, or `system` when it lapsed, and when.
    pub ended: Option<(String, Timestamp)>,
}

/// A person who released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// As the audit names them.
    pub name: String,
    /// Their account; none for the console.
    pub id: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// An account to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// The account.
    pub account: AccountId,
    /// Its address.
    pub address: String,
    /// What was asked, opaque to the store; none for a run's.
    pub request: Option<String>,
    /// Makes a line that is sent twice be held once.
    pub request_key: Option<String>,
}

/// An account in a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number; in the order in which they were held.
    pub id: i64,
    /// The part.
    pub part: i64,
    /// The account and the request.
    pub held: NewItem,
    /// Where it stands.
    pub state: Stand,
    /// Of two persons that a run's account needs, the first.
    pub first: Option<By>,
}

/// An account of a run's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfRun {
    /// The item.
    pub item: i64,
    /// Its part.
    pub part: i64,
    /// The account.
    pub account: AccountId,
    /// What would happen to it.
    pub action: Action,
    /// What holds it.
    pub brake: Brake,
}

/// What is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// All.
    All,
    /// Those that stand so.
    State(Stand),
    /// Those of an organisation.
    Organisation(&'a str),
    /// Those of a run.
    Run(i64),
}

fn read(row: &mut Row<'_>) -> Result<Part, Error> {
    let (id, on) = (row.int()?, day(row.int()?, "brake_part.day")?);
    let group = Group {
        organisation: row.word("brake_part.organisation", |text| OdsCode::parse(text).ok())?,
        kind: row.word("brake_part.kind", Kind::parse)?,
        action: row.word("brake_part.action", Action::parse)?,
        rule: row.word("brake_part.rule", Rule::parse)?,
    };
    let source = row.word("brake_part.source", Source::parse)?;
    let brake = row.word("brake_part.brake", Brake::parse)?;
    let (planned, done_today) = (row.int()?, row.int()?);
    let tripped = Tripped { brake, limit: row.int()?, why: row.text()? };
    let measure = Measure { planned, done_today, population: row.int()?, forecast: row.opt_int()? };
    let mut held = NewPart {
        day: on,
        group,
        source,
        tripped,
        measure,
        run: row.opt_int()?,
        asked_by: row.text()?,
        asked_id: row.opt_int()?.map(AccountId),
        asked_in: String::new(),
        budget: None,
        made_at: Timestamp::from_second(row.int()?),
        expires_on: day(row.int()?, "brake_part.expires_on")?,
    };
    let state = row.word("brake_part.state", Stand::parse)?;
    let first = read_by(row)?;
    let ended = row.opt_text()?.zip(row.opt_int()?).map(|(by, at)| (by, Timestamp::from_second(at)));
    let policy = row.opt_text()?;
    let (floor, share, forecast) = (row.opt_int()?, row.opt_int()?, row.opt_int()?);
    held.budget =
        policy.zip(floor).zip(share.zip(forecast)).map(|((policy, floor), (share_percent, forecast_percent))| Budget {
            policy,
            floor,
            share_percent,
            forecast_percent,
        });
    held.asked_in = row.text()?;
    Ok(Part { id, held, state, first, ended })
}

fn read_by(row: &mut Row<'_>) -> Result<Option<By>, Error> {
    let (name, id) = (row.opt_text()?, row.opt_int()?.map(AccountId));
    Ok(name.zip(row.opt_int()?).map(|(name, at)| By { name, id, at: Timestamp::from_second(at) }))
}

fn read_item(row: &mut Row<'_>) -> Result<Item, Error> {
    let (id, part) = (row.int()?, row.int()?);
    let account = AccountId(row.int()?);
    let held = NewItem { account, address: row.text()?, request: row.opt_text()?, request_key: row.opt_text()? };
    let state = row.word("brake_item.state", Stand::parse)?;
    Ok(Item { id, part, held, state, first: read_by(row)? })
}

/// The open part of a day, group, source and asker; made if there is none, and whether it was. Nobody ends it before
/// this write is kept.
pub fn open(tx: &mut WriteTx<'_>, part: &NewPart) -> Result<(i64, bool), Error> {
    let id = tx.next_ids("brake_part", 1)?;
    let NewPart {
        day,
        group,
        source,
        tripped,
        measure,
        run,
        asked_by,
        asked_id,
        asked_in,
        budget,
        made_at,
        expires_on,
    } = part;
    let budget = budget.as_ref();
    let params: [Value<'_>; 23] = [
        id.into(),
        day.number().into(),
        group.organisation.as_str().into(),
        group.kind.as_str().into(),
        group.action.as_str().into(),
        group.rule.as_str().into(),
        source.as_str().into(),
        tripped.brake.as_str().into(),
        measure.done_today.into(),
        tripped.limit.into(),
        tripped.why.as_str().into(),
        measure.population.into(),
        measure.forecast.into(),
        (*run).into(),
        asked_by.as_str().into(),
        asked_id.map(|id| id.0).into(),
        made_at.second().into(),
        expires_on.number().into(),
        budget.map(|budget| budget.policy.as_str()).into(),
        budget.map(|budget| budget.floor).into(),
        budget.map(|budget| budget.share_percent).into(),
        budget.map(|budget| budget.forecast_percent).into(),
        asked_in.as_str().into(),
    ];
    let open = tx.query_one(OPEN, &params, row::int)?.ok_or(Error::Corrupt("brake_part.id"))?;
    Ok((open, open == id))
}

/// Puts accounts into an open part; one that is in it, and a request that was held before, is left out. How many were
/// added.
pub fn hold(tx: &mut WriteTx<'_>, part: i64, items: &[NewItem]) -> Result<i64, Error> {
    let first = tx.next_ids("brake_item", i64::try_from(items.len()).unwrap_or(i64::MAX))?;
    let rows = (first..).zip(items).map(|(id, item)| -> [Value<'_>; 7] {
        let (request, key) = (item.request.as_deref().into(), item.request_key.as_deref().into());
        let state = Stand::Held.as_str().into();
        [id.into(), part.into(), item.account.0.into(), item.address.as_str().into(), request, key, state]
    });
    let added = i64::try_from(tx.bulk_insert(&ITEM, rows)?).unwrap_or(i64::MAX);
    tx.execute(ADD, &[part.into(), added.into()])?;
    Ok(added)
}

/// A part, which nobody else changes before this write is kept.
pub fn lock(tx: &mut WriteTx<'_>, id: i64) -> Result<Option<Part>, Error> {
    tx.execute(LOCK, &[id.into()])?;
    get(tx, id)
}

/// A part.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<Part>, Error> {
    db.query_one(GET, &[id.into()], read)
}

/// A page of parts, newest first, older than one.
pub fn list(db: &mut Reader<'_>, which: Which<'_>, before: i64, limit: u32) -> Result<Vec<Part>, Error> {
    let (before, limit) = (Value::from(before), Value::from(limit));
    match which {
        Which::All => db.query(PAGE, &[before, limit], read),
        Which::State(state) => db.query(IN_STATE, &[before, limit, state.as_str().into()], read),
        Which::Organisation(code) => db.query(OF_ORGANISATION, &[before, limit, code.into()], read),
        Which::Run(run) => db.query(OF_RUN, &[before, limit, run.into()], read),
    }
}

/// The parts in which an account is held.
pub fn of_account(db: &mut Reader<'_>, account: AccountId) -> Result<Vec<Part>, Error> {
    db.query(OF_ACCOUNT, &[account.0.into()], read)
}

/// Open parts whose last day is over, the oldest first.
pub fn expired(db: &mut Reader<'_>, today: Day, limit: u32) -> Result<Vec<i64>, Error> {
    db.query(EXPIRED, &[today.number().into(), limit.into()], row::int)
}

/// A page of a part's accounts, in the order in which they were held.
pub fn items(db: &mut Reader<'_>, part: i64, after: i64, limit: u32) -> Result<Vec<Item>, Error> {
    db.query(ITEMS, &[part.into(), after.into(), limit.into()], read_item)
}

/// The same of those that are still held.
pub fn held_items(db: &mut Reader<'_>, part: i64, after: i64, limit: u32) -> Result<Vec<Item>, Error> {
    db.query(HELD_ITEMS, &[part.into(), after.into(), limit.into()], read_item)
}

/// The items of accounts that are still held in a part, in any order.
pub fn held_of(db: &mut Reader<'_>, part: i64, accounts: &[AccountId]) -> Result<Vec<Item>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    db.by_keys(&HELD_OF, Keys::Ints(&keys), &[part.into()], read_item)
}

/// How many accounts of a part stand how.
pub fn stands(db: &mut Reader<'_>, part: i64) -> Result<Vec<(Stand, i64)>, Error> {
    db.query(LEFT, &[part.into()], |row| Ok((row.word("brake_item.state", Stand::parse)?, row.int()?)))
}

/// How many accounts are still held in a part.
pub fn still_held(db: &mut Reader<'_>, part: i64) -> Result<i64, Error> {
    Ok(db.query_one(STILL_HELD, &[part.into()], row::int)?.unwrap_or(0))
}

/// What became of requests that a brake held; a key that none held gives none.
pub fn by_requests(db: &mut Reader<'_>, keys: &[&str]) -> Result<Vec<Item>, Error> {
    db.by_keys(&BY_REQUESTS, Keys::Texts(keys), &[], read_item)
}

/// Shows `each` the accounts of runs' parts that stand so: held ones are left alone by a run, released ones are done.
pub fn of_runs(
    db: &mut Reader<'_>,
    state: Stand,
    mut each: impl FnMut(OfRun) -> Result<(), Error>,
) -> Result<(), Error> {
    db.for_each(OF_RUNS, &[state.as_str().into()], |row| each(of_run(row)?))
}

fn of_run(row: &mut Row<'_>) -> Result<OfRun, Error> {
    Ok(OfRun {
        item: row.int()?,
        part: row.int()?,
        account: AccountId(row.int()?),
        action: row.word("brake_part.action", Action::parse)?,
        brake: row.word("brake_part.brake", Brake::parse)?,
    })
}

/// The accounts of runs' parts that were released, refused or lapsed by a line of the trail behind this one, and that no
/// run has done since. Cost: what was ever held of these accounts, and the lines of those runs behind the line.
pub fn let_go(db: &mut Reader<'_>, ids: &[AccountId], line: i64) -> Result<Vec<(OfRun, Stand)>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&LET_GO, Keys::Ints(&keys), &[line.into()], |row| {
        Ok((of_run(row)?, row.word("brake_item.state", Stand::parse)?))
    })
}

/// Items now stand so. Call `settle` for their parts afterwards.
pub fn set_items(tx: &mut WriteTx<'_>, items: &[i64], state: Stand) -> Result<(), Error> {
    tx.bulk_update(&SET_STATE, items.iter().map(|id| [(*id).into(), state.as_str().into()])).map(drop)
}

/// Everything that is still held in a part is dropped: refused or lapsed.
pub fn drop_held(tx: &mut WriteTx<'_>, part: i64, state: Stand) -> Result<u64, Error> {
    tx.execute(DROP_HELD, &[part.into(), state.as_str().into()])
}

/// The first of two persons said yes to these.
pub fn first(tx: &mut WriteTx<'_>, part: i64, items: &[i64], by: &By) -> Result<(), Error> {
    let word = || -> [Value<'_>; 3] { [by.name.as_str().into(), by.id.map(|id| id.0).into(), by.at.second().into()] };
    let [name, id, at] = word();
    tx.execute(FIRST, &[part.into(), name, id, at])?;
    let rows = items.iter().map(|item| -> [Value<'_>; 4] {
        let [name, id, at] = word();
        [(*item).into(), name, id, at]
    });
    tx.bulk_update(&SET_FIRST, rows).map(drop)
}

/// A part stands as its items do: held while one is, else released while one is, else as told. Gives that back.
pub fn settle(tx: &mut WriteTx<'_>, part: i64, over: Stand, by: &str, at: Timestamp) -> Result<Stand, Error> {
    let left = self::stands(tx, part)?;
    let has = |state: &Stand| left.iter().any(|(known, _)| known == state);
    let stands = [Stand::Held, Stand::Released].into_iter().find(has).unwrap_or(over);
    tx.execute(END, &[part.into(), stands.as_str().into(), by.into(), at.second().into()])?;
    Ok(stands)
}
