//! Policies that wait for a second person, and those that waited.

use domain::ids::AccountId;
use domain::time::{Day, Timestamp};
use domain::words;

use crate::account::day;
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

macro_rules! columns {
    () => {
        "SELECT id, name, from_on, text, note, summary, state, proposed_at, proposed_by, proposed_id, ended_at, ended_by
         FROM policy_proposal "
    };
}

const BY_ID: &str = concat!(columns!(), "WHERE id = $1");
const LATEST: &str = concat!(columns!(), "ORDER BY id DESC LIMIT $1");
const ADD: &str = "
    INSERT INTO policy_proposal (id, name, from_on, text, note, summary, state, proposed_at, proposed_by, proposed_id)
    VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9)";
const END: &str =
    "UPDATE policy_proposal SET state = $2, ended_at = $3, ended_by = $4 WHERE id = $1 AND state = 'open'";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("proposal.by_id", BY_ID), ("proposal.latest", LATEST), ("proposal.add", ADD), ("proposal.end", END)];

words! {
    /// Where a proposal stands.
    pub enum Stage {
        /// It waits for a second person.
        Open = "open",
        /// A second person put it in force.
        Adopted = "adopted",
        /// A second person decided against it.
        Refused = "refused",
        /// Whoever proposed it took it back.
        Withdrawn = "withdrawn",
    }
}

/// A policy that somebody proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its number.
    pub id: i64,
    /// The policy's name.
    pub name: String,
    /// The day asked for.
    pub from: Option<Day>,
    /// The file.
    pub text: String,
    /// Why, in their words.
    pub note: String,
    /// What it would do, as JSON.
    pub summary: String,
    /// Where it stands.
    pub stage: Stage,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// By whom.
    pub proposed_by: String,
    /// Their account; the console has none.
    pub proposed_id: Option<AccountId>,
    /// When and by whom it was ended.
    pub ended: Option<(Timestamp, String)>,
}

fn read(row: &mut Row<'_>) -> Result<Proposal, Error> {
    Ok(Proposal {
        id: row.int()?,
        name: row.text()?,
        from: row.opt_int()?.map(|n| day(n, "policy_proposal.from_on")).transpose()?,
        text: row.text()?,
        note: row.text()?,
        summary: row.text()?,
        stage: row.word("policy_proposal.state", Stage::parse)?,
        proposed_at: Timestamp::from_second(row.int()?),
        proposed_by: row.text()?,
        proposed_id: row.opt_int()?.map(AccountId),
        ended: row.opt_int()?.map(Timestamp::from_second).zip(row.opt_text()?),
    })
}

/// One proposal.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<Proposal>, Error> {
    db.query_one(BY_ID, &[id.into()], read)
}

/// The latest, newest first.
pub fn latest(db: &mut Reader<'_>, limit: u32) -> Result<Vec<Proposal>, Error> {
    db.query(LATEST, &[i64::from(limit).into()], read)
}

/// Keeps a new one; it is open, whatever it says.
pub fn add(tx: &mut WriteTx<'_>, one: &Proposal) -> Result<(), Error> {
    let params = [
        one.id.into(),
        one.name.as_str().into(),
        one.from.map(|day| i64::from(day.number())).into(),
        one.text.as_str().into(),
        one.note.as_str().into(),
        one.summary.as_str().into(),
        one.proposed_at.second().into(),
        one.proposed_by.as_str().into(),
        one.proposed_id.map(|id| id.0).into(),
    ];
    tx.execute(ADD, &params).map(drop)
}

/// Ends an open one; whether it was open still.
pub fn end(tx: &mut WriteTx<'_>, id: i64, stage: Stage, at: Timestamp, by: &str) -> Result<bool, Error> {
    Ok(tx.execute(END, &[id.into(), stage.as_str().into(), at.second().into(), by.into()])? == 1)
}
