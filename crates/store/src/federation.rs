//! The federation's own row, and its policies by the day they come into force.

use domain::time::{Day, Timestamp};

use crate::account::day;
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const READ: &str = "SELECT domain, zone, rehearsal, created_at, epoch FROM federation WHERE id = 1";
const INSERT: &str = "
    INSERT INTO federation (id, domain, zone, rehearsal, created_at, epoch) VALUES (1, $1, $2, $3, $4, $5)";
const SET_EPOCH: &str = "UPDATE federation SET epoch = $1 WHERE id = 1";
const POLICIES: &str = "
    SELECT name, revision, from_on, until_on, text, adopted_at, adopted_by FROM policy ORDER BY from_on LIMIT 1000";
const ADOPT: &str = "
    INSERT INTO policy (name, revision, from_on, until_on, text, adopted_at, adopted_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("federation.read", READ),
    ("federation.insert", INSERT),
    ("federation.set_epoch", SET_EPOCH),
    ("policy.all", POLICIES),
    ("policy.adopt", ADOPT),
];

/// The whole installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederationRow {
    /// The mail domain that all share.
    pub domain: String,
    /// IANA time zone.
    pub zone: String,
    /// Commands may state the time.
    pub rehearsal: bool,
    /// Made then.
    pub created_at: Timestamp,
    /// What the stored due dates were computed by.
    pub epoch: String,
}

/// A policy that was put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Its name.
    pub name: String,
    /// Which adoption of that name, from 1.
    pub revision: i64,
    /// In force from this day, whatever the text says.
    pub from: Day,
    /// Until the day before this one, if it says so.
    pub until: Option<Day>,
    /// The file.
    pub text: String,
    /// When it was adopted.
    pub adopted_at: Timestamp,
    /// By whom.
    pub adopted_by: String,
}

/// The federation, if one was made.
pub fn get(db: &mut Reader<'_>) -> Result<Option<FederationRow>, Error> {
    db.query_one(READ, &[], |row| {
        Ok(FederationRow {
            domain: row.text()?,
            zone: row.text()?,
            rehearsal: row.bool()?,
            created_at: Timestamp::from_second(row.int()?),
            epoch: row.text()?,
        })
    })
}

/// Makes the federation.
pub fn insert(tx: &mut WriteTx<'_>, row: &FederationRow) -> Result<(), Error> {
    let params = [
        row.domain.as_str().into(),
        row.zone.as_str().into(),
        row.rehearsal.into(),
        row.created_at.second().into(),
        row.epoch.as_str().into(),
    ];
    tx.execute(INSERT, &params).map(drop)
}

/// Remembers what the stored due dates are computed by.
pub fn set_epoch(tx: &mut WriteTx<'_>, epoch: &str) -> Result<(), Error> {
    tx.execute(SET_EPOCH, &[epoch.into()]).map(drop)
}

/// All adopted policies, by the day they come into force.
pub fn policies(db: &mut Reader<'_>) -> Result<Vec<PolicyRow>, Error> {
    db.query(POLICIES, &[], read_policy)
}

fn read_policy(row: &mut Row<'_>) -> Result<PolicyRow, Error> {
    Ok(PolicyRow {
        name: row.text()?,
        revision: row.int()?,
        from: day(row.int()?, "policy.from_on")?,
        until: row.opt_int()?.map(|n| day(n, "policy.until_on")).transpose()?,
        text: row.text()?,
        adopted_at: Timestamp::from_second(row.int()?),
        adopted_by: row.text()?,
    })
}

/// Puts a policy in force.
pub fn adopt(tx: &mut WriteTx<'_>, row: &PolicyRow) -> Result<(), Error> {
    let params = [
        row.name.as_str().into(),
        row.revision.into(),
        i64::from(row.from.number()).into(),
        row.until.map(|d| i64::from(d.number())).into(),
        row.text.as_str().into(),
        row.adopted_at.second().into(),
        row.adopted_by.as_str().into(),
    ];
    tx.execute(ADOPT, &params).map(drop)
}
