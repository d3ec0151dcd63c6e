//! Deleted, restored, purged; and how long an address stays taken.

use super::fixture::{account, active, ask, at, closed, day, held, life, noon, policy, run_hour, target, terms, user};
use crate::account::{Account, Cause, State};
use crate::lifecycle::apply::{Event, HomeOpen, apply};
use crate::lifecycle::change::{Action, Reservation};
use crate::notice::{Audience, NoticeKind};
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::status::{Kind, Status};
use crate::time::Day;

fn deleted(kind: Kind, cause: Cause) -> Account {
    account(kind, State::Deleted { since: noon(0), cause })
}

fn restore() -> Event {
    Event::Restore(target("RXX"))
}

// Proves: LC-10, LC-11
#[test]
fn an_account_can_be_restored_until_the_last_day_of_its_window() {
    for (kind, last) in [(Kind::User, 179), (Kind::Shared, 29), (Kind::Application, 179)] {
        let gone = deleted(kind, Cause::Request);
        for n in [0, last] {
            assert_eq!(ask(&gone, &restore(), n, &policy()).unwrap().account.state, active(n), "{kind} day {n}");
        }
        let ended = Err(Refusal::WindowEnded(day(last + 1)));
        assert_eq!(ask(&gone, &restore(), last + 1, &policy()), ended, "{kind}");
    }
}

// Proves: LC-10, ROLE-06
#[test]
fn a_restored_account_is_active_with_fresh_counters_and_no_grants() {
    for cause in Cause::ALL {
        let gone =
            super::fixture::with_signal(deleted(Kind::User, *cause), crate::signal::Signal::MailSent, noon(-300));
        let change = ask(&gone, &restore(), 100, &policy()).unwrap();
        assert_eq!((change.action, change.rule, change.moved.as_ref()), (Action::Restored, Rule::Lc10, None));
        let mut ann = change.account;
        assert_eq!((ann.state, ann.announced), (active(100), None));
        assert_eq!(life(&mut ann, 100..=190, &policy()), ["190 inactivated LC-01"], "{cause}");
    }
}

// Proves: LC-11, NTC-03
#[test]
fn the_window_ends_with_reminders_to_the_administrators_and_a_purge() {
    let mut ann = deleted(Kind::User, Cause::Idle);
    let story = ["173 reminded NTC-03", "179 reminded NTC-03"];
    assert_eq!(life(&mut ann, 0..=179, &policy()), story);
    assert_eq!(ann.status(), Status::Deleted);
    assert_eq!(life(&mut ann, 180..=900, &policy()), ["180 purged LC-11"], "and nothing ever after");
    assert_eq!(ann.state, State::Purged { since: run_hour(day(180)), cause: Cause::Idle });
}

// Proves: NTC-03
#[test]
fn the_reminder_of_a_restore_window_names_its_end() {
    let ann = deleted(Kind::User, Cause::Idle);
    let notice = ask(&ann, &Event::RunCame, 173, &policy()).unwrap().notice.unwrap();
    assert_eq!((notice.kind, notice.about), (NoticeKind::RestoreEnding, Some(day(180))));
    assert_eq!(notice.kind.audience(), Audience::Administrators);
}

// Proves: NTC-03, RUN-03
#[test]
fn reminders_that_a_missed_run_skipped_are_not_sent_late() {
    for (first_run, story) in [
        (178, vec!["178 reminded NTC-03", "179 reminded NTC-03", "180 purged LC-11"]),
        (179, vec!["179 reminded NTC-03", "180 purged LC-11"]),
        (180, vec!["180 purged LC-11"]),
        (240, vec!["240 purged LC-11"]),
    ] {
        let mut ann = deleted(Kind::User, Cause::Idle);
        assert_eq!(life(&mut ann, first_run..=250, &policy()), story);
    }
}

// Proves: LC-11
#[test]
fn nothing_brings_a_purged_account_back() {
    let ann = user(State::Purged { since: noon(0), cause: Cause::Idle });
    for event in [
        restore(),
        Event::CancelLeaver,
        Event::Enable,
        Event::Transfer(target("RYY")),
        Event::Join(target("RYY"), HomeOpen::No),
        Event::RunCame,
    ] {
        assert!(ask(&ann, &event, 1, &policy()).is_err(), "{event:?}");
    }
}

// Proves: LC-21
#[test]
fn an_address_is_reserved_two_years_after_the_purge_or_for_good() {
    for cause in Cause::ALL {
        let change = ask(&deleted(Kind::User, *cause), &Event::RunCame, 180, &policy()).unwrap();
        let expected = match cause {
            Cause::UnjoinedLeaver | Cause::LeaverRequest => Reservation::ForGood,
            Cause::Idle | Cause::Disabled | Cause::Request | Cause::Unconfirmed | Cause::Elsewhere => {
                Reservation::Until(Day::parse("2021-06-30").unwrap())
            }
        };
        assert_eq!((change.action, change.reservation), (Action::Purged, Some(expected)), "{cause}");
    }
}

// Proves: LC-21
#[test]
fn two_years_after_a_leap_day_end_on_the_last_of_february() {
    let purged_at = at("2020-02-29T02:00:00Z");
    let ann = user(State::Deleted { since: at("2019-08-01T12:00:00Z"), cause: Cause::Idle });
    let change = apply(&ann, &Event::RunCame, &terms(&policy(), &ann, day(0)), purged_at).unwrap();
    assert_eq!(change.reservation, Some(Reservation::Until(Day::parse("2022-02-28").unwrap())));
}

// Proves: LC-10, ORG-02
#[test]
fn an_account_of_a_closed_organisation_is_restored_as_part_of_a_join() {
    let gone = deleted(Kind::User, Cause::Idle);
    assert!(matches!(
        ask(&gone, &Event::Restore(closed("RXX")), 10, &policy()),
        Err(Refusal::Closed { successor: Some(_), .. })
    ));
    let join = |home| Event::Join(target("RYY"), home);
    assert!(ask(&gone, &join(HomeOpen::Yes), 10, &policy()).is_err(), "its own organisation restores it");
    for (n, may) in [(10, true), (179, true), (180, false)] {
        let joined = ask(&gone, &join(HomeOpen::No), n, &policy());
        assert_eq!(joined.is_ok(), may, "day {n}");
        if let Ok(change) = joined {
            assert_eq!((change.account.state, change.account.organisation.as_str()), (active(n), "RYY"));
        }
    }
}

// Proves: LC-20, LC-11
#[test]
fn a_held_account_is_not_purged_and_can_still_be_restored() {
    let mut gone = held(deleted(Kind::User, Cause::Idle));
    assert_eq!(life(&mut gone, 0..=400, &policy()), ["180 deletion_refused LC-20"]);
    assert_eq!(ask(&gone, &restore(), 400, &policy()).unwrap().account.state, active(400));
}
