//! What an event does to an account: one entry for people's requests, signals and the run.

use crate::account::{Account, Question, State};
use crate::ids::OdsCode;
use crate::lifecycle::change::{Action, Change};
use crate::lifecycle::{due, request};
use crate::policy::Terms;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::signal::{Seen, Signal};
use crate::time::{Day, Timestamp};

/// An organisation as the target of a join or transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its code.
    pub code: OdsCode,
    /// It is legally open today.
    pub open: bool,
    /// Its short name, if it has one.
    pub short_name: Option<String>,
    /// Who took over, when it is closed and that is known.
    pub successor: Option<OdsCode>,
}

/// Something that happens to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An activity was seen.
    Signal(Signal, Seen),
    /// The terms of use were accepted.
    AcceptTerms,
    /// An owner confirms that a shared mailbox is needed.
    Confirm,
    /// The organisation gives the account up.
    MarkLeaver,
    /// The organisation takes that back.
    CancelLeaver,
    /// A new organisation takes it in. `home_open`: whether the organisation it belongs to is open today.
    Join(Target, HomeOpen),
    /// It moves in one step.
    Transfer(Target),
    /// Sign-in is to be refused.
    Disable,
    /// Sign-in is to be allowed again.
    Enable,
    /// It is to be deleted at once, for this reason.
    Delete(String),
    /// It is to be given back; the target is the organisation it belongs to.
    Restore(Target),
    /// It may be in the wrong hands: its terms must be accepted anew.
    Resecure,
    /// A legal hold begins to cover it.
    Hold,
    /// No hold covers it any more.
    ReleaseHold,
    /// The run came by.
    RunCame,
}

/// Whether the organisation that the account belongs to is legally open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HomeOpen {
    /// It is.
    Yes,
    /// It is closed.
    No,
}

/// Decides. Pure: the same account, event, terms and instant always give the same answer. Cost: one or two `next_step`.
pub fn apply(account: &Account, event: &Event, terms: &Terms<'_>, now: Timestamp) -> Result<Change, Refusal> {
    match event {
        Event::Signal(signal, seen) => Ok(signalled(account, *signal, *seen, terms, now)),
        Event::AcceptTerms => accept_terms(account, now),
        Event::Confirm => confirm(account, now),
        Event::MarkLeaver => request::mark_leaver(account, terms, now),
        Event::CancelLeaver => request::cancel_leaver(account, now),
        Event::Join(target, home) => request::join(account, target, *home, terms, now),
        Event::Transfer(target) => request::transfer(account, target),
        Event::Disable => request::disable(account, now),
        Event::Enable => request::enable(account, now),
        Event::Delete(reason) => request::delete(account, reason, now),
        Event::Restore(home) => request::restore(account, home, terms, now),
        Event::Resecure => request::resecure(account, terms, now),
        Event::Hold => request::hold(account, now),
        Event::ReleaseHold => request::release_hold(account, terms, now),
        Event::RunCame => due::run_came(account, terms, now),
    }
}

/// Enters a state: what was announced for the old one is void.
pub(super) fn enter(account: &Account, state: State) -> Account {
    Account { state, announced: None, ..account.clone() }
}

/// The plain active state.
pub(super) const fn active(since: Timestamp) -> State {
    State::Active { since, question: Question::None }
}

/// A signal is always recorded; whether it does more depends on the status (LC-05, decision 4).
fn signalled(account: &Account, signal: Signal, seen: Seen, terms: &Terms<'_>, now: Timestamp) -> Change {
    let from = account.status();
    let mut signals = account.signals;
    signals.see(signal, seen);
    let recorded = Account { signals, ..account.clone() };
    let counts = terms.rules.signals.contains(&signal);
    match account.state {
        State::Inactive { since, rule }
            if counts && (seen.at >= since || still_counts(signal, seen.at, rule, terms, now)) =>
        {
            let note = format!("active again by {signal}");
            let change = Change::plain(enter(&recorded, active(now)), from, Action::Reactivated, Rule::Lc05);
            Change { note: Some(note), ..change }
        }
        State::Active { since, question: Question::Asked(day) } if counts && answers(seen.at, day, terms, now) => {
            let state = State::Active { since, question: Question::None };
            Change::plain(enter(&recorded, state), from, Action::Signalled, Rule::Lc14)
        }
        State::Pending { .. }
        | State::Active { .. }
        | State::Inactive { .. }
        | State::Leaver { .. }
        | State::Disabled { .. }
        | State::Deleted { .. }
        | State::Purged { .. } => Change::plain(recorded, from, Action::Signalled, Rule::Lc02),
    }
}

/// A late report revives too: what would have kept the account active on this very day had it come in time. An old
/// password is excused by a change of password only (LC-03).
fn still_counts(signal: Signal, at: Timestamp, inactive_by: Rule, terms: &Terms<'_>, now: Timestamp) -> bool {
    let period = if inactive_by == Rule::Lc03 {
        terms.rules.password_age.filter(|_| signal == Signal::PasswordChange)
    } else {
        terms.rules.idle
    };
    period.is_some_and(|period| terms.calendar.day_of(at).plus(period) > terms.calendar.day_of(now))
}

/// Use answers the question to the owners (LC-14): use since they were asked, or use reported late because of which
/// they would not be asked today.
fn answers(at: Timestamp, asked: Day, terms: &Terms<'_>, now: Timestamp) -> bool {
    let (used, today) = (terms.calendar.day_of(at), terms.calendar.day_of(now));
    used >= asked || terms.rules.ask_owners.is_some_and(|period| used.plus(period) > today)
}

fn accept_terms(account: &Account, now: Timestamp) -> Result<Change, Refusal> {
    let from = account.status();
    if account.terms_at.is_some() {
        return Err(Refusal::Already(from));
    }
    let accepted = Account { terms_at: Some(now), ..account.clone() };
    let after = match account.state {
        State::Pending { .. } | State::Inactive { .. } => enter(&accepted, active(now)),
        State::Active { .. } | State::Leaver { .. } | State::Disabled { .. } => accepted,
        State::Deleted { .. } | State::Purged { .. } => {
            return Err(Refusal::WrongStatus { status: from, instead: "restore it first" });
        }
    };
    Ok(Change::plain(after, from, Action::AcceptedTerms, Rule::Lc13))
}

fn confirm(account: &Account, now: Timestamp) -> Result<Change, Refusal> {
    match account.state {
        State::Active { since, question: Question::Asked(_) } => {
            let state = State::Active { since, question: Question::Confirmed(now) };
            Ok(Change::plain(enter(account, state), account.status(), Action::Confirmed, Rule::Lc14))
        }
        State::Active { .. }
        | State::Pending { .. }
        | State::Inactive { .. }
        | State::Leaver { .. }
        | State::Disabled { .. }
        | State::Deleted { .. }
        | State::Purged { .. } => Err(Refusal::NotAsked),
    }
}
