//! What a run would do, today or on a later day, without changing anything (RUN-01).

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::rights::Action;
use domain::time::Day;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::outlook;
use crate::progress::Progress;
use crate::run::brakes::Brakes;
use crate::run::caps::Caps;
use crate::run::counts::Counts;
use crate::run::day::RunDay;
use crate::run::plan::{FIRST, Limits, MOST_A_DAY, PAGE, Plan, plan, plan_anew};
use crate::run::report::{HeldPart, RunReport};

impl Almoner {
    /// What a run would do today, or on a later day if nothing else happens until then. Changes nothing.
    /// Cost: what is due until that day, about 5 microseconds each.
    pub fn preview(&self, ctx: &Ctx, on: Option<Day>, progress: &dyn Progress) -> Result<RunReport, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        let today = self.today(ctx);
        let on = on.unwrap_or(today);
        if on < today {
            return Err(Error::input(format!("{on} is past: a preview is of today ({today}) or a later day")));
        }
        let mut db = self.store.reader()?;
        let day = RunDay::new(self, &mut db, today)?;
        progress.stage("plan", None);
        let seen = |done| {
            progress.advance(done);
            Ok(())
        };
        let plan = if on == today {
            let known = store::run::of_day(&mut db, today)?;
            let deleted = match &known {
                Some(run) => store::run::deleted_in_run(&mut db, run.id)?,
                None => Vec::new(),
            };
            let mut caps = Caps::new(&day.policy.run, &deleted);
            let mut brakes = Brakes::new(&mut db, &day.policy.brakes, today, known.as_ref())?;
            let limits = Limits { brakes: &mut brakes, caps: &mut caps, keeps: 0 };
            let plan = if self.epoch_changed(&mut db, on)? { plan_anew } else { plan };
            plan(&mut db, &day, ctx.now, limits, &seen)?
        } else {
            Plan { counts: self.foresee(&mut db, &day, on, &seen)?, ..Plan::default() }
        };
        progress.finish();
        Ok(RunReport {
            day: Some(on),
            policy: self.policy_on(on)?.name.clone(),
            planned: plan.counts.transitions(),
            notices: plan.counts.notices,
            deferred: plan.deferred,
            refused: plan.refused,
            held: plan.held.iter().map(HeldPart::to_come).collect(),
            ..RunReport::default()
        })
    }

    /// A later day: everybody who has something due until then is played forward; what happens on the day counts. When
    /// other rules hold by then, stored due dates say nothing and everybody is looked at. The queue of deletions that
    /// wait is not known yet, so the caps play no part.
    fn foresee(
        &self,
        db: &mut Reader<'_>,
        day: &RunDay<'_>,
        on: Day,
        seen: &dyn Fn(u64) -> Result<(), Error>,
    ) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        let everybody = self.epoch_changed(db, on)?;
        let (mut after, mut last_id) = (FIRST, AccountId(i64::MIN));
        loop {
            let page: Vec<Account> = if everybody {
                store::account::page(db, last_id, PAGE)?.into_iter().map(|(account, _)| account).collect()
            } else {
                let due = store::account::due(db, on, after, PAGE)?;
                after = due.last().map_or(after, |(last, on)| (*on, last.id));
                due.into_iter().map(|(account, _)| account).collect()
            };
            let Some(last) = page.last() else { return Ok(counts) };
            last_id = last.id;
            for account in &page {
                self.count_on(account, day, on, &mut counts)?;
            }
            seen(page.len() as u64)?;
        }
    }

    /// Counts what happens to one account on a later day.
    fn count_on(&self, account: &Account, day: &RunDay<'_>, on: Day, counts: &mut Counts) -> Result<(), Error> {
        let timeline = self.timeline(account.kind, day.sector(account), day.day, on)?;
        let mut account = outlook::play(account, &timeline, day.day, on.plus_days(-1)).0;
        for _ in 0..MOST_A_DAY {
            let Some((_, change)) = timeline.next_change(&account, on, on) else { break };
            counts.change(&change);
            account = change.account;
        }
        Ok(())
    }
}
