//! Disabled accounts: eighteen calendar months, no activity needed, enabled any day before.

use super::fixture::{ask, at, day, life, live, noon, policy, seen, terms, user};
use crate::account::{Cause, State};
use crate::lifecycle::apply::Event;
use crate::lifecycle::change::Action;
use crate::lifecycle::step::next_step;
use crate::rule::Rule;
use crate::signal::Signal;
use crate::status::Status;
use crate::time::Day;

// Proves: LC-07
#[test]
fn eighteen_months_are_calendar_months_also_at_the_end_of_a_month() {
    for (disabled, due) in [
        ("2019-01-01T12:00:00Z", "2020-07-01"),
        ("2018-08-31T12:00:00Z", "2020-02-29"),
        ("2019-08-31T12:00:00Z", "2021-02-28"),
        ("2019-08-30T12:00:00Z", "2021-02-28"),
        ("2018-08-28T12:00:00Z", "2020-02-28"),
        ("2018-12-31T12:00:00Z", "2020-06-30"),
        ("2020-02-29T12:00:00Z", "2021-08-29"),
        // Half past midnight in summer is the day before in UTC.
        ("2019-05-31T23:30:00Z", "2020-12-01"),
    ] {
        let mut ann = user(State::Disabled { since: at(disabled) });
        let policy = policy();
        let due = Day::parse(due).unwrap();
        let step = next_step(&ann, &terms(&policy, &ann, due)).unwrap();
        assert_eq!((step.on, step.rule, step.to), (due, Rule::Lc07, Status::Deleted), "{disabled}");
        assert_eq!(step.notice_on, Some(due.plus_days(-14)));
        live(&mut ann, due.plus_days(-30), 30, &policy);
        assert_eq!(ann.status(), Status::Disabled, "the day before {due}");
        assert_eq!(live(&mut ann, due, 1, &policy), [(due, Action::Deleted, Rule::Lc07)]);
        assert!(matches!(ann.state, State::Deleted { cause: Cause::Disabled, .. }));
    }
}

// Proves: LC-07
#[test]
fn a_disabled_account_needs_no_activity_and_is_helped_by_none() {
    let mut ann = user(State::Disabled { since: noon(0) });
    let policy = policy();
    assert!(life(&mut ann, 0..=531, &policy).is_empty(), "no idle clock runs");
    ann = ask(&ann, &Event::Signal(Signal::MailSent, seen(noon(531))), 531, &policy).unwrap().account;
    let story = life(&mut ann, 532..=547, &policy);
    assert_eq!(story[0], "533 deletion_announced NTC-01", "1 July 2020 is day 547");
    assert_eq!(story[3], "547 deleted LC-07");
}

// Proves: LC-08
#[test]
fn it_may_be_enabled_any_day_before_and_starts_anew() {
    for n in [0, 1, 533, 546] {
        let policy = policy();
        let mut ann = user(State::Disabled { since: noon(0) });
        life(&mut ann, 0..=n, &policy);
        let change = ask(&ann, &Event::Enable, n, &policy).unwrap();
        assert_eq!((change.rule, change.action), (Rule::Lc08, Action::Enabled));
        let mut ann = change.account;
        assert_eq!((ann.status(), ann.announced, ann.state.since()), (Status::Active, None, noon(n)));
        assert_eq!(life(&mut ann, n..=n + 90, &policy), [format!("{} inactivated LC-01", n + 90)]);
    }
}

// Proves: LC-08, LC-13
#[test]
fn who_never_accepted_the_terms_is_pending_again() {
    let policy = policy();
    let pending = user(State::Pending { since: noon(0) });
    let ann = ask(&pending, &Event::Disable, 5, &policy).unwrap().account;
    let mut ann = ask(&ann, &Event::Enable, 9, &policy).unwrap().account;
    assert_eq!(ann.state, State::Pending { since: noon(9) });
    assert_eq!(life(&mut ann, 9..=39, &policy), ["39 inactivated LC-13"]);
}

// Proves: LC-08
#[test]
fn disabling_stops_the_deletion_of_an_inactive_account() {
    let policy = policy();
    let mut ann = user(super::fixture::inactive(0));
    life(&mut ann, 0..=80, &policy);
    assert!(ann.announced.is_some());
    let mut ann = ask(&ann, &Event::Disable, 80, &policy).unwrap().account;
    assert_eq!((ann.state, ann.announced), (State::Disabled { since: noon(80) }, None));
    assert!(live(&mut ann, day(81), 400, &policy).is_empty());
}
