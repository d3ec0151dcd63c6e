//! What is asked of whoever forgot their password: tables with both sides of each boundary.

use super::*;
use crate::policy::SecondOnResecure;

const NOW: Timestamp = Timestamp::from_second(1_000_000);

fn rules(proofs: &[Proof]) -> RecoveryRules {
    RecoveryRules {
        proofs: proofs.to_vec(),
        questions: vec!["Where did you go to school?".into(), "What was your first pet called?".into()],
        own_questions: true,
        answers: 3,
        answer_length: 5,
        characters: 3,
        code_minutes: 10,
        codes_an_hour: 3,
        tries: 5,
        country_code: Some(44),
        resecure_second_factor: SecondOnResecure::Keep,
    }
}

fn identity() -> IdentityRules {
    IdentityRules {
        password_expiry: None,
        password_length: 10,
        passwords_remembered: 4,
        delay_after_failures: 3,
        lock_after_failures: 10,
        session_idle_minutes: 30,
        session_hours: 12,
        mfa_exception_hours: None,
        mfa_exception_days: None,
    }
}

// Proves: SSPR-03
#[test]
fn who_could_help_themselves_depends_on_what_the_policy_asks_for() {
    use Proof::{Answers, Authenticator, Code, Mobile};
    let has = |answers, mobile, authenticator| Has { answers, mobile, authenticator, ..Has::default() };
    let codes = |recovery_codes| Has { answers: 3, recovery_codes, passkeys: 2, ..Has::default() };
    for (proofs, has, expected) in [
        (&[Answers, Code][..], has(3, true, false), &[][..]),
        (&[Answers, Code], has(3, false, true), &[]),
        (&[Answers, Code], has(2, true, true), &[Missing::Answers]),
        (&[Answers, Code], has(3, false, false), &[Missing::Code]),
        (&[Answers, Code], has(0, false, false), &[Missing::Answers, Missing::Code]),
        (&[Authenticator, Mobile], has(0, true, true), &[]),
        (&[Authenticator, Mobile], has(3, true, false), &[Missing::Authenticator]),
        (&[Authenticator, Mobile], has(3, false, true), &[Missing::Mobile]),
        (&[Authenticator, Mobile], has(3, false, false), &[Missing::Authenticator, Missing::Mobile]),
        (&[Answers, Code], codes(0), &[Missing::Code]),
        (&[Answers, Code], codes(1), &[]),
        (&[Authenticator], codes(0), &[Missing::Authenticator]),
        (&[Authenticator], codes(1), &[]),
    ] {
        assert_eq!(missing(&rules(proofs), has), expected, "{proofs:?} {has:?}");
    }
}

// Proves: MFA-01
#[test]
fn an_authenticator_or_a_passkey_is_a_second_factor_and_recovery_codes_are_none() {
    for (authenticator, passkeys, recovery_codes, expected) in
        [(false, 0, 0, false), (false, 0, 10, false), (false, 1, 0, true), (true, 0, 0, true), (true, 2, 9, true)]
    {
        let has = Has { authenticator, recovery_codes, passkeys, ..Has::default() };
        assert_eq!(has.has_second_factor(), expected, "{has:?}");
    }
}

// Proves: SSPR-01
#[test]
fn a_question_is_seen_only_behind_the_codes() {
    assert_eq!(after_codes(&rules(&[Proof::Answers, Proof::Code])), Stage::Answers);
    assert_eq!(after_codes(&rules(&[Proof::Authenticator, Proof::Mobile])), Stage::Proved);
}

// Proves: SSPR-01
#[test]
fn an_attempt_ends_after_its_minutes_or_its_failures() {
    let rules = rules(&[Proof::Code]);
    for (seconds, wrong, over) in [(0, 0, false), (599, 4, false), (600, 0, true), (0, 4, false), (0, 5, true)] {
        assert_eq!(attempt_over(NOW, wrong, &rules, NOW.plus_seconds(seconds)), over, "{seconds} s, {wrong} wrong");
    }
}

#[test]
fn failures_hold_back_longer_and_longer_then_for_an_hour_each() {
    let rules = identity();
    for (failures, after, wait) in [
        (0, 0, None),
        (2, 0, None),
        (3, 0, Some(2)),
        (3, 2, None),
        (4, 1, Some(3)),
        (9, 0, Some(128)),
        (10, 0, Some(3600)),
        (10, 3599, Some(1)),
        (10, 3600, None),
        (500, 3599, Some(1)),
    ] {
        let tries = Tries { failures, last: NOW.second() };
        let now = NOW.plus_seconds(after);
        let left = held_back(tries, &rules, now).map(|until| until.second() - now.second());
        assert_eq!(left, wait, "{failures} failures, {after} seconds ago");
    }
}

#[test]
fn a_telephone_gets_three_codes_until_it_rested_for_an_hour() {
    let rules = rules(&[Proof::Code]);
    let after = |seconds| NOW.plus_seconds(seconds);
    for (failures, seconds, expected) in [
        (0, 0, Sending::Go),
        (1, 0, Sending::Go),
        (2, 3599, Sending::Go),
        (3, 0, Sending::Wait(after(3600))),
        (3, 3599, Sending::Wait(after(3600))),
        (3, 3600, Sending::Anew),
        (1, 3600, Sending::Anew),
    ] {
        let sent = Tries { failures, last: NOW.second() };
        assert_eq!(sending(sent, &rules, after(seconds)), expected, "{failures} sent, {seconds} seconds ago");
    }
}

#[test]
fn an_answer_is_the_same_however_it_is_typed() {
    for text in ["St. Mary's", "st marys", "  ST-MARYS  ", "St.\tMary’s"] {
        assert_eq!(plain_answer(text), "stmarys", "{text}");
    }
    assert_eq!(plain_answer("Ångström 9"), "ångström9");
}

// Proves: SSPR-01
#[test]
fn a_weak_question_or_answer_is_refused_with_what_to_do() {
    let (rules, school) = (rules(&[Proof::Answers, Proof::Code]), "Where did you go to school?");
    let before = [("What was your first pet called?".to_owned(), "Captain".to_owned())];
    let long = "abcde".repeat(20);
    for (question, answer, expected) in [
        (school, "Denbigh", None),
        (school, "abcde", None),
        (school, "abcd", Some(AnswerFault::Short(5))),
        (school, "a b-c.d", Some(AnswerFault::Short(5))),
        (school, &long, None),
        (school, &format!("{long}f"), Some(AnswerFault::Long)),
        (school, "aaaab", Some(AnswerFault::Plain)),
        (school, "aaabc", None),
        (school, "school", Some(AnswerFault::InQuestion)),
        (school, "Featherstone", Some(AnswerFault::Name)),
        (school, "captain!", Some(AnswerFault::Twice)),
        ("what was your first PET called", "Denbigh", Some(AnswerFault::Asked)),
        ("", "Denbigh", Some(AnswerFault::Question)),
        ("My own question", "Denbigh", None),
        ("two\nlines", "Denbigh", Some(AnswerFault::Question)),
        (&"q".repeat(150), "Denbigh", None),
        (&"q".repeat(151), "Denbigh", Some(AnswerFault::Question)),
    ] {
        assert_eq!(answer_fault((question, answer), &before, &["Ann", "Featherstone"], &rules), expected, "{answer}");
    }
    let listed = RecoveryRules { own_questions: false, ..rules };
    let fault = |question| answer_fault((question, "Denbigh"), &[], &[], &listed);
    assert_eq!((fault(school), fault("My own question")), (None, Some(AnswerFault::Question)));
}

// Proves: SSPR-01
#[test]
fn three_places_are_asked_for_each_once_and_in_order() {
    for seed in 0..=255_u8 {
        let bytes: Vec<u8> = (0..32).map(|n: u8| seed.wrapping_mul(31).wrapping_add(n.wrapping_mul(97))).collect();
        let places = positions(7, 3, &bytes);
        assert!(places.len() == 3 && places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert!(places.iter().all(|place| (1..=7).contains(place)), "{places:?}");
        assert_eq!(places, positions(7, 3, &bytes), "the same seed");
    }
    let all: std::collections::BTreeSet<_> =
        (0..=255).map(|seed| positions(7, 3, &[seed, 3, 1, seed, 9, seed])).collect();
    assert!(all.len() > 10, "{}", all.len());
    assert_eq!(positions(2, 3, &[1; 32]), [1, 2], "no more than there are");
    assert_eq!(characters_at("stmarys", &[1, 3, 7]), "sms");
    assert_eq!(characters_at("ång", &[1, 9]), "å");
}

#[test]
fn places_are_read_out_as_people_count() {
    let told: Vec<String> = [1, 2, 3, 4, 10, 11, 12, 13, 21, 22, 23, 100, 111].into_iter().map(ordinal).collect();
    assert_eq!(told.join(" "), "1st 2nd 3rd 4th 10th 11th 12th 13th 21st 22nd 23rd 100th 111th");
}

#[test]
fn an_answer_of_none_but_signs_is_too_short_and_nobody_without_names_is_called_by_them() {
    let rules = rules(&[Proof::Answers]);
    let fault = |answer, names: &[&str]| answer_fault(("My own question", answer), &[], names, &rules);
    for (answer, names, expected) in [
        ("", &[][..], Some(AnswerFault::Short(5))),
        ("!!! ... ???", &[], Some(AnswerFault::Short(5))),
        ("Denbigh", &["", "-"], None),
        ("o'connell", &["OConnell"], Some(AnswerFault::Name)),
        ("oconnells", &["O'Connell"], None),
        ("QUESTION", &[], Some(AnswerFault::InQuestion)),
        ("questions", &[], None),
        ("aabba", &[], Some(AnswerFault::Plain)),
    ] {
        assert_eq!(fault(answer, names), expected, "{answer:?} {names:?}");
    }
}

// Proves: SSPR-01
#[test]
fn no_place_is_asked_for_that_the_answer_does_not_have() {
    for (length, count, seed, expected) in [
        (0, 3, &[9; 32][..], &[][..]),
        (5, 0, &[9; 32], &[]),
        (1, 3, &[255; 32], &[1]),
        (5, 5, &[7; 32], &[1, 2, 3, 4, 5]),
        (5, 3, &[], &[]),
        (5, 1, &[0, 0], &[1]),
        (5, 1, &[0, 4], &[5]),
        (5, 1, &[0, 5], &[1]),
        (5, 1, &[1, 0], &[2]),
    ] {
        assert_eq!(positions(length, count, seed), expected, "{length} {count}");
    }
}
