//! A new policy, or an exception that begins or ends, changes due dates and nothing else (LC-19): before the run, every
//! account's stored date is computed anew. Safe to kill and run again: dates are a function of facts and policy.

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::task::{Task, next_task};
use domain::time::Day;
use store::tx::{Audit, Reader};

use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::run::counts::RESCHEDULED;
use crate::run::day::RunDay;
use crate::run::going::Going;
use crate::run::plan::PAGE;

impl Almoner {
    /// Whether stored due dates were computed by something else than what holds on a day.
    pub(crate) fn epoch_changed(&self, db: &mut Reader<'_>, day: Day) -> Result<bool, Error> {
        let stored = store::federation::get(db)?.ok_or(store::error::Error::NoSchema)?.epoch;
        Ok(stored != self.policy_on(day)?.epoch(day))
    }

    /// Computes all due dates anew, if the policy changed. How many changed is counted with each page, for the run that
    /// goes on or the next to begin: it explains by it what was not foreseen. Cost: a look at every account.
    pub(crate) fn reschedule(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        known: Option<i64>,
        going: &Going<'_>,
    ) -> Result<(), Error> {
        if !self.epoch_changed(&mut self.store.reader()?, day.day)? {
            return Ok(());
        }
        let total = store::account::count(&mut self.store.reader()?)?;
        going.progress.stage("new due dates", u64::try_from(total).ok());
        let mut after = AccountId(i64::MIN);
        loop {
            let step = self.store.write("reschedule", |tx| {
                going.keep(tx)?;
                let page = store::account::page(tx, after, PAGE)?;
                let last = page.last().map(|(account, _)| account.id);
                let differing: Vec<(_, Option<Task>)> = page
                    .iter()
                    .map(|(account, stored)| (account, *stored, next_task(account, &day.terms(account))))
                    .filter(|(_, stored, next)| stored != next)
                    .map(|(account, _, next)| (account, next))
                    .collect();
                let count = differing.len();
                if count == 0 {
                    return Ok((Some((last, page.len())), Audit::nothing_changed()));
                }
                store::account::reschedule(tx, differing)?;
                let run = known.unwrap_or(store::run::UNBEGUN);
                store::run::count(tx, run, RESCHEDULED, 0, i64::try_from(count).unwrap_or(0))?;
                let detail = format!("{{\"policy\":\"{}\",\"accounts\":{count}}}", day.policy.name);
                let event = plain_event(ctx, "run", &day.day.to_string(), "rescheduled", &detail);
                Ok((Some((last, page.len())), Audit::events(vec![event])?))
            });
            let (last, seen) = match step {
                Ok(Some(step)) => step,
                Ok(None) => break,
                // Somebody changed an account of the page meanwhile: the page is read again.
                Err(Error::Store(store::error::Error::Stale { .. })) => continue,
                Err(error) => return Err(error),
            };
            going.progress.advance(seen as u64);
            match last {
                Some(id) => after = id,
                None => break,
            }
        }
        self.remember_epoch(ctx, day, going)?;
        going.progress.finish();
        Ok(())
    }

    fn remember_epoch(&self, ctx: &Ctx, day: &RunDay<'_>, going: &Going<'_>) -> Result<(), Error> {
        let epoch = day.policy.epoch(day.day);
        self.store.write("remember_epoch", |tx| {
            going.keep(tx)?;
            store::federation::set_epoch(tx, &epoch)?;
            let detail = format!("{{\"epoch\":\"{epoch}\"}}");
            let event = plain_event(ctx, "run", &day.day.to_string(), "policy_in_force", &detail);
            Ok::<_, Error>(((), Audit::events(vec![event])?))
        })
    }
}
