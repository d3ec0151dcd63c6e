//! Deciding what a day brings, without changing anything: the plan, the preview, and the next day's forecast.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::change::{Action as Happened, Change};
use domain::lifecycle::task::{Work, next_task};
use domain::rights::Action;
use domain::status::Status;
use domain::time::{Day, Timestamp};
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::outlook;
use crate::progress::Progress;
use crate::run::caps::Caps;
use crate::run::day::RunDay;
use crate::run::packed::Item;
use crate::run::report::{Counts, DEFERRED, NOTICES, Refused, RunReport};

/// Accounts read at a time: a few megabytes.
pub(crate) const BATCH: u32 = 5_000;

/// Before every key of the due index.
pub(crate) const FIRST: (Day, AccountId) = (Day::from_number(i32::MIN), AccountId(i64::MIN));

/// What the run does to one due account.
pub(crate) enum Verdict {
    /// This.
    Change(Box<Change>),
    /// Nothing today: the caps are used up.
    Deferred,
    /// Nothing: it is not due after all (its row is newer than its date).
    NotDue,
}

/// Decides one account on a day. Cost: one `apply`.
pub(crate) fn decide(account: &Account, day: &RunDay<'_>, now: Timestamp, caps: &mut Caps) -> Verdict {
    let terms = day.terms(account);
    let Ok(change) = apply(account, &Event::RunCame, &terms, now) else { return Verdict::NotDue };
    if change.action == Happened::Deleted && !caps.take(account.organisation.as_str()) {
        return Verdict::Deferred;
    }
    Verdict::Change(Box::new(change))
}

/// Counts what a day would bring, and lists its transitions. Reads what is due, writes nothing.
pub(crate) fn foresee(
    db: &mut Reader<'_>,
    day: &RunDay<'_>,
    now: Timestamp,
    mut caps: Caps,
    progress: &dyn Progress,
) -> Result<(Counts, Vec<Item>, Vec<Refused>), Error> {
    let (mut counts, mut items, mut refused) = (Counts::default(), Vec::new(), Vec::new());
    let mut after = FIRST;
    loop {
        let due = store::account::due(db, day.day, after, BATCH)?;
        let Some((last, on)) = due.last() else { break };
        after = (*on, last.id);
        for (account, _) in &due {
            foresee_one(account, day, now, &mut caps, &mut counts, &mut items, &mut refused);
        }
        progress.advance(due.len() as u64);
    }
    Ok((counts, items, refused))
}

/// An account may pass through several steps on one day, as a notice after a question.
fn foresee_one(
    account: &Account,
    day: &RunDay<'_>,
    now: Timestamp,
    caps: &mut Caps,
    counts: &mut Counts,
    items: &mut Vec<Item>,
    refused: &mut Vec<Refused>,
) {
    let mut account = account.clone();
    for _ in 0..MOST_A_DAY {
        match decide(&account, day, now, caps) {
            Verdict::NotDue => return,
            Verdict::Deferred => return counts.add(DEFERRED, 1),
            Verdict::Change(change) => {
                counts.change(&change);
                if change.is_transition() {
                    items.push((account.id, change.account.status()));
                }
                if change.action == Happened::DeletionRefused {
                    refused.push(Refused { address: account.address.to_string(), why: held_back() });
                }
                account = change.account;
            }
        }
    }
}

/// More steps than one account can take on one day; a guard, not a rule.
pub(crate) const MOST_A_DAY: usize = 4;

/// Why a held account is kept back.
pub(crate) fn held_back() -> String {
    "LC-20: a legal hold covers it; it stays until the hold is released".to_owned()
}

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
        let (counts, refused) = if self.epoch_changed(&mut db, on)? {
            self.foresee_everybody(&mut db, &day, on, progress)?
        } else if on == today {
            let deleted = match store::run::of_day(&mut db, today)? {
                Some(run) => store::run::deleted_in_run(&mut db, run.id)?,
                None => Vec::new(),
            };
            let caps = Caps::new(&day.policy.run, &deleted);
            let (counts, _, refused) = foresee(&mut db, &day, ctx.now, caps, progress)?;
            (counts, refused)
        } else {
            self.foresee_later(&mut db, &day, on, progress)?
        };
        progress.finish();
        Ok(RunReport {
            day: Some(on),
            policy: self.policy_on(on)?.name.clone(),
            planned: counts.transitions(),
            notices: counts.get(NOTICES),
            deferred: counts.get(DEFERRED),
            refused,
            ..RunReport::default()
        })
    }

    /// A later day: everybody who has something due until then is played forward; what happens on the day counts.
    fn foresee_later(
        &self,
        db: &mut Reader<'_>,
        day: &RunDay<'_>,
        on: Day,
        progress: &dyn Progress,
    ) -> Result<(Counts, Vec<Refused>), Error> {
        let mut counts = Counts::default();
        let mut after = FIRST;
        loop {
            let due = store::account::due(db, on, after, BATCH)?;
            let Some((last, until)) = due.last() else { break };
            after = (*until, last.id);
            for (account, _) in &due {
                self.count_on(account, day, on, &mut counts)?;
            }
            progress.advance(due.len() as u64);
        }
        Ok((counts, Vec::new()))
    }

    /// The policy changes until then, so stored due dates say nothing: everybody is looked at. Deletions of today are
    /// held to the caps in the order in which the run will find them; of a later day the queue is not known yet.
    fn foresee_everybody(
        &self,
        db: &mut Reader<'_>,
        day: &RunDay<'_>,
        on: Day,
        progress: &dyn Progress,
    ) -> Result<(Counts, Vec<Refused>), Error> {
        let mut counts = Counts::default();
        let mut deletions = Vec::new();
        let mut after = AccountId(i64::MIN);
        loop {
            let page = store::account::page(db, after, BATCH)?;
            let Some((last, _)) = page.last() else { break };
            after = last.id;
            for (account, _) in &page {
                deletions.extend(self.count_on(account, day, on, &mut counts)?);
            }
            progress.advance(page.len() as u64);
        }
        if on == day.day {
            deletions.sort_by_key(|deletion| (deletion.due, deletion.id));
            let mut caps = Caps::new(&self.policy_on(on)?.run, &[]);
            for deletion in deletions.iter().filter(|deletion| !caps.take(&deletion.organisation)) {
                counts.add(&format!("{}->{}", deletion.from, Status::Deleted), -1);
                counts.add(DEFERRED, 1);
            }
        }
        Ok((counts, Vec::new()))
    }

    /// Counts what happens to one account on a day, and gives back its deletion, if that is what happens.
    fn count_on(
        &self,
        account: &Account,
        day: &RunDay<'_>,
        on: Day,
        counts: &mut Counts,
    ) -> Result<Option<Deletion>, Error> {
        let there = day.on_policy(self.policy_on(on)?, on);
        let mut account = if on == day.day {
            account.clone()
        } else {
            let terms = |d: Day| if d < on { day.terms(account) } else { there.terms(account) };
            outlook::play(account, terms, day.day, on.plus_days(-1)).0
        };
        let mut deletion = None;
        for _ in 0..MOST_A_DAY {
            let terms = there.terms(&account);
            let Some(task) = next_task(&account, &terms).filter(|task| task.on <= on) else { break };
            let Ok(change) = apply(&account, &Event::RunCame, &terms, self.calendar().start_of(on)) else { break };
            counts.change(&change);
            if change.action == Happened::Deleted {
                let organisation = account.organisation.to_string();
                deletion = Some(Deletion { due: task.on, id: account.id, from: change.from, organisation });
            }
            account = change.account;
            if task.work == Work::Refuse || account.status() == Status::Purged {
                break;
            }
        }
        Ok(deletion)
    }
}

/// A deletion that a day would bring, in the run's order: by the day it was due, then by id.
struct Deletion {
    due: Day,
    id: AccountId,
    from: Status,
    organisation: String,
}
