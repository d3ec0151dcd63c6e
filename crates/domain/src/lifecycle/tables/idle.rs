//! Active, inactive and back: signals, passwords, the terms of use.

use super::fixture::{
    LONDON, account, active, announced, ask, at, inactive, life, noon, policy, policy_with, seen, terms, user,
    with_signal,
};
use crate::account::State;
use crate::lifecycle::apply::{Event, apply};
use crate::lifecycle::change::Action;
use crate::lifecycle::step::next_step;
use crate::rule::Rule;
use crate::signal::Signal;
use crate::status::{Kind, Status};
use crate::time::{Day, Period};

// Proves: LC-01
#[test]
fn an_account_is_idle_on_the_day_its_window_has_elapsed_and_not_before() {
    let mut ann = with_signal(user(active(-400)), Signal::MailSent, noon(0));
    assert!(life(&mut ann, 0..=89, &policy()).is_empty());
    assert_eq!(ann.status(), Status::Active);
    assert_eq!(life(&mut ann, 90..=90, &policy()), ["90 inactivated LC-01"]);
    assert_eq!(ann.status(), Status::Inactive);
}

// Proves: LC-01
#[test]
fn days_are_whole_civil_days_also_across_a_change_of_the_clocks() {
    for (seen_at, due) in [
        ("2019-01-01T00:00:00Z", "2019-04-01"),
        ("2019-01-01T23:59:59Z", "2019-04-01"),
        ("2019-01-02T00:00:00Z", "2019-04-02"),
        // Summer time: the day begins at 23:00 UTC of the day before.
        ("2019-06-30T22:59:59Z", "2019-09-28"),
        ("2019-06-30T23:00:00Z", "2019-09-29"),
        // The night of 27 October 2019 has its hour from one to two twice; both belong to the 27th.
        ("2019-10-27T00:30:00Z", "2020-01-25"),
        ("2019-10-27T01:30:00Z", "2020-01-25"),
        ("2019-10-26T22:59:59Z", "2020-01-24"),
        ("2019-10-26T23:00:00Z", "2020-01-25"),
    ] {
        let ann = with_signal(user(active(-400)), Signal::MailSent, at(seen_at));
        let policy = policy();
        let step = next_step(&ann, &terms(&policy, &ann, LONDON.day_of(at(seen_at)))).unwrap();
        assert_eq!((step.on, step.to), (Day::parse(due).unwrap(), Status::Inactive), "{seen_at}");
    }
}

// Proves: LC-01
#[test]
fn a_signal_on_the_last_day_saves_the_account() {
    let mut ann = with_signal(user(active(-400)), Signal::MailSent, noon(0));
    life(&mut ann, 0..=89, &policy());
    let late = at("2019-03-31T22:59:59Z");
    ann = apply(
        &ann,
        &Event::Signal(Signal::MailboxLogin, seen(late)),
        &terms(&policy(), &ann, Day::from_number(0)),
        late,
    )
    .unwrap()
    .account;
    assert_eq!(life(&mut ann, 90..=179, &policy()), ["179 inactivated LC-01"], "89 + 90");
}

// Proves: LC-01
#[test]
fn an_account_never_seen_counts_from_the_day_it_became_active() {
    let mut ann = user(active(0));
    assert_eq!(life(&mut ann, 0..=90, &policy()), ["90 inactivated LC-01"]);
}

// Proves: LC-02
#[test]
fn only_the_signals_that_the_policy_lists_count() {
    for listed in Signal::ALL {
        for given in Signal::ALL {
            let policy = policy_with(|rules| rules.signals = vec![*listed]);
            let mut ann = with_signal(user(active(0)), *given, noon(50));
            let due = if listed == given { 140 } else { 90 };
            assert_eq!(
                life(&mut ann, 51..=200, &policy)[0],
                format!("{due} inactivated LC-01"),
                "{given} for {listed}"
            );
        }
    }
}

// Proves: LC-03
#[test]
fn an_old_password_makes_idle_whatever_else_is_seen() {
    let policy = policy_with(|rules| rules.password_age = Some(Period::Days(365)));
    let mut ann = with_signal(user(active(-400)), Signal::PasswordChange, noon(0));
    for n in 0..=364 {
        ann = with_signal(ann, Signal::MailSent, noon(n));
        assert!(life(&mut ann, n..=n, &policy).is_empty(), "day {n}");
    }
    assert_eq!(life(&mut ann, 365..=365, &policy), ["365 inactivated LC-03"]);
    assert_eq!(ann.rule(), Rule::Lc03);
}

// Proves: LC-03
#[test]
fn the_earlier_of_idleness_and_password_age_counts() {
    for (mail, password, first) in [(0, -275, "90 inactivated LC-01"), (0, -276, "89 inactivated LC-03")] {
        let policy = policy_with(|rules| rules.password_age = Some(Period::Days(365)));
        let ann = with_signal(user(active(-400)), Signal::MailSent, noon(mail));
        let mut ann = with_signal(ann, Signal::PasswordChange, noon(password));
        assert_eq!(life(&mut ann, 1..=90, &policy), [first]);
    }
}

// Proves: LC-05
#[test]
fn a_signal_revives_at_once_and_the_counters_restart() {
    for signal in [Signal::PasswordChange, Signal::MailSent, Signal::MailboxLogin] {
        let ann = announced(user(inactive(0)), 76, 90);
        let change = ask(&ann, &Event::Signal(signal, seen(noon(89))), 89, &policy()).unwrap();
        assert_eq!((change.action, change.rule), (Action::Reactivated, Rule::Lc05), "{signal}");
        let mut ann = change.account;
        assert_eq!((ann.state, ann.announced), (active(89), None));
        assert_eq!(life(&mut ann, 89..=179, &policy()), ["179 inactivated LC-01"]);
    }
}

// Proves: LC-02, LC-05
#[test]
fn a_signal_that_does_not_count_revives_nothing_but_is_recorded() {
    let change = ask(&user(inactive(0)), &Event::Signal(Signal::PortalLogin, seen(noon(10))), 10, &policy()).unwrap();
    assert_eq!((change.action, change.account.state), (Action::Signalled, inactive(0)));
    assert_eq!(change.account.signals.get(Signal::PortalLogin), Some(seen(noon(10))));
}

// Proves: LC-05
#[test]
fn a_late_report_revives_while_the_activity_still_counts() {
    // Inactive since day 0, reported on day 20: 90 days before that is day -70.
    for (happened, revives) in [(-71, false), (-70, false), (-69, true), (-1, true), (0, true), (20, true)] {
        let ann = user(inactive(0));
        let change = ask(&ann, &Event::Signal(Signal::MailSent, seen(noon(happened))), 20, &policy()).unwrap();
        assert_eq!(change.account.status() == Status::Active, revives, "seen on day {happened}");
    }
}

// Proves: LC-03, LC-05
#[test]
fn a_late_report_of_mail_does_not_excuse_an_old_password() {
    let policy = policy_with(|rules| rules.password_age = Some(Period::Days(365)));
    let old_password = user(State::Inactive { since: noon(0), rule: Rule::Lc03 });
    for (signal, happened, revives) in [
        (Signal::MailSent, -1, false),
        (Signal::MailSent, 1, true),
        (Signal::PasswordChange, -1, true),
        (Signal::PasswordChange, -354, true),
        (Signal::PasswordChange, -355, false),
    ] {
        let change = ask(&old_password, &Event::Signal(signal, seen(noon(happened))), 10, &policy).unwrap();
        assert_eq!(change.account.status() == Status::Active, revives, "{signal} on day {happened}");
    }
}

// Proves: LC-13
#[test]
fn a_new_account_waits_for_its_terms_and_becomes_inactive_without_them() {
    let new = user(State::Pending { since: noon(0) });
    let mut never = new.clone();
    assert!(life(&mut never, 0..=29, &policy()).is_empty());
    assert_eq!(life(&mut never, 30..=30, &policy()), ["30 inactivated LC-13"]);
    assert_eq!(never.rule(), Rule::Lc13);
    for waiting in [new, never] {
        let mut ann = ask(&waiting, &Event::AcceptTerms, 30, &policy()).unwrap().account;
        assert_eq!((ann.state, ann.terms_at), (active(30), Some(noon(30))));
        assert_eq!(life(&mut ann, 31..=120, &policy()), ["120 inactivated LC-01"]);
    }
}

// Proves: LC-13
#[test]
fn a_signal_does_not_stand_for_the_terms_of_use() {
    let mut new = user(State::Pending { since: noon(0) });
    new = ask(&new, &Event::Signal(Signal::MailSent, seen(noon(5))), 5, &policy()).unwrap().account;
    assert_eq!(life(&mut new, 6..=30, &policy()), ["30 inactivated LC-13"]);
}

// Proves: LC-15
#[test]
fn every_kind_has_its_own_idle_period() {
    for kind in [Kind::Application, Kind::Resource] {
        let mut policy = policy();
        policy.kinds[2].automation_from = Some(Day::from_number(0));
        policy.kinds[3].automation_from = Some(Day::from_number(0));
        let mut program = account(kind, active(0));
        assert!(life(&mut program, 0..=364, &policy).is_empty());
        assert_eq!(life(&mut program, 365..=365, &policy), ["365 inactivated LC-01"], "{kind}");
    }
}
