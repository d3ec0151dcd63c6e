//! After the run: what was expected against what happened, every difference explained (RUN-07); and what the next run is
//! expected to do.

use std::collections::{BTreeMap, HashMap};

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::Action as Happened;
use domain::status::Status;
use store::run::{Difference, Expectation, Run};
use store::tx::{Audit, Reader};

use crate::account::freeing::free;
use crate::error::Error;
use crate::federation::Almoner;
use crate::run::caps::Caps;
use crate::run::counts::{DEFERRED, EXPECTED};
use crate::run::day::RunDay;
use crate::run::execute::run_event;
use crate::run::going::Going;
use crate::run::packed::{pack, unpack};
use crate::run::plan::{Plan, plan, plan_anew};

/// Differences that are explained one by one; beyond, they are only counted.
const EXPLAINED: usize = 1000;

/// Forecast against outcome of one run.
struct Comparison {
    expected: i64,
    matched: i64,
    differences: Vec<Difference>,
}

impl Almoner {
    /// Ends a run: compares, forecasts the next, writes all of it in one transaction.
    pub(crate) fn finish(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        run: &Run,
        going: &Going<'_>,
        deferred: i64,
    ) -> Result<(), Error> {
        going.progress.stage("forecast", None);
        let (comparison, next) = {
            let mut db = self.store.reader()?;
            (compare(&mut db, day, run)?, self.forecast_next(&mut db, day, going)?)
        };
        going.progress.finish();
        let items = pack(next.items);
        self.store.write("finish_run", |tx| {
            going.keep(tx)?;
            if let Some(found) = &comparison {
                store::run::plan(tx, run.id, EXPECTED, found.expected)?;
                store::run::count(tx, run.id, EXPECTED, 0, found.matched)?;
                store::run::differ(tx, run.id, &found.differences)?;
            }
            let known = store::run::counts(tx, run.id)?.into_iter().find(|(what, ..)| what == DEFERRED);
            store::run::count(tx, run.id, DEFERRED, 0, deferred - known.map_or(0, |(_, _, counted)| counted))?;
            store::run::keep_forecast(tx, day.day.plus_days(1), run.id, &items)?;
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
        let same = tomorrow.policy.epoch(tomorrow.day) == day.policy.epoch(day.day);
        let plan = if same { plan } else { plan_anew };
        plan(db, &tomorrow, noon, &mut caps, &|seen| going.advance(seen))
    }
}

/// Compares a run with its forecast; `None` before there was one, or when the run was compared already.
fn compare(db: &mut Reader<'_>, day: &RunDay<'_>, run: &Run) -> Result<Option<Comparison>, Error> {
    if store::run::counts(db, run.id)?.iter().any(|(what, _, _)| what == EXPECTED) {
        return Ok(None);
    }
    let Some(expectation) = store::run::expected_until(db, day.day)? else { return Ok(None) };
    let expected = unpack(&expectation.items).ok_or(store::error::Error::Corrupt("run_forecast.items"))?;
    let happened = happened(db, run)?;
    let wanted: BTreeMap<AccountId, Status> = expected.iter().copied().collect();
    let matched = wanted.iter().filter(|(id, to)| happened.get(id) == Some(*to)).count();
    let missing = wanted.iter().filter(|(id, to)| happened.get(id) != Some(*to)).map(|(id, _)| *id);
    let extra = happened.keys().filter(|id| !wanted.contains_key(id)).copied();
    let differing: Vec<AccountId> = missing.chain(extra).take(EXPLAINED).collect();
    let differences = explain(db, day, &expectation, &differing, &wanted, &happened)?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(Some(Comparison { expected: count(wanted.len()), matched: count(matched), differences }))
}

/// The last transition of each account in a run.
fn happened(db: &mut Reader<'_>, run: &Run) -> Result<BTreeMap<AccountId, Status>, Error> {
    let mut reached = BTreeMap::new();
    store::run::done_in_run(db, run.id, |id, action| {
        let to = match Happened::parse(action) {
            Some(Happened::Inactivated) => Status::Inactive,
            Some(Happened::Deleted) => Status::Deleted,
            Some(Happened::Purged) => Status::Purged,
            _ => return Ok(()),
        };
        reached.insert(id, to);
        Ok(())
    })?;
    Ok(reached)
}

fn explain(
    db: &mut Reader<'_>,
    day: &RunDay<'_>,
    expectation: &Expectation,
    differing: &[AccountId],
    wanted: &BTreeMap<AccountId, Status>,
    happened: &BTreeMap<AccountId, Status>,
) -> Result<Vec<Difference>, Error> {
    let accounts: HashMap<AccountId, Account> =
        store::account::by_ids(db, differing)?.into_iter().map(|a| (a.id, a)).collect();
    // Only what happened since the forecast was made can be why it did not come true.
    let made_by = store::audit::last_of_run(db, expectation.made_by)?;
    let newest: HashMap<AccountId, String> = store::audit::newest_by_people(db, differing)?
        .into_iter()
        .filter(|deed| deed.id > made_by)
        .map(|deed| {
            let on = day.calendar.day_of(deed.at);
            (deed.account, format!("{} on {on} by {}", deed.action, deed.actor))
        })
        .collect();
    let differences = differing.iter().filter_map(|id| {
        let account = accounts.get(id)?;
        let word = |map: &BTreeMap<AccountId, Status>| map.get(id).map(ToString::to_string);
        let (expected, happened) = (word(wanted), word(happened));
        let why = why(account, day, expectation, newest.get(id), happened.is_some());
        Some(Difference { account: *id, address: account.address.to_string(), expected, happened, why })
    });
    Ok(differences.collect())
}

/// The nearest cause: a hold, the caps, what a person or a signal did since, days without a run, or a new policy.
fn why(
    account: &Account,
    day: &RunDay<'_>,
    expectation: &Expectation,
    newest: Option<&String>,
    happened: bool,
) -> String {
    if !happened && account.held.is_some() {
        return "a legal hold covers it (LC-20)".to_owned();
    }
    let due = domain::lifecycle::task::next_task(account, &day.terms(account)).is_some_and(|task| task.on <= day.day);
    if !happened && due {
        return "the day's cap on deletions was reached (RUN-04)".to_owned();
    }
    if let Some(newest) = newest {
        return newest.clone();
    }
    if expectation.for_day < day.day {
        return format!("no run came by since {}, the day that was foreseen (RUN-03)", expectation.for_day);
    }
    "its due day was counted anew, by a change of policy (LC-19)".to_owned()
}
