//! Doing it: the lease, the plan, the batches, the end.

use std::collections::BTreeMap;

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::Action as Happened;
use domain::lifecycle::task::next_task;
use domain::rights::{Action, Actor};
use domain::time::Day;
use store::lease::Lease;
use store::run::Run;
use store::tx::{Audit, WriteTx};

use crate::account::decided::Decided;
use crate::account::save::save;
use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::progress::Progress;
use crate::run::Holder;
use crate::run::caps::Caps;
use crate::run::day::RunDay;
use crate::run::plan::{BATCH, FIRST, Verdict, decide, foresee, held_back};
use crate::run::report::{Counts, DEFERRED, NOTICES, RESCHEDULED, RunReport, report};

/// A run that is silent for so long is taken over; each batch takes a second or two.
const LEASE_SECONDS: i64 = 60;

/// How often a batch is decided anew when people change its accounts at the same time.
const TRIES: u32 = 20;

/// What a run works with: the lease that makes it the only one, who holds it, and whom it tells how far it is.
pub(crate) struct Going<'a> {
    pub(crate) lease: &'a Lease,
    pub(crate) holder: &'a Holder<'a>,
    pub(crate) progress: &'a dyn Progress,
}

impl Going<'_> {
    /// Holds on to the lease: a run that was taken over keeps nothing of this transaction.
    pub(crate) fn keep(&self, tx: &mut WriteTx<'_>) -> Result<(), Error> {
        Ok(tx.keep_lease(self.lease, (self.holder.wall)().second(), LEASE_SECONDS)?)
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    after: (Day, AccountId),
    /// Some account has another step due today: the index is walked once more.
    again: bool,
}

/// What one batch came to.
struct Batch {
    last: Option<(Day, AccountId)>,
    caps: Caps,
    again: bool,
    decided: u64,
    seen: u64,
}

impl Almoner {
    /// Runs the lifecycle of today. Cost: what is due, in transactions of 5,000 accounts; see `docs/benchmarks.md`.
    pub fn run(&self, ctx: &Ctx, holder: &Holder<'_>, progress: &dyn Progress) -> Result<RunReport, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        let lease = self.store.acquire_lease(
            "the run",
            &holder.name,
            (holder.wall)().second(),
            LEASE_SECONDS,
            holder.is_alive,
        )?;
        let result = self.run_leased(ctx, &Going { lease: &lease, holder, progress });
        // A run that failed keeps nobody waiting; one that was killed is taken over.
        let released = self.store.release_lease(&lease);
        let report = result?;
        released?;
        Ok(report)
    }

    fn run_leased(&self, ctx: &Ctx, going: &Going<'_>) -> Result<RunReport, Error> {
        let today = self.today(ctx);
        let (day, latest) = {
            let mut db = self.store.reader()?;
            (RunDay::new(self, &mut db, today)?, store::run::latest(&mut db, 1)?.pop())
        };
        if let Some(later) = latest.as_ref().filter(|run| run.day > today) {
            let what = format!(
                "the last run was of {}, which is after {today}: a run never goes back; run on {} or later",
                later.day, later.day
            );
            return Err(Error::input(what));
        }
        let rescheduled = self.reschedule(ctx, &day, going)?;
        let (run, was_finished) = self.begin(ctx, &day, latest, rescheduled, going)?;
        // What the system does by itself is the system's doing, whoever started it.
        let system = Ctx { actor: Actor::System, ..ctx.clone() };
        let worked = self.work_off(&system, &day, &run, going)?;
        if worked > 0 || !was_finished {
            self.finish(&system, &day, &run, going)?;
        }
        let mut db = self.store.reader()?;
        let run = store::run::get(&mut db, run.id)?.unwrap_or(run);
        let mut report = report(&mut db, &run, 1000)?;
        report.already = was_finished && worked == 0;
        Ok(report)
    }

    /// Makes today's run, or takes it up again, and writes down its plan.
    fn begin(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        latest: Option<Run>,
        rescheduled: i64,
        going: &Going<'_>,
    ) -> Result<(Run, bool), Error> {
        let known = latest.filter(|run| run.day == day.day);
        if let Some(run) = known.clone().filter(|run| !run.finished) {
            return Ok((run, false));
        }
        going.progress.stage("plan", None);
        let counts = {
            let mut db = self.store.reader()?;
            let deleted = match &known {
                Some(run) => store::run::deleted_in_run(&mut db, run.id)?,
                None => Vec::new(),
            };
            foresee(&mut db, day, ctx.now, Caps::new(&day.policy.run, &deleted), going.progress)?.0
        };
        going.progress.finish();
        let was_finished = known.is_some();
        let run = self.store.write("begin_run", |tx| {
            going.keep(tx)?;
            let run = if let Some(run) = &known {
                run.clone()
            } else {
                let id = tx.next_ids("run", 1)?;
                let (policy, started_at) = (day.policy.name.clone(), ctx.now);
                let run = Run { id, day: day.day, policy, finished: false, started_at, finished_at: None };
                store::run::abandon_before(tx, day.day, ctx.now)?;
                store::run::add(tx, &run)?;
                run
            };
            let planned = counts.0.iter().filter(|(what, _)| what.as_str() != DEFERRED);
            for (what, count) in planned {
                store::run::plan(tx, run.id, what, *count)?;
            }
            if rescheduled > 0 {
                store::run::count(tx, run.id, RESCHEDULED, rescheduled)?;
            }
            if was_finished && counts.transitions().is_empty() && counts.get(NOTICES) == 0 {
                return Ok((run, Audit::nothing_changed()));
            }
            let event = run_event(ctx, &run, "planned", &counts);
            Ok::<_, Error>((run, Audit::events(vec![event])?))
        })?;
        Ok((run, was_finished))
    }

    /// All that is due, batch by batch. Says how many accounts were changed.
    fn work_off(&self, ctx: &Ctx, day: &RunDay<'_>, run: &Run, going: &Going<'_>) -> Result<u64, Error> {
        let deleted = store::run::deleted_in_run(&mut self.store.reader()?, run.id)?;
        let mut caps = Caps::new(&day.policy.run, &deleted);
        let mut cursor = Cursor { after: FIRST, again: false };
        let mut worked = 0;
        going.progress.stage("run", None);
        loop {
            let batch = self.one_batch(ctx, day, run, going, cursor.after, &caps)?;
            caps = batch.caps;
            cursor.again |= batch.again;
            worked += batch.decided;
            going.progress.advance(batch.seen);
            match batch.last {
                Some(last) => cursor.after = last,
                None if cursor.again => cursor = Cursor { after: FIRST, again: false },
                None => break,
            }
        }
        going.progress.finish();
        Ok(worked)
    }

    /// One batch in one transaction: accounts, notices, commands, audit lines and the run's counts.
    fn one_batch(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        run: &Run,
        going: &Going<'_>,
        after: (Day, AccountId),
        caps: &Caps,
    ) -> Result<Batch, Error> {
        let mut tries = 0;
        loop {
            let step = self.store.write("run_batch", |tx| {
                going.keep(tx)?;
                let due = store::account::due(tx, day.day, after, BATCH)?;
                let mut caps = caps.clone();
                let mut counts = Counts::default();
                let mut decided = Vec::with_capacity(due.len());
                for (account, _) in &due {
                    match decide(account, day, ctx.now, &mut caps) {
                        Verdict::NotDue => {}
                        Verdict::Deferred => counts.add(DEFERRED, 1),
                        Verdict::Change(change) => {
                            counts.change(&change);
                            let next = next_task(&change.account, &day.terms(&change.account));
                            decided.push(Decided::by_system(account, *change, next));
                        }
                    }
                }
                let batch = Batch {
                    last: due.last().map(|(account, on)| (*on, account.id)),
                    again: decided.iter().any(|d| d.next.is_some_and(|task| task.on <= day.day)),
                    decided: decided.len() as u64,
                    seen: due.len() as u64,
                    caps,
                };
                if decided.is_empty() {
                    return Ok((batch, Audit::nothing_changed()));
                }
                let events = save(self, tx, ctx, &decided, Some(run.id))?;
                keep_counts(tx, run, &counts, &decided)?;
                Ok((batch, Audit::events(events)?))
            });
            match step {
                // A person changed an account of the batch at the same time: decide the batch anew.
                Err(Error::Store(store::error::Error::Stale { .. })) if tries < TRIES => tries += 1,
                other => return other,
            }
        }
    }
}

/// Adds to the run's counts and refusals, in the batch's own transaction.
fn keep_counts(tx: &mut WriteTx<'_>, run: &Run, counts: &Counts, decided: &[Decided]) -> Result<(), Error> {
    for (what, count) in counts.0.iter().filter(|(what, _)| what.as_str() != DEFERRED) {
        store::run::count(tx, run.id, what, *count)?;
    }
    let refused: Vec<_> = decided
        .iter()
        .filter(|d| d.change.action == Happened::DeletionRefused)
        .map(|d| (d.before.id, d.before.address.to_string(), held_back()))
        .collect();
    Ok(store::run::refuse(tx, run.id, &refused)?)
}

/// An audit line about the run itself.
pub(crate) fn run_event(ctx: &Ctx, run: &Run, action: &'static str, counts: &Counts) -> store::event::NewEvent {
    let shown: BTreeMap<&String, &i64> = counts.0.iter().collect();
    let detail = serde_json::to_string(&shown).unwrap_or_default();
    store::event::NewEvent { run_id: Some(run.id), ..plain_event(ctx, "run", &run.day.to_string(), action, &detail) }
}
