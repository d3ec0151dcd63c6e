//! What people ask for: leaver, join, transfer, disable, enable, delete, restore, hold. Each answers every status.

use crate::account::{Account, Announced, Cause, Held, State};
use crate::lifecycle::apply::{HomeOpen, Target, active, enter};
use crate::lifecycle::change::{Action, Change, Move, Owed};
use crate::lifecycle::step::next_step;
use crate::notice::NoticeKind;
use crate::policy::Terms;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::status::{Kind, Status};
use crate::time::Timestamp;

/// JML-01, JML-02, NTC-02: keeps everything but its admin grants, and is told at once.
pub(super) fn mark_leaver(account: &Account, terms: &Terms<'_>, now: Timestamp) -> Result<Change, Refusal> {
    if account.kind != Kind::User {
        return Err(Refusal::NotAPerson { what: "marked as a leaver" });
    }
    let from = account.status();
    match account.state {
        State::Pending { .. } | State::Active { .. } | State::Inactive { .. } => {
            let after = enter(account, State::Leaver { since: now, disabled_at: None });
            let about = next_step(&after, terms).map(|step| step.on);
            let notice = Owed { kind: NoticeKind::LeaverMarked, rule: Rule::Ntc02, about };
            let change = Change::plain(after, from, Action::MarkedLeaver, Rule::Jml01);
            Ok(Change { notice: Some(notice), ends_grants: true, ..change })
        }
        State::Disabled { .. } => Err(Refusal::EnableFirst),
        State::Leaver { .. } | State::Deleted { .. } | State::Purged { .. } => Err(Refusal::Already(from)),
    }
}

/// JML-07, decision 4. A leaver who was disabled meanwhile is disabled again.
pub(super) fn cancel_leaver(account: &Account, now: Timestamp) -> Result<Change, Refusal> {
    let from = account.status();
    let state = match account.state {
        State::Leaver { disabled_at, .. } => returned(disabled_at, now),
        State::Pending { .. } | State::Active { .. } | State::Inactive { .. } | State::Disabled { .. } => {
            return Err(Refusal::Already(from));
        }
        State::Deleted { .. } => return Err(Refusal::WrongStatus { status: from, instead: "restore it" }),
        State::Purged { .. } => return Err(purged()),
    };
    Ok(Change::plain(enter(account, state), from, Action::CancelledLeaver, Rule::Jml07))
}

/// JML-03, JML-04. A deleted account of a closed organisation is restored as part of a join (decision 7).
pub(super) fn join(
    account: &Account,
    target: &Target,
    home: HomeOpen,
    terms: &Terms<'_>,
    now: Timestamp,
) -> Result<Change, Refusal> {
    may_receive(target)?;
    let from = account.status();
    let state = match account.state {
        State::Leaver { disabled_at, .. } => {
            let today = terms.calendar.day_of(now);
            if let Some(step) = next_step(account, terms).filter(|step| step.announced && step.on <= today) {
                return Err(Refusal::JoinEnded(step.on));
            }
            returned(disabled_at, now)
        }
        State::Deleted { .. } if home == HomeOpen::No => {
            may_restore(account, terms, now)?;
            active(now)
        }
        State::Deleted { .. } => {
            return Err(Refusal::WrongStatus { status: from, instead: "restore it, then transfer it" });
        }
        State::Pending { .. } | State::Active { .. } | State::Inactive { .. } | State::Disabled { .. } => {
            if account.organisation == target.code {
                return Err(Refusal::SameOrganisation(target.code.clone()));
            }
            let instead = "its organisation must mark it as a leaver, or someone who holds both must transfer it";
            return Err(Refusal::WrongStatus { status: from, instead });
        }
        State::Purged { .. } => return Err(purged()),
    };
    let change = Change::plain(moved(&enter(account, state), target), from, Action::Joined, Rule::Jml03);
    let notice = Some(Owed { kind: NoticeKind::Joined, rule: Rule::Ntc05, about: None });
    Ok(Change { moved: Some(left(account, true)), ends_grants: true, notice, ..change })
}

/// JML-06: no leaver state, no leaver notice, the status and its clock stay, grants end. Whoever uses it is told (NTC-05).
pub(super) fn transfer(account: &Account, target: &Target) -> Result<Change, Refusal> {
    if account.organisation == target.code {
        return Err(Refusal::SameOrganisation(target.code.clone()));
    }
    may_receive(target)?;
    let from = account.status();
    match account.state {
        State::Pending { .. } | State::Active { .. } | State::Inactive { .. } | State::Disabled { .. } => {
            let notice = Some(Owed { kind: NoticeKind::Moved, rule: Rule::Jml06, about: None });
            let change = Change::plain(moved(account, target), from, Action::Transferred, Rule::Jml06);
            Ok(Change { moved: Some(left(account, false)), ends_grants: true, notice, ..change })
        }
        State::Leaver { .. } => Err(Refusal::WrongStatus { status: from, instead: "join it instead" }),
        State::Deleted { .. } => Err(Refusal::WrongStatus { status: from, instead: "restore it first" }),
        State::Purged { .. } => Err(purged()),
    }
}

/// LC-08, LC-09.
pub(super) fn disable(account: &Account, now: Timestamp) -> Result<Change, Refusal> {
    let from = account.status();
    let after = match account.state {
        State::Pending { .. } | State::Active { .. } | State::Inactive { .. } => {
            enter(account, State::Disabled { since: now })
        }
        State::Leaver { since, disabled_at: None } => {
            Account { state: State::Leaver { since, disabled_at: Some(now) }, ..account.clone() }
        }
        State::Leaver { disabled_at: Some(_), .. } | State::Disabled { .. } => {
            return Err(Refusal::Already(Status::Disabled));
        }
        State::Deleted { .. } | State::Purged { .. } => {
            return Err(Refusal::WrongStatus { status: from, instead: "sign-in is refused already" });
        }
    };
    Ok(Change::plain(after, from, Action::Disabled, Rule::Lc08))
}

/// LC-08: any day before its deletion. An account whose terms were never accepted is pending again.
pub(super) fn enable(account: &Account, now: Timestamp) -> Result<Change, Refusal> {
    let from = account.status();
    let after = match account.state {
        State::Disabled { .. } if account.terms_at.is_none() && account.kind == Kind::User => {
            enter(account, State::Pending { since: now })
        }
        State::Disabled { .. } => enter(account, active(now)),
        State::Leaver { since, disabled_at: Some(_) } => {
            Account { state: State::Leaver { since, disabled_at: None }, ..account.clone() }
        }
        State::Pending { .. } | State::Active { .. } | State::Inactive { .. } | State::Leaver { .. } => {
            return Err(Refusal::Already(from));
        }
        State::Deleted { .. } => return Err(Refusal::WrongStatus { status: from, instead: "restore it" }),
        State::Purged { .. } => return Err(purged()),
    };
    Ok(Change::plain(after, from, Action::Enabled, Rule::Lc08))
}

/// PWD-04: pending until the terms are accepted anew, and inactive after the pending period (LC-13). Whoever is on the way to
/// a deletion stays there: an administrator's wish is no activity.
pub(super) fn resecure(account: &Account, terms: &Terms<'_>, now: Timestamp) -> Result<Change, Refusal> {
    if account.kind != Kind::User {
        return Err(Refusal::NotAPerson { what: "resecured" });
    }
    let from = account.status();
    let fresh = Account { terms_at: None, ..account.clone() };
    let after = match account.state {
        State::Pending { .. } | State::Active { .. } => enter(&fresh, State::Pending { since: now }),
        State::Inactive { .. } | State::Leaver { disabled_at: None, .. } => fresh,
        State::Leaver { disabled_at: Some(_), .. } | State::Disabled { .. } => {
            return Err(Refusal::WrongStatus { status: from, instead: "enable it first" });
        }
        State::Deleted { .. } => return Err(Refusal::WrongStatus { status: from, instead: "restore it first" }),
        State::Purged { .. } => return Err(purged()),
    };
    let about = next_step(&after, terms).map(|step| step.on);
    let notice = Owed { kind: NoticeKind::Resecured, rule: Rule::Pwd04, about };
    Ok(Change { notice: Some(notice), ..Change::plain(after, from, Action::Resecured, Rule::Pwd04) })
}

/// LC-12: at once, with a reason, and never under hold (LC-20).
pub(super) fn delete(account: &Account, reason: &str, now: Timestamp) -> Result<Change, Refusal> {
    let from = account.status();
    match account.state {
        State::Deleted { .. } | State::Purged { .. } => return Err(Refusal::Already(from)),
        State::Pending { .. }
        | State::Active { .. }
        | State::Inactive { .. }
        | State::Leaver { .. }
        | State::Disabled { .. } => {}
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonNeeded);
    }
    if account.held.is_some() {
        return Err(Refusal::Held);
    }
    let cause = if from == Status::Leaver { Cause::LeaverRequest } else { Cause::Request };
    let after = enter(account, State::Deleted { since: now, cause });
    let change = Change::plain(after, from, Action::Deleted, Rule::Lc12);
    Ok(Change { ends_grants: true, ..change })
}

/// LC-10, decision 7: active, all counters reset, no admin grants, and only into an open organisation.
pub(super) fn restore(account: &Account, home: &Target, terms: &Terms<'_>, now: Timestamp) -> Result<Change, Refusal> {
    let from = account.status();
    match account.state {
        State::Deleted { .. } => may_restore(account, terms, now)?,
        State::Purged { .. } => return Err(purged()),
        State::Pending { .. }
        | State::Active { .. }
        | State::Inactive { .. }
        | State::Leaver { .. }
        | State::Disabled { .. } => return Err(Refusal::Already(from)),
    }
    may_receive(home)?;
    Ok(Change::plain(enter(account, active(now)), from, Action::Restored, Rule::Lc10))
}

/// LC-20. Several holds may stand; the account knows that one does.
pub(super) fn hold(account: &Account, now: Timestamp) -> Result<Change, Refusal> {
    if account.status() == Status::Purged {
        return Err(purged());
    }
    let held = account.held.or(Some(Held { since: now, refused_on: None }));
    let after = Account { held, ..account.clone() };
    Ok(Change::plain(after, account.status(), Action::HoldPlaced, Rule::Lc20))
}

/// The last hold is gone: what it kept is announced anew, so nobody is surprised (decision 2). A deleted account whose
/// restore window ended meanwhile is not purged the next day: its administrators are told first (NTC-03).
pub(super) fn release_hold(account: &Account, terms: &Terms<'_>, now: Timestamp) -> Result<Change, Refusal> {
    if account.held.is_none() {
        return Err(Refusal::NotHeld);
    }
    let mut after = Account { held: None, announced: None, ..account.clone() };
    let today = terms.calendar.day_of(now);
    let warned = terms.policy.notice.restore_reminder_days.first().copied();
    let ends = next_step(&after, terms).filter(|step| step.to == Status::Purged);
    let mut notice = None;
    if let (Some(before), Some(step)) = (warned, ends) {
        let named = today.plus_days(i32::from(before));
        if step.on < named {
            after.announced = Some(Announced { sent_on: today, effective_on: named, reminded: Some(before) });
            notice = Some(Owed { kind: NoticeKind::RestoreEnding, rule: Rule::Ntc03, about: Some(named) });
        }
    }
    let change = Change::plain(after, account.status(), Action::HoldReleased, Rule::Lc20);
    Ok(Change { notice, ..change })
}

/// Where a leaver returns to.
const fn returned(disabled_at: Option<Timestamp>, now: Timestamp) -> State {
    match disabled_at {
        Some(since) => State::Disabled { since },
        None => active(now),
    }
}

fn purged() -> Refusal {
    Refusal::WrongStatus { status: Status::Purged, instead: "its mailbox is gone; the person needs a new account" }
}

fn may_receive(target: &Target) -> Result<(), Refusal> {
    if !target.open {
        return Err(Refusal::Closed { code: target.code.clone(), successor: target.successor.clone() });
    }
    if target.short_name.is_none() {
        return Err(Refusal::NoShortName(target.code.clone()));
    }
    Ok(())
}

fn may_restore(account: &Account, terms: &Terms<'_>, now: Timestamp) -> Result<(), Refusal> {
    let free = Account { held: None, ..account.clone() };
    match next_step(&free, terms) {
        Some(step) if step.on <= terms.calendar.day_of(now) && account.held.is_none() => {
            Err(Refusal::WindowEnded(step.on))
        }
        Some(_) | None => Ok(()),
    }
}

fn moved(account: &Account, target: &Target) -> Account {
    Account { organisation: target.code.clone(), ..account.clone() }
}

fn left(account: &Account, fresh_entitlements: bool) -> Move {
    Move { from: account.organisation.clone(), fresh_entitlements }
}
