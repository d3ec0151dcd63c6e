//! Policy as data: kinds switched on by date, exceptions of sectors, and a policy that follows another.

use super::fixture::{
    account, active, announced, ask, day, inactive, leaver, life, live_in, noon, policy, policy_with, terms, told,
    user, user_rules,
};
use crate::account::{Cause, Question, State};
use crate::lifecycle::apply::Event;
use crate::lifecycle::step::next_step;
use crate::org::Sector;
use crate::policy::{KindRules, Policy, SectorRules};
use crate::status::{Kind, Status};
use crate::time::Period;

fn states() -> [State; 8] {
    [
        State::Pending { since: noon(0) },
        active(0),
        inactive(0),
        leaver(0),
        State::Disabled { since: noon(0) },
        State::Deleted { since: noon(0), cause: Cause::Request },
        State::Purged { since: noon(0), cause: Cause::Request },
        State::Active { since: noon(0), question: Question::Asked(day(0)) },
    ]
}

// Proves: LC-15
#[test]
fn without_automation_only_what_a_person_started_runs_on() {
    let policy = policy_with(|rules| rules.automation_from = None);
    for state in states() {
        let expected = match state.status() {
            Status::Leaver => "30 deleted LC-06",
            Status::Deleted => "180 purged LC-11",
            Status::Pending | Status::Active | Status::Inactive | Status::Disabled | Status::Purged => "",
        };
        let story = life(&mut user(state), 0..=200, &policy);
        let last = story.iter().rfind(|did| !did.contains("reminded")).map_or("", String::as_str);
        assert_eq!(last, expected, "{}", state.status());
    }
}

// Proves: LC-15
#[test]
fn each_kind_is_switched_on_by_itself() {
    for (kind, state) in [(Kind::Application, active(0)), (Kind::Resource, inactive(0)), (Kind::Resource, states()[4])]
    {
        assert!(life(&mut account(kind, state), 0..=900, &policy()).is_empty(), "{kind} is off");
    }
    assert!(!life(&mut user(active(0)), 0..=900, &policy()).is_empty(), "users are on");
}

// Proves: LC-15
#[test]
fn automatic_steps_wait_for_the_automation_date() {
    for (from, due) in [(89, 90), (90, 90), (91, 91), (300, 300)] {
        let policy = policy_with(|rules| rules.automation_from = Some(day(from)));
        assert_eq!(life(&mut user(active(0)), 0..=350, &policy)[0], format!("{due} inactivated LC-01"));
        let story = life(&mut user(inactive(0)), 0..=350, &policy);
        assert_eq!(story[3], format!("{due} deleted LC-04"), "automation from day {from}");
    }
    let policy = policy_with(|rules| rules.automation_from = Some(day(300)));
    assert_eq!(life(&mut user(leaver(0)), 0..=30, &policy)[3], "30 deleted LC-06");
}

// Proves: LC-15
#[test]
fn an_absent_period_means_never() {
    let never = |rules: &mut KindRules| {
        rules.idle = None;
        rules.pending = None;
        rules.inactive = None;
        rules.leaver = None;
        rules.disabled = None;
    };
    for state in states().into_iter().filter(|state| state.status() != Status::Deleted) {
        assert!(life(&mut user(state), 0..=2000, &policy_with(never)).is_empty(), "{}", state.status());
    }
}

// Proves: LC-17
#[test]
fn a_status_that_the_system_changed_leaves_a_note() {
    let policy = policy();
    for (state, on, note) in [
        (State::Pending { since: noon(0) }, 30, "pending -> inactive by LC-13"),
        (active(0), 90, "active -> inactive by LC-01"),
        (State::Deleted { since: noon(0), cause: Cause::Idle }, 180, "deleted -> purged by LC-11"),
    ] {
        assert_eq!(ask(&user(state), &Event::RunCame, on, &policy).unwrap().note.as_deref(), Some(note));
    }
    let ann = announced(user(inactive(0)), 76, 90);
    let change = ask(&ann, &Event::RunCame, 90, &policy).unwrap();
    assert_eq!(change.note.as_deref(), Some("inactive -> deleted by LC-04"));
    let notice = ask(&user(inactive(0)), &Event::RunCame, 76, &policy).unwrap();
    assert_eq!(notice.note, None, "a notice changes no status");
    assert_eq!(ask(&user(active(0)), &Event::Disable, 1, &policy).unwrap().note, None, "a person did it");
}

fn pharmacies(from: i32, until: Option<i32>, idle: u16) -> Policy {
    let rules = KindRules { idle: Some(Period::Days(idle)), ..user_rules() };
    let (from, until) = (day(from), until.map(day));
    let exception = SectorRules { sector: Sector::Pharmacy, kind: Kind::User, from, until, rules };
    Policy { sectors: vec![exception], ..policy() }
}

// Proves: LC-18
#[test]
fn a_sector_may_have_other_periods_between_two_days() {
    for (sector, from, until, first) in [
        (Sector::Pharmacy, 0, None, "30 inactivated LC-01"),
        (Sector::Pharmacy, 30, None, "30 inactivated LC-01"),
        (Sector::Pharmacy, 31, None, "31 inactivated LC-01"),
        (Sector::Pharmacy, 0, Some(31), "30 inactivated LC-01"),
        (Sector::Pharmacy, 0, Some(30), "90 inactivated LC-01"),
        (Sector::Dentistry, 0, None, "90 inactivated LC-01"),
    ] {
        let policy = pharmacies(from, until, 30);
        let story = told(&live_in(sector, &mut user(active(0)), day(0), 91, &policy));
        assert_eq!(story[0], first, "{sector} from {from} until {until:?}");
    }
    let other_kind = account(Kind::Shared, active(0));
    let policy = pharmacies(0, None, 30);
    assert!(live_in(Sector::Pharmacy, &mut other_kind.clone(), day(0), 91, &policy).is_empty(), "users only");
}

// Proves: LC-19
#[test]
fn a_policy_alone_moves_no_account_but_changes_what_comes_next() {
    let shorter = policy_with(|rules| rules.inactive = Some(Period::Days(30)));
    let ann = user(inactive(0));
    let on = |policy: &Policy| next_step(&ann, &terms(policy, &ann, day(60))).unwrap();
    assert_eq!((on(&policy()).due, on(&shorter).due), (day(90), day(30)));
    let mut moved = ann.clone();
    assert_eq!(life(&mut moved, 60..=60, &shorter), ["60 deletion_announced NTC-01"], "notice first");
    assert_eq!(moved.state, ann.state);
    assert_eq!(life(&mut moved, 61..=74, &shorter)[2], "74 deleted LC-04");
}

// Proves: LC-19, NTC-01
#[test]
fn an_announced_day_is_not_undercut_by_a_shorter_policy() {
    let shorter = policy_with(|rules| rules.inactive = Some(Period::Days(30)));
    let mut ann = announced(user(inactive(0)), 76, 90);
    let story = ["83 reminded NTC-03", "89 reminded NTC-03", "90 deleted LC-04"];
    assert_eq!(life(&mut ann, 77..=90, &shorter), story);
}

// Proves: LC-19, NTC-01
#[test]
fn an_announced_day_is_renewed_by_a_longer_policy() {
    for (longer, story) in [
        (91, ["77 deletion_announced NTC-01", "84 reminded NTC-03", "90 reminded NTC-03", "91 deleted LC-04"]),
        (120, ["106 deletion_announced NTC-01", "113 reminded NTC-03", "119 reminded NTC-03", "120 deleted LC-04"]),
    ] {
        let longer = policy_with(|rules| rules.inactive = Some(Period::Days(longer)));
        let mut ann = announced(user(inactive(0)), 76, 90);
        assert_eq!(life(&mut ann, 77..=120, &longer), story);
    }
}

// Proves: LC-19, LC-10
#[test]
fn a_restore_window_that_was_named_is_kept_by_a_shorter_policy() {
    let shorter = policy_with(|rules| rules.restore = Period::Days(30));
    let mut ann = user(State::Deleted { since: noon(0), cause: Cause::Idle });
    assert_eq!(life(&mut ann, 0..=173, &policy()), ["173 reminded NTC-03"]);
    assert_eq!(life(&mut ann, 174..=180, &shorter), ["179 reminded NTC-03", "180 purged LC-11"]);
}
