//! Members and owners of mailboxes without a person.

use domain::ids::AccountId;
use domain::mailbox::{Right, Standing};

use crate::bulk::keyed::{Keyed, Keys};
use crate::bulk::{BulkInsert, Type};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

static OWNERS: Keyed = Keyed::by_int(
    "member::OWNERS",
    "
    SELECT m.mailbox_id, m.account_id FROM member m JOIN account a ON a.id = m.account_id
    WHERE m.mailbox_id IN {keys} AND m.owner = TRUE AND a.status NOT IN ('deleted', 'purged')
    ORDER BY m.mailbox_id, m.account_id",
);
static IN_MAILBOXES: Keyed = Keyed::by_int(
    "member::IN_MAILBOXES",
    "SELECT mailbox_id, account_id, owner, rights FROM member WHERE mailbox_id IN {keys} ORDER BY mailbox_id, account_id",
);
static OF_MEMBERS: Keyed = Keyed::by_int(
    "member::OF_MEMBERS",
    "SELECT mailbox_id, account_id, owner, rights FROM member WHERE account_id IN {keys} ORDER BY mailbox_id, account_id",
);
const OF_MAILBOX: &str = "SELECT account_id, owner, rights FROM member WHERE mailbox_id = $1 ORDER BY account_id";
const OF_ACCOUNT: &str = "SELECT mailbox_id, owner, rights FROM member WHERE account_id = $1 ORDER BY mailbox_id";
const CHANGE: &str = "UPDATE member SET owner = $3, rights = $4 WHERE mailbox_id = $1 AND account_id = $2";
const REMOVE: &str = "DELETE FROM member WHERE mailbox_id = $1 AND account_id = $2";
const DROP: &str = "DELETE FROM member WHERE mailbox_id = $1 OR account_id = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("member.of_mailbox", OF_MAILBOX),
    ("member.of_account", OF_ACCOUNT),
    ("member.change", CHANGE),
    ("member.remove", REMOVE),
    ("member.drop", DROP),
];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&OWNERS, &IN_MAILBOXES, &OF_MEMBERS];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];

static INSERT: BulkInsert = BulkInsert::skipping_known(
    "member",
    &[("mailbox_id", Type::Int), ("account_id", Type::Int), ("owner", Type::Bool), ("rights", Type::Text)],
);

/// The owners of some mailboxes, as `(mailbox, owner)`. A deleted owner's membership is kept without effect (decision 6).
pub fn owners(db: &mut Reader<'_>, mailboxes: &[AccountId]) -> Result<Vec<(AccountId, AccountId)>, Error> {
    let keys: Vec<i64> = mailboxes.iter().map(|id| id.0).collect();
    db.by_keys(&OWNERS, Keys::Ints(&keys), &[], |row| Ok((AccountId(row.int()?), AccountId(row.int()?))))
}

/// A membership: mailbox, member, how the one belongs to the other.
pub type Membership = (AccountId, AccountId, Standing);

fn standing(row: &mut Row<'_>) -> Result<Standing, Error> {
    Ok(Standing { owner: row.bool()?, right: row.word("member.rights", Right::parse)? })
}

/// Reads a whole membership.
pub(crate) fn read(row: &mut Row<'_>) -> Result<Membership, Error> {
    Ok((AccountId(row.int()?), AccountId(row.int()?), standing(row)?))
}

/// The memberships in some mailboxes.
pub fn in_mailboxes(db: &mut Reader<'_>, mailboxes: &[AccountId]) -> Result<Vec<Membership>, Error> {
    by_ids(db, &IN_MAILBOXES, mailboxes)
}

/// The memberships that some accounts hold.
pub fn of_members(db: &mut Reader<'_>, members: &[AccountId]) -> Result<Vec<Membership>, Error> {
    by_ids(db, &OF_MEMBERS, members)
}

fn by_ids(db: &mut Reader<'_>, keyed: &'static Keyed, ids: &[AccountId]) -> Result<Vec<Membership>, Error> {
    let keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.by_keys(keyed, Keys::Ints(&keys), &[], read)
}

/// The members of a mailbox, and how each belongs to it.
pub fn of_mailbox(db: &mut Reader<'_>, mailbox: AccountId) -> Result<Vec<(AccountId, Standing)>, Error> {
    db.query(OF_MAILBOX, &[mailbox.0.into()], |row| Ok((AccountId(row.int()?), standing(row)?)))
}

/// The mailboxes that an account is a member of, and how it belongs to each.
pub fn of_account(db: &mut Reader<'_>, account: AccountId) -> Result<Vec<(AccountId, Standing)>, Error> {
    db.query(OF_ACCOUNT, &[account.0.into()], |row| Ok((AccountId(row.int()?), standing(row)?)))
}

/// A member belongs to the mailbox in another way now.
pub fn change(tx: &mut WriteTx<'_>, (mailbox, account, standing): Membership) -> Result<(), Error> {
    let params = [mailbox.0.into(), account.0.into(), standing.owner.into(), standing.right.as_str().into()];
    tx.execute_one("member", CHANGE, &params)
}

/// Somebody is no member any more.
pub fn remove(tx: &mut WriteTx<'_>, mailbox: AccountId, account: AccountId) -> Result<(), Error> {
    tx.execute_one("member", REMOVE, &[mailbox.0.into(), account.0.into()])
}

/// Adds members; who is one already stays as they are.
pub fn add(tx: &mut WriteTx<'_>, members: &[Membership]) -> Result<u64, Error> {
    tx.bulk_insert(
        &INSERT,
        members.iter().map(|(mailbox, account, standing)| {
            [mailbox.0.into(), account.0.into(), standing.owner.into(), standing.right.as_str().into()]
        }),
    )
}

/// Ends every membership of and in an account: it was purged (decision 6).
pub fn drop_all(tx: &mut WriteTx<'_>, account: AccountId) -> Result<u64, Error> {
    tx.execute(DROP, &[account.0.into()])
}
