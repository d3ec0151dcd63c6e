//! What the directory shows of an account.

use domain::ids::{AccountId, OdsCode};
use domain::profile::Profile;
use domain::status::{Kind, Status};

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

/// Whose number it is, and where they stand.
static BY_MOBILES: Keyed = Keyed::by_text(
    "profile::BY_MOBILES",
    "SELECT p.account_id, p.mobile, a.status FROM profile p JOIN account a ON a.id = p.account_id \
     WHERE p.mobile IN {keys} AND p.mobile <> ''",
);

/// A range of profiles, those without an account too.
pub(crate) const RANGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM profile p LEFT JOIN account a ON a.id = p.account_id WHERE p.account_id > $1 AND p.account_id <= $2 ",
    "ORDER BY p.account_id"
);

/// The key alone, so that the index has all that is read.
const NAMES: &str = "
    SELECT name_key, account_id FROM profile WHERE (name_key, account_id) > ($1, $2) AND name_key < $3
    ORDER BY name_key, account_id LIMIT $4";
const NAMELESS: &str = "
    SELECT account_id, first_name, last_name, display_name FROM profile WHERE account_id > $1
    ORDER BY account_id LIMIT 5000";

/// What an account is found by: of all of an organisation in one go.
const FINDABLE: &str = "
    SELECT a.id, a.status, a.kind, a.address, COALESCE(a.local_id, ''), p.first_name, p.last_name, p.display_name, p.unit,
    p.job_title, p.mobile, p.telephone
    FROM account a JOIN profile p ON p.account_id = a.id WHERE a.organisation = $1 ORDER BY a.id";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("profile.range", RANGE),
    ("profile.names", NAMES),
    ("profile.nameless", NAMELESS),
    ("profile.findable", FINDABLE),
];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&BY_IDS, &BY_MOBILES];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];
/// The bulk updates.
pub(crate) const UPDATES: &[&BulkUpdate] = &[&UPDATE, &NAME];

/// The key first, the name's key last.
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
    ("name_key", Type::Text),
];

static INSERT: BulkInsert = BulkInsert::new("profile", COLUMNS);

static NAME: BulkUpdate = BulkUpdate::unversioned("profile", ("account_id", Type::Int), &[("name_key", Type::Text)]);

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

/// What an account is found by, as long as its row is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Findable<'r> {
    /// The account.
    pub id: AccountId,
    /// Where it stands.
    pub status: Status,
    /// What it is.
    pub kind: Kind,
    /// Its address.
    pub address: &'r str,
    /// Its unit.
    pub unit: &'r str,
    /// Its organisation's own number, its names, its job, its telephones.
    pub texts: [&'r str; 7],
}

/// What the accounts of an organisation are found by, by id. Cost: an index range, and a row of each table an account.
pub fn findable(
    db: &mut Reader<'_>,
    code: &OdsCode,
    mut each: impl FnMut(Findable<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    db.for_each(FINDABLE, &[code.as_str().into()], |row| {
        let id = AccountId(row.int()?);
        let status = Status::parse(row.str()?).ok_or(Error::Corrupt("account.status"))?;
        let kind = Kind::parse(row.str()?).ok_or(Error::Corrupt("account.kind"))?;
        let (address, local_id) = (row.str()?, row.str()?);
        let [first, last, display] = [row.str()?, row.str()?, row.str()?];
        let unit = row.str()?;
        let texts = [local_id, first, last, display, row.str()?, row.str()?, row.str()?];
        each(Findable { id, status, kind, address, unit, texts })
    })
}

/// The profile of one account.
pub fn get(db: &mut Reader<'_>, id: AccountId) -> Result<Profile, Error> {
    let found = by_ids(db, &[id])?.pop();
    found.map(|(_, profile)| profile).ok_or(Error::Corrupt("profile.account_id"))
}

/// Who has one of these mobile numbers, as `(account, number, status)`. Cost: an index.
pub fn by_mobiles(db: &mut Reader<'_>, numbers: &[&str]) -> Result<Vec<(AccountId, String, Status)>, Error> {
    db.by_keys(&BY_MOBILES, Keys::Texts(numbers), &[], |row| {
        Ok((AccountId(row.int()?), row.text()?, row.word("account.status", Status::parse)?))
    })
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

fn row((id, p): (AccountId, &Profile)) -> [crate::value::Value<'_>; 16] {
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
        name_key(&p.first_name, &p.last_name, &p.display_name).into(),
    ]
}

/// A name is found by so much of it.
const KEY: usize = 60;

/// What a name is found by: family name first, in small letters without accents; of a mailbox without a person the name
/// that it was given.
pub fn name_key(first: &str, last: &str, display: &str) -> String {
    let name = if last.is_empty() && first.is_empty() { display.to_owned() } else { format!("{last} {first}") };
    let plain = any_ascii::any_ascii(&name).to_lowercase();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(KEY).collect()
}

/// Names behind a key and an account, before another key: `(key, account)`, by key. Cost: a range of an index.
pub fn names(
    db: &mut Reader<'_>,
    after: (&str, AccountId),
    before: &str,
    limit: u32,
) -> Result<Vec<(String, AccountId)>, Error> {
    let params = [after.0.into(), after.1.0.into(), before.into(), i64::from(limit).into()];
    db.query(NAMES, &params, |row| Ok((row.text()?, AccountId(row.int()?))))
}

/// Gives the names that a store has from before they had keys; a part of the migration.
pub(crate) fn adopt(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    let mut after = i64::MIN;
    loop {
        let page = tx.query(NAMELESS, &[after.into()], |row| {
            let (id, first, last, display) = (row.int()?, row.str()?, row.str()?, row.str()?);
            Ok((id, name_key(first, last, display)))
        })?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        tx.bulk_update(&NAME, page.iter().map(|(id, key)| [(*id).into(), key.as_str().into()]))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: DIR-01
    #[test]
    fn a_name_is_found_by_its_letters_family_name_first() {
        for (first, last, display, key) in [
            ("Ann", "Lee", "", "lee ann"),
            ("Siân", "O'Connell-Łuk", "", "o connell luk sian"),
            ("", "Lee", "", "lee"),
            ("Ann", "", "", "ann"),
            ("", "", "Ward Two", "ward two"),
            ("", "", "", ""),
            ("李", "王", "", "wang li"),
        ] {
            assert_eq!(name_key(first, last, display), key);
        }
        assert_eq!(name_key("", &"x".repeat(99), "").len(), KEY);
    }
}
