//! Both sides of every boundary of passwords, tries and sessions.

use super::*;
use crate::time::Period;

fn rules() -> IdentityRules {
    IdentityRules {
        password_expiry: Some(Period::Days(90)),
        password_length: 10,
        passwords_remembered: 4,
        delay_after_failures: 3,
        lock_after_failures: 10,
        session_idle_minutes: 30,
        session_hours: 12,
        mfa_exception_hours: Some(24),
        mfa_exception_days: Some(30),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

#[test]
fn the_fourth_failure_waits_and_the_tenth_locks() {
    let tries = |failures| Tries { failures, last: 1_000 };
    for (failures, now, verdict) in [
        (0, 1_000, Verdict::Go),
        (2, 1_000, Verdict::Go),
        (3, 1_000, Verdict::Wait(at(1_002))),
        (3, 1_001, Verdict::Wait(at(1_002))),
        (3, 1_002, Verdict::Go),
        (4, 1_003, Verdict::Wait(at(1_004))),
        (4, 1_004, Verdict::Go),
        (9, 1_127, Verdict::Wait(at(1_128))),
        (9, 1_128, Verdict::Go),
        (10, 1_000_000, Verdict::Locked),
        (u32::MAX, i64::MAX, Verdict::Locked),
    ] {
        assert_eq!(tries(failures).verdict(&rules(), at(now)), verdict, "{failures} failures, at {now}");
    }
    let late = IdentityRules { lock_after_failures: 1_000, ..rules() };
    assert_eq!(tries(900).verdict(&late, at(1_299)), Verdict::Wait(at(1_300)), "no wait is longer than five minutes");
    assert_eq!(tries(900).verdict(&late, at(1_300)), Verdict::Go);
}

// Proves: PWD-02
#[test]
fn a_password_is_long_enough_and_not_the_name_and_nothing_else_is_asked_of_it() {
    use PasswordFault::{Long, Name, Short};
    let names = ["Ann", "O'Connell-Smythe", "ann.oconnell@mail.example"];
    let long = |count: usize| "ß7".chars().cycle().take(count).collect::<String>();
    for (password, faults) in [
        ("123456789".to_owned(), vec![Short(10)]),
        ("1234567890".to_owned(), vec![]),
        ("          ".to_owned(), vec![]),
        ("ßßßßßßßßß".to_owned(), vec![Short(10)]),
        ("ßßßßßßßßßß".to_owned(), vec![]),
        (long(256), vec![]),
        (long(257), vec![Long]),
        ("Smythe and five others".to_owned(), vec![Name]),
        ("xOCONNELLx".to_owned(), vec![Name]),
        ("annandthe others".to_owned(), vec![]),
        ("smythe".to_owned(), vec![Short(10), Name]),
    ] {
        assert_eq!(password_faults(&password, &names, &rules()), faults, "{password:?}");
    }
}

// Proves: PWD-01
#[test]
fn a_password_expires_on_the_day_that_its_period_is_over() {
    let london = Calendar::new("Europe/London").unwrap();
    let set = Day::parse("2018-09-01").unwrap();
    let noon = london.start_of(set).plus_seconds(12 * 3600);
    let never = IdentityRules { password_expiry: None, ..rules() };
    for (day, expired) in [("2018-09-01", false), ("2018-11-29", false), ("2018-11-30", true), ("2028-01-01", true)] {
        let day = Day::parse(day).unwrap();
        assert_eq!(password_expired(noon, &rules(), day, &london), expired, "{day}");
        assert!(!password_expired(noon, &never, day, &london), "{day}: never");
    }
}

#[test]
fn a_session_ends_when_it_rests_too_long_or_is_too_old() {
    let (minute, hour) = (60, 3600);
    for (made, seen, now, over) in [
        (0, 0, 30 * minute - 1, false),
        (0, 0, 30 * minute, true),
        (0, 10 * minute, 40 * minute - 1, false),
        (0, 10 * minute, 40 * minute, true),
        (0, 12 * hour - 60, 12 * hour - 1, false),
        (0, 12 * hour - 60, 12 * hour, true),
    ] {
        assert_eq!(session_over(at(made), at(seen), &rules(), at(now)), over, "{made} {seen} {now}");
    }
}

#[test]
fn a_refused_password_is_told_what_to_do() {
    use PasswordFault::{Common, Long, Name, Short, Used};
    for fault in [Short(10), Long, Name, Common, Used(4)] {
        assert!(fault.to_string().contains(" use"), "{fault}");
    }
}

// Proves: PWD-02
#[test]
fn a_part_of_a_name_counts_from_four_characters_on() {
    use PasswordFault::Name;
    for (names, password, faults) in [
        (&["Lee"][..], "leeleeleelee", vec![]),
        (&["Leeds"], "from LEEDS, once", vec![Name]),
        (&["Ann-Marie"], "annoyed by marten", vec![]),
        (&["Ann-Marie"], "unmarielike", vec![Name]),
        (&["Zoë", "Åsasdotter"], "åSASDOTTER 1", vec![Name]),
        (&["jo.bloggs@mail.example"], "the mail of today", vec![Name]),
        (&["", "..."], "anything else", vec![]),
        (&[], "anything else", vec![]),
    ] {
        assert_eq!(password_faults(password, names, &rules()), faults, "{names:?} {password:?}");
    }
}

// Proves: PWD-01
#[test]
fn the_day_on_which_a_password_was_set_is_that_of_the_zone() {
    let london = Calendar::new("Europe/London").unwrap();
    let year = IdentityRules { password_expiry: Some(Period::Months(12)), ..rules() };
    for (set, rules, last_good) in [
        ("2018-07-01T22:59:59Z", rules(), "2018-09-28"),
        ("2018-07-01T23:00:00Z", rules(), "2018-09-29"),
        ("2020-02-29T12:00:00Z", year.clone(), "2021-02-27"),
        ("2018-12-31T23:59:59Z", year, "2019-12-30"),
    ] {
        let (set, good) = (Timestamp::parse(set).unwrap(), Day::parse(last_good).unwrap());
        assert!(!password_expired(set, &rules, good, &london), "{set}: {good}");
        assert!(password_expired(set, &rules, good.plus_days(1), &london), "{set}: the day after {good}");
    }
}
