use super::*;
use crate::account::{Cause, Question};
use crate::lifecycle::tables::fixture::{noon, user};
use crate::rule::Rule;

const DAYS: [u16; 5] = [18, 10, 5, 2, 1];

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn london() -> Calendar {
    Calendar::new("Europe/London").unwrap()
}

/// Of a pass that was made every day.
fn daily(today: Day) -> Owed {
    Owed { done: today.plus_days(-1), today }
}

// Proves: NTC-04
#[test]
fn a_reminder_is_owed_on_five_days_and_on_none_beside_them() {
    let today = day("2019-01-01");
    for (left, owed) in [
        (0, false),
        (1, true),
        (2, true),
        (3, false),
        (4, false),
        (5, true),
        (6, false),
        (9, false),
        (10, true),
        (11, false),
        (17, false),
        (18, true),
        (19, false),
        (-1, false),
    ] {
        assert_eq!(daily(today).has(today.plus_days(left), &DAYS), owed, "{left} days before");
    }
    assert!(daily(today).expiries(&[]).is_empty(), "a policy without days reminds nobody");
}

// Proves: NTC-04
#[test]
fn days_that_were_missed_are_made_up_for_once() {
    let today = day("2019-01-10");
    let ranges = |missed: i32| {
        let owed = Owed { done: today.plus_days(-1 - missed), today };
        let told = owed.expiries(&DAYS).into_iter();
        let told = told.map(|range| (range.start.days_since(today), range.end.days_since(today) - 1));
        told.collect::<Vec<_>>()
    };
    assert_eq!(ranges(0), [(1, 2), (5, 5), (10, 10), (18, 18)]);
    assert_eq!(ranges(2), [(1, 5), (8, 10), (16, 18)]);
    assert_eq!(ranges(6), [(1, 10), (12, 18)]);
    assert_eq!(ranges(400), [(1, 18)], "however long it was: nobody whose password expired already");
    let owed = Owed { done: today, today };
    assert!(owed.expiries(&DAYS).is_empty(), "what is done is not done again");
    for left in 1..=18 {
        let expires = today.plus_days(left);
        assert_eq!(Owed { done: today.plus_days(-3), today }.has(expires, &DAYS), !matches!(left, 6 | 7 | 11..=15));
    }
}

// Proves: NTC-04
#[test]
fn the_passwords_of_a_day_are_those_that_were_set_on_one_day() {
    let (calendar, today) = (london(), day("2019-06-10"));
    let set = daily(today).set(&[5], Period::Days(90), &calendar);
    // 2019-06-15 is 90 days after 2019-03-17.
    assert_eq!(set, [at("2019-03-17T00:00:00Z")..at("2019-03-18T00:00:00Z")]);
    // Summer time begins on 2019-03-31: that day has 23 hours.
    let set = daily(day("2019-06-24")).set(&[5], Period::Days(90), &calendar);
    assert_eq!(set, [at("2019-03-31T00:00:00Z")..at("2019-03-31T23:00:00Z")]);
    for (instant, has) in [
        ("2019-03-16T23:59:59Z", false),
        ("2019-03-17T00:00:00Z", true),
        ("2019-03-17T23:59:59Z", true),
        ("2019-03-18T00:00:00Z", false),
    ] {
        let expires = expires_on(at(instant), Period::Days(90), &calendar);
        assert_eq!(daily(today).has(expires, &[5]), has, "{instant}");
    }
}

#[test]
fn months_of_different_lengths_lose_nobody_and_take_nobody_twice() {
    let calendar = Calendar::new("UTC").unwrap();
    for period in [Period::Months(1), Period::Months(6), Period::Months(12), Period::Days(1), Period::Days(365)] {
        let mut next: Option<Timestamp> = None;
        for number in 0..800 {
            let today = day("2019-01-01").plus_days(number);
            for range in daily(today).set(&[5], period, &calendar) {
                assert!(next.is_none_or(|next| next == range.start), "{period} {today}: a gap, or twice");
                next = Some(range.end);
                let (first, last) = (calendar.day_of(range.start), calendar.day_of(range.end.plus_seconds(-1)));
                for set in [first, last] {
                    assert_eq!(set.plus(period), today.plus_days(5), "{period} {today} {set}");
                }
            }
        }
        assert!(next.is_some(), "{period}");
    }
}

// Proves: NTC-04
#[test]
fn only_those_are_reminded_whose_password_lets_them_in() {
    let since = noon(0);
    for (state, reminded) in [
        (State::Pending { since }, false),
        (State::Active { since, question: Question::None }, true),
        (State::Inactive { since, rule: Rule::Lc01 }, false),
        (State::Leaver { since, disabled_at: None }, true),
        (State::Leaver { since, disabled_at: Some(since) }, false),
        (State::Disabled { since }, false),
        (State::Deleted { since, cause: Cause::Idle }, false),
    ] {
        assert_eq!(is_reminded(&user(state)), reminded, "{state:?}");
    }
    for (kind, reminded) in
        [(Kind::User, true), (Kind::Application, true), (Kind::Shared, false), (Kind::Resource, false)]
    {
        let account = Account { kind, ..user(State::Active { since, question: Question::None }) };
        assert_eq!(is_reminded(&account), reminded, "{kind}");
    }
}
