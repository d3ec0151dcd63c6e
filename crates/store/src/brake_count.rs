//! What people did today of what brakes count, and how many accounts an organisation has in use.

use std::collections::HashMap;

use domain::brake::{Group, IN_USE};
use domain::ids::OdsCode;
use domain::status::Kind;
use domain::time::Day;

use crate::bulk::keyed::{Keyed, Keys};
use crate::error::Error;
use crate::tx::{Reader, WriteTx};
use crate::value::Value;

const FORGET_COUNTS: &str = "DELETE FROM brake_count WHERE day < $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("brake_count.forget", FORGET_COUNTS)];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&ACCOUNTS_IN_USE, &COUNT, &COUNTED];

/// Each key is a code, filled up to ten characters, and a kind. Stops where the count is large enough to be no matter.
static ACCOUNTS_IN_USE: Keyed = Keyed::by_text(
    "brake_count::ACCOUNTS_IN_USE",
    "SELECT RTRIM(SUBSTR(k.value, 1, 10)), SUBSTR(k.value, 11), (SELECT COUNT(*) FROM (
         SELECT 1 AS one FROM account a
         WHERE a.organisation = RTRIM(SUBSTR(k.value, 1, 10)) AND a.kind = SUBSTR(k.value, 11)
         AND a.status IN ($3, $4, $5, $6, $7) LIMIT $2) at_most)
     FROM {keys}",
);
/// Each key is what is added, filled up to eleven characters, and the key of the count.
static COUNT: Keyed = Keyed::by_text(
    "brake_count::COUNT",
    "INSERT INTO brake_count (key, day, done)
     SELECT SUBSTR(k.value, 12), $2, CAST(LTRIM(SUBSTR(k.value, 1, 11)) AS BIGINT) FROM {keys} WHERE true
     ON CONFLICT (key) DO UPDATE SET done = brake_count.done + excluded.done
     RETURNING key, done",
);
static COUNTED: Keyed = Keyed::by_text("brake_count::COUNTED", "SELECT key, done FROM brake_count WHERE key IN {keys}");

/// Adds to what people did today of groups, and gives the day's sums in the same order. The groups must be sorted, so
/// that two writes never wait for each other.
pub fn count(tx: &mut WriteTx<'_>, on: Day, done: &[(&Group, i64)]) -> Result<Vec<i64>, Error> {
    let keys: Vec<String> = done.iter().map(|(group, n)| format!("{n:>11}{}", counted_key(on, group))).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let sums = tx.by_keys(&COUNT, Keys::Texts(&keys), &[on.number().into()], |row| Ok((row.text()?, row.int()?)))?;
    let sums: HashMap<String, i64> = sums.into_iter().collect();
    Ok(done.iter().map(|(group, _)| sums.get(&counted_key(on, group)).copied().unwrap_or(0)).collect())
}

/// What people did today of groups, in the same order.
pub fn counted(db: &mut Reader<'_>, on: Day, groups: &[&Group]) -> Result<Vec<i64>, Error> {
    let keys: Vec<String> = groups.iter().map(|group| counted_key(on, group)).collect();
    let asked: Vec<&str> = keys.iter().map(String::as_str).collect();
    let sums = db.by_keys(&COUNTED, Keys::Texts(&asked), &[], |row| Ok((row.text()?, row.int()?)))?;
    let sums: HashMap<String, i64> = sums.into_iter().collect();
    Ok(keys.iter().map(|key| sums.get(key).copied().unwrap_or(0)).collect())
}

fn counted_key(on: Day, group: &Group) -> String {
    format!("{} {} {} {}", on.number(), group.organisation, group.kind, group.action)
}

/// The counts of earlier days go.
pub fn forget(tx: &mut WriteTx<'_>, before: Day) -> Result<(), Error> {
    tx.execute(FORGET_COUNTS, &[before.number().into()]).map(drop)
}

/// How many accounts of a kind organisations have in use; counting stops at `enough`. Cost: so many rows each.
pub fn in_use(db: &mut Reader<'_>, of: &[(&OdsCode, Kind)], enough: i64) -> Result<Vec<(OdsCode, Kind, i64)>, Error> {
    let keys: Vec<String> = of.iter().map(|(code, kind)| format!("{code:<10}{kind}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let rest: Vec<Value<'_>> =
        std::iter::once(enough.into()).chain(IN_USE.iter().map(|status| status.as_str().into())).collect();
    db.by_keys(&ACCOUNTS_IN_USE, Keys::Texts(&keys), &rest, |row| {
        let code = row.word("account.organisation", |text| OdsCode::parse(text).ok())?;
        Ok((code, row.word("account.kind", Kind::parse)?, row.int()?))
    })
}
