//! Addresses that are taken: in use, aliases, reserved. The primary key is the claim: two accounts can never hold one.

use domain::ids::{AccountId, Address};
use domain::time::Day;
use domain::words;

use crate::bulk::keyed::{Keyed, Keys};
use crate::bulk::{BulkInsert, BulkUpdate, Type};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

words! {
    /// What an address is to its account.
    pub enum AddressKind {
        /// The address it is known by.
        Primary = "primary",
        /// Given by an administrator.
        Alias = "alias",
        /// A former primary address, kept.
        OldName = "old_name",
        /// Of the old organisation's form; kept for a time (JML-05).
        OldOrganisation = "old_organisation",
        /// Of a purged account; nobody may have it yet (LC-21).
        Reserved = "reserved",
    }
}

/// An address that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The address.
    pub address: Address,
    /// By this account.
    pub account: AccountId,
    /// As what.
    pub kind: AddressKind,
    /// Free again from this day; never, where absent.
    pub until: Option<Day>,
}

const OF_ACCOUNT: &str =
    "SELECT address, account_id, kind, until_on FROM address WHERE account_id = $1 ORDER BY kind, address";
static OF_ACCOUNTS: Keyed = Keyed::by_int(
    "address::OF_ACCOUNTS",
    "SELECT address, account_id, kind, until_on FROM address WHERE account_id IN {keys} ORDER BY address",
);
static BY_ADDRESSES: Keyed = Keyed::by_text(
    "address::BY_ADDRESSES",
    "SELECT address, account_id, kind, until_on FROM address WHERE address IN {keys}",
);
static COUNTERS: Keyed =
    Keyed::by_text("address::COUNTERS", "SELECT base, next_n, version FROM address_counter WHERE base IN {keys}");
const BEGINNING: &str = "
    SELECT account_id FROM address WHERE address >= $1 AND address < $2 ORDER BY address LIMIT $3";
const RESERVE: &str = "UPDATE address SET kind = 'reserved', until_on = $2 WHERE account_id = $1";
const DEMOTE: &str = "UPDATE address SET kind = $2, until_on = $3 WHERE address = $1";
const FREE: &str = "DELETE FROM address WHERE address = $1 AND account_id = $2";
const EXPIRED: &str = "
    SELECT address, account_id, kind, until_on FROM address WHERE until_on <= $1 ORDER BY account_id, address";
const EXPIRE: &str = "DELETE FROM address WHERE until_on <= $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("address.of_account", OF_ACCOUNT),
    ("address.beginning", BEGINNING),
    ("address.reserve", RESERVE),
    ("address.demote", DEMOTE),
    ("address.free", FREE),
    ("address.expired", EXPIRED),
    ("address.expire", EXPIRE),
];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&OF_ACCOUNTS, &BY_ADDRESSES, &COUNTERS];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT, &ADD_COUNTER];
/// The bulk updates.
pub(crate) const UPDATES: &[&BulkUpdate] = &[&COUNT_UP];

static INSERT: BulkInsert = BulkInsert::new(
    "address",
    &[("address", Type::Text), ("account_id", Type::Int), ("kind", Type::Text), ("until_on", Type::Int)],
);
static ADD_COUNTER: BulkInsert =
    BulkInsert::new("address_counter", &[("base", Type::Text), ("next_n", Type::Int), ("version", Type::Int)]);
static COUNT_UP: BulkUpdate = BulkUpdate::new("address_counter", ("base", Type::Text), &[("next_n", Type::Int)]);

/// The accounts of the addresses that begin like this, in the order of the addresses. Cost: a range of the primary key.
pub fn beginning_with(db: &mut Reader<'_>, begin: &str, limit: u32) -> Result<Vec<AccountId>, Error> {
    let end = format!("{begin}\u{10FFFF}");
    let params = [begin.into(), end.as_str().into(), i64::from(limit).into()];
    let mut ids = db.query(BEGINNING, &params, |row| Ok(AccountId(row.int()?)))?;
    ids.sort();
    ids.dedup();
    Ok(ids)
}

fn read(row: &mut Row<'_>) -> Result<Taken, Error> {
    Ok(Taken {
        address: row.word("address.address", Address::parse)?,
        account: AccountId(row.int()?),
        kind: row.word("address.kind", AddressKind::parse)?,
        until: row.opt_int()?.map(|n| crate::account::day(n, "address.until_on")).transpose()?,
    })
}

/// All addresses of an account.
pub fn of_account(db: &mut Reader<'_>, id: AccountId) -> Result<Vec<Taken>, Error> {
    db.query(OF_ACCOUNT, &[id.0.into()], read)
}

/// All addresses of some accounts, by address.
pub fn of_accounts(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<Taken>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&OF_ACCOUNTS, Keys::Ints(&keys), &[], read)
}

/// Which of these addresses are taken.
pub fn taken(db: &mut Reader<'_>, addresses: &[&str]) -> Result<Vec<Taken>, Error> {
    db.by_keys(&BY_ADDRESSES, Keys::Texts(addresses), &[], read)
}

/// Claims addresses; a taken one is a `Conflict`.
pub fn claim<'a>(tx: &mut WriteTx<'_>, claims: impl IntoIterator<Item = &'a Taken>) -> Result<(), Error> {
    let rows = claims.into_iter().map(|t| {
        [
            t.address.as_str().into(),
            t.account.0.into(),
            t.kind.as_str().into(),
            t.until.map(|d| i64::from(d.number())).into(),
        ]
    });
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// Turns all addresses of a purged account into reservations (LC-21).
pub fn reserve(tx: &mut WriteTx<'_>, id: AccountId, until: Option<Day>) -> Result<(), Error> {
    tx.execute(RESERVE, &[id.0.into(), until.map(|d| i64::from(d.number())).into()]).map(drop)
}

/// Gives an address another kind, and perhaps an end.
pub fn demote(tx: &mut WriteTx<'_>, address: &Address, kind: AddressKind, until: Option<Day>) -> Result<(), Error> {
    let until = until.map(|d| i64::from(d.number()));
    tx.execute(DEMOTE, &[address.as_str().into(), kind.as_str().into(), until.into()]).map(drop)
}

/// Frees every address whose time has ended by a day: aliases of old organisations, reservations. Says which, by account.
pub fn expire(tx: &mut WriteTx<'_>, today: Day) -> Result<Vec<Taken>, Error> {
    let day = i64::from(today.number());
    let expired = tx.query(EXPIRED, &[day.into()], read)?;
    tx.execute(EXPIRE, &[day.into()])?;
    Ok(expired)
}

/// Frees addresses that their accounts hold.
pub fn free(tx: &mut WriteTx<'_>, taken: &[Taken]) -> Result<(), Error> {
    for one in taken {
        tx.execute_one("address", FREE, &[one.address.as_str().into(), one.account.0.into()])?;
    }
    Ok(())
}

/// How many addresses of some names were given out: `(base, next, version)`.
pub fn counters(db: &mut Reader<'_>, bases: &[&str]) -> Result<Vec<(String, i64, i64)>, Error> {
    db.by_keys(&COUNTERS, Keys::Texts(bases), &[], |row| Ok((row.text()?, row.int()?, row.int()?)))
}

/// Stores counters: new ones, and ones read before, by version.
pub fn count_up(tx: &mut WriteTx<'_>, new: &[(String, i64)], known: &[(String, i64, i64)]) -> Result<(), Error> {
    tx.bulk_insert(&ADD_COUNTER, new.iter().map(|(base, n)| [base.as_str().into(), (*n).into(), 1.into()]))?;
    let rows = known.iter().map(|(base, n, version)| [base.as_str().into(), (*version).into(), (*n).into()]);
    tx.bulk_update(&COUNT_UP, rows).map(drop)
}
