//! What the mail engine is told of each account: one narrow row, read whole at its start and by ids when something changed.

use domain::ids::{AccountId, Address};
use domain::status::{Kind, Status};

use crate::bulk::keyed::{Keyed, Keys};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::Reader;

macro_rules! columns {
    () => {
        "SELECT a.id, a.kind, a.address, a.status, a.disabled_at, p.quota_mib, r.account_id \
         FROM account a JOIN profile p ON p.account_id = a.id \
         LEFT JOIN mail_rule r ON r.account_id = a.id WHERE a.id "
    };
}

const PAGE: &str = concat!(columns!(), "> $1 ORDER BY a.id LIMIT $2");
static BY_IDS: Keyed = Keyed::by_int("mailbox::BY_IDS", concat!(columns!(), "IN {keys} ORDER BY a.id"));
/// What was written since, by the batches of the audit chain: one short row for each write.
const SPANS: &str = "SELECT first_id, lines FROM audit_batch WHERE first_id > $1 ORDER BY first_id LIMIT $2";
const NEWEST: &str = "SELECT COALESCE(MAX(first_id), 0) FROM audit_batch";
const TOLD_OF: &str = "
    SELECT DISTINCT account_id FROM event WHERE id >= $1 AND id <= $2 AND account_id IS NOT NULL ORDER BY account_id";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("mailbox.page", PAGE), ("mailbox.spans", SPANS), ("mailbox.newest", NEWEST), ("mailbox.told_of", TOLD_OF)];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&BY_IDS];

/// An account as the mail engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose.
    pub id: AccountId,
    /// A person's, a shared one, a program's, a room's.
    pub kind: Kind,
    /// Its primary address.
    pub address: Address,
    /// Where it stands.
    pub status: Status,
    /// A leaver that was disabled, too (LC-09).
    pub disabled: bool,
    /// In MiB; 0 has no end.
    pub quota_mib: u64,
    /// It answers or sends on by itself (OOO-01).
    pub rules: bool,
}

fn read(row: &mut Row<'_>) -> Result<Mailbox, Error> {
    Ok(Mailbox {
        id: AccountId(row.int()?),
        kind: row.word("account.kind", Kind::parse)?,
        address: row.word("account.address", Address::parse)?,
        status: row.word("account.status", Status::parse)?,
        disabled: row.opt_int()?.is_some(),
        quota_mib: u64::try_from(row.int()?).map_err(|_| Error::Corrupt("profile.quota_mib"))?,
        rules: row.opt_int()?.is_some(),
    })
}

/// The next accounts behind one, by id.
pub fn page(db: &mut Reader<'_>, after: AccountId, limit: u32) -> Result<Vec<Mailbox>, Error> {
    db.query(PAGE, &[after.0.into(), i64::from(limit).into()], read)
}

/// Some accounts, by id.
pub fn by_ids(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<Mailbox>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(&BY_IDS, Keys::Ints(&keys), &[], read)
}

/// The lines of one write: the number of the first, how many.
pub type Span = (i64, i64);

/// The writes whose lines begin behind a number, by number. Cost: a range of the primary key.
pub fn spans(db: &mut Reader<'_>, after: i64, limit: u32) -> Result<Vec<Span>, Error> {
    db.query(SPANS, &[after.into(), i64::from(limit).into()], |row| Ok((row.int()?, row.int()?)))
}

/// The number with which the newest write begins; 0 before any.
pub fn newest(db: &mut Reader<'_>) -> Result<i64, Error> {
    Ok(db.query_one(NEWEST, &[], crate::db::row::int)?.unwrap_or(0))
}

/// The accounts that the lines of a write are about.
pub fn told_of(db: &mut Reader<'_>, (first, lines): Span) -> Result<Vec<AccountId>, Error> {
    let last = first.saturating_add(lines - 1);
    db.query(TOLD_OF, &[first.into(), last.into()], |row| Ok(AccountId(row.int()?)))
}
