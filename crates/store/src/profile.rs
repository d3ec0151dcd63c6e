//! What the directory shows of an account.

use domain::ids::AccountId;
use domain::profile::Profile;

use crate::bulk::keyed::{Keyed, Keys};
use crate::bulk::{BulkInsert, BulkUpdate, Type};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "p.account_id, COALESCE(a.local_id, ''), p.title, p.first_name, p.last_name, p.display_name, p.mobile, p.hide_mobile, \
         p.telephone, p.job_title, p.unit, p.licence, p.quota_mib, p.services_off, p.hidden, p.notes"
    };
}

static BY_IDS: Keyed = Keyed::by_int(
    "profile::BY_IDS",
    concat!(
        "SELECT ",
        columns!(),
        " FROM profile p JOIN account a ON a.id = p.account_id WHERE p.account_id IN {keys}"
    ),
);

/// A range of profiles, those without an account too.
pub(crate) const RANGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM profile p LEFT JOIN account a ON a.id = p.account_id WHERE p.account_id > $1 AND p.account_id <= $2 ",
    "ORDER BY p.account_id"
);

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("profile.range", RANGE)];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&BY_IDS];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];
/// The bulk updates.
pub(crate) const UPDATES: &[&BulkUpdate] = &[&UPDATE];

/// The key first.
const COLUMNS: &[(&str, Type)] = &[
    ("account_id", Type::Int),
    ("title", Type::Text),
    ("first_name", Type::Text),
    ("last_name", Type::Text),
    ("display_name", Type::Text),
    ("mobile", Type::Text),
    ("hide_mobile", Type::Bool),
    ("telephone", Type::Text),
    ("job_title", Type::Text),
    ("unit", Type::Text),
    ("licence", Type::Text),
    ("quota_mib", Type::Int),
    ("services_off", Type::Text),
    ("hidden", Type::Bool),
    ("notes", Type::Text),
];

static INSERT: BulkInsert = BulkInsert::new("profile", COLUMNS);

static UPDATE: BulkUpdate = BulkUpdate::unversioned("profile", ("account_id", Type::Int), COLUMNS.split_at(1).1);

/// The one reader of profile rows.
pub(crate) fn profile_of(row: &mut Row<'_>) -> Result<(AccountId, Profile), Error> {
    let id = AccountId(row.int()?);
    let profile = Profile {
        local_id: row.text()?,
        title: row.text()?,
        first_name: row.text()?,
        last_name: row.text()?,
        display_name: row.text()?,
        mobile: row.text()?,
        hide_mobile: row.bool()?,
        telephone: row.text()?,
        job_title: row.text()?,
        unit: row.text()?,
        licence: row.text()?,
        quota_mib: row.int()?,
        services_off: row.text()?,
        hidden: row.bool()?,
        notes: row.text()?,
    };
    Ok((id, profile))
}

/// The profiles of some accounts, in any order.
pub fn by_ids(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<(AccountId, Profile)>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&BY_IDS, Keys::Ints(&keys), &[], profile_of)
}

/// The profile of one account.
pub fn get(db: &mut Reader<'_>, id: AccountId) -> Result<Profile, Error> {
    let found = by_ids(db, &[id])?.pop();
    found.map(|(_, profile)| profile).ok_or(Error::Corrupt("profile.account_id"))
}

/// Adds profiles. The local id stands in the account's row.
pub fn insert<'p>(
    tx: &mut WriteTx<'_>,
    profiles: impl IntoIterator<Item = (AccountId, &'p Profile)>,
) -> Result<(), Error> {
    tx.bulk_insert(&INSERT, profiles.into_iter().map(row)).map(drop)
}

/// Rewrites profiles, notes included.
pub fn update<'p>(
    tx: &mut WriteTx<'_>,
    profiles: impl IntoIterator<Item = (AccountId, &'p Profile)>,
) -> Result<(), Error> {
    tx.bulk_update(&UPDATE, profiles.into_iter().map(row)).map(drop)
}

fn row((id, p): (AccountId, &Profile)) -> [crate::value::Value<'_>; 15] {
    [
        id.0.into(),
        p.title.as_str().into(),
        p.first_name.as_str().into(),
        p.last_name.as_str().into(),
        p.display_name.as_str().into(),
        p.mobile.as_str().into(),
        p.hide_mobile.into(),
        p.telephone.as_str().into(),
        p.job_title.as_str().into(),
        p.unit.as_str().into(),
        p.licence.as_str().into(),
        p.quota_mib.into(),
        p.services_off.as_str().into(),
        p.hidden.into(),
        p.notes.as_str().into(),
    ]
}
