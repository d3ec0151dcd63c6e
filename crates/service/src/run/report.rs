//! What a run planned and did, as every surface shows it.

use std::collections::BTreeMap;

use domain::brake::{Brake, Group, Stand, sentence};
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::rights::Action;
use domain::time::{Day, Timestamp};
use store::brake::{NewPart, Part, Which};
use store::run::{Difference, Run};
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::run::brakes::HeldGroup;
use crate::run::counts::{DEFERRED, EXPECTED, NOTICES, RESCHEDULED};
use crate::run::differences::Reason;
use crate::run::rollback::rollbacks_of;

/// How many refusals and differences a report shows; all of them are counted and kept.
pub(crate) const SHOWN: u32 = 1000;

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
    /// It is a rollback: what it undid.
    pub undoes: Option<i64>,
    /// A rollback of this organisation only.
    pub organisation: Option<String>,
    /// The rollbacks that undid it, in whole or part.
    pub undone_by: Vec<i64>,
}

/// A part of a run that a brake holds until persons release it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPart {
    /// The number to release it by; a preview has none.
    pub id: Option<i64>,
    /// What is held.
    pub group: Group,
    /// By which brake.
    pub brake: Brake,
    /// How many accounts.
    pub count: i64,
    /// The figures, as a sentence.
    pub why: String,
    /// Where it stands now.
    pub state: Stand,
}

impl HeldPart {
    /// What a run would hold.
    pub(crate) fn to_come(held: &HeldGroup) -> Self {
        let HeldGroup { group, tripped, measure, .. } = held;
        let why = sentence(group, tripped, *measure);
        let (group, brake, count) = (group.clone(), tripped.brake, measure.planned);
        Self { id: None, group, brake, count, why, state: Stand::Held }
    }

    pub(super) fn kept(part: Part) -> Self {
        let NewPart { group, tripped, measure, .. } = part.held;
        let why = sentence(&group, &tripped, measure);
        Self { id: Some(part.id), group, brake: tripped.brake, count: measure.planned, why, state: part.state }
    }
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
    /// The others, and what was not expected, counted by the reason.
    pub reasons: BTreeMap<Reason, i64>,
    /// The first of them, explained one by one.
    pub differences: Vec<Difference>,
}

impl Scored {
    /// How many differ.
    pub fn differing(&self) -> i64 {
        self.reasons.values().sum()
    }

    /// What came as it was forecast, of all that was forecast or came, in tenths of a percent; never rounded up.
    pub fn tenths(&self) -> i64 {
        let all = self.matched + self.differing();
        if all == 0 { 1000 } else { self.matched.saturating_mul(1000) / all }
    }
}

impl Almoner {
    /// The latest runs and rollbacks, newest first.
    pub fn run_list(&self, ctx: &Ctx, limit: u32) -> Result<Vec<RunReport>, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        let mut db = self.store.reader()?;
        let runs = store::run::latest(&mut db, limit)?;
        let mut all: Vec<RunReport> = runs.iter().map(|run| report(&mut db, run, 0)).collect::<Result<_, _>>()?;
        for rollback in store::rollback::latest(&mut db, limit)? {
            all.push(self.rollback_report(&mut db, &rollback, 0)?);
        }
        all.sort_by_key(|report| std::cmp::Reverse((report.day, report.run)));
        all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(all)
    }

    /// One run or rollback, with what it refused and how its forecast came out.
    pub fn run_show(&self, ctx: &Ctx, id: i64) -> Result<RunReport, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        let mut db = self.store.reader()?;
        if let Some(rollback) = store::rollback::get(&mut db, id)? {
            return self.rollback_report(&mut db, &rollback, SHOWN);
        }
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
            let reasons = counts.iter().filter_map(|(what, _, done)| Some((Reason::of_counted(what)?, *done)));
            Some(Scored { expected, matched: done(EXPECTED), reasons: reasons.collect(), differences })
        }
        None => None,
    };
    let held = store::brake::list(db, Which::Run(run.id), i64::MAX, SHOWN)?;
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
        held: held.into_iter().map(HeldPart::kept).collect(),
        refused: refusals.into_iter().map(|(_, address, why)| Refused { address, why }).collect(),
        forecast,
        already: false,
        undoes: None,
        organisation: None,
        undone_by: rollbacks_of(db, run.id)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: RUN-07
    #[test]
    fn the_score_is_what_came_as_forecast_of_all_that_was_forecast_or_came() {
        for (matched, differing, tenths) in
            [(0, 0, 1000), (1, 0, 1000), (0, 1, 0), (1, 1, 500), (998, 2, 998), (9_999, 1, 999), (2, 1, 666)]
        {
            let reasons = BTreeMap::from([(Reason::Deed, differing)]);
            let scored = Scored { expected: matched, matched, reasons, differences: Vec::new() };
            assert_eq!(scored.tenths(), tenths, "{matched} {differing}");
        }
    }
}
