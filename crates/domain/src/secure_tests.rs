//! Patterns, days and ways on both sides of each boundary.

use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn until(pattern: &str, on: &str) -> SafeUntil {
    SafeUntil { pattern: Pattern::parse(pattern).unwrap(), until: day(on) }
}

fn rules() -> SecureRules {
    SecureRules { accredited_for: Period::parse("1 year").unwrap(), soon_days: 60, legacy: Vec::new() }
}

#[test]
fn a_pattern_is_a_domain_or_all_below_one() {
    for (text, read) in [
        (" Trust.Example ", Some("trust.example")),
        ("*.gsi.gov.uk", Some("*.gsi.gov.uk")),
        ("*.uk", None),
        ("uk", None),
        ("*.*.uk", None),
        ("a*.gov.uk", None),
        ("-a.gov.uk", None),
        ("a..uk", None),
        ("", None),
        ("ann@trust.example", None),
    ] {
        assert_eq!(Pattern::parse(text).as_ref().map(Pattern::as_str), read, "{text}");
    }
    let all = "*.cjsm.net";
    for (pattern, domain, has) in [
        (all, "firm.cjsm.net", true),
        (all, "Law.Firm.CJSM.net", true),
        (all, "cjsm.net", false),
        (all, "notcjsm.net", false),
        (all, "firm.cjsm.net.example", false),
        ("trust.example", "trust.example", true),
        ("trust.example", "a.trust.example", false),
    ] {
        assert_eq!(Pattern::parse(pattern).unwrap().has(domain), has, "{pattern} {domain}");
    }
    assert_eq!(Pattern::over("a.b.c"), ["a.b.c", "*.b.c", "*.c"]);
}

// Proves: SEM-01
#[test]
fn an_address_is_safe_inside_and_in_a_domain_that_somebody_vouches_for_until_its_day() {
    let known = [until("trust.example", "2020-01-01"), until("*.gsi.gov.uk", "2019-04-01")];
    for (address, today, safe) in [
        ("ann@mail.example.org", "2030-01-01", "inside"),
        ("ann@sub.mail.example.org", "2019-01-01", "unknown"),
        ("ann@trust.example", "2019-12-31", "secure trust.example until 2020-01-01"),
        ("ann@trust.example", "2020-01-01", "lapsed trust.example until 2020-01-01"),
        ("ann@tax.gsi.gov.uk", "2019-03-31", "secure *.gsi.gov.uk until 2019-04-01"),
        ("ann@tax.gsi.gov.uk", "2019-04-01", "lapsed *.gsi.gov.uk until 2019-04-01"),
        ("ann@elsewhere.example", "2019-01-01", "unknown"),
    ] {
        let found = safety(&Address::parse(address).unwrap(), "mail.example.org", known.clone(), day(today));
        let told = match &found {
            Safety::Inside => "inside".to_owned(),
            Safety::Secure(by) => format!("secure {by}"),
            Safety::Lapsed(by) => format!("lapsed {by}"),
            Safety::Unknown => "unknown".to_owned(),
        };
        assert_eq!(told, safe, "{address} on {today}");
        assert_eq!(found.is_safe(), safe.starts_with("inside") || safe.starts_with("secure"), "{address}");
    }
}

// Proves: SEM-01
#[test]
fn of_several_patterns_the_one_that_holds_longest_counts() {
    let known = [until("a.gov.uk", "2019-02-01"), until("*.gov.uk", "2019-05-01")];
    let address = Address::parse("ann@a.gov.uk").unwrap();
    for known in [known.clone(), [known[1].clone(), known[0].clone()]] {
        assert_eq!(
            safety(&address, "x.example", known, day("2019-03-01")),
            Safety::Secure(until("*.gov.uk", "2019-05-01"))
        );
    }
}

// Proves: SEM-01
#[test]
fn an_accreditation_holds_a_year_and_its_last_day_is_the_one_before() {
    for (on, today, expected) in [
        ("2019-01-01", "2019-01-01", Ok(day("2020-01-01"))),
        ("2018-01-02", "2019-01-01", Ok(day("2019-01-02"))),
        ("2018-01-01", "2019-01-01", Err(NoAccreditation::Over)),
        ("2019-01-02", "2019-01-01", Err(NoAccreditation::Ahead)),
    ] {
        assert_eq!(accredited_until(day(on), &rules(), day(today)), expected, "{on} on {today}");
    }
    for (today, expected) in [
        ("2019-11-01", Standing::Holds),
        ("2019-11-02", Standing::EndsSoon),
        ("2019-12-31", Standing::EndsSoon),
        ("2020-01-01", Standing::Over),
    ] {
        assert_eq!(standing(day("2020-01-01"), 60, day(today)), expected, "{today}");
    }
}

// Proves: SEM-01
#[test]
fn what_asks_for_secrecy_is_encrypted_or_refused_for_others_alone() {
    let by = until("trust.example", "2020-01-01");
    for (to, refused) in [
        (Safety::Inside, false),
        (Safety::Secure(by.clone()), false),
        (Safety::Lapsed(by), true),
        (Safety::Unknown, true),
    ] {
        assert_eq!([way(false, &to, false), way(false, &to, true)], [Way::Plain; 2], "{to:?}");
        let expected = if refused { [Way::Refused(NOT_SAFE), Way::Gateway] } else { [Way::Plain; 2] };
        assert_eq!([way(true, &to, false), way(true, &to, true)], expected, "{to:?}");
    }
    assert_eq!((NOT_SAFE.code, NOT_SAFE.enhanced), (550, "5.7.4"));
    for (subject, marked) in [
        ("[secure] results", true),
        ("Results [SECURE]", true),
        ("Re: [Secure]x", true),
        ("secure results", false),
        ("[ secure ]", false),
        ("", false),
    ] {
        assert_eq!(is_marked(subject), marked, "{subject}");
    }
}
