//! What people prove themselves with when they forgot their password, and those who are proving it. As with what they sign
//! in with, no event tells what stands here; that it changed is told by the use case.

use domain::ids::AccountId;
use domain::recovery::Stage;
use domain::time::Timestamp;

use crate::bulk::keyed::{Keyed, Keys};
use crate::db::Store;
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const ANSWERS: &str =
    "SELECT account_id, place, sealed, used, set_at FROM security_answer WHERE account_id = $1 ORDER BY place";
const ADD_ANSWER: &str =
    "INSERT INTO security_answer (account_id, place, sealed, used, set_at) VALUES ($1, $2, $3, $4, $5)";
const REMOVE_ANSWERS: &str = "DELETE FROM security_answer WHERE account_id = $1";
const USED: &str = "UPDATE security_answer SET used = used + 1 WHERE account_id = $1 AND place = $2";
const MOBILE: &str = "SELECT number FROM confirmed_mobile WHERE account_id = $1";
const HOLDER: &str = "SELECT account_id FROM confirmed_mobile WHERE number = $1";
const CONFIRM: &str = "
    INSERT INTO confirmed_mobile (account_id, number, confirmed_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id) DO UPDATE SET number = excluded.number, confirmed_at = excluded.confirmed_at";
const REMOVE_MOBILE: &str = "DELETE FROM confirmed_mobile WHERE account_id = $1";
const GET: &str = "SELECT id, account_id, counted, made_at, stage, sealed, wrong FROM recovery WHERE id = $1";
const BEGIN: &str = "
    INSERT INTO recovery (id, account_id, counted, made_at, stage, sealed, wrong) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE SET made_at = excluded.made_at, stage = excluded.stage, sealed = excluded.sealed,
        wrong = excluded.wrong";
const END_OLD: &str = "DELETE FROM recovery WHERE made_at < $1";
const WRONG: &str = "UPDATE recovery SET wrong = wrong + 1 WHERE id = $1 RETURNING wrong";
const STAGE: &str = "UPDATE recovery SET stage = $3 WHERE id = $1 AND stage = $2";
const END: &str = "DELETE FROM recovery WHERE id = $1";
const END_STAGE: &str = "DELETE FROM recovery WHERE id = $1 AND stage = $2";

static COUNTS: Keyed = Keyed::by_int(
    "recovery::COUNTS",
    "SELECT account_id, COUNT(*) FROM security_answer WHERE account_id IN {keys} GROUP BY account_id",
);
static MOBILES: Keyed =
    Keyed::by_int("recovery::MOBILES", "SELECT account_id, number FROM confirmed_mobile WHERE account_id IN {keys}");

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("recovery.answers", ANSWERS),
    ("recovery.add_answer", ADD_ANSWER),
    ("recovery.remove_answers", REMOVE_ANSWERS),
    ("recovery.used", USED),
    ("recovery.mobile", MOBILE),
    ("recovery.holder", HOLDER),
    ("recovery.confirm", CONFIRM),
    ("recovery.remove_mobile", REMOVE_MOBILE),
    ("recovery.get", GET),
    ("recovery.begin", BEGIN),
    ("recovery.end_old", END_OLD),
    ("recovery.wrong", WRONG),
    ("recovery.stage", STAGE),
    ("recovery.end", END),
    ("recovery.end_stage", END_STAGE),
];

/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&COUNTS, &MOBILES];

/// A security question with its answer. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whose.
    pub account: AccountId,
    /// From 1.
    pub place: i64,
    /// Question and answer, sealed.
    pub sealed: String,
    /// How often its characters were shown rightly.
    pub used: i64,
    /// When it was set.
    pub set_at: Timestamp,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("account", &self.account).field("place", &self.place).finish_non_exhaustive()
    }
}

/// Somebody who is proving who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// SHA-256 of what the browser holds, in hexadecimal digits.
    pub id: String,
    /// Who they say they are, if there is such an account.
    pub account: Option<AccountId>,
    /// Under which name failures are counted.
    pub counted: String,
    /// Since when.
    pub made_at: Timestamp,
    /// How far they have come.
    pub stage: Stage,
    /// What was sent to them, sealed; empty before.
    pub sealed: String,
    /// Wrong codes and answers.
    pub wrong: u16,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt").field("account", &self.account).field("stage", &self.stage).finish_non_exhaustive()
    }
}

fn answer(row: &mut Row<'_>) -> Result<Answer, Error> {
    Ok(Answer {
        account: AccountId(row.int()?),
        place: row.int()?,
        sealed: row.text()?,
        used: row.int()?,
        set_at: Timestamp::from_second(row.int()?),
    })
}

fn attempt(row: &mut Row<'_>) -> Result<Attempt, Error> {
    Ok(Attempt {
        id: row.text()?,
        account: row.opt_int()?.map(AccountId),
        counted: row.text()?,
        made_at: Timestamp::from_second(row.int()?),
        stage: row.word("recovery.stage", Stage::parse)?,
        sealed: row.text()?,
        wrong: u16::try_from(row.int()?).unwrap_or(u16::MAX),
    })
}

/// The security answers of an account, in their order. Cost: one read by key.
pub fn answers(db: &mut Reader<'_>, account: AccountId) -> Result<Vec<Answer>, Error> {
    db.query(ANSWERS, &[account.0.into()], answer)
}

/// How many answers each of some accounts has; those without any are left out.
pub fn counts(db: &mut Reader<'_>, accounts: &[AccountId]) -> Result<Vec<(AccountId, u16)>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    let read = |row: &mut Row<'_>| Ok((AccountId(row.int()?), u16::try_from(row.int()?).unwrap_or(u16::MAX)));
    db.by_keys(&COUNTS, Keys::Ints(&keys), &[], read)
}

/// Puts answers in the place of those before them.
pub fn set_answers(tx: &mut WriteTx<'_>, account: AccountId, answers: &[Answer]) -> Result<(), Error> {
    tx.execute(REMOVE_ANSWERS, &[account.0.into()])?;
    for one in answers {
        let (sealed, at) = (one.sealed.as_str().into(), one.set_at.second().into());
        tx.execute(ADD_ANSWER, &[account.0.into(), one.place.into(), sealed, one.used.into(), at])?;
    }
    Ok(())
}

/// The number that an account confirmed, if any. Cost: one read by key.
pub fn mobile(db: &mut Reader<'_>, account: AccountId) -> Result<Option<String>, Error> {
    db.query_one(MOBILE, &[account.0.into()], row::text)
}

/// The numbers that some accounts confirmed; those without one are left out.
pub fn mobiles(db: &mut Reader<'_>, accounts: &[AccountId]) -> Result<Vec<(AccountId, String)>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    db.by_keys(&MOBILES, Keys::Ints(&keys), &[], |row| Ok((AccountId(row.int()?), row.text()?)))
}

/// Who confirmed a number, if anybody did.
pub fn holder(db: &mut Reader<'_>, number: &str) -> Result<Option<AccountId>, Error> {
    Ok(db.query_one(HOLDER, &[number.into()], row::int)?.map(AccountId))
}

/// An account confirms a number. One that another holds is a `Conflict`.
pub fn confirm(tx: &mut WriteTx<'_>, account: AccountId, number: &str, at: Timestamp) -> Result<(), Error> {
    tx.execute(CONFIRM, &[account.0.into(), number.into(), at.second().into()]).map(drop)
}

/// The number counts no more.
pub fn remove_mobile(tx: &mut WriteTx<'_>, account: AccountId) -> Result<(), Error> {
    tx.execute(REMOVE_MOBILE, &[account.0.into()]).map(drop)
}

/// Forgets everything that an account could prove itself with.
pub fn remove(tx: &mut WriteTx<'_>, account: AccountId) -> Result<(), Error> {
    tx.execute(REMOVE_ANSWERS, &[account.0.into()])?;
    remove_mobile(tx, account)
}

/// An attempt by its id. Cost: one read by key.
pub fn get(db: &mut Reader<'_>, id: &str) -> Result<Option<Attempt>, Error> {
    db.query_one(GET, &[id.into()], attempt)
}

impl Store {
    /// Keeps an attempt, new or begun again; those made before `oldest` are removed.
    pub fn begin_recovery(&self, attempt: &Attempt, oldest: Timestamp) -> Result<(), Error> {
        self.bookkeep("begin_recovery", |tx| {
            tx.execute(END_OLD, &[oldest.second().into()])?;
            let params = [
                attempt.id.as_str().into(),
                attempt.account.map(|id| id.0).into(),
                attempt.counted.as_str().into(),
                attempt.made_at.second().into(),
                attempt.stage.as_str().into(),
                attempt.sealed.as_str().into(),
                i64::from(attempt.wrong).into(),
            ];
            tx.execute(BEGIN, &params).map(drop)
        })
    }

    /// Counts a wrong code or answer of an attempt; how many there are now.
    pub fn wrong_in_recovery(&self, id: &str) -> Result<u16, Error> {
        self.bookkeep("wrong_in_recovery", |tx| {
            let count = tx.query_one(WRONG, &[id.into()], row::int)?;
            Ok(count.map_or(u16::MAX, |count| u16::try_from(count).unwrap_or(u16::MAX)))
        })
    }

    /// An attempt has come further; `false`: it did before.
    pub fn further_in_recovery(&self, id: &str, from: Stage, to: Stage) -> Result<bool, Error> {
        let params = [id.into(), from.as_str().into(), to.as_str().into()];
        self.bookkeep("further_in_recovery", |tx| Ok(tx.execute(STAGE, &params)? == 1))
    }

    /// Characters of an answer were shown rightly: others are asked for from now on.
    pub fn used_answer(&self, account: AccountId, place: i64) -> Result<(), Error> {
        self.bookkeep("used_answer", |tx| tx.execute(USED, &[account.0.into(), place.into()]).map(drop))
    }

    /// An attempt is over.
    pub fn end_recovery(&self, id: &str) -> Result<(), Error> {
        self.bookkeep("end_recovery", |tx| tx.execute(END, &[id.into()]).map(drop))
    }
}

/// Uses an attempt up that has come so far; `false`: somebody did before.
pub fn use_up(tx: &mut WriteTx<'_>, id: &str, stage: Stage) -> Result<bool, Error> {
    Ok(tx.execute(END_STAGE, &[id.into(), stage.as_str().into()])? == 1)
}
