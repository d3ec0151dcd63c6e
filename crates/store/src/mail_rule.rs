//! Out of office and forwarding of mailboxes (OOO-01): a row where there is either.

use domain::ids::{AccountId, Address, OdsCode};
use domain::mail_rule::{Away, Forward};
use domain::time::{Day, Timestamp};

use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "SELECT account_id, away_from, away_until, away_text, away_outside, away_days, away_by, away_at, \
         forward_to, forward_keep, forward_of, forward_by, forward_at FROM mail_rule WHERE "
    };
}

const OF_ACCOUNT: &str = concat!(columns!(), "account_id = $1");
const RANGE: &str = concat!(columns!(), "account_id > $1 AND account_id <= $2 ORDER BY account_id");
const INSERT: &str = "
    INSERT INTO mail_rule (account_id, away_from, away_until, away_text, away_outside, away_days, away_by, away_at,
        forward_to, forward_keep, forward_of, forward_by, forward_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const REMOVE: &str = "DELETE FROM mail_rule WHERE account_id = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("mail_rule.of_account", OF_ACCOUNT),
    ("mail_rule.range", RANGE),
    ("mail_rule.insert", INSERT),
    ("mail_rule.remove", REMOVE),
];

/// A rule, who set it, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T> {
    /// The rule.
    pub rule: T,
    /// Who, as the audit names them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What a mailbox does by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailRules {
    /// Out of office.
    pub away: Option<Set<Away>>,
    /// Forwarding.
    pub forward: Option<Set<Forward>>,
}

fn day(row: &mut Row<'_>, column: &'static str) -> Result<Option<Day>, Error> {
    let number = row.opt_int()?.map(i32::try_from).transpose().map_err(|_| Error::Corrupt(column))?;
    Ok(number.map(Day::from_number))
}

/// All of a rule's columns are there, or none.
fn set<T>(column: &'static str, rule: Option<T>, by: Option<String>, at: Option<i64>) -> Result<Option<Set<T>>, Error> {
    match (rule, by, at) {
        (Some(rule), Some(by), Some(at)) => Ok(Some(Set { rule, by, at: Timestamp::from_second(at) })),
        (None, None, None) => Ok(None),
        _ => Err(Error::Corrupt(column)),
    }
}

fn read(row: &mut Row<'_>) -> Result<(AccountId, MailRules), Error> {
    let id = AccountId(row.int()?);
    let (from, until) = (day(row, "mail_rule.away_from")?, day(row, "mail_rule.away_until")?);
    let (text, outside, days) = (row.opt_text()?, row.opt_text()?, row.opt_int()?);
    let corrupt = |column| move |_| Error::Corrupt(column);
    let days = days.map(u16::try_from).transpose().map_err(corrupt("mail_rule.away_days"))?;
    let away = text.zip(days).map(|(text, days)| Away { from, until, text, outside, days });
    let away = set("mail_rule.away_by", away, row.opt_text()?, row.opt_int()?)?;
    let bad = |column| move || Error::Corrupt(column);
    let to = row.opt_text()?.map(|to| Address::parse(&to).ok_or_else(bad("mail_rule.forward_to"))).transpose()?;
    let (keep, of) = (row.bool()?, row.opt_text()?);
    let of = of.map(|of| OdsCode::parse(&of).map_err(|_| Error::Corrupt("mail_rule.forward_of"))).transpose()?;
    let forward = to.map(|to| Forward { to, keep, by_administrator_of: of });
    let forward = set("mail_rule.forward_by", forward, row.opt_text()?, row.opt_int()?)?;
    Ok((id, MailRules { away, forward }))
}

/// What a mailbox does by itself. Cost: a read by key.
pub fn get(db: &mut Reader<'_>, account: AccountId) -> Result<MailRules, Error> {
    Ok(db.query_one(OF_ACCOUNT, &[account.0.into()], read)?.map(|(_, rules)| rules).unwrap_or_default())
}

/// Those of a range of accounts, from behind one to another, by id.
pub fn range(db: &mut Reader<'_>, after: AccountId, last: AccountId) -> Result<Vec<(AccountId, MailRules)>, Error> {
    db.query(RANGE, &[after.0.into(), last.0.into()], read)
}

/// Takes the place of what there was.
pub fn put(tx: &mut WriteTx<'_>, account: AccountId, rules: &MailRules) -> Result<(), Error> {
    tx.execute(REMOVE, &[account.0.into()])?;
    let (away, forward) = (rules.away.as_ref(), rules.forward.as_ref());
    if away.is_none() && forward.is_none() {
        return Ok(());
    }
    let day = |day: Option<Day>| day.map(|day| i64::from(day.number()));
    let params = [
        account.0.into(),
        day(away.and_then(|set| set.rule.from)).into(),
        day(away.and_then(|set| set.rule.until)).into(),
        away.map(|set| set.rule.text.as_str()).into(),
        away.and_then(|set| set.rule.outside.as_deref()).into(),
        away.map(|set| i64::from(set.rule.days)).into(),
        away.map(|set| set.by.as_str()).into(),
        away.map(|set| set.at.second()).into(),
        forward.map(|set| set.rule.to.as_str()).into(),
        forward.is_some_and(|set| set.rule.keep).into(),
        forward.and_then(|set| set.rule.by_administrator_of.as_ref()).map(OdsCode::as_str).into(),
        forward.map(|set| set.by.as_str()).into(),
        forward.map(|set| set.at.second()).into(),
    ];
    tx.execute(INSERT, &params).map(drop)
}

/// Of a mailbox that was purged.
pub fn remove(tx: &mut WriteTx<'_>, account: AccountId) -> Result<(), Error> {
    tx.execute(REMOVE, &[account.0.into()]).map(drop)
}
