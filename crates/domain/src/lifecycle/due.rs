//! What the run does to one account when it comes by: the last step that is due, and never one whose notice is not.

use crate::account::{Account, Announced, Cause, Held, Question, State};
use crate::lifecycle::apply::enter;
use crate::lifecycle::change::{Action, Change, Owed, Reservation};
use crate::lifecycle::step::{Step, next_step, notice_days};
use crate::lifecycle::task::{Work, next_reminder, next_task};
use crate::notice::NoticeKind;
use crate::policy::Terms;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::status::Status;
use crate::time::{Day, Timestamp};

/// Does what is due today. A missed run is caught up here: a step whose announced day has passed happens at once, one
/// that was never announced gets its notice now and waits for it (RUN-03).
pub(super) fn run_came(account: &Account, terms: &Terms<'_>, now: Timestamp) -> Result<Change, Refusal> {
    let today = terms.calendar.day_of(now);
    let next = next_task(account, terms);
    let Some(task) = next.filter(|task| task.on <= today) else {
        return Err(Refusal::NotDue { next: next.map(|task| task.on) });
    };
    let Some(step) = next_step(account, terms) else {
        return Ok(refuse_held(account, today));
    };
    Ok(match task.work {
        Work::Ask => ask(account, &step, terms, today),
        Work::Notify => announce(account, &step, terms, today),
        Work::Remind if step.on > today => remind(account, &step, terms, today),
        Work::Remind | Work::Idle | Work::Delete | Work::Purge => happen(account, &step, terms, now),
        Work::Refuse => refuse_held(account, today),
    })
}

fn refuse_held(account: &Account, today: Day) -> Change {
    let held = account.held.map(|held| Held { refused_on: Some(today), ..held });
    let after = Account { held, ..account.clone() };
    Change::plain(after, account.status(), Action::DeletionRefused, Rule::Lc20)
}

fn ask(account: &Account, step: &Step, terms: &Terms<'_>, today: Day) -> Change {
    let since = account.state.since();
    let after = enter(account, State::Active { since, question: Question::Asked(today) });
    let answer_by = terms.rules.confirmation.map(|period| today.plus(period));
    let notice = Owed { kind: NoticeKind::OwnersAsked, rule: step.rule, about: answer_by };
    let change = Change::plain(after, account.status(), Action::OwnersAsked, step.rule);
    Change { notice: Some(notice), ..change }
}

/// The notice goes today, so the deletion is at the earliest the policy's days from today (NTC-01, decision 2).
fn announce(account: &Account, step: &Step, terms: &Terms<'_>, today: Day) -> Change {
    let effective_on = step.due.max(today.plus_days(notice_days(terms)));
    let announced = Some(Announced { sent_on: today, effective_on, reminded: None });
    let after = Account { announced, ..account.clone() };
    let notice = Owed { kind: NoticeKind::DeletionAnnounced, rule: step.rule, about: Some(effective_on) };
    let change = Change::plain(after, account.status(), Action::Announced, Rule::Ntc01);
    Change { notice: Some(notice), ..change }
}

/// Sends the closest reminder whose day has come; the ones a missed run skipped are not sent late.
fn remind(account: &Account, step: &Step, terms: &Terms<'_>, today: Day) -> Change {
    let left = step.on.days_since(today);
    let first = next_reminder(account, step, terms).map_or(0, |(before, _)| before);
    let days = match step.to {
        Status::Purged => &terms.policy.notice.restore_reminder_days,
        Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled | Status::Deleted => {
            &terms.policy.notice.reminder_days
        }
    };
    let closest = days.iter().copied().filter(|before| *before <= first && left <= i32::from(*before)).min();
    let sent_on = account.announced.map_or(today, |said| said.sent_on);
    let announced = Some(Announced { sent_on, effective_on: step.on, reminded: closest.or(Some(first)) });
    let kind = match step.to {
        Status::Purged => NoticeKind::RestoreEnding,
        Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled | Status::Deleted => {
            NoticeKind::DeletionReminder
        }
    };
    let after = Account { announced, ..account.clone() };
    let change = Change::plain(after, account.status(), Action::Reminded, Rule::Ntc03);
    Change { notice: Some(Owed { kind, rule: Rule::Ntc03, about: Some(step.on) }), ..change }
}

/// The step itself.
fn happen(account: &Account, step: &Step, terms: &Terms<'_>, now: Timestamp) -> Change {
    let from = account.status();
    let (state, action) = match account.state {
        State::Pending { .. } => (State::Inactive { since: now, rule: step.rule }, Action::Inactivated),
        State::Active { .. } if step.to == Status::Inactive => {
            (State::Inactive { since: now, rule: step.rule }, Action::Inactivated)
        }
        State::Active { .. } => (deleted(now, Cause::Unconfirmed), Action::Deleted),
        State::Inactive { .. } => (deleted(now, Cause::Idle), Action::Deleted),
        State::Leaver { .. } => (deleted(now, Cause::UnjoinedLeaver), Action::Deleted),
        State::Disabled { .. } => (deleted(now, Cause::Disabled), Action::Deleted),
        State::Deleted { cause, .. } | State::Purged { cause, .. } => {
            (State::Purged { since: now, cause }, Action::Purged)
        }
    };
    let after = enter(account, state);
    let note = format!("{} -> {} by {}", from, after.status(), step.rule);
    let change = Change::plain(after, from, action, step.rule);
    let reservation = match state {
        State::Purged { cause, .. } => Some(reservation(cause, terms, now)),
        State::Pending { .. }
        | State::Active { .. }
        | State::Inactive { .. }
        | State::Leaver { .. }
        | State::Disabled { .. }
        | State::Deleted { .. } => None,
    };
    Change { note: Some(note), ends_grants: step.to == Status::Deleted, reservation, ..change }
}

const fn deleted(since: Timestamp, cause: Cause) -> State {
    State::Deleted { since, cause }
}

/// How long a purged account's address stays taken (LC-21, decision 8).
fn reservation(cause: Cause, terms: &Terms<'_>, now: Timestamp) -> Reservation {
    match cause {
        Cause::UnjoinedLeaver | Cause::LeaverRequest => Reservation::ForGood,
        Cause::Idle | Cause::Disabled | Cause::Request | Cause::Unconfirmed | Cause::Elsewhere => {
            Reservation::Until(terms.calendar.day_of(now).plus(terms.policy.addresses.reserve_after_purge))
        }
    }
}
