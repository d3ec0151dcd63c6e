//! Notices owed: written with the change that owes them, delivered later, at least once.

use domain::ids::AccountId;
use domain::notice::{Delivery, NoticeKind};
use domain::rule::Rule;
use domain::time::{Day, Timestamp};

use crate::account::day;
use crate::bulk::{BulkInsert, Type};
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

// CROSS JOIN: SQLite then begins at the notices, whatever is asked of the account.
macro_rules! columns {
    () => {
        "SELECT n.id, n.account_id, n.organisation, n.kind, n.rule, n.recipient_id, n.about_on, n.details, n.made_at, n.run_id, n.state, \
         n.attempts, n.next_at, n.settled_at, n.why, n.read_at, a.address, r.address \
         FROM notice n CROSS JOIN account a LEFT JOIN account r ON r.id = n.recipient_id WHERE a.id = n.account_id AND "
    };
}

macro_rules! filters {
    () => {
        " AND n.id < $1 AND ($3 = '' OR n.kind = $3) AND n.made_at >= $4 AND n.made_at < $5"
    };
}

const PAGE: &str = concat!(columns!(), "n.id < $1 ORDER BY n.id DESC LIMIT $2");
const OF_ACCOUNT: &str = concat!(columns!(), "n.account_id = $3 AND n.id < $1 ORDER BY n.id DESC LIMIT $2");
const OF_RUN: &str = concat!(columns!(), "n.run_id = $3 AND n.id < $1 ORDER BY n.id DESC LIMIT $2");
const OF_RECIPIENT: &str = concat!(columns!(), "n.recipient_id = $3 AND n.id < $1 ORDER BY n.id DESC LIMIT $2");
const BY_ID: &str = concat!(columns!(), "n.id = $1");
// `state <> 'sent'` is what the index says of itself: without it the index is not used.
const DUE: &str =
    concat!(columns!(), "n.state <> 'sent' AND n.state = 'queued' AND n.next_at <= $1 ORDER BY n.state, n.id LIMIT $2");
const SEARCH: &str = concat!(columns!(), "($6 = '' OR n.state = $6)", filters!(), " ORDER BY n.id DESC LIMIT $2");
const SEARCH_OPEN: &str =
    concat!(columns!(), "n.state <> 'sent' AND n.state = $6", filters!(), " ORDER BY n.id DESC LIMIT $2");
const SEARCH_ORGANISATION: &str = concat!(
    columns!(),
    "n.organisation = $7 AND a.organisation = n.organisation AND ($6 = '' OR n.state = $6)",
    filters!(),
    " ORDER BY n.id DESC LIMIT $2"
);
const UNREAD: &str = "SELECT COUNT(*) FROM notice WHERE recipient_id = $1 AND read_at IS NULL";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("notice.page", PAGE),
    ("notice.of_account", OF_ACCOUNT),
    ("notice.of_run", OF_RUN),
    ("notice.of_recipient", OF_RECIPIENT),
    ("notice.by_id", BY_ID),
    ("notice.due", DUE),
    ("notice.search", SEARCH),
    ("notice.search_open", SEARCH_OPEN),
    ("notice.search_organisation", SEARCH_ORGANISATION),
    ("notice.unread", UNREAD),
];
/// The bulk inserts.
pub(crate) const INSERTS: &[&BulkInsert] = &[&INSERT];

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
        ("details", Type::Text),
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
    /// What it lists, one a line.
    pub details: Vec<String>,
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
    /// How it fares.
    pub state: Delivery,
    /// Tries so far.
    pub attempts: u32,
    /// The next try not before, on the wall's clock.
    pub next_at: Timestamp,
    /// When it left the queue, on the wall's clock.
    pub settled_at: Option<Timestamp>,
    /// Why it is not sent, or not yet.
    pub why: String,
    /// When its recipient opened it in the portal.
    pub read_at: Option<Timestamp>,
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
        details: row.str()?.lines().map(str::to_owned).collect(),
    };
    let made_at = Timestamp::from_second(row.int()?);
    Ok(Notice {
        id,
        notice,
        made_at,
        run: row.opt_int()?,
        state: row.word("notice.state", Delivery::parse)?,
        attempts: u32::try_from(row.int()?).map_err(|_| Error::Corrupt("notice.attempts"))?,
        next_at: Timestamp::from_second(row.int()?),
        settled_at: row.opt_int()?.map(Timestamp::from_second),
        why: row.text()?,
        read_at: row.opt_int()?.map(Timestamp::from_second),
        address: row.text()?,
        recipient: row.opt_text()?,
    })
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

/// The notices to somebody, newest first, older than one.
pub fn of_recipient(db: &mut Reader<'_>, to: AccountId, before: i64, limit: u32) -> Result<Vec<Notice>, Error> {
    db.query(OF_RECIPIENT, &[before.into(), i64::from(limit).into(), to.0.into()], read)
}

/// How many notices somebody has not opened.
pub fn unread(db: &mut Reader<'_>, to: AccountId) -> Result<i64, Error> {
    Ok(db.query_one(UNREAD, &[to.0.into()], row::int)?.unwrap_or(0))
}

/// A notice.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<Notice>, Error> {
    db.query_one(BY_ID, &[id.into()], read)
}

/// What is to be sent now, oldest first. Cost: an index of what is not sent; those that wait for another try are passed by.
pub fn due(db: &mut Reader<'_>, wall: Timestamp, limit: u32) -> Result<Vec<Notice>, Error> {
    db.query(DUE, &[wall.second().into(), i64::from(limit).into()], read)
}

/// What to search for; absent and empty mean anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// In an organisation, of accounts that still belong to it.
    pub organisation: String,
    /// How it fares.
    pub state: Option<Delivery>,
    /// Which.
    pub kind: Option<NoticeKind>,
    /// Made then or later.
    pub from: Timestamp,
    /// Made before.
    pub until: Timestamp,
    /// Only those older than this one.
    pub before: i64,
    /// At most so many.
    pub limit: u32,
}

/// Notices that match, newest first. Cost: an index of the organisation's, or of what is not sent; else the newest ones are
/// looked at until there are enough.
pub fn search(db: &mut Reader<'_>, search: &Search) -> Result<Vec<Notice>, Error> {
    let state = search.state.map_or("", Delivery::as_str);
    let mut params = vec![
        search.before.into(),
        i64::from(search.limit).into(),
        search.kind.map_or("", NoticeKind::as_str).into(),
        search.from.second().into(),
        search.until.second().into(),
        state.into(),
    ];
    if !search.organisation.is_empty() {
        params.push(search.organisation.as_str().into());
        return db.query(SEARCH_ORGANISATION, &params, read);
    }
    let sql = if matches!(search.state, None | Some(Delivery::Sent)) { SEARCH } else { SEARCH_OPEN };
    db.query(sql, &params, read)
}

/// Writes notices, to be delivered.
pub fn insert(tx: &mut WriteTx<'_>, notices: &[NewNotice], at: Timestamp, run: Option<i64>) -> Result<(), Error> {
    let first = tx.next_ids("notice", i64::try_from(notices.len()).unwrap_or(0))?;
    let details: Vec<String> = notices.iter().map(|n| n.details.join("\n")).collect();
    let rows = (first..).zip(notices).zip(&details).map(|((id, n), details)| {
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
            Delivery::Queued.as_str().into(),
            details.as_str().into(),
        ]
    });
    tx.bulk_insert(&INSERT, rows).map(drop)
}
