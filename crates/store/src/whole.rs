//! Reads of whole tables, for the check of the store against its events. Words that an enum knows are read as texts
//! here: a row that somebody spoilt is to be named, not to end the check.

use domain::account::Account;
use domain::ids::AccountId;
use domain::profile::Profile;
use domain::time::Timestamp;

use crate::account::{self, Schedule};
use crate::db::row::Row;
use crate::error::Error;
use crate::profile::profile_of;
use crate::tx::Reader;

const ADDRESSES: &str = "
    SELECT account_id, address, kind, until_on FROM address
    WHERE account_id > $1 AND account_id <= $2 ORDER BY account_id, address";
const MEMBERS: &str = "
    SELECT mailbox_id, account_id, owner, rights FROM member
    WHERE mailbox_id > $1 AND mailbox_id <= $2 ORDER BY mailbox_id, account_id";
const HOLDS: &str = "
    SELECT account_id, id, reason, placed_by, placed_at, released_by, released_at FROM hold ORDER BY id";
const GRANTS: &str = "
    SELECT account_id, id, role, scope, scope_of, unit, granted_by, granted_at, ended_at, ended_rule
    FROM role_grant ORDER BY id";
const EDITIONS: &str = "SELECT name, series, digest, lines, loaded_at, loaded_by FROM edition ORDER BY name";
const OF_NO_ACCOUNT: &str = "
    SELECT object_type, object, action, at, actor, detail FROM event WHERE account_id IS NULL ORDER BY id";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("whole.addresses", ADDRESSES),
    ("whole.members", MEMBERS),
    ("whole.holds", HOLDS),
    ("whole.grants", GRANTS),
    ("whole.editions", EDITIONS),
    ("whole.of_no_account", OF_NO_ACCOUNT),
];

/// A row of an account, or the column that cannot be read.
pub type MaybeAccount = Result<(Account, Schedule), &'static str>;

/// A page of all accounts by id; one that cannot be read is told with the column.
pub fn accounts(db: &mut Reader<'_>, after: AccountId, limit: u32) -> Result<Vec<(AccountId, MaybeAccount)>, Error> {
    db.query(account::ALL_WITH_IDS, &[after.0.into(), i64::from(limit).into()], |row| {
        let id = AccountId(row.int()?);
        match account::read_scheduled(row) {
            Ok(read) => Ok((id, Ok(read))),
            Err(Error::Corrupt(column)) => Ok((id, Err(column))),
            Err(error) => Err(error),
        }
    })
}

/// The profiles of a range of accounts, from behind one to another, by id.
pub fn profiles(db: &mut Reader<'_>, after: AccountId, last: AccountId) -> Result<Vec<(AccountId, Profile)>, Error> {
    db.query(crate::profile::RANGE, &[after.0.into(), last.0.into()], profile_of)
}

/// An address as it stands in its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawAddress {
    /// Whose.
    pub account: i64,
    /// The address.
    pub address: String,
    /// Its kind's word.
    pub kind: String,
    /// Free again from this day.
    pub until: Option<i64>,
}

/// The addresses of a range of accounts.
pub fn addresses(db: &mut Reader<'_>, after: AccountId, last: AccountId) -> Result<Vec<RawAddress>, Error> {
    db.query(ADDRESSES, &[after.0.into(), last.0.into()], |row| {
        let (account, address) = (row.int()?, row.text()?);
        Ok(RawAddress { account, address, kind: row.text()?, until: row.opt_int()? })
    })
}

/// The members of a range of mailboxes.
pub fn members(
    db: &mut Reader<'_>,
    after: AccountId,
    last: AccountId,
) -> Result<Vec<crate::member::Membership>, Error> {
    db.query(MEMBERS, &[after.0.into(), last.0.into()], crate::member::read)
}

/// A hold, released or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawHold {
    /// The hold as it was placed.
    pub hold: crate::hold::Hold,
    /// By whom and when it was released.
    pub released: Option<(String, Timestamp)>,
}

/// All holds there ever were, in memory: hundreds in a federation.
pub fn holds(db: &mut Reader<'_>) -> Result<Vec<RawHold>, Error> {
    db.query(HOLDS, &[], |row| {
        let (account, id) = (AccountId(row.int()?), row.int()?);
        let (reason, placed_by, placed_at) = (row.text()?, row.text()?, time(row)?);
        let (by, at) = (row.opt_text()?, row.opt_int()?);
        let hold = crate::hold::Hold { id, account, reason, placed_by, placed_at };
        Ok(RawHold { hold, released: by.zip(at.map(Timestamp::from_second)) })
    })
}

/// A grant as it stands in its row, ended or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawGrant {
    /// Who holds it.
    pub account: i64,
    /// Its number.
    pub id: i64,
    /// The role's word.
    pub role: String,
    /// The scope's words: its kind, of what, which unit.
    pub scope: [String; 3],
    /// Who gave it when.
    pub given: (String, Timestamp),
    /// When it ended, and by which rule.
    pub ended: (Option<Timestamp>, Option<String>),
}

/// All grants there ever were, in memory: some tens of thousands in a federation.
pub fn grants(db: &mut Reader<'_>) -> Result<Vec<RawGrant>, Error> {
    db.query(GRANTS, &[], |row| {
        let (account, id, role) = (row.int()?, row.int()?, row.text()?);
        let scope = [row.text()?, row.text()?, row.text()?];
        let given = (row.text()?, time(row)?);
        let ended = (row.opt_int()?.map(Timestamp::from_second), row.opt_text()?);
        Ok(RawGrant { account, id, role, scope, given, ended })
    })
}

/// All editions that were loaded.
pub fn editions(db: &mut Reader<'_>) -> Result<Vec<crate::organisation::Edition>, Error> {
    db.query(EDITIONS, &[], |row| {
        let (name, series, digest, lines) = (row.text()?, row.text()?, row.text()?, row.int()?);
        Ok(crate::organisation::Edition { name, series, digest, lines, loaded_at: time(row)?, loaded_by: row.text()? })
    })
}

/// A line that is about no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherLine<'r> {
    /// What kind of thing.
    pub object_type: &'r str,
    /// Which one.
    pub object: &'r str,
    /// What was done.
    pub action: &'r str,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: &'r str,
    /// More, JSON.
    pub detail: &'r str,
}

/// Every line about no account, in order. Cost: the whole trail is looked at.
pub fn of_no_account(
    db: &mut Reader<'_>,
    mut each: impl FnMut(OtherLine<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    db.for_each(OF_NO_ACCOUNT, &[], |row| {
        let (object_type, object, action) = (row.str()?, row.str()?, row.str()?);
        let (at, actor) = (time(row)?, row.str()?);
        each(OtherLine { object_type, object, action, at, actor, detail: row.str()? })
    })
}

fn time(row: &mut Row<'_>) -> Result<Timestamp, Error> {
    row.int().map(Timestamp::from_second)
}
