//! Organisations as the registry publishes them, and the editions that were loaded.

use domain::ids::OdsCode;
use domain::org::{Legal, Organisation, Sector, Support};
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};

use crate::account::day;
use crate::bulk::keyed::{Keyed, Keys};
use crate::bulk::{BulkInsert, BulkUpdate, Type};
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::tx::{Reader, WriteTx};
use crate::value::Value;

macro_rules! columns {
    () => {
        "SELECT code, name, short_name, sector, legal, opened_on, closed_on, parent, successor, postal, telephone, \
         support_telephone, support_page, series, edition, version FROM organisation "
    };
}

static BY_CODES: Keyed = Keyed::by_text("organisation::BY_CODES", concat!(columns!(), "WHERE code IN {keys}"));
const PAGE: &str = concat!(columns!(), "WHERE code > $1 ORDER BY code LIMIT $2");
const BY_SHORT_NAME: &str = concat!(columns!(), "WHERE short_name = $1");
const SECTORS: &str = "SELECT code, sector FROM organisation";
const SERIES: &str = "SELECT series, COUNT(*) FROM organisation GROUP BY series ORDER BY series";
const CODES_OF_SERIES: &str = "SELECT code FROM organisation WHERE series = $1 ORDER BY code";
const EDITION: &str = "SELECT name, series, digest, lines, loaded_at, loaded_by FROM edition WHERE name = $1";
const ADD_EDITION: &str = "
    INSERT INTO edition (name, series, digest, lines, loaded_at, loaded_by) VALUES ($1, $2, $3, $4, $5, $6)";
const ACCOUNTS: &str = "
    SELECT status, COUNT(*) FROM account WHERE organisation = $1 GROUP BY status ORDER BY status";
static COUNTED: Keyed = Keyed::by_text(
    "organisation::COUNTED",
    "SELECT organisation, kind, status, COUNT(*) FROM account WHERE organisation IN {keys} \
     GROUP BY organisation, kind, status ORDER BY organisation, kind, status",
);
const OWNS_MAILBOXES: &str = "
    SELECT 1 FROM account WHERE organisation = $1 AND kind IN ('shared', 'resource') LIMIT 1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("organisation.page", PAGE),
    ("organisation.by_short_name", BY_SHORT_NAME),
    ("organisation.sectors", SECTORS),
    ("organisation.series", SERIES),
    ("organisation.codes_of_series", CODES_OF_SERIES),
    ("organisation.accounts", ACCOUNTS),
    ("organisation.owns_mailboxes", OWNS_MAILBOXES),
    ("edition.by_name", EDITION),
    ("edition.add", ADD_EDITION),
];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&BY_CODES, &COUNTED];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];
/// The bulk updates.
pub(crate) const UPDATES: &[&BulkUpdate] = &[&UPDATE];

/// The key and the version first.
const COLUMNS: &[(&str, Type)] = &[
    ("code", Type::Text),
    ("version", Type::Int),
    ("name", Type::Text),
    ("short_name", Type::Text),
    ("sector", Type::Text),
    ("legal", Type::Text),
    ("opened_on", Type::Int),
    ("closed_on", Type::Int),
    ("parent", Type::Text),
    ("successor", Type::Text),
    ("postal", Type::Text),
    ("telephone", Type::Text),
    ("support_telephone", Type::Text),
    ("support_page", Type::Text),
    ("series", Type::Text),
    ("edition", Type::Text),
];

static INSERT: BulkInsert = BulkInsert::new("organisation", COLUMNS);

static UPDATE: BulkUpdate = BulkUpdate::new("organisation", ("code", Type::Text), COLUMNS.split_at(2).1);

/// An organisation and the series of published files that lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The organisation.
    pub organisation: Organisation,
    /// The series, as `epraccur`.
    pub series: String,
}

/// An edition that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its name.
    pub name: String,
    /// Its series.
    pub series: String,
    /// SHA-256 of the file.
    pub digest: String,
    /// Its lines.
    pub lines: i64,
    /// When.
    pub loaded_at: Timestamp,
    /// By whom.
    pub loaded_by: String,
}

fn read(row: &mut Row<'_>) -> Result<Listed, Error> {
    let opt_day = |n: Option<i64>, column| n.map(|n| day(n, column)).transpose();
    let code = |text: &str| OdsCode::parse(text).ok();
    Ok(Listed {
        organisation: Organisation {
            code: row.word("organisation.code", code)?,
            name: row.text()?,
            short_name: row.opt_text()?,
            sector: row.word("organisation.sector", Sector::parse)?,
            legal: row.word("organisation.legal", Legal::parse)?,
            opened_on: opt_day(row.opt_int()?, "organisation.opened_on")?,
            closed_on: opt_day(row.opt_int()?, "organisation.closed_on")?,
            parent: row.opt_word("organisation.parent", code)?,
            successor: row.opt_word("organisation.successor", code)?,
            postal: row.text()?,
            telephone: row.text()?,
            support: Support { telephone: row.text()?, page: row.text()? },
            edition: String::new(),
            version: 0,
        },
        series: row.text()?,
    })
    .and_then(|listed| {
        let (edition, version) = (row.text()?, row.int()?);
        Ok(Listed { organisation: Organisation { edition, version, ..listed.organisation }, ..listed })
    })
}

/// Some organisations, in any order.
pub fn by_codes(db: &mut Reader<'_>, codes: &[&str]) -> Result<Vec<Listed>, Error> {
    db.by_keys(&BY_CODES, Keys::Texts(codes), &[], read)
}

/// One organisation.
pub fn get(db: &mut Reader<'_>, code: &OdsCode) -> Result<Option<Organisation>, Error> {
    Ok(by_codes(db, &[code.as_str()])?.pop().map(|listed| listed.organisation))
}

/// The organisation that has a short name.
pub fn by_short_name(db: &mut Reader<'_>, short_name: &str) -> Result<Option<Organisation>, Error> {
    Ok(db.query_one(BY_SHORT_NAME, &[short_name.into()], read)?.map(|listed| listed.organisation))
}

/// A page of organisations, by code.
pub fn page(db: &mut Reader<'_>, after: &str, limit: u32) -> Result<Vec<Listed>, Error> {
    db.query(PAGE, &[after.into(), i64::from(limit).into()], read)
}

/// All organisations, in memory: tens of thousands at the most. Cost: about 300 bytes each.
pub fn all(db: &mut Reader<'_>) -> Result<Vec<Listed>, Error> {
    page(db, "", u32::MAX)
}

/// The sector of every organisation. Cost: a scan of two short columns, some milliseconds for 20,000.
pub fn sectors(db: &mut Reader<'_>) -> Result<Vec<(String, Sector)>, Error> {
    db.query(SECTORS, &[], |row| Ok((row.text()?, row.word("organisation.sector", Sector::parse)?)))
}

/// The series and how many organisations each lists.
pub fn series(db: &mut Reader<'_>) -> Result<Vec<(String, i64)>, Error> {
    db.query(SERIES, &[], |row| Ok((row.text()?, row.int()?)))
}

/// The codes that a series lists, in order.
pub fn codes_of_series(db: &mut Reader<'_>, series: &str) -> Result<Vec<String>, Error> {
    db.query(CODES_OF_SERIES, &[series.into()], row::text)
}

/// How many accounts an organisation has in each status (by the status's word).
pub fn accounts_by_status(db: &mut Reader<'_>, code: &OdsCode) -> Result<Vec<(String, i64)>, Error> {
    db.query(ACCOUNTS, &[code.as_str().into()], |row| Ok((row.text()?, row.int()?)))
}

/// How many accounts of a kind and status an organisation has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Its code.
    pub organisation: String,
    /// The kind.
    pub kind: Kind,
    /// The status.
    pub status: Status,
    /// So many.
    pub count: i64,
}

/// How many accounts some organisations have, by kind and status.
pub fn counted(db: &mut Reader<'_>, codes: &[&str]) -> Result<Vec<Counted>, Error> {
    db.by_keys(&COUNTED, Keys::Texts(codes), &[], |row| {
        Ok(Counted {
            organisation: row.text()?,
            kind: row.word("account.kind", Kind::parse)?,
            status: row.word("account.status", Status::parse)?,
            count: row.int()?,
        })
    })
}

/// Whether addresses were made from its short name already.
pub fn owns_mailboxes(db: &mut Reader<'_>, code: &OdsCode) -> Result<bool, Error> {
    Ok(db.query_one(OWNS_MAILBOXES, &[code.as_str().into()], row::int)?.is_some())
}

fn facts(listed: &Listed) -> [Value<'_>; 14] {
    let o = &listed.organisation;
    let number = |day: Option<Day>| Value::from(day.map(|d| i64::from(d.number())));
    [
        o.name.as_str().into(),
        o.short_name.as_deref().into(),
        o.sector.as_str().into(),
        o.legal.as_str().into(),
        number(o.opened_on),
        number(o.closed_on),
        o.parent.as_ref().map(OdsCode::as_str).into(),
        o.successor.as_ref().map(OdsCode::as_str).into(),
        o.postal.as_str().into(),
        o.telephone.as_str().into(),
        o.support.telephone.as_str().into(),
        o.support.page.as_str().into(),
        listed.series.as_str().into(),
        o.edition.as_str().into(),
    ]
}

fn row(listed: &Listed, version: i64) -> Vec<Value<'_>> {
    let head = [listed.organisation.code.as_str().into(), version.into()];
    head.into_iter().chain(facts(listed)).collect()
}

/// Adds organisations.
pub fn insert<'a>(tx: &mut WriteTx<'_>, new: impl IntoIterator<Item = &'a Listed>) -> Result<(), Error> {
    tx.bulk_insert(&INSERT, new.into_iter().map(|listed| row(listed, 1))).map(drop)
}

/// Saves changed organisations; one with another version than was read is `Stale`.
pub fn update<'a>(tx: &mut WriteTx<'_>, changed: impl IntoIterator<Item = &'a Listed>) -> Result<(), Error> {
    tx.bulk_update(&UPDATE, changed.into_iter().map(|listed| row(listed, listed.organisation.version))).map(drop)
}

/// An edition that was loaded before.
pub fn edition(db: &mut Reader<'_>, name: &str) -> Result<Option<Edition>, Error> {
    db.query_one(EDITION, &[name.into()], |row| {
        Ok(Edition {
            name: row.text()?,
            series: row.text()?,
            digest: row.text()?,
            lines: row.int()?,
            loaded_at: Timestamp::from_second(row.int()?),
            loaded_by: row.text()?,
        })
    })
}

/// Records that an edition was loaded.
pub fn add_edition(tx: &mut WriteTx<'_>, edition: &Edition) -> Result<(), Error> {
    let params = [
        edition.name.as_str().into(),
        edition.series.as_str().into(),
        edition.digest.as_str().into(),
        edition.lines.into(),
        edition.loaded_at.second().into(),
        edition.loaded_by.as_str().into(),
    ];
    tx.execute(ADD_EDITION, &params).map(drop)
}
