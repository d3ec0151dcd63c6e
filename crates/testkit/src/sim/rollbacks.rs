//! Runs and rollbacks are rolled back: what they moved is as it was, or there is a true reason why not; the rest stays.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{AccountId, OdsCode};
use service::progress::{Progress, Silent};
use service::run::Holder;
use service::run::report::RunReport;

use crate::killer::{Killer, watched};
use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::life::{Life, code};
use crate::sim::mirror::{News, ROLLED_BACK, Step, Told};
use crate::sim::op::Organisation;
use crate::sim::restored::{Kept, differs};

impl Life {
    /// What runs and rollbacks touched, as it was before.
    pub(crate) fn remember_moved(&mut self, news: &News, before: &BTreeMap<AccountId, Kept>) {
        for (run, step) in &news.steps {
            if let Some(kept) = before.get(&step.account) {
                let known = self.runs.before.entry(*run).or_default();
                known.entry(step.account).or_insert_with(|| kept.clone());
            }
            if step.from != step.to {
                self.runs.moved.entry(*run).or_default().insert(step.account, step.organisation.clone());
            }
        }
    }

    /// Whom somebody, a signal or another rollback touched, and whose part was released, refused or lapsed, waits no more.
    pub(crate) fn lets_go(&mut self, news: &News) -> Result<(), Broken> {
        let mut gone: BTreeSet<AccountId> = news.by_people.clone();
        for (part, _) in &news.let_go {
            for id in self.runs.put_back.keys() {
                gone.extend(self.was_held(*part, *id)?.then_some(*id));
            }
        }
        self.runs.put_back.retain(|id, _| !gone.contains(id));
        Ok(())
    }

    /// RUN-05, RUN-08: a run does not do again what was undone.
    pub(crate) fn check_put_back(&self, news: &News) -> Result<(), Broken> {
        let again = |(_, step): &&(i64, Step)| self.runs.put_back.get(&step.account) == Some(&step.action);
        let done_again = news.steps.iter().find(again);
        keeps(done_again.is_none(), Promise::Rollback, || format!("{done_again:?} was undone, and nobody let it go"))
    }

    /// Rolls back what stands at a place among the runs and rollbacks that moved anybody; a kill is followed by another try.
    pub(crate) fn rollback(
        &mut self,
        place: u8,
        home: Option<Organisation>,
        killed: Option<u16>,
    ) -> Result<(), Broken> {
        let mut moving: Vec<i64> = self.runs.moved.keys().copied().collect();
        moving.sort_unstable_by_key(|run| std::cmp::Reverse(*run));
        let Some(run) = usize::from(place).checked_sub(1).and_then(|at| moving.get(at).copied()) else { return Ok(()) };
        let home = home.and_then(code);
        let before = self.kept()?;
        if let Some(at) = killed {
            let until_then = Killer::after(at.into());
            drop(watched(|| self.undo(run, home.as_ref(), &until_then)).transpose()?);
            self.world = self.world.again();
        }
        let report = self.undo(run, home.as_ref(), &Silent)?;
        let after = self.kept()?;
        let news = self.news()?;
        self.remember_moved(&news, &before);
        keeps(!report.already || killed.is_some() || news.lines == 0, Promise::Twice, || {
            format!("a rollback that was done already does something: {report:?}")
        })?;
        if news.lines == 0 {
            keeps(before == after, Promise::Rollback, || format!("no line tells what {report:?} changes"))?;
        } else {
            self.check_rollback(run, home.as_ref(), &report, &news, (&before, &after))?;
        }
        self.runs.disturbed |= self.runs.killed && news.lines > 0;
        self.check_some(&news.touched)
    }

    fn undo(&self, run: i64, home: Option<&OdsCode>, progress: &dyn Progress) -> Result<RunReport, Broken> {
        let ctx = self.world.operator();
        let wall = || ctx.now;
        let holder = Holder { name: "undone".into(), is_alive: &|_| false, wall: &wall, workers: None, batch: None };
        Ok(self.world.almoner.rollback(&ctx, run, home, &holder, progress)?)
    }

    fn check_rollback(
        &mut self,
        run: i64,
        home: Option<&OdsCode>,
        report: &RunReport,
        news: &News,
        (before, after): (&BTreeMap<AccountId, Kept>, &BTreeMap<AccountId, Kept>),
    ) -> Result<(), Broken> {
        let restored: BTreeSet<AccountId> = news
            .steps
            .iter()
            .filter(|(by, step)| Some(*by) == report.run && step.action == ROLLED_BACK)
            .map(|(_, step)| step.account)
            .collect();
        let mut moved = self.runs.moved.get(&run).cloned().unwrap_or_default();
        moved.retain(|_, organisation| home.is_none_or(|home| home.as_str() == organisation));
        for (id, kept) in before {
            let is = after.get(id);
            let told = || format!("account {id} is not what {run} moved, and changes: {kept:?} becomes {is:?}");
            keeps(is == Some(kept) || (restored.contains(id) && moved.contains_key(id)), Promise::Rollback, told)?;
        }
        for id in moved.keys() {
            let (Some(now), Some(is)) = (before.get(id), after.get(id)) else { continue };
            let known = self.runs.before.get(&run).and_then(|before| before.get(id));
            let Some(was) = known else { return Err(Broken::new(Promise::Rollback, format!("{id} has no past"))) };
            let since = self.since(*id, run, report.run);
            if restored.contains(id) {
                let wrong = differs(was, now, is, &since, before);
                keeps(wrong.is_none(), Promise::Rollback, || {
                    format!("{} after {run} was undone: {wrong:?}", now.account.address)
                })?;
                self.stats.restored += 1;
                let of_run = |told: &&Told| told.run == Some(run) && is_step(told);
                let last = self.mirror.told.get(id).and_then(|lines| lines.iter().rfind(of_run));
                let undone = last.filter(|told| told.action != ROLLED_BACK).map(|told| told.action.clone());
                self.runs.put_back.extend(undone.map(|action| (*id, action)));
                continue;
            }
            let address = now.account.address.to_string();
            let why = report.refused.iter().find(|refused| refused.address == address).map(|refused| &refused.why);
            let is_true = why.is_some_and(|why| is_true(why, was, now, &since, before));
            keeps(is_true, Promise::Rollback, || {
                format!("{address} is not put back, and {why:?} is not why; since {run}: {since:?}")
            })?;
        }
        let known = report.refused.iter().all(|refused| {
            moved.keys().filter_map(|id| before.get(id)).any(|kept| kept.account.address.as_str() == refused.address)
        });
        keeps(known, Promise::Rollback, || format!("refused, and not moved by {run}: {:?}", report.refused))?;
        let mut did: BTreeMap<String, i64> = BTreeMap::new();
        for (_, step) in news.steps.iter().filter(|(_, step)| step.from != step.to) {
            *did.entry(format!("{}->{}", step.from, step.to)).or_default() += 1;
        }
        keeps(did == report.done, Promise::Counts, || format!("undone {did:?}, counted {:?}", report.done))
    }

    /// The lines of an account behind the first one of a run, the run's own and those of its rollback left out.
    fn since(&self, id: AccountId, run: i64, rollback: Option<i64>) -> Vec<&Told> {
        let lines = self.mirror.told.get(&id).map_or(&[][..], Vec::as_slice);
        let behind = lines.iter().skip_while(|told| told.run != Some(run));
        behind.filter(|told| told.run != Some(run) && (told.run.is_none() || told.run != rollback)).collect()
    }
}

/// Whether a run's line is a change of status.
fn is_step(told: &Told) -> bool {
    !told.of_grant && matches!(told.action.as_str(), "inactivated" | "deleted" | "purged" | ROLLED_BACK)
}

/// Whether a line stands in the way: all do but signals, and what time ended.
fn is_obstacle(told: &Told) -> bool {
    told.of_grant
        || !matches!(told.action.as_str(), "signalled" | "reactivated" | "member_left" | "address_freed")
        || (told.run.is_some() && matches!(told.action.as_str(), "signalled" | "reactivated"))
}

/// Whether a refusal's reason is so.
fn is_true(why: &str, was: &Kept, now: &Kept, since: &[&Told], all: &BTreeMap<AccountId, Kept>) -> bool {
    let status = now.account.status().as_str();
    if why.starts_with("purged") {
        return status == "purged";
    }
    if let Some(by) = why.strip_prefix("rolled back already, by ") {
        let by = by.parse::<i64>().ok();
        return by.is_some() && since.iter().any(|told| told.run == by && told.action == ROLLED_BACK);
    }
    if let Some((address, holder)) =
        why.strip_prefix("its address ").and_then(|rest| rest.split_once(" was taken since by "))
    {
        let mine = was.addresses.iter().any(|taken| taken.address == address);
        let holders = all.values().filter(|kept| kept.account.address.as_str() == holder);
        let theirs = holders.flat_map(|kept| &kept.addresses).any(|taken| taken.address == address);
        return mine && theirs && holder != now.account.address.as_str();
    }
    since.iter().filter(|told| is_obstacle(told)).any(|told| {
        why == format!("changed since: {} on {} by {}; its status is {status} now", told.action, told.day, told.actor)
    })
}
