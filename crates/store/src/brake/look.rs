//! Looking into parts: accounts by their address, how many are left, who said yes first.

use std::collections::HashMap;

use domain::brake::Stand;

use crate::brake::{By, Item, read_by, read_item};
use crate::bulk::keyed::{Keyed, Keys};
use crate::error::Error;
use crate::tx::Reader;

/// `$5` is empty, or where they stand; an address has no exclamation mark.
const FOUND: &str = concat!(
    item!(),
    "WHERE i.part_id = $1 AND i.id > $2 AND i.address LIKE $4 ESCAPE '!' AND ($5 = '' OR i.state = $5) ORDER BY i.id LIMIT $3"
);
const FIRSTS: &str = "
    SELECT first_by, first_id, MIN(first_at), COUNT(*) FROM brake_item
    WHERE part_id = $1 AND state = 'held' AND first_by IS NOT NULL GROUP BY first_by, first_id ORDER BY 3, 1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("brake_look.found", FOUND), ("brake_look.firsts", FIRSTS)];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&LEFT_OF];

/// Cost: the accounts of the parts.
static LEFT_OF: Keyed = Keyed::by_int(
    "brake_look::LEFT_OF",
    "SELECT part_id, COUNT(*) FROM brake_item WHERE part_id IN {keys} AND state = 'held' GROUP BY part_id",
);

/// A page of a part's accounts whose address has this anywhere, and that stand so, if told.
pub fn found(
    db: &mut Reader<'_>,
    part: i64,
    (text, state): (&str, Option<Stand>),
    after: i64,
    limit: u32,
) -> Result<Vec<Item>, Error> {
    let text: String = text.chars().flat_map(|c| "!%_".contains(c).then_some('!').into_iter().chain([c])).collect();
    let (pattern, state) = (format!("%{text}%"), state.map_or("", Stand::as_str));
    db.query(FOUND, &[part.into(), after.into(), limit.into(), pattern.as_str().into(), state.into()], read_item)
}

/// Who first said yes to accounts of a run's part that are still held, and to how many.
pub fn firsts(db: &mut Reader<'_>, part: i64) -> Result<Vec<(By, i64)>, Error> {
    let found = db.query(FIRSTS, &[part.into()], |row| Ok((read_by(row)?, row.int()?)))?;
    Ok(found.into_iter().filter_map(|(by, count)| Some((by?, count))).collect())
}

/// How many accounts are still held in each of these parts; one in which none is has no number.
pub fn left_of(db: &mut Reader<'_>, parts: &[i64]) -> Result<HashMap<i64, i64>, Error> {
    let found = db.by_keys(&LEFT_OF, Keys::Ints(parts), &[], |row| Ok((row.int()?, row.int()?)))?;
    Ok(found.into_iter().collect())
}
