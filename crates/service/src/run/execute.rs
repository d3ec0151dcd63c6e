//! Doing it: the lease, the plan, the work, the end.

use std::collections::BTreeMap;

use domain::ctx::Ctx;
use domain::rights::{Action, Actor};
use store::run::Run;
use store::tx::Audit;

use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::progress::Progress;
use crate::run::Holder;
use crate::run::brakes::Brakes;
use crate::run::caps::Caps;
use crate::run::day::RunDay;
use crate::run::going::{self, Going};
use crate::run::plan::{KEPT, Limits, Plan, plan};
use crate::run::report::{RunReport, report};
use crate::run::work::Done;

impl Almoner {
    /// Runs the lifecycle of today. Cost: what is due, in transactions of 5,000 accounts; see `docs/benchmarks.md`.
    pub fn run(&self, ctx: &Ctx, holder: &Holder<'_>, progress: &dyn Progress) -> Result<RunReport, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        let report = going::alone(&self.store, holder, progress, |going| self.run_leased(ctx, going))?;
        self.seal(ctx)?;
        Ok(report)
    }

    /// Plan, work, plan again: an account may have a second step on the same day. It ends when a plan has nobody to go.
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
        let known = latest.filter(|run| run.day == today);
        let was_finished = known.as_ref().is_some_and(|run| run.finished);
        self.lapse_brakes(ctx)?;
        self.reschedule(ctx, &day, known.as_ref().map(|run| run.id), going)?;
        let mut caps = self.caps_left(&day, known.as_ref())?;
        let mut brakes = Brakes::new(&mut self.store.reader()?, &day.policy.brakes, today, known.as_ref())?;
        let mut plan = self.plan_today(ctx, &day, &mut brakes, &mut caps, going)?;
        let run = self.begin(ctx, &day, known.as_ref(), &plan, going)?;
        // What the system does by itself is the system's doing, whoever started it.
        let system = Ctx { actor: Actor::System, ..ctx.clone() };
        // A run that goes on reads from the trail what it did before.
        let mut worked = Done::default();
        loop {
            self.keep_held(&system, &day, &run, going, &mut brakes, &plan.held)?;
            if plan.go.is_empty() {
                break;
            }
            let done = self.work_off(&system, &day, &run, going, &plan)?;
            let changed = done.changed;
            worked.add(done);
            plan = self.plan_today(ctx, &day, &mut brakes, &mut caps, going)?;
            // People were faster with all of them, and are still at it: the rest is for the next run.
            if changed == 0 {
                break;
            }
        }
        let something = worked.changed > 0;
        if something || !was_finished {
            let moves = known.is_none().then_some(worked.moves);
            self.finish(&system, &day, &run, going, &plan, moves)?;
        }
        let mut db = self.store.reader()?;
        let run = store::run::get(&mut db, run.id)?.unwrap_or(run);
        let mut report = report(&mut db, &run, 1000)?;
        report.already = was_finished && !something;
        Ok(report)
    }

    /// What is left of today's caps: a run that goes on remembers what it deleted.
    fn caps_left(&self, day: &RunDay<'_>, known: Option<&Run>) -> Result<Caps, Error> {
        let deleted = match known {
            Some(run) => store::run::deleted_in_run(&mut self.store.reader()?, run.id)?,
            None => Vec::new(),
        };
        Ok(Caps::new(&day.policy.run, &deleted))
    }

    fn plan_today(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        brakes: &mut Brakes<'_>,
        caps: &mut Caps,
        going: &Going<'_>,
    ) -> Result<Plan, Error> {
        going.progress.stage("plan", None);
        let limits = Limits { brakes, caps, keeps: KEPT };
        let plan = plan(&mut self.store.reader()?, day, ctx.now, limits, &|seen| going.advance(seen))?;
        going.progress.finish();
        Ok(plan)
    }

    /// Makes today's run, or takes it up again, and writes down what is planned; a run that was interrupted has that.
    fn begin(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        known: Option<&Run>,
        plan: &Plan,
        going: &Going<'_>,
    ) -> Result<Run, Error> {
        if let Some(run) = known.filter(|run| !run.finished || plan.go.is_empty()) {
            return Ok(run.clone());
        }
        self.store.write("begin_run", |tx| {
            going.keep(tx)?;
            let run = if let Some(run) = known {
                store::run::reopen(tx, run.id)?;
                run.clone()
            } else {
                let id = tx.next_ids("run", 1)?;
                let (policy, started_at) = (day.policy.name.clone(), ctx.now);
                let run = Run { id, day: day.day, policy, finished: false, started_at, finished_at: None };
                store::run::abandon_before(tx, day.day, ctx.now)?;
                store::run::add(tx, &run)?;
                store::run::take_unbegun(tx, run.id)?;
                run
            };
            let planned = plan.counts.named();
            for (what, count) in &planned {
                store::run::plan(tx, run.id, what, *count)?;
            }
            let event = run_event(ctx, &run, "planned", &planned);
            Ok::<_, Error>((run, Audit::events(vec![event])?))
        })
    }
}

/// An audit line about the run itself.
pub(crate) fn run_event(
    ctx: &Ctx,
    run: &Run,
    action: &'static str,
    counts: &BTreeMap<String, i64>,
) -> store::event::NewEvent {
    let detail = serde_json::to_string(counts).unwrap_or_default();
    store::event::NewEvent { run_id: Some(run.id), ..plain_event(ctx, "run", &run.day.to_string(), action, &detail) }
}
