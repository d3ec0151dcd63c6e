//! The next change of status that time alone will bring, and its day.

use crate::account::{Account, Question, State};
use crate::policy::Terms;
use crate::rule::Rule;
use crate::status::Status;
use crate::time::{Day, Timestamp};

/// A change of status to come. The days hold if nothing else happens and a run comes by every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The day it happens.
    pub on: Day,
    /// The day it falls due by its period, notices aside.
    pub due: Day,
    /// Where it leads.
    pub to: Status,
    /// Why.
    pub rule: Rule,
    /// The day its notice is (or was) sent; absent where no notice is owed.
    pub notice_on: Option<Day>,
    /// The notice has been sent.
    pub announced: bool,
    /// The day a shared mailbox's owners are to be asked, when they have not been (LC-14).
    pub ask_on: Option<Day>,
}

impl Step {
    /// The same step when nothing can be sent or done before `today`: late notices move the deletion (decision 2).
    #[must_use]
    pub fn not_before(self, today: Day, terms: &Terms<'_>) -> Self {
        let mut step = self;
        if let Some(ask_on) = self.ask_on
            && ask_on < today
        {
            step.ask_on = Some(today);
            step.due = terms.rules.confirmation.map_or(today, |period| today.plus(period));
            step.notice_on = Some(notice_day(step.due, today, terms));
        }
        if let Some(notice_on) = step.notice_on
            && !self.announced
        {
            let sent = notice_on.max(today);
            step.notice_on = Some(sent);
            step.on = step.due.max(sent.plus_days(notice_days(terms)));
        }
        step.on = step.on.max(today);
        step
    }
}

/// The next step of an account, or `None` when time alone changes nothing: nothing is automated for it, its kind has no
/// such period, or a hold forbids it (LC-20). Cost: at most five look-ups of a civil day, no allocation.
pub fn next_step(account: &Account, terms: &Terms<'_>) -> Option<Step> {
    let status = account.status();
    let step = match account.state {
        State::Pending { since } => quiet(since, Status::Inactive, status, terms),
        State::Active { since, question } => match terms.rules.ask_owners {
            Some(_) => unconfirmed(account, since, question, terms),
            None => idle(account, since, terms),
        },
        State::Inactive { since, .. } | State::Disabled { since } | State::Leaver { since, .. } => {
            destructive(account, since, status, terms)
        }
        State::Deleted { since, .. } => purge(account, since, terms),
        State::Purged { .. } => None,
    }?;
    let destroys = matches!(step.to, Status::Deleted | Status::Purged);
    (!(destroys && account.held.is_some())).then_some(step)
}

/// Whether the step out of this status waits for the kind's automation date (LC-15); what a person started does not.
const fn automated(status: Status) -> bool {
    match status {
        Status::Pending | Status::Active | Status::Inactive | Status::Disabled => true,
        Status::Leaver | Status::Deleted | Status::Purged => false,
    }
}

/// The day a period since an instant has elapsed, and not before the automation date. `None`: never.
fn due_day(since: Timestamp, period: Option<crate::time::Period>, status: Status, terms: &Terms<'_>) -> Option<Day> {
    let due = terms.calendar.day_of(since).plus(period?);
    if automated(status) { terms.rules.automation_from.map(|from| due.max(from)) } else { Some(due) }
}

/// A step that owes no notice.
fn quiet(since: Timestamp, to: Status, from: Status, terms: &Terms<'_>) -> Option<Step> {
    let (period, rule) = terms.rules.period_of(from);
    let on = due_day(since, period, from, terms)?;
    Some(Step { on, due: on, to, rule, notice_on: None, announced: false, ask_on: None })
}

/// Active to inactive, by missing signals or an old password, whichever comes first (LC-01, LC-03).
fn idle(account: &Account, since: Timestamp, terms: &Terms<'_>) -> Option<Step> {
    let newest = account.signals.newest(&terms.rules.signals).map_or(since, |(_, seen)| seen.at.max(since));
    let by_signal = due_day(newest, terms.rules.idle, Status::Active, terms).map(|on| (on, Rule::Lc01));
    let changed = account.signals.get(crate::signal::Signal::PasswordChange).map_or(since, |seen| seen.at.max(since));
    let by_password = due_day(changed, terms.rules.password_age, Status::Active, terms).map(|on| (on, Rule::Lc03));
    let (on, rule) = [by_signal, by_password].into_iter().flatten().min_by_key(|(on, _)| *on)?;
    Some(Step { on, due: on, to: Status::Inactive, rule, notice_on: None, announced: false, ask_on: None })
}

/// A shared mailbox nobody sends from: ask, wait for a confirmation, delete with notice (LC-14).
fn unconfirmed(account: &Account, since: Timestamp, question: Question, terms: &Terms<'_>) -> Option<Step> {
    let newest = account.signals.newest(&terms.rules.signals).map_or(since, |(_, seen)| seen.at.max(since));
    let (asked, ask_on) = match question {
        Question::Asked(day) => (day, None),
        Question::None | Question::Confirmed(_) => {
            let base = if let Question::Confirmed(at) = question { newest.max(at) } else { newest };
            let day = due_day(base, terms.rules.ask_owners, Status::Active, terms)?;
            (day, Some(day))
        }
    };
    let due = asked.plus(terms.rules.confirmation?);
    Some(with_notice(account, due, asked, Status::Deleted, Rule::Lc14, ask_on, terms))
}

/// A deletion at the end of a period, with notice (NTC-01).
fn destructive(account: &Account, since: Timestamp, from: Status, terms: &Terms<'_>) -> Option<Step> {
    let (period, rule) = terms.rules.period_of(from);
    let due = due_day(since, period, from, terms)?;
    Some(with_notice(account, due, terms.calendar.day_of(since), Status::Deleted, rule, None, terms))
}

/// Purge when the restore window has ended (LC-11). It owes no notice to the user, only reminders to administrators;
/// a day named in a reminder is kept.
fn purge(account: &Account, since: Timestamp, terms: &Terms<'_>) -> Option<Step> {
    let step = quiet(since, Status::Purged, Status::Deleted, terms)?;
    let named = account.announced.map_or(step.on, |a| a.effective_on);
    Some(Step { on: step.on.max(named), ..step })
}

/// Puts a notice before a deletion. An announcement that names a day on or after the due day is kept to, never
/// undercut; one that names an earlier day is void (the policy or the clock changed), and a new one is owed.
fn with_notice(
    account: &Account,
    due: Day,
    earliest: Day,
    to: Status,
    rule: Rule,
    ask_on: Option<Day>,
    terms: &Terms<'_>,
) -> Step {
    if let Some(said) = account.announced.filter(|said| said.effective_on >= due && ask_on.is_none()) {
        return Step {
            on: said.effective_on,
            due,
            to,
            rule,
            notice_on: Some(said.sent_on),
            announced: true,
            ask_on: None,
        };
    }
    let notice_on = notice_day(due, earliest, terms);
    let on = due.max(notice_on.plus_days(notice_days(terms)));
    Step { on, due, to, rule, notice_on: Some(notice_on), announced: false, ask_on }
}

/// The day a notice is owed: the policy's days before the deletion, not before the clock began.
fn notice_day(due: Day, earliest: Day, terms: &Terms<'_>) -> Day {
    due.plus_days(-notice_days(terms)).max(earliest)
}

pub(super) fn notice_days(terms: &Terms<'_>) -> i32 {
    i32::from(terms.policy.notice.before_deletion_days)
}
