//! What the run has to do next for an account: its day is stored on the account's row (indexed), so the cost of a day
//! is the cost of what is due that day.

use crate::account::Account;
use crate::lifecycle::step::{Step, next_step};
use crate::policy::Terms;
use crate::status::Status;
use crate::time::Day;

words! {
    /// A piece of work for the run.
    pub enum Work {
        /// Ask a shared mailbox's owners whether they still need it (LC-14).
        Ask = "ask",
        /// Send the notice of a deletion (NTC-01).
        Notify = "notify",
        /// Send a reminder (NTC-03).
        Remind = "remind",
        /// Make it inactive.
        Idle = "inactivate",
        /// Delete it.
        Delete = "delete",
        /// Purge it.
        Purge = "purge",
        /// Record that a hold forbids its deletion or purge (LC-20).
        Refuse = "refuse",
    }
}

/// Work that falls due on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Due on this day.
    pub on: Day,
    /// What is to be done.
    pub work: Work,
}

/// The next piece of work for an account, if time alone brings any. Cost: as [`next_step`], twice when held.
pub fn next_task(account: &Account, terms: &Terms<'_>) -> Option<Task> {
    match next_step(account, terms) {
        Some(step) => Some(of_step(account, &step, terms)),
        None => refusal_of_held(account, terms),
    }
}

fn of_step(account: &Account, step: &Step, terms: &Terms<'_>) -> Task {
    if let Some(on) = step.ask_on {
        return Task { on, work: Work::Ask };
    }
    if let Some(on) = step.notice_on.filter(|_| !step.announced) {
        return Task { on, work: Work::Notify };
    }
    if let Some((_, on)) = next_reminder(account, step, terms) {
        return Task { on, work: Work::Remind };
    }
    let work = match step.to {
        Status::Deleted => Work::Delete,
        Status::Purged => Work::Purge,
        Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled => Work::Idle,
    };
    Task { on: step.on, work }
}

/// The next reminder not sent yet, as days before the step and the day itself (NTC-03).
pub(super) fn next_reminder(account: &Account, step: &Step, terms: &Terms<'_>) -> Option<(u16, Day)> {
    let days = match step.to {
        Status::Deleted => &terms.policy.notice.reminder_days,
        Status::Purged => &terms.policy.notice.restore_reminder_days,
        Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled => return None,
    };
    let said = account.announced.filter(|said| said.effective_on == step.on);
    let closest = said.and_then(|said| said.reminded).unwrap_or(u16::MAX);
    let after = said.map_or(terms.calendar.day_of(account.state.since()), |said| said.sent_on);
    days.iter()
        .filter(|before| **before < closest)
        .map(|before| (*before, step.on.plus_days(-i32::from(*before))))
        .find(|(_, on)| *on > after || said.is_some_and(|s| s.reminded.is_some()))
}

/// A held account's step is looked at without the hold: once its day has come, the refusal is recorded, once.
fn refusal_of_held(account: &Account, terms: &Terms<'_>) -> Option<Task> {
    let held = account.held?;
    let free = Account { held: None, ..account.clone() };
    let step = next_step(&free, terms)?;
    (step.ask_on.is_none() && held.refused_on.is_none_or(|on| on < step.due))
        .then_some(Task { on: step.due, work: Work::Refuse })
}
