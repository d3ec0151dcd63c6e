//! Deletion on request, and the hold that forbids every deletion.

use super::fixture::{active, announced, ask, day, held, inactive, leaver, life, noon, policy, user};
use crate::account::{Cause, Held, State};
use crate::lifecycle::apply::Event;
use crate::lifecycle::change::Action;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::status::Status;

fn delete(reason: &str) -> Event {
    Event::Delete(reason.to_owned())
}

// Proves: LC-12, ROLE-06
#[test]
fn an_administrator_deletes_at_once_from_every_living_status() {
    for state in [
        State::Pending { since: noon(0) },
        active(0),
        inactive(0),
        leaver(0),
        State::Leaver { since: noon(0), disabled_at: Some(noon(1)) },
        State::Disabled { since: noon(0) },
    ] {
        let change = ask(&user(state), &delete("duplicate of ann.lee2"), 1, &policy()).unwrap();
        let left = matches!(state, State::Leaver { .. });
        let cause = if left { Cause::LeaverRequest } else { Cause::Request };
        assert_eq!(change.account.state, State::Deleted { since: noon(1), cause });
        assert_eq!((change.action, change.rule, change.ends_grants), (Action::Deleted, Rule::Lc12, true));
    }
}

// Proves: LC-12
#[test]
fn a_deletion_needs_a_reason() {
    for reason in ["", " ", "\t\n"] {
        assert_eq!(ask(&user(active(0)), &delete(reason), 1, &policy()), Err(Refusal::ReasonNeeded), "{reason:?}");
    }
}

// Proves: LC-12, LC-20
#[test]
fn a_hold_forbids_a_deletion_on_request() {
    let ann = held(user(active(0)));
    assert_eq!(ask(&ann, &delete("created in error"), 1, &policy()), Err(Refusal::Held));
    let free = ask(&ann, &Event::ReleaseHold, 1, &policy()).unwrap().account;
    assert!(ask(&free, &delete("created in error"), 1, &policy()).is_ok());
}

// Proves: LC-20
#[test]
fn a_held_account_is_refused_once_and_nothing_is_destroyed() {
    for (state, due) in [
        (inactive(0), 90),
        (leaver(0), 30),
        (State::Disabled { since: noon(0) }, 547),
        (State::Deleted { since: noon(0), cause: Cause::Idle }, 180),
    ] {
        let mut ann = held(user(state));
        assert_eq!(life(&mut ann, 0..=900, &policy()), [format!("{due} deletion_refused LC-20")]);
        assert_eq!(ann.state, state);
        assert_eq!(ann.held, Some(Held { since: noon(0), refused_on: Some(day(due)) }), "the refusal is recorded");
    }
}

// Proves: LC-20, LC-01
#[test]
fn a_held_account_becomes_inactive_like_any_other() {
    let mut ann = held(user(active(0)));
    assert_eq!(life(&mut ann, 0..=300, &policy()), ["90 inactivated LC-01", "180 deletion_refused LC-20"]);
    assert_eq!(ann.status(), Status::Inactive);
}

// Proves: LC-20, NTC-01
#[test]
fn after_a_release_the_account_gets_a_fresh_notice() {
    // Released before the notice was due; between notice and deletion; on the day; long after.
    for (placed, released, told, gone) in
        [(10, 50, 76, 90), (80, 82, 82, 96), (80, 90, 90, 104), (10, 76, 76, 90), (10, 77, 77, 91), (10, 200, 200, 214)]
    {
        let policy = policy();
        let mut ann = user(inactive(0));
        life(&mut ann, 0..=placed, &policy);
        ann = ask(&ann, &Event::Hold, placed, &policy).unwrap().account;
        let under_hold = life(&mut ann, placed + 1..=released - 1, &policy);
        assert!(under_hold.iter().all(|did| did == "90 deletion_refused LC-20"), "{under_hold:?}");
        ann = ask(&ann, &Event::ReleaseHold, released, &policy).unwrap().account;
        assert_eq!((ann.held, ann.announced), (None, None));
        let story = life(&mut ann, released..=300, &policy);
        assert_eq!(story[0], format!("{told} deletion_announced NTC-01"));
        assert_eq!(story[3], format!("{gone} deleted LC-04"), "held from {placed} to {released}");
    }
}

// Proves: LC-20
#[test]
fn a_second_hold_keeps_what_the_first_recorded() {
    let policy = policy();
    let mut ann = held(user(inactive(0)));
    life(&mut ann, 90..=90, &policy);
    let twice = ask(&ann, &Event::Hold, 95, &policy).unwrap().account;
    assert_eq!(twice.held, ann.held);
    let free = ask(&twice, &Event::ReleaseHold, 96, &policy).unwrap().account;
    assert_eq!(ask(&free, &Event::ReleaseHold, 96, &policy), Err(Refusal::NotHeld));
}

// Proves: LC-20, LC-05
#[test]
fn a_hold_hinders_no_return() {
    let policy = policy();
    let back = ask(&held(announced(user(leaver(0)), 16, 30)), &Event::CancelLeaver, 40, &policy).unwrap().account;
    assert_eq!((back.state, back.held.is_some()), (active(40), true), "the hold stays");
}
