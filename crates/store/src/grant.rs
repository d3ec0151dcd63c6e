//! Grants: roles over scopes. An ended grant stays as evidence.

use domain::ids::{AccountId, OdsCode};
use domain::org::Sector;
use domain::rights::{Grant, Role, Scope};
use domain::rule::Rule;
use domain::time::Timestamp;

use crate::bulk::keyed::{Keyed, Keys};
use crate::bulk::{BulkInsert, BulkUpdate, Type};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "SELECT id, account_id, role, scope, scope_of, unit, granted_by, granted_at FROM role_grant WHERE ended_at IS NULL AND "
    };
}

static OF_ACCOUNTS: Keyed =
    Keyed::by_int("grant::OF_ACCOUNTS", concat!(columns!(), "account_id IN {keys} ORDER BY id"));
const OVER: &str = concat!(columns!(), "scope = $1 AND scope_of = $2 ORDER BY id LIMIT 1000");
const PAGE: &str = concat!(columns!(), "id > $1 ORDER BY id LIMIT $2");
const BY_ID: &str = concat!(columns!(), "id = $1");
static ADMINS: Keyed = Keyed::by_text(
    "grant::ADMINS",
    "
    SELECT scope_of, account_id FROM role_grant
    WHERE scope_of IN {keys} AND ended_at IS NULL AND scope = 'organisation'
      AND role IN ('primary_local_admin', 'local_admin')
    GROUP BY scope_of, account_id
    ORDER BY scope_of, MIN(id)",
);

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("grant.over", OVER), ("grant.page", PAGE), ("grant.by_id", BY_ID)];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&OF_ACCOUNTS, &ADMINS];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];
/// The bulk updates.
pub(crate) const UPDATES: &[&BulkUpdate] = &[&END];

static INSERT: BulkInsert = BulkInsert::new(
    "role_grant",
    &[
        ("id", Type::Int),
        ("account_id", Type::Int),
        ("role", Type::Text),
        ("scope", Type::Text),
        ("scope_of", Type::Text),
        ("unit", Type::Text),
        ("granted_by", Type::Text),
        ("granted_at", Type::Int),
    ],
);
static END: BulkUpdate =
    BulkUpdate::unversioned("role_grant", ("id", Type::Int), &[("ended_at", Type::Int), ("ended_rule", Type::Text)]);

/// A grant, and who gave it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The grant.
    pub grant: Grant,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

fn words(scope: &Scope) -> (&'static str, &str, &str) {
    match scope {
        Scope::Organisation(code) => ("organisation", code.as_str(), ""),
        Scope::Unit(code, unit) => ("unit", code.as_str(), unit.as_str()),
        Scope::Sector(sector) => ("sector", sector.as_str(), ""),
        Scope::Federation => ("federation", "", ""),
    }
}

fn read(row: &mut Row<'_>) -> Result<Given, Error> {
    let (id, holder) = (row.int()?, AccountId(row.int()?));
    let role = row.word("role_grant.role", Role::parse)?;
    let (kind, of, unit) = (row.str()?, row.str()?, row.str()?);
    let code = || OdsCode::parse(of).map_err(|_| Error::Corrupt("role_grant.scope_of"));
    let scope = match kind {
        "organisation" => Scope::Organisation(code()?),
        "unit" => Scope::Unit(code()?, unit.to_owned()),
        "sector" => Scope::Sector(Sector::parse(of).ok_or(Error::Corrupt("role_grant.scope_of"))?),
        "federation" => Scope::Federation,
        _ => return Err(Error::Corrupt("role_grant.scope")),
    };
    let (by, at) = (row.text()?, Timestamp::from_second(row.int()?));
    Ok(Given { grant: Grant { id, holder, role, scope }, by, at })
}

/// The grants in force of some accounts.
pub fn of_accounts(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<Given>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&OF_ACCOUNTS, Keys::Ints(&keys), &[], read)
}

/// The grants in force over exactly one scope.
pub fn over(db: &mut Reader<'_>, scope: &Scope) -> Result<Vec<Given>, Error> {
    let (kind, of, _) = words(scope);
    db.query(OVER, &[kind.into(), of.into()], read)
}

/// A page of all grants in force, by id.
pub fn page(db: &mut Reader<'_>, after: i64, limit: u32) -> Result<Vec<Given>, Error> {
    db.query(PAGE, &[after.into(), i64::from(limit).into()], read)
}

/// A grant in force.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<Given>, Error> {
    db.query_one(BY_ID, &[id.into()], read)
}

/// The administrators of some organisations, as `(code, account)`.
pub fn admins(db: &mut Reader<'_>, codes: &[&str]) -> Result<Vec<(String, AccountId)>, Error> {
    db.by_keys(&ADMINS, Keys::Texts(codes), &[], |row| Ok((row.text()?, AccountId(row.int()?))))
}

/// Adds grants, with their ids.
pub fn insert(tx: &mut WriteTx<'_>, grants: &[Given]) -> Result<(), Error> {
    let rows = grants.iter().map(|given| {
        let (kind, of, unit) = words(&given.grant.scope);
        [
            given.grant.id.into(),
            given.grant.holder.0.into(),
            given.grant.role.as_str().into(),
            kind.into(),
            of.into(),
            unit.into(),
            given.by.as_str().into(),
            given.at.second().into(),
        ]
    });
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// How a grant stands: ended, or in force again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The grant.
    pub grant: i64,
    /// When it ended; in force, where absent.
    pub at: Option<Timestamp>,
    /// By which rule.
    pub rule: Option<Rule>,
}

/// Says of grants when they ended, or that they have not.
pub fn set_ended(tx: &mut WriteTx<'_>, endings: &[Ending]) -> Result<(), Error> {
    let rows = endings
        .iter()
        .map(|one| [one.grant.into(), one.at.map(Timestamp::second).into(), one.rule.map(Rule::as_str).into()]);
    tx.bulk_update(&END, rows).map(drop)
}

/// Ends grants by a rule, or by a person (no rule).
pub fn end(tx: &mut WriteTx<'_>, ids: &[i64], at: Timestamp, rule: Option<Rule>) -> Result<(), Error> {
    let rule = rule.map(Rule::as_str);
    tx.bulk_update(&END, ids.iter().map(|id| [(*id).into(), at.second().into(), rule.into()])).map(drop)
}
