//! Reading the audit trail: of one account, and by search (AUD-01).

use domain::ids::{AccountId, OdsCode};
use domain::time::Timestamp;

use crate::bulk::keyed::{Keyed, Keys};
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::tx::Reader;
use crate::value::Value;

macro_rules! columns {
    () => {
        "SELECT id, at, actor, grant_id, object_type, object, account_id, organisation, action, rule, detail, run_id FROM event "
    };
}

macro_rules! filters {
    () => {
        " AND ($3 = '' OR actor = $3) AND ($4 = '' OR object = $4) AND ($5 = '' OR action = $5) \
         AND ($6 = '' OR rule = $6) AND at >= $7 AND at < $8"
    };
}

const OF_ACCOUNT: &str = concat!(columns!(), "WHERE account_id = $1 AND id > $2 AND at < $3 ORDER BY id LIMIT $4");
const SEARCH: &str = concat!(columns!(), "WHERE id < $1", filters!(), " ORDER BY id DESC LIMIT $2");
const SEARCH_ORGANISATION: &str =
    concat!(columns!(), "WHERE organisation = $9 AND id < $1", filters!(), " ORDER BY id DESC LIMIT $2");
macro_rules! walk {
    ($way:literal) => {
        concat!(columns!(), "WHERE ", $way, "id < $1 AND id > $2 ORDER BY id DESC LIMIT $3")
    };
}

const WALK: &str = walk!("");
const WALK_ACCOUNT: &str = walk!("account_id = $4 AND ");
const WALK_ORGANISATION: &str = walk!("organisation = $4 AND ");
/// The indexes of these two leave out what the system does of itself.
const WALK_ACTOR: &str = walk!("actor = $4 AND actor <> 'system' AND ");
const WALK_ACTION: &str = walk!("action = $4 AND actor <> 'system' AND ");
const FROM: &str = "SELECT id, at FROM event WHERE id >= $1 ORDER BY id LIMIT 1";
const LAST: &str = "SELECT MAX(id) FROM event";
const TELLING: &str = "
    SELECT account_id, id, object_type, object, detail FROM event
    WHERE account_id IS NOT NULL AND (account_id, id) > ($1, $2) AND at < $3 ORDER BY account_id, id LIMIT $4";
const TELLING_OF: &str = "
    SELECT account_id, id, object_type, object, detail FROM event
    WHERE account_id = $1 AND id > $2 AND at < $3 ORDER BY id LIMIT $4";
const GRANTS_OF_ORGANISATION: &str = "
    SELECT account_id FROM event
    WHERE organisation = $1 AND at < $2 AND object_type = 'grant' AND account_id IS NOT NULL ORDER BY id";
const ORGANISATION_ITSELF: &str = "
    SELECT detail FROM event WHERE organisation = $1 AND at < $2 AND object_type = 'organisation' ORDER BY id";
/// All of it stands in the index.
const STAMP: &str = "
    SELECT COUNT(*), COUNT(CASE WHEN id > $3 THEN 1 END), COALESCE(MAX(id), 0) FROM event
    WHERE organisation = $1 AND id > $2";
const TOLD_OF: &str = "
    SELECT DISTINCT account_id FROM event WHERE organisation = $1 AND id > $2 AND account_id IS NOT NULL";
static REQUESTS: Keyed = Keyed::by_text("audit::REQUESTS", "SELECT request_key FROM event WHERE request_key IN {keys}");
static NEWEST: Keyed = Keyed::by_int(
    "audit::NEWEST",
    "SELECT e.id, e.account_id, e.action, e.at, e.actor FROM event e
     WHERE e.id IN (SELECT MAX(id) FROM event WHERE account_id IN {keys} AND (run_id IS NULL OR action = 'rolled_back') GROUP BY account_id)",
);

static LAST_USES: Keyed = Keyed::by_int(
    "audit::LAST_USES",
    "SELECT k.value, (SELECT MAX(e.at) FROM event e WHERE e.grant_id = k.value) FROM {keys}",
);

/// Not the last line of a run: who releases a part of it writes one later.
const END_OF_RUN: &str = "
    SELECT id FROM event WHERE run_id = $1 AND object_type = 'run' AND action = 'finished' ORDER BY id DESC LIMIT 1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("audit.of_account", OF_ACCOUNT),
    ("audit.search", SEARCH),
    ("audit.search_organisation", SEARCH_ORGANISATION),
    ("audit.walk", WALK),
    ("audit.walk_account", WALK_ACCOUNT),
    ("audit.walk_organisation", WALK_ORGANISATION),
    ("audit.walk_actor", WALK_ACTOR),
    ("audit.walk_action", WALK_ACTION),
    ("audit.from", FROM),
    ("audit.last", LAST),
    ("audit.telling", TELLING),
    ("audit.telling_of", TELLING_OF),
    ("audit.grants_of_organisation", GRANTS_OF_ORGANISATION),
    ("audit.organisation_itself", ORGANISATION_ITSELF),
    ("audit.end_of_run", END_OF_RUN),
    ("audit.stamp", STAMP),
    ("audit.told_of", TOLD_OF),
];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&REQUESTS, &NEWEST, &LAST_USES];

/// A line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, ascending.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// By which grant.
    pub grant: Option<i64>,
    /// To what kind of thing.
    pub object_type: String,
    /// To which.
    pub object: String,
    /// The account concerned.
    pub account: Option<AccountId>,
    /// The organisation concerned.
    pub organisation: Option<String>,
    /// What.
    pub action: String,
    /// By which rule.
    pub rule: Option<String>,
    /// Before and after, JSON.
    pub detail: String,
    /// In which run.
    pub run: Option<i64>,
}

/// What to search for; empty texts mean anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Who.
    pub actor: String,
    /// The object's name.
    pub object: String,
    /// In an organisation.
    pub organisation: String,
    /// The action's word.
    pub action: String,
    /// The rule's id.
    pub rule: String,
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub until: Timestamp,
    /// Only lines older than this one.
    pub before: i64,
    /// At most so many.
    pub limit: u32,
}

/// The one reader of lines.
pub(crate) fn read(row: &mut Row<'_>) -> Result<Line, Error> {
    Ok(Line {
        id: row.int()?,
        at: Timestamp::from_second(row.int()?),
        actor: row.text()?,
        grant: row.opt_int()?,
        object_type: row.text()?,
        object: row.text()?,
        account: row.opt_int()?.map(AccountId),
        organisation: row.opt_text()?,
        action: row.text()?,
        rule: row.opt_text()?,
        detail: row.text()?,
        run: row.opt_int()?,
    })
}

/// An account's lines in order, behind one, before an instant.
pub fn of_account(
    db: &mut Reader<'_>,
    id: AccountId,
    after: i64,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Line>, Error> {
    db.query(OF_ACCOUNT, &[id.0.into(), after.into(), until.second().into(), i64::from(limit).into()], read)
}

/// Lines that match, newest first.
pub fn search(db: &mut Reader<'_>, s: &Search) -> Result<Vec<Line>, Error> {
    let mut params = vec![
        s.before.into(),
        i64::from(s.limit).into(),
        s.actor.as_str().into(),
        s.object.as_str().into(),
        s.action.as_str().into(),
        s.rule.as_str().into(),
        s.from.second().into(),
        s.until.second().into(),
    ];
    if s.organisation.is_empty() {
        return db.query(SEARCH, &params, read);
    }
    params.push(s.organisation.as_str().into());
    db.query(SEARCH_ORGANISATION, &params, read)
}

/// What a line tells of an account, as long as the line is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling<'r> {
    /// The account's id.
    pub account: i64,
    /// The line's number.
    pub id: i64,
    /// The grant that it tells of; none where it is the account itself.
    pub grant: Option<i64>,
    /// Before and after, JSON.
    pub detail: &'r str,
}

fn told<'r>(row: &mut Row<'r>) -> Result<Telling<'r>, Error> {
    let (account, id, object_type, object) = (row.int()?, row.int()?, row.str()?, row.str()?);
    let grant = match object_type {
        "grant" => Some(object.parse().map_err(|_| Error::Corrupt("event.object"))?),
        _ => None,
    };
    Ok(Telling { account, id, grant, detail: row.str()? })
}

/// A page of the lines of all accounts before an instant, behind an account and a line: by account, then in their order.
pub fn telling(
    db: &mut Reader<'_>,
    after: (i64, i64),
    until: Timestamp,
    limit: u32,
    mut each: impl FnMut(Telling<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let params = [after.0.into(), after.1.into(), until.second().into(), i64::from(limit).into()];
    db.for_each(TELLING, &params, |row| each(told(row)?))
}

/// A page of the lines of one account before an instant, behind a line.
pub fn telling_of(
    db: &mut Reader<'_>,
    id: AccountId,
    after: i64,
    until: Timestamp,
    limit: u32,
    mut each: impl FnMut(Telling<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let params = [id.0.into(), after.into(), until.second().into(), i64::from(limit).into()];
    db.for_each(TELLING_OF, &params, |row| each(told(row)?))
}

/// The holders in the lines about grants over an organisation and its units, before an instant; some more than once.
pub fn grants_of_organisation(
    db: &mut Reader<'_>,
    code: &OdsCode,
    until: Timestamp,
    mut each: impl FnMut(AccountId) -> Result<(), Error>,
) -> Result<(), Error> {
    let params = [code.as_str().into(), until.second().into()];
    db.for_each(GRANTS_OF_ORGANISATION, &params, |row| each(AccountId(row.int()?)))
}

/// The details of the lines about an organisation itself, before an instant, in their order.
pub fn of_organisation_itself(
    db: &mut Reader<'_>,
    code: &OdsCode,
    until: Timestamp,
    mut each: impl FnMut(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    let params = [code.as_str().into(), until.second().into()];
    db.for_each(ORGANISATION_ITSELF, &params, |row| each(row.str()?))
}

/// Which of these requests were done before (CSV-02).
pub fn done_before(db: &mut Reader<'_>, keys: &[&str]) -> Result<Vec<String>, Error> {
    db.by_keys(&REQUESTS, Keys::Texts(keys), &[], row::text)
}

/// What somebody, or a signal, did to an account outside of any run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The number of its line.
    pub id: i64,
    /// To this account.
    pub account: AccountId,
    /// What.
    pub action: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
}

/// The newest line of some accounts that no run wrote.
pub fn newest_by_people(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<Deed>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&NEWEST, Keys::Ints(&keys), &[], |row| {
        Ok(Deed {
            id: row.int()?,
            account: AccountId(row.int()?),
            action: row.text()?,
            at: Timestamp::from_second(row.int()?),
            actor: row.text()?,
        })
    })
}

/// The number of the line with which a run ended, when it ended last; 0 when it never did.
pub fn end_of_run(db: &mut Reader<'_>, run: i64) -> Result<i64, Error> {
    Ok(db.query_one(END_OF_RUN, &[run.into()], row::int)?.unwrap_or(0))
}

/// When some grants last allowed something; those that never did are left out (ROLE-09).
pub fn last_uses(db: &mut Reader<'_>, grants: &[i64]) -> Result<Vec<(i64, Timestamp)>, Error> {
    let read = |row: &mut Row<'_>| Ok((row.int()?, row.opt_int()?));
    let uses = db.by_keys(&LAST_USES, Keys::Ints(grants), &[], read)?.into_iter();
    Ok(uses.filter_map(|(grant, at)| Some((grant, Timestamp::from_second(at?)))).collect())
}

/// By which index lines are walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'w> {
    /// All lines.
    All,
    /// Those of an account.
    Account(AccountId),
    /// Those of an organisation.
    Organisation(&'w str),
    /// What somebody did; never the system.
    Actor(&'w str),
    /// What people did of this kind; never the system.
    Action(&'w str),
}

/// Lines on a way, newest first, before one and behind another. Cost: an index range, so many rows as are asked for.
pub fn walk(db: &mut Reader<'_>, way: Way<'_>, (before, behind): (i64, i64), limit: u32) -> Result<Vec<Line>, Error> {
    let (sql, by): (&'static str, Option<Value<'_>>) = match way {
        Way::All => (WALK, None),
        Way::Account(id) => (WALK_ACCOUNT, Some(id.0.into())),
        Way::Organisation(code) => (WALK_ORGANISATION, Some(code.into())),
        Way::Actor(name) => (WALK_ACTOR, Some(name.into())),
        Way::Action(word) => (WALK_ACTION, Some(word.into())),
    };
    let fixed = [before.into(), behind.into(), i64::from(limit).into()];
    let params: Vec<_> = fixed.into_iter().chain(by).collect();
    db.query(sql, &params, read)
}

/// The first line from a number on, and when it was written.
pub fn from(db: &mut Reader<'_>, id: i64) -> Result<Option<(i64, Timestamp)>, Error> {
    db.query_one(FROM, &[id.into()], |row| Ok((row.int()?, Timestamp::from_second(row.int()?))))
}

/// The number of the newest line; 0 without one.
pub fn last(db: &mut Reader<'_>) -> Result<i64, Error> {
    Ok(db.query_one(LAST, &[], row::opt_int)?.flatten().unwrap_or(0))
}

/// Where an organisation's lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// How many lines there are behind the one from which was counted.
    pub count: i64,
    /// How many of them stand behind the last one that the asker knew.
    pub new: i64,
    /// The last one; 0 where there is none.
    pub last: i64,
}

/// Where an organisation's lines end, counted from one, with those behind another told apart. A number is taken before its
/// line is kept, so on PostgreSQL a line may come after one with a higher number; the count tells. Cost: an index range.
pub fn stamp(db: &mut Reader<'_>, code: &OdsCode, since: i64, known: i64) -> Result<Stamp, Error> {
    let params = [code.as_str().into(), since.into(), known.into()];
    let found =
        db.query_one(STAMP, &params, |row| Ok(Stamp { count: row.int()?, new: row.int()?, last: row.int()? }))?;
    Ok(found.unwrap_or(Stamp { count: 0, new: 0, last: 0 }))
}

/// The accounts of which an organisation's lines behind one tell.
pub fn told_of(db: &mut Reader<'_>, code: &OdsCode, after: i64) -> Result<Vec<AccountId>, Error> {
    db.query(TOLD_OF, &[code.as_str().into(), after.into()], |row| Ok(AccountId(row.int()?)))
}
