//! After the run: what was expected against what happened, every difference explained (RUN-07); and what the next run is
//! expected to do.

use std::collections::BTreeMap;

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::Action as Happened;
use domain::status::Status;
use store::run::Run;
use store::tx::{Audit, Reader};

use crate::account::freeing::free;
use crate::error::Error;
use crate::federation::Almoner;
use crate::run::brakes::{Brakes, reached};
use crate::run::caps::Caps;
use crate::run::counts::{DEFERRED, EXPECTED, RESCHEDULED};
use crate::run::day::RunDay;
use crate::run::differences::{Differing, Since, explain};
use crate::run::execute::run_event;
use crate::run::going::Going;
use crate::run::held::settle_released;
use crate::run::packed::{Item, pack, unpack};
use crate::run::plan::{Limits, Plan, plan, plan_anew};

/// Forecast against outcome of one run.
struct Comparison {
    expected: i64,
    matched: i64,
    differing: Differing,
}

impl Almoner {
    /// Ends a run: compares, forecasts the next, writes all of it in one transaction. `moves` are the transitions of a run
    /// that was not interrupted, in their order.
    pub(crate) fn finish(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        run: &Run,
        going: &Going<'_>,
        plan: &Plan,
        moves: Option<Vec<Item>>,
    ) -> Result<(), Error> {
        going.progress.stage("forecast", None);
        let (comparison, next) = {
            let mut db = self.store.reader()?;
            (compare(&mut db, day, run, moves)?, self.forecast_next(&mut db, day, going)?)
        };
        going.progress.finish();
        let items = pack(next.items);
        self.store.write("finish_run", |tx| {
            going.keep(tx)?;
            if let Some(found) = &comparison {
                store::run::plan(tx, run.id, EXPECTED, found.expected)?;
                store::run::count(tx, run.id, EXPECTED, 0, found.matched)?;
                store::run::differ(tx, run.id, &found.differing.first)?;
                for (reason, count) in &found.differing.reasons {
                    store::run::count(tx, run.id, &reason.counted(), 0, *count)?;
                }
            }
            let known = store::run::counts(tx, run.id)?.into_iter().find(|(what, ..)| what == DEFERRED);
            store::run::count(tx, run.id, DEFERRED, 0, plan.deferred - known.map_or(0, |(_, _, counted)| counted))?;
            store::run::keep_forecast(tx, day.day.plus_days(1), run.id, &items)?;
            settle_released(tx, &plan.put_off, ctx.now)?;
            let (freed, mut events) = free(tx, ctx, day.day, run.id)?;
            store::run::finish(tx, run.id, ctx.now)?;
            let settled = BTreeMap::from([("addresses_freed".to_owned(), freed)]);
            events.push(run_event(ctx, run, "finished", &settled));
            Ok(((), Audit::events(events)?))
        })
    }

    /// What tomorrow brings if nothing else happens. A change of policy that is known for tomorrow is no surprise to
    /// tomorrow's run: stored due dates say nothing then, and everybody is looked at.
    fn forecast_next(&self, db: &mut Reader<'_>, day: &RunDay<'_>, going: &Going<'_>) -> Result<Plan, Error> {
        let tomorrow = day.next(self)?;
        let noon = self.calendar().start_of(tomorrow.day).plus_seconds(12 * 3600);
        let mut caps = Caps::new(&tomorrow.policy.run, &[]);
        let limits = Limits { brakes: &mut Brakes::waiting(db, tomorrow.day)?, caps: &mut caps, keeps: 0 };
        let same = tomorrow.policy.epoch(tomorrow.day) == day.policy.epoch(day.day);
        let plan = if same { plan } else { plan_anew };
        plan(db, &tomorrow, noon, limits, &|seen| going.advance(seen))
    }
}

/// Compares a run with its forecast; `None` before there was one, or when the run was compared already.
fn compare(
    db: &mut Reader<'_>,
    day: &RunDay<'_>,
    run: &Run,
    moves: Option<Vec<Item>>,
) -> Result<Option<Comparison>, Error> {
    let counts = store::run::counts(db, run.id)?;
    if counts.iter().any(|(what, _, _)| what == EXPECTED) {
        return Ok(None);
    }
    let Some(expectation) = store::run::expected_until(db, day.day)? else { return Ok(None) };
    let expected = unpack(&expectation.items).ok_or(store::error::Error::Corrupt("run_forecast.items"))?;
    let happened = moves.map_or_else(|| happened(db, run), |moves| Ok(moves.into_iter().collect()))?;
    let wanted: BTreeMap<AccountId, Status> = expected.iter().copied().collect();
    let matched = wanted.iter().filter(|(id, to)| happened.get(id) == Some(*to)).count();
    let missing = wanted.iter().filter(|(id, to)| happened.get(id) != Some(*to)).map(|(id, _)| *id);
    let extra = happened.keys().filter(|id| !wanted.contains_key(id)).copied();
    let ids: Vec<AccountId> = missing.chain(extra).collect();
    let anew = counts.iter().any(|(what, _, rescheduled)| what == RESCHEDULED && *rescheduled > 0);
    let differing = explain(db, day, &Since { forecast: &expectation, anew }, &ids, &wanted, &happened)?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(Some(Comparison { expected: count(wanted.len()), matched: count(matched), differing }))
}

/// The last transition of each account in a run.
fn happened(db: &mut Reader<'_>, run: &Run) -> Result<BTreeMap<AccountId, Status>, Error> {
    let mut last = BTreeMap::new();
    store::run::done_in_run(db, run.id, |done| {
        if let Some(to) = Happened::parse(done.action).and_then(reached) {
            last.insert(done.account, to);
        }
        Ok(())
    })?;
    Ok(last)
}
