//! Out of office and forwarding, both sides of each boundary.

use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn away(from: &str, until: &str) -> Away {
    Away {
        from: Day::parse(from),
        until: Day::parse(until),
        text: "I am away.".into(),
        outside: None,
        days: USUAL_DAYS,
    }
}

// Proves: OOO-01
#[test]
fn whoever_writes_is_answered_from_the_first_day_until_the_day_one_is_back() {
    for (from, until, on, answered) in [
        ("", "", "2026-12-01", true),
        ("2026-12-01", "2026-12-03", "2026-11-30", false),
        ("2026-12-01", "2026-12-03", "2026-12-01", true),
        ("2026-12-01", "2026-12-03", "2026-12-02", true),
        ("2026-12-01", "2026-12-03", "2026-12-03", false),
        ("2026-12-01", "", "2030-01-01", true),
        ("", "2026-12-03", "2020-01-01", true),
    ] {
        assert_eq!(away(from, until).answers_on(day(on)), answered, "{from} {until} {on}");
    }
}

// Proves: OOO-01
#[test]
fn what_cannot_be_meant_is_refused_with_what_to_write() {
    let today = day("2026-12-01");
    let with = |change: fn(&mut Away)| {
        let mut one = away("2026-12-01", "2026-12-03");
        change(&mut one);
        one.checked(today).err()
    };
    assert_eq!(with(|_| ()), None);
    assert_eq!(with(|a| a.text = " \n".into()), Some(Wrong::NoText));
    assert_eq!(with(|a| a.text = "x".repeat(4_000)), None);
    assert_eq!(with(|a| a.text = "x".repeat(4_001)), Some(Wrong::LongText));
    assert_eq!(with(|a| a.text = "line\n\tline".into()), None);
    for strange in ["\u{fffd}", "a\0", "a\u{1b}[0m", "a\rb"] {
        let one = Away { text: strange.into(), ..away("", "") };
        assert_eq!(one.checked(today).err(), Some(Wrong::Character), "{strange:?}");
    }
    assert_eq!(with(|a| a.outside = Some("  ".into())), Some(Wrong::NoText));
    assert_eq!(with(|a| a.until = a.from), Some(Wrong::Order));
    assert_eq!(with(|a| a.from = None), None);
    assert_eq!(with(|a| (a.from, a.until) = (None, Day::parse("2026-12-01"))), Some(Wrong::Over));
    assert_eq!(with(|a| (a.from, a.until) = (None, Day::parse("2026-12-02"))), None);
    for (days, good) in [(0, false), (1, true), (30, true), (31, false)] {
        let one = Away { days, ..away("", "") };
        assert_eq!(one.checked(today).is_ok(), good, "{days}");
    }
}

/// Decisions 6 and 10.
// Proves: OOO-01, MAIL-03
#[test]
fn what_a_person_set_rests_while_they_may_not_work_and_what_an_administrator_set_does_not() {
    let (here, elsewhere) = (OdsCode::parse("RX1").unwrap(), OdsCode::parse("RX2").unwrap());
    let to = Address::parse("ben@mail.example").unwrap();
    let own = Forward { to, keep: true, by_administrator_of: None };
    let given = Forward { by_administrator_of: Some(here.clone()), ..own.clone() };
    for (status, disabled, answered, of_own, of_given) in [
        (Status::Pending, false, true, false, true),
        (Status::Active, false, true, true, true),
        (Status::Inactive, false, true, true, true),
        (Status::Leaver, false, true, true, true),
        (Status::Leaver, true, true, false, true),
        (Status::Disabled, false, true, false, true),
        (Status::Deleted, false, false, false, false),
        (Status::Purged, false, false, false, false),
    ] {
        assert_eq!(answers(status), answered, "{status}");
        assert_eq!(forwards(&own, status, disabled, &here), of_own, "{status} {disabled}");
        assert_eq!(forwards(&given, status, disabled, &here), of_given, "{status} {disabled}");
        assert!(!forwards(&given, status, disabled, &elsewhere), "{status}: its administrator has no say there");
        assert_eq!(forwards(&own, status, disabled, &elsewhere), of_own, "{status}");
    }
    for (kind, has) in [(Kind::User, true), (Kind::Shared, true), (Kind::Application, true), (Kind::Resource, false)] {
        assert_eq!(has_rules(kind), has, "{kind}");
    }
}

// Proves: OOO-01
#[test]
fn mail_leaves_the_federation_only_where_the_policy_lets_it() {
    let rules = |outside, domains: &[&str]| ForwardingRules {
        outside,
        domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
    };
    let (never, all) = (rules(Outside::Never, &[]), rules(Outside::Allowed, &[]));
    let some = rules(Outside::Allowed, &["other.example"]);
    for (policy, to, goes) in [
        (None, "ben@mail.example", true),
        (None, "ben@other.example", false),
        (Some(&never), "ben@mail.example", true),
        (Some(&never), "ben@other.example", false),
        (Some(&all), "ben@other.example", true),
        (Some(&some), "ben@other.example", true),
        (Some(&some), "ben@OTHER.example", true),
        (Some(&some), "ben@third.example", false),
        (Some(&some), "ben@sub.other.example", false),
        (Some(&some), "ben@mail.example", true),
    ] {
        let to = Address::parse(to).unwrap();
        assert_eq!(may_go(policy, "mail.example", &to).is_ok(), goes, "{policy:?} {to}");
    }
}
