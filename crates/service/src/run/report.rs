//! What a run planned and did, as every surface shows it.

use std::collections::BTreeMap;

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::rights::Action;
use domain::time::{Day, Timestamp};
use store::run::{Difference, Run};
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::run::counts::{DEFERRED, EXPECTED, NOTICES, RESCHEDULED};

/// How many refusals and differences a report shows; all of them are counted and kept.
const SHOWN: u32 = 1000;

/// A run, or the preview of one.
#[derive(Debug, Clone, Default)]
pub struct RunReport {
    /// Its number; a preview has none.
    pub run: Option<i64>,
    /// The day it is of.
    pub day: Option<Day>,
    /// The policy in force.
    pub policy: String,
    /// Nothing is left to do in it.
    pub finished: bool,
    /// Begun and ended.
    pub times: (Option<Timestamp>, Option<Timestamp>),
    /// Transitions planned, as `active->inactive`.
    pub planned: BTreeMap<String, i64>,
    /// Transitions done.
    pub done: BTreeMap<String, i64>,
    /// Parts held by a brake.
    pub held: Vec<HeldPart>,
    /// Accounts that a rule kept back, with the reason.
    pub refused: Vec<Refused>,
    /// Notices owed (preview) or made (run).
    pub notices: i64,
    /// Deletions that wait for another day because of the caps.
    pub deferred: i64,
    /// Due dates computed anew because the policy changed.
    pub rescheduled: i64,
    /// What was expected, and what came of it; absent before the first forecast.
    pub forecast: Option<Scored>,
    /// The run of this day was finished before; this call found nothing more to do.
    pub already: bool,
}

/// A part of a run that a brake holds until a person releases it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPart {
    /// Which brake.
    pub brake: String,
    /// Of which organisation.
    pub organisation: String,
    /// Why they are due.
    pub cause: String,
    /// How many accounts.
    pub count: i64,
    /// The number to release it by.
    pub id: i64,
}

/// An account that a rule kept back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its address.
    pub address: String,
    /// The rule and what to do.
    pub why: String,
}

/// Forecast against outcome (RUN-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// Transitions expected for the day.
    pub expected: i64,
    /// Those that happened as expected.
    pub matched: i64,
    /// The others, and what was not expected, explained.
    pub differences: Vec<Difference>,
}

impl Almoner {
    /// The latest runs, newest day first.
    pub fn run_list(&self, ctx: &Ctx, limit: u32) -> Result<Vec<RunReport>, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        let mut db = self.store.reader()?;
        let runs = store::run::latest(&mut db, limit)?;
        runs.iter().map(|run| report(&mut db, run, 0)).collect()
    }

    /// One run, with what it refused and how its forecast came out.
    pub fn run_show(&self, ctx: &Ctx, id: i64) -> Result<RunReport, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        let mut db = self.store.reader()?;
        let run = store::run::get(&mut db, id)?.ok_or_else(|| Error::not_found("run", id))?;
        report(&mut db, &run, SHOWN)
    }
}

/// Reads a run's report; `shown` limits the lists.
pub(crate) fn report(db: &mut Reader<'_>, run: &Run, shown: u32) -> Result<RunReport, Error> {
    let counts = store::run::counts(db, run.id)?;
    let planned = |name: &str| counts.iter().find(|(what, ..)| what == name).map(|(_, planned, _)| *planned);
    let done = |name: &str| counts.iter().find(|(what, ..)| what == name).map_or(0, |(_, _, done)| *done);
    let transitions = |pick: fn(&(String, i64, i64)) -> i64| {
        let moves = counts.iter().filter(|row| row.0.contains("->") && pick(row) != 0);
        moves.map(|row| (row.0.clone(), pick(row))).collect()
    };
    let forecast = match planned(EXPECTED) {
        Some(expected) => {
            let differences = store::run::differences(db, run.id, AccountId(0), shown)?;
            Some(Scored { expected, matched: done(EXPECTED), differences })
        }
        None => None,
    };
    let refusals = store::run::refusals(db, run.id, AccountId(0), shown)?;
    Ok(RunReport {
        run: Some(run.id),
        day: Some(run.day),
        policy: run.policy.clone(),
        finished: run.finished,
        times: (Some(run.started_at), run.finished_at),
        notices: done(NOTICES),
        deferred: done(DEFERRED),
        rescheduled: done(RESCHEDULED),
        planned: transitions(|(_, planned, _)| *planned),
        done: transitions(|(_, _, done)| *done),
        held: Vec::new(),
        refused: refusals.into_iter().map(|(_, address, why)| Refused { address, why }).collect(),
        forecast,
        already: false,
    })
}
