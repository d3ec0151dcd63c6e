//! Undoing what a run did (RUN-08): the transitions of a run, or of a rollback, account by account from their lines.
//! Killed at any instant and asked for again, it goes on: what is undone already has a line that says so.

use std::collections::BTreeMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::rights::Action;
use store::brake::Which;
use store::rollback::{Rollback, Touched};
use store::tx::{Audit, Reader, WriteTx};

use crate::again::{again, is_stale};
use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::progress::Progress;
use crate::run::Holder;
use crate::run::counts::Counts;
use crate::run::day::RunDay;
use crate::run::going::{self, Going};
use crate::run::plan::PAGE;
use crate::run::report::{HeldPart, Refused, RunReport, SHOWN};
use crate::run::restore::{Refusals, Restoring};
use crate::run::undo::is_transition;
use crate::run::waits;
use crate::run::work::TRIES;

impl Almoner {
    /// Undoes the transitions of a run, or of an earlier rollback, in all organisations or one. Accounts that something
    /// else than a signal changed since stay as they are and are told. Cost: the run's lines and those since of its
    /// accounts, in transactions of 5,000 accounts.
    pub fn rollback(
        &self,
        ctx: &Ctx,
        run: i64,
        organisation: Option<&OdsCode>,
        holder: &Holder<'_>,
        progress: &dyn Progress,
    ) -> Result<RunReport, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        going::alone(&self.store, holder, progress, |going| self.rollback_leased(ctx, run, organisation, going))
    }

    fn rollback_leased(
        &self,
        ctx: &Ctx,
        run: i64,
        organisation: Option<&OdsCode>,
        going: &Going<'_>,
    ) -> Result<RunReport, Error> {
        let (same, first) = to_undo(&mut self.store.reader()?, run, organisation)?;
        if let Some(done) = same.as_ref().filter(|rollback| rollback.finished) {
            let report = self.rollback_report(&mut self.store.reader()?, done, SHOWN)?;
            return Ok(RunReport { already: true, ..report });
        }
        let rollback = match same {
            Some(begun) => begun,
            None => self.begin_rollback(ctx, run, organisation, going)?,
        };
        self.undo_all(ctx, &rollback, first, going)?;
        self.end_rollback(ctx, &rollback, going)?;
        let mut db = self.store.reader()?;
        let rollback = store::rollback::get(&mut db, rollback.id)?.unwrap_or(rollback);
        self.rollback_report(&mut db, &rollback, SHOWN)
    }

    /// A rollback as a run is told; `shown` limits the list of refusals.
    pub(super) fn rollback_report(
        &self,
        db: &mut Reader<'_>,
        rollback: &Rollback,
        shown: u32,
    ) -> Result<RunReport, Error> {
        let counts = store::run::counts(db, rollback.id)?.into_iter();
        let refusals = store::run::refusals(db, rollback.id, AccountId(0), shown)?;
        let held = store::brake::list(db, Which::Run(rollback.id), i64::MAX, SHOWN)?;
        Ok(RunReport {
            run: Some(rollback.id),
            day: Some(self.calendar().day_of(rollback.begun_at)),
            finished: rollback.finished,
            times: (Some(rollback.begun_at), rollback.finished_at),
            done: counts.filter(|(what, ..)| what.contains("->")).map(|(what, _, done)| (what, done)).collect(),
            refused: refusals.into_iter().map(|(_, address, why)| Refused { address, why }).collect(),
            held: held.into_iter().map(HeldPart::kept).collect(),
            undoes: Some(rollback.run),
            organisation: rollback.organisation.clone(),
            undone_by: rollbacks_of(db, rollback.id)?,
            ..RunReport::default()
        })
    }

    fn begin_rollback(
        &self,
        ctx: &Ctx,
        run: i64,
        organisation: Option<&OdsCode>,
        going: &Going<'_>,
    ) -> Result<Rollback, Error> {
        self.store.write("begin_rollback", |tx| {
            going.keep(tx)?;
            let (begun_at, begun_by) = (ctx.now, ctx.actor.name().to_owned());
            let organisation = organisation.map(ToString::to_string);
            let id = tx.next_ids("run", 1)?;
            let rollback = Rollback { id, run, organisation, finished: false, begun_at, begun_by, finished_at: None };
            store::rollback::add(tx, &rollback)?;
            let event = rollback_event(ctx, &rollback, "rollback_begun", &BTreeMap::new());
            Ok((rollback, Audit::events(vec![event])?))
        })
    }

    fn undo_all(&self, ctx: &Ctx, rollback: &Rollback, first: i64, going: &Going<'_>) -> Result<(), Error> {
        let day = RunDay::new(self, &mut self.store.reader()?, self.today(ctx))?;
        going.progress.stage("rollback", None);
        let mut after = 0;
        loop {
            let page = store::rollback::touched(&mut self.store.reader()?, rollback.run, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.line;
            let ids = moved(&page, rollback.organisation.as_deref())?;
            if !ids.is_empty() {
                let restoring = Restoring { almoner: self, ctx, day: &day, rollback, first };
                self.undo_batch(&restoring, &ids, going)?;
            }
            going.advance(page.len() as u64)?;
        }
        going.progress.finish();
        Ok(())
    }

    fn undo_batch(&self, restoring: &Restoring<'_>, ids: &[AccountId], going: &Going<'_>) -> Result<(), Error> {
        again(TRIES, is_stale, || {
            self.store.write("rollback_batch", |tx| {
                going.keep(tx)?;
                keep_batch(tx, restoring, ids)
            })
        })
    }

    fn end_rollback(&self, ctx: &Ctx, rollback: &Rollback, going: &Going<'_>) -> Result<(), Error> {
        self.store.write("end_rollback", |tx| {
            going.keep(tx)?;
            store::rollback::finish(tx, rollback.id, ctx.now)?;
            let counts = store::run::counts(tx, rollback.id)?.into_iter().map(|(what, _, done)| (what, done)).collect();
            let event = rollback_event(ctx, rollback, "rollback_finished", &counts);
            Ok(((), Audit::events(vec![event])?))
        })
    }
}

/// The rollback of a run that covers this, if there was one; and the first line of the run.
pub(super) fn to_undo(
    db: &mut Reader<'_>,
    run: i64,
    organisation: Option<&OdsCode>,
) -> Result<(Option<Rollback>, i64), Error> {
    if store::run::get(db, run)?.is_none() && store::rollback::get(db, run)?.is_none() {
        return Err(Error::not_found("run", run));
    }
    if let Some(code) = organisation {
        store::organisation::get(db, code)?.ok_or_else(|| Error::not_found("organisation", code))?;
    }
    let asked = organisation.map(ToString::to_string);
    let known = store::rollback::of_run(db, run)?;
    let same = known.into_iter().find(|r| r.organisation.is_none() || r.organisation == asked);
    let first = store::rollback::touched(db, run, 0, 1)?.pop().map_or(0, |touched| touched.line);
    Ok((same, first))
}

/// The accounts whose status changed by lines of a page, in one organisation or in all.
pub(super) fn moved(page: &[Touched], organisation: Option<&str>) -> Result<Vec<AccountId>, Error> {
    let mut ids = Vec::new();
    for touched in page.iter().filter(|t| organisation.is_none_or(|code| t.organisation.as_deref() == Some(code))) {
        if is_transition(&touched.detail)? {
            ids.push(touched.account);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// One batch in one transaction: accounts, addresses, grants, commands, lines, the counts and the refusals.
fn keep_batch(tx: &mut WriteTx<'_>, restoring: &Restoring<'_>, ids: &[AccountId]) -> Result<((), Audit), Error> {
    let (restored, refusals) = restoring.decide(tx, ids)?;
    let id = restoring.rollback.id;
    let Refusals(refused) = refusals;
    store::run::refuse(tx, id, &refused)?;
    let mut events = restoring.keep(tx, &restored)?;
    events.extend(waits::hold(tx, restoring, &restored)?);
    let mut counts = Counts::default();
    for one in &restored {
        counts.change(&one.decided.change);
    }
    for (what, count) in counts.named() {
        store::run::count(tx, id, &what, 0, count)?;
    }
    if events.is_empty() && refused.is_empty() {
        return Ok(((), Audit::nothing_changed()));
    }
    if events.is_empty() {
        // Refusals alone are kept with a line too: the trail says why nothing happened.
        let counts = BTreeMap::from([("refused".to_owned(), i64::try_from(refused.len()).unwrap_or(i64::MAX))]);
        let event = rollback_event(restoring.ctx, restoring.rollback, "rollback_refused", &counts);
        return Ok(((), Audit::events(vec![event])?));
    }
    Ok(((), Audit::events(events)?))
}

/// An audit line about the rollback itself.
fn rollback_event(
    ctx: &Ctx,
    rollback: &Rollback,
    action: &'static str,
    counts: &BTreeMap<String, i64>,
) -> store::event::NewEvent {
    let detail = serde_json::json!({
        "undoes": rollback.run,
        "organisation": rollback.organisation,
        "done": counts,
    });
    let plain = plain_event(ctx, "run", &rollback.id.to_string(), action, &detail.to_string());
    store::event::NewEvent { run_id: Some(rollback.id), ..plain }
}

/// Which rollbacks undid a run, so that a refusal can name one.
pub(super) fn rollbacks_of(db: &mut Reader<'_>, run: i64) -> Result<Vec<i64>, Error> {
    Ok(store::rollback::of_run(db, run)?.into_iter().map(|rollback| rollback.id).collect())
}

/// What is told of an account that something changed since.
pub(super) fn why_not(account: &Account, line: &store::audit::Line, others: &[i64], day: domain::time::Day) -> String {
    match line.run.filter(|run| others.contains(run)) {
        Some(other) => format!("rolled back already, by {other}"),
        None => {
            format!("changed since: {} on {day} by {}; its status is {} now", line.action, line.actor, account.status())
        }
    }
}
