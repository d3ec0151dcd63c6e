//! Notices owed and commands for the mail engine: written with the change that owes them, delivered later, at least once.

use domain::ids::AccountId;
use domain::notice::NoticeKind;
use domain::rule::Rule;
use domain::time::{Day, Timestamp};

use crate::account::day;
use crate::bulk::{BulkInsert, Type};
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "SELECT n.id, n.account_id, n.organisation, n.kind, n.rule, n.recipient_id, n.about_on, n.made_at, n.run_id, n.state, \
         a.address, r.address FROM notice n JOIN account a ON a.id = n.account_id \
         LEFT JOIN account r ON r.id = n.recipient_id "
    };
}

const PAGE: &str = concat!(columns!(), "WHERE n.id < $1 ORDER BY n.id DESC LIMIT $2");
const OF_ACCOUNT: &str = concat!(columns!(), "WHERE n.account_id = $3 AND n.id < $1 ORDER BY n.id DESC LIMIT $2");
const OF_RUN: &str = concat!(columns!(), "WHERE n.run_id = $3 AND n.id < $1 ORDER BY n.id DESC LIMIT $2");

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("notice.page", PAGE), ("notice.of_account", OF_ACCOUNT), ("notice.of_run", OF_RUN)];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT, &COMMAND];

static INSERT: BulkInsert = BulkInsert::new(
    "notice",
    &[
        ("id", Type::Int),
        ("account_id", Type::Int),
        ("organisation", Type::Text),
        ("kind", Type::Text),
        ("rule", Type::Text),
        ("recipient_id", Type::Int),
        ("about_on", Type::Int),
        ("made_at", Type::Int),
        ("run_id", Type::Int),
        ("state", Type::Text),
    ],
);

static COMMAND: BulkInsert = BulkInsert::new(
    "outbox",
    &[
        ("id", Type::Int),
        ("account_id", Type::Int),
        ("command", Type::Text),
        ("payload", Type::Text),
        ("made_at", Type::Int),
        ("run_id", Type::Int),
        ("attempts", Type::Int),
    ],
);

/// A notice to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// About this account.
    pub account: AccountId,
    /// Of this organisation.
    pub organisation: String,
    /// Which.
    pub kind: NoticeKind,
    /// By this rule.
    pub rule: Rule,
    /// To this account; to the operator, where absent.
    pub recipient: Option<AccountId>,
    /// The day it speaks of.
    pub about: Option<Day>,
}

/// A command for the mail engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommand {
    /// For this account.
    pub account: AccountId,
    /// What to do.
    pub command: &'static str,
    /// With what; opaque to the store.
    pub payload: String,
}

/// A notice as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// The notice.
    pub notice: NewNotice,
    /// When it was made.
    pub made_at: Timestamp,
    /// The run that made it.
    pub run: Option<i64>,
    /// `queued`, `sent` or `failed`.
    pub state: String,
    /// The account's address.
    pub address: String,
    /// The recipient's address.
    pub recipient: Option<String>,
}

fn read(row: &mut Row<'_>) -> Result<Notice, Error> {
    let id = row.int()?;
    let notice = NewNotice {
        account: AccountId(row.int()?),
        organisation: row.text()?,
        kind: row.word("notice.kind", NoticeKind::parse)?,
        rule: row.word("notice.rule", Rule::parse)?,
        recipient: row.opt_int()?.map(AccountId),
        about: row.opt_int()?.map(|n| day(n, "notice.about_on")).transpose()?,
    };
    let made_at = Timestamp::from_second(row.int()?);
    let (run, state, address, recipient) = (row.opt_int()?, row.text()?, row.text()?, row.opt_text()?);
    Ok(Notice { id, notice, made_at, run, state, address, recipient })
}

/// Notices, newest first, older than one; of an account or of a run, if told.
pub fn list(
    db: &mut Reader<'_>,
    of_account: Option<AccountId>,
    of_run: Option<i64>,
    before: i64,
    limit: u32,
) -> Result<Vec<Notice>, Error> {
    let head = [before.into(), i64::from(limit).into()];
    let with = |last: i64| [before.into(), i64::from(limit).into(), last.into()];
    match (of_account, of_run) {
        (Some(account), _) => db.query(OF_ACCOUNT, &with(account.0), read),
        (None, Some(run)) => db.query(OF_RUN, &with(run), read),
        (None, None) => db.query(PAGE, &head, read),
    }
}

/// Writes notices, to be delivered.
pub fn insert(tx: &mut WriteTx<'_>, notices: &[NewNotice], at: Timestamp, run: Option<i64>) -> Result<(), Error> {
    let first = tx.next_ids("notice", i64::try_from(notices.len()).unwrap_or(0))?;
    let rows = (first..).zip(notices).map(|(id, n)| {
        [
            id.into(),
            n.account.0.into(),
            n.organisation.as_str().into(),
            n.kind.as_str().into(),
            n.rule.as_str().into(),
            n.recipient.map(|r| r.0).into(),
            n.about.map(|d| i64::from(d.number())).into(),
            at.second().into(),
            run.into(),
            "queued".into(),
        ]
    });
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// Writes commands for the mail engine.
pub fn command(tx: &mut WriteTx<'_>, commands: &[NewCommand], at: Timestamp, run: Option<i64>) -> Result<(), Error> {
    let first = tx.next_ids("outbox", i64::try_from(commands.len()).unwrap_or(0))?;
    let rows = (first..).zip(commands).map(|(id, c)| {
        let (command, payload) = (c.command.into(), c.payload.as_str().into());
        [id.into(), c.account.0.into(), command, payload, at.second().into(), run.into(), 0.into()]
    });
    tx.bulk_insert(&COMMAND, rows).map(drop)
}
