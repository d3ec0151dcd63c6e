//! Accounts: the lifecycle's rows. One reader, one writer; the due date and its work are stored beside the facts.

use domain::account::flat::Flat;
use domain::account::{Account, Announced, Cause, Held, State};
use domain::ids::{AccountId, Address, OdsCode};
use domain::lifecycle::task::{Task, Work};
use domain::rule::Rule;
use domain::signal::{Seen, Signal, Signals, Source};
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};

use crate::bulk::keyed::{Keyed, Keys};
use crate::bulk::{BulkInsert, BulkUpdate, Column, Type, chained};
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::tx::{Reader, WriteTx};
use crate::value::Value;

macro_rules! columns {
    () => {
        "a.id, a.kind, a.address, a.organisation, a.status, a.since_at, a.inactive_rule, a.cause, a.disabled_at, \
         a.asked_on, a.confirmed_at, a.announced_on, a.announced_for_on, a.reminded_days, a.held_at, a.refused_on, \
         a.created_at, a.terms_at, a.password_change_at, a.mail_sent_at, a.mailbox_login_at, a.portal_login_at, \
         a.app_login_at, a.app_use_at, a.signal_sources, a.version"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM account a WHERE a.id = $1");
const BY_ADDRESS: &str =
    concat!("SELECT ", columns!(), " FROM address d JOIN account a ON a.id = d.account_id WHERE d.address = $1");
static BY_IDS: Keyed =
    Keyed::by_int("account::BY_IDS", concat!("SELECT ", columns!(), " FROM account a WHERE a.id IN {keys}"));
static BY_ADDRESSES: Keyed = Keyed::by_text(
    "account::BY_ADDRESSES",
    concat!(
        "SELECT d.address, ",
        columns!(),
        " FROM address d JOIN account a ON a.id = d.account_id WHERE d.address IN {keys}"
    ),
);
const DUE: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.next_on FROM account a WHERE a.next_on <= $1 AND (a.next_on, a.id) > ($2, $3) ",
    "ORDER BY a.next_on, a.id LIMIT $4"
);
const ALL: &str =
    concat!("SELECT ", columns!(), ", a.next_on, a.next_work FROM account a WHERE a.id > $1 ORDER BY a.id LIMIT $2");
/// The same with the id once more in front: whose row it is can be told before the row is read.
pub(crate) const ALL_WITH_IDS: &str = concat!(
    "SELECT a.id, ",
    columns!(),
    ", a.next_on, a.next_work FROM account a WHERE a.id > $1 ORDER BY a.id LIMIT $2"
);
const OF_ORGANISATION: &str =
    concat!("SELECT ", columns!(), " FROM account a WHERE a.organisation = $1 AND a.id > $2 ORDER BY a.id LIMIT $3");
const DUE_OF_ORGANISATION: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM account a WHERE a.organisation = $1 AND a.next_on <= $2 ORDER BY a.next_on, a.id"
);
const BY_LOCAL_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM account a WHERE a.organisation = $1 AND a.local_id = $2 AND a.local_id <> ''"
);
/// Each key is a code, filled up to ten characters, and a local id: the key's two columns in one text.
static BY_NUMBERS: Keyed = Keyed::by_text(
    "account::BY_NUMBERS",
    concat!(
        "SELECT a.local_id, ",
        columns!(),
        " FROM {keys} CROSS JOIN account a WHERE a.organisation = RTRIM(SUBSTR(k.value, 1, 10)) ",
        "AND a.local_id = SUBSTR(k.value, 11) AND a.local_id <> ''"
    ),
);
/// `kind <> 'user'` is what the index says of itself.
const UNATTENDED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM account a WHERE a.kind <> 'user' AND (a.organisation, a.id) > ($1, $2) ",
    "AND a.status NOT IN ('deleted', 'purged') ORDER BY a.organisation, a.id LIMIT $3"
);
const TOUCH: &str = "UPDATE account SET version = version + 1 WHERE id = $1 AND version = $2";
const FORGET_LOCAL_ID: &str = "UPDATE account SET local_id = '' WHERE id = $1";
const COUNT: &str = "SELECT COUNT(*) FROM account";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("account.by_id", BY_ID),
    ("account.by_address", BY_ADDRESS),
    ("account.due", DUE),
    ("account.all", ALL),
    ("account.all_with_ids", ALL_WITH_IDS),
    ("account.of_organisation", OF_ORGANISATION),
    ("account.due_of_organisation", DUE_OF_ORGANISATION),
    ("account.by_local_id", BY_LOCAL_ID),
    ("account.unattended", UNATTENDED),
    ("account.touch", TOUCH),
    ("account.forget_local_id", FORGET_LOCAL_ID),
    ("account.count", COUNT),
];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&BY_IDS, &BY_ADDRESSES, &BY_NUMBERS];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];
/// The bulk updates.
pub(crate) const UPDATES: &[&BulkUpdate] = &[&UPDATE, &STEP, &RESCHEDULE, &RENUMBER];

/// Where an account stands, what was announced and what is held, in the order of `standing`.
const STANDING: [Column; 12] = [
    ("status", Type::Text),
    ("since_at", Type::Int),
    ("inactive_rule", Type::Text),
    ("cause", Type::Text),
    ("disabled_at", Type::Int),
    ("asked_on", Type::Int),
    ("confirmed_at", Type::Int),
    ("announced_on", Type::Int),
    ("announced_for_on", Type::Int),
    ("reminded_days", Type::Int),
    ("held_at", Type::Int),
    ("refused_on", Type::Int),
];

/// When its terms were accepted and what was seen of it, in the order of `seen`.
const SEEN: [Column; 8] = [
    ("terms_at", Type::Int),
    ("password_change_at", Type::Int),
    ("mail_sent_at", Type::Int),
    ("mailbox_login_at", Type::Int),
    ("portal_login_at", Type::Int),
    ("app_login_at", Type::Int),
    ("app_use_at", Type::Int),
    ("signal_sources", Type::Text),
];

/// When something is due, in the order of `scheduled`.
const SCHEDULED: [Column; 2] = [("next_on", Type::Int), ("next_work", Type::Text)];

/// What `new_row` begins with.
const NAMED: [Column; 5] = [
    ("id", Type::Int),
    ("kind", Type::Text),
    ("address", Type::Text),
    ("organisation", Type::Text),
    ("local_id", Type::Text),
];

static INSERT: BulkInsert = BulkInsert::new(
    "account",
    &chained::<29>(&[&NAMED, &STANDING, &[("created_at", Type::Int)], &SEEN, &SCHEDULED, &[("version", Type::Int)]]),
);

static UPDATE: BulkUpdate = BulkUpdate::new(
    "account",
    ("id", Type::Int),
    &chained::<24>(&[&[("address", Type::Text), ("organisation", Type::Text)], &STANDING, &SEEN, &SCHEDULED]),
);

/// What time alone changes. SQLite writes the indexes of every column that is named, changed or not.
static STEP: BulkUpdate = BulkUpdate::new("account", ("id", Type::Int), &chained::<14>(&[&STANDING, &SCHEDULED]));

static RESCHEDULE: BulkUpdate = BulkUpdate::new("account", ("id", Type::Int), &SCHEDULED);

static RENUMBER: BulkUpdate = BulkUpdate::unversioned("account", ("id", Type::Int), &[("local_id", Type::Text)]);

/// A due date as it is stored.
pub type Schedule = Option<Task>;

fn state(row: &mut Row<'_>) -> Result<State, Error> {
    let flat = Flat {
        status: row.word("account.status", Status::parse)?,
        since: time(row.int()?),
        inactive_rule: row.opt_word("account.inactive_rule", Rule::parse)?,
        cause: row.opt_word("account.cause", Cause::parse)?,
        disabled_at: row.opt_int()?.map(time),
        asked_on: opt_day(row)?,
        confirmed_at: row.opt_int()?.map(time),
    };
    State::from_flat(&flat).ok_or(Error::Corrupt("account.status"))
}

const fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn opt_day(row: &mut Row<'_>) -> Result<Option<Day>, Error> {
    row.opt_int()?.map(|n| day(n, "account day")).transpose()
}

/// Reads a civil day.
pub(crate) fn day(number: i64, column: &'static str) -> Result<Day, Error> {
    i32::try_from(number).map(Day::from_number).map_err(|_| Error::Corrupt(column))
}

/// The one reader of account rows.
pub(crate) fn read(row: &mut Row<'_>) -> Result<Account, Error> {
    let id = AccountId(row.int()?);
    let kind = row.word("account.kind", Kind::parse)?;
    let address = row.word("account.address", Address::parse)?;
    let organisation = row.word("account.organisation", |text| OdsCode::parse(text).ok())?;
    let state = state(row)?;
    let (sent_on, effective_on) = (opt_day(row)?, opt_day(row)?);
    let reminded =
        row.opt_int()?.map(|n| u16::try_from(n).map_err(|_| Error::Corrupt("account.reminded_days"))).transpose()?;
    let announced =
        sent_on.zip(effective_on).map(|(sent_on, effective_on)| Announced { sent_on, effective_on, reminded });
    let held_at = row.opt_int()?.map(time);
    let refused_on = opt_day(row)?;
    let created_at = time(row.int()?);
    let terms_at = row.opt_int()?.map(time);
    let signals = signals(row)?;
    let version = row.int()?;
    let held = held_at.map(|since| Held { since, refused_on });
    Ok(Account { id, kind, address, organisation, state, signals, announced, held, created_at, terms_at, version })
}

fn signals(row: &mut Row<'_>) -> Result<Signals, Error> {
    let mut at = [None; 6];
    for slot in &mut at {
        *slot = row.opt_int()?.map(time);
    }
    let sources = row.text()?;
    let mut signals = Signals::default();
    for ((signal, at), letter) in Signal::ALL.iter().zip(at).zip(sources.chars()) {
        if let Some(at) = at {
            let source = source_of(letter).ok_or(Error::Corrupt("account.signal_sources"))?;
            signals.see(*signal, Seen { at, source });
        }
    }
    Ok(signals)
}

const fn letter_of(source: Source) -> char {
    match source {
        Source::Migration => 'm',
        Source::Import => 'i',
        Source::Portal => 'p',
        Source::Engine => 'e',
        Source::Demo => 'd',
    }
}

fn source_of(letter: char) -> Option<Source> {
    Source::ALL.iter().copied().find(|source| letter_of(*source) == letter)
}

/// Reads `next_on` and `next_work` behind an account.
fn schedule(row: &mut Row<'_>) -> Result<Schedule, Error> {
    let (on, work) = (opt_day(row)?, row.opt_word("account.next_work", Work::parse)?);
    Ok(on.zip(work).map(|(on, work)| Task { on, work }))
}

/// Reads an account and its schedule.
pub(crate) fn read_scheduled(row: &mut Row<'_>) -> Result<(Account, Schedule), Error> {
    Ok((read(row)?, schedule(row)?))
}

fn number(at: Option<Timestamp>) -> Value<'static> {
    Value::from(at.map(Timestamp::second))
}

fn day_value(on: Option<Day>) -> Value<'static> {
    Value::from(on.map(|d| i64::from(d.number())))
}

/// Where an account stands, what was announced and what is held: the columns from `status` to `refused_on`.
fn standing(account: &Account) -> [Value<'_>; 12] {
    let flat = account.state.flat();
    [
        Value::from(flat.status.as_str()),
        number(Some(flat.since)),
        Value::from(flat.inactive_rule.map(Rule::as_str)),
        Value::from(flat.cause.map(Cause::as_str)),
        number(flat.disabled_at),
        day_value(flat.asked_on),
        number(flat.confirmed_at),
        day_value(account.announced.map(|a| a.sent_on)),
        day_value(account.announced.map(|a| a.effective_on)),
        Value::from(account.announced.and_then(|a| a.reminded).map(i64::from)),
        number(account.held.map(|h| h.since)),
        day_value(account.held.and_then(|h| h.refused_on)),
    ]
}

/// When its terms were accepted and what was seen of it: the columns from `terms_at` to `signal_sources`.
fn seen(account: &Account) -> [Value<'_>; 8] {
    let at = |signal| number(account.signals.get(signal).map(|seen| seen.at));
    let sources: String =
        Signal::ALL.iter().map(|s| account.signals.get(*s).map_or('-', |seen| letter_of(seen.source))).collect();
    [
        number(account.terms_at),
        at(Signal::PasswordChange),
        at(Signal::MailSent),
        at(Signal::MailboxLogin),
        at(Signal::PortalLogin),
        at(Signal::AppLogin),
        at(Signal::AppUse),
        Value::from(sources),
    ]
}

fn scheduled(next: Schedule) -> [Value<'static>; 2] {
    [day_value(next.map(|task| task.on)), Value::from(next.map(|task| task.work.as_str()))]
}

fn changed_row(account: &Account, next: Schedule) -> Vec<Value<'_>> {
    let mut row = Vec::with_capacity(26);
    row.extend([account.id.0.into(), account.version.into()]);
    row.extend([account.address.as_str().into(), account.organisation.as_str().into()]);
    row.extend(standing(account));
    row.extend(seen(account));
    row.extend(scheduled(next));
    row
}

fn stepped_row(account: &Account, next: Schedule) -> Vec<Value<'_>> {
    let mut row = Vec::with_capacity(16);
    row.extend([account.id.0.into(), account.version.into()]);
    row.extend(standing(account));
    row.extend(scheduled(next));
    row
}

fn new_row<'a>(account: &'a Account, next: Schedule, local_id: &'a str) -> Vec<Value<'a>> {
    let mut row = Vec::with_capacity(29);
    row.extend([account.id.0.into(), account.kind.as_str().into(), account.address.as_str().into()]);
    row.extend([account.organisation.as_str().into(), local_id.into()]);
    row.extend(standing(account));
    row.push(account.created_at.second().into());
    row.extend(seen(account));
    row.extend(scheduled(next));
    row.push(Value::Int(1));
    row
}

/// One account.
pub fn get(db: &mut Reader<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    db.query_one(BY_ID, &[id.0.into()], read)
}

/// The account that has an address now: as its own, as an alias, or, purged, as its reservation.
pub fn by_address(db: &mut Reader<'_>, address: &str) -> Result<Option<Account>, Error> {
    db.query_one(BY_ADDRESS, &[address.into()], read)
}

/// Some accounts, in any order.
pub fn by_ids(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<Account>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&BY_IDS, Keys::Ints(&keys), &[], read)
}

/// The accounts that have some addresses, with the address that was asked for.
pub fn by_addresses(db: &mut Reader<'_>, addresses: &[&str]) -> Result<Vec<(String, Account)>, Error> {
    db.by_keys(&BY_ADDRESSES, Keys::Texts(addresses), &[], |row| Ok((row.text()?, read(row)?)))
}

/// Accounts with work due until a day, oldest first, behind a key. Cost: an index range, so the day's work only.
pub fn due(db: &mut Reader<'_>, until: Day, after: (Day, AccountId), limit: u32) -> Result<Vec<(Account, Day)>, Error> {
    let params = [
        i64::from(until.number()).into(),
        i64::from(after.0.number()).into(),
        after.1.0.into(),
        i64::from(limit).into(),
    ];
    db.query(DUE, &params, |row| Ok((read(row)?, day(row.int()?, "account.next_on")?)))
}

/// A page of all accounts, by id, with their stored schedules.
pub fn page(db: &mut Reader<'_>, after: AccountId, limit: u32) -> Result<Vec<(Account, Schedule)>, Error> {
    db.query(ALL, &[after.0.into(), i64::from(limit).into()], read_scheduled)
}

/// A page of an organisation's accounts, by id.
pub fn of_organisation(
    db: &mut Reader<'_>,
    code: &OdsCode,
    after: AccountId,
    limit: u32,
) -> Result<Vec<Account>, Error> {
    db.query(OF_ORGANISATION, &[code.as_str().into(), after.0.into(), i64::from(limit).into()], read)
}

/// The mailboxes that are nobody's own and are not deleted, by organisation and id, behind a place. Cost: an index of them.
pub fn unattended(
    db: &mut Reader<'_>,
    (organisation, id): (&str, AccountId),
    limit: u32,
) -> Result<Vec<Account>, Error> {
    db.query(UNATTENDED, &[organisation.into(), id.0.into(), i64::from(limit).into()], read)
}

/// An organisation's accounts with work due until a day, oldest first.
pub fn due_of_organisation(db: &mut Reader<'_>, code: &OdsCode, until: Day) -> Result<Vec<Account>, Error> {
    db.query(DUE_OF_ORGANISATION, &[code.as_str().into(), i64::from(until.number()).into()], read)
}

/// The account with an organisation's own number.
pub fn by_local_id(db: &mut Reader<'_>, code: &OdsCode, local_id: &str) -> Result<Option<Account>, Error> {
    db.query_one(BY_LOCAL_ID, &[code.as_str().into(), local_id.into()], read)
}

/// The accounts with some organisations' own numbers, and the number.
pub fn by_numbers(db: &mut Reader<'_>, numbers: &[(&OdsCode, &str)]) -> Result<Vec<(String, Account)>, Error> {
    let keys: Vec<String> = numbers.iter().map(|(code, local_id)| format!("{code:<10}{local_id}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    db.by_keys(&BY_NUMBERS, Keys::Texts(&keys), &[], |row| Ok((row.text()?, read(row)?)))
}

/// How many accounts there are.
pub fn count(db: &mut Reader<'_>) -> Result<i64, Error> {
    Ok(db.query_one(COUNT, &[], row::int)?.unwrap_or(0))
}

/// Adds accounts, with their schedules and local ids.
pub fn insert<'a>(
    tx: &mut WriteTx<'_>,
    accounts: impl IntoIterator<Item = (&'a Account, Schedule, &'a str)>,
) -> Result<(), Error> {
    tx.bulk_insert(&INSERT, accounts.into_iter().map(|(a, next, local)| new_row(a, next, local))).map(drop)
}

/// Saves changed accounts; one that has another version than was read is `Stale`, and nothing is kept.
pub fn update<'a>(
    tx: &mut WriteTx<'_>,
    accounts: impl IntoIterator<Item = (&'a Account, Schedule)>,
) -> Result<(), Error> {
    tx.bulk_update(&UPDATE, accounts.into_iter().map(|(a, next)| changed_row(a, next))).map(drop)
}

/// Saves accounts that time alone changed: the organisation, the address and what was seen stay as they are.
pub fn step<'a>(
    tx: &mut WriteTx<'_>,
    accounts: impl IntoIterator<Item = (&'a Account, Schedule)>,
) -> Result<(), Error> {
    tx.bulk_update(&STEP, accounts.into_iter().map(|(a, next)| stepped_row(a, next))).map(drop)
}

/// Stores new due dates; facts stay as they are.
pub fn reschedule<'a>(
    tx: &mut WriteTx<'_>,
    accounts: impl IntoIterator<Item = (&'a Account, Schedule)>,
) -> Result<u64, Error> {
    let rows = accounts.into_iter().map(|(a, next)| {
        let on = day_value(next.map(|task| task.on));
        [a.id.0.into(), a.version.into(), on, next.map(|task| task.work.as_str()).into()]
    });
    tx.bulk_update(&RESCHEDULE, rows)
}

/// An account left its organisation: the organisation's own number for it means nothing any more.
pub fn forget_local_id(tx: &mut WriteTx<'_>, id: AccountId) -> Result<(), Error> {
    tx.execute(FORGET_LOCAL_ID, &[id.0.into()]).map(drop)
}

/// Gives accounts, saved in the same transaction, new numbers of their organisation.
pub fn renumber<'a>(
    tx: &mut WriteTx<'_>,
    numbers: impl IntoIterator<Item = (AccountId, &'a str)>,
) -> Result<(), Error> {
    tx.bulk_update(&RENUMBER, numbers.into_iter().map(|(id, local)| [id.0.into(), local.into()])).map(drop)
}

/// Counts a change of what belongs to an account but stands elsewhere: decisions on the account as it was are `Stale`.
pub fn touch(tx: &mut WriteTx<'_>, account: &Account) -> Result<(), Error> {
    tx.execute_one("account", TOUCH, &[account.id.0.into(), account.version.into()])
}
