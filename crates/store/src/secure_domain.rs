//! Domains that are accredited for sensitive data (SEM-01). A pattern is kept as it is matched: `trust.example`, or
//! `*.trust.example`.

use domain::time::Day;

use crate::account::day;
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "SELECT pattern, accredited_on, until_on, reference FROM secure_domain "
    };
}

const BY_PATTERN: &str = concat!(columns!(), "WHERE pattern = $1");
const ALL: &str = concat!(columns!(), "ORDER BY pattern");
const ADD: &str = "INSERT INTO secure_domain (pattern, accredited_on, until_on, reference) VALUES ($1, $2, $3, $4)";
const RENEW: &str = "UPDATE secure_domain SET accredited_on = $2, until_on = $3, reference = $4 WHERE pattern = $1";
const REMOVE: &str = "DELETE FROM secure_domain WHERE pattern = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("secure_domain.by_pattern", BY_PATTERN),
    ("secure_domain.all", ALL),
    ("secure_domain.add", ADD),
    ("secure_domain.renew", RENEW),
    ("secure_domain.remove", REMOVE),
];

/// The table.
const TABLE: &str = "secure_domain";

/// An accredited domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecureDomain {
    /// Which domains.
    pub pattern: String,
    /// Since when.
    pub accredited: Day,
    /// The first day on which it is over.
    pub until: Day,
    /// Where the accreditation is written down.
    pub reference: String,
}

fn read(row: &mut Row<'_>) -> Result<SecureDomain, Error> {
    Ok(SecureDomain {
        pattern: row.text()?,
        accredited: day(row.int()?, "secure_domain.accredited_on")?,
        until: day(row.int()?, "secure_domain.until_on")?,
        reference: row.text()?,
    })
}

/// One of them.
pub fn get(db: &mut Reader<'_>, pattern: &str) -> Result<Option<SecureDomain>, Error> {
    db.query_one(BY_PATTERN, &[pattern.into()], read)
}

/// All, by pattern. There are a few hundred: each takes an accreditation.
pub fn all(db: &mut Reader<'_>) -> Result<Vec<SecureDomain>, Error> {
    db.query(ALL, &[], read)
}

/// Adds one, which is not there yet.
pub fn add(tx: &mut WriteTx<'_>, one: &SecureDomain) -> Result<(), Error> {
    let (on, until) = (i64::from(one.accredited.number()), i64::from(one.until.number()));
    tx.execute(ADD, &[one.pattern.as_str().into(), on.into(), until.into(), one.reference.as_str().into()]).map(drop)
}

/// Gives one other days.
pub fn renew(tx: &mut WriteTx<'_>, one: &SecureDomain) -> Result<(), Error> {
    let (on, until) = (i64::from(one.accredited.number()), i64::from(one.until.number()));
    tx.execute_one(TABLE, RENEW, &[one.pattern.as_str().into(), on.into(), until.into(), one.reference.as_str().into()])
}

/// Takes one away.
pub fn remove(tx: &mut WriteTx<'_>, pattern: &str) -> Result<(), Error> {
    tx.execute_one(TABLE, REMOVE, &[pattern.into()])
}
