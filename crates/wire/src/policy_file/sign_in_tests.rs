//! The sections `[identity]` and `[recovery]`: what each key may be, and what the keys must say together.

use domain::policy::SecondOnResecure;
use domain::recovery::Proof;

use crate::policy_file::{Mistake, parse, shipped};

/// The 2018-09 policy with some of its text replaced.
fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(shipped()[0].1.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    })
}

fn mistakes(changes: &[(&str, &str)]) -> Vec<Mistake> {
    parse(&with(changes)).err().unwrap_or_default()
}

/// Each mistake's key and what is wrong.
fn told(changes: &[(&str, &str)]) -> Vec<String> {
    mistakes(changes).into_iter().map(|mistake| format!("{}: {}", mistake.key, mistake.what)).collect()
}

const PROOFS: &str = r#"proofs = ["answers", "code"]"#;

// Proves: PWD-02
#[test]
fn each_figure_is_taken_up_to_its_bounds_and_not_beyond() {
    for (section, key, now, least, most) in [
        ("identity", "password_length", 10, 10, 64),
        ("identity", "passwords_remembered", 4, 0, 24),
        ("identity", "lock_after_failures", 10, 4, 1_000),
        ("identity", "session_idle_minutes", 30, 1, 1_440),
        ("identity", "session_hours", 12, 1, 168),
        ("identity", "mfa_exception_hours", 24, 1, 168),
        ("identity", "mfa_exception_days", 30, 1, 365),
        ("recovery", "answer_length", 6, 4, 100),
        ("recovery", "characters", 3, 2, 5),
        ("recovery", "code_minutes", 10, 1, 60),
        ("recovery", "codes_an_hour", 3, 1, 100),
        ("recovery", "tries", 5, 1, 100),
        ("recovery", "country_code", 44, 1, 999),
    ] {
        let set = |number: i64| told(&[(&format!("\n{key} = {now} "), &format!("\n{key} = {number} "))]);
        assert_eq!((set(least), set(most)), (vec![], vec![]), "{key}");
        assert_eq!(set(least - 1), [format!("{section}.{key}: {} is too small", least - 1)]);
        assert_eq!(set(most + 1), [format!("{section}.{key}: {} is too large", most + 1)]);
    }
}

#[test]
fn a_lock_comes_only_after_the_first_delay() {
    let set = |delay: u32| told(&[("delay_after_failures = 3", &format!("delay_after_failures = {delay}"))]);
    assert_eq!(set(9), [""; 0]);
    assert_eq!(set(10), ["identity.lock_after_failures: 10 is too small"]);
    assert_eq!(set(0), ["identity.delay_after_failures: 0 is too small"]);
}

#[test]
fn what_is_shown_as_an_example_is_never_refused() {
    for (delay, lock, write) in [
        (3, 3, "a whole number from 4 to 1000, as 10"),
        (9, 9, "a whole number from 10 to 1000, as 10"),
        (10, 10, "a whole number from 11 to 1000, as 11"),
        (100, 10, "a whole number from 101 to 1000, as 101"),
        (3, 1_001, "a whole number from 4 to 1000, as 10"),
    ] {
        let delay = format!("delay_after_failures = {delay}");
        let set = |lock: &str| {
            let lock = format!("lock_after_failures = {lock}");
            mistakes(&[("delay_after_failures = 3", &delay), ("lock_after_failures = 10", &lock)])
        };
        let found = set(&lock.to_string());
        assert_eq!(found.iter().map(|mistake| mistake.write.as_str()).collect::<Vec<_>>(), [write], "{delay} {lock}");
        let (_, example) = write.split_once(", as ").unwrap();
        assert!(set(example).is_empty(), "{delay} {example}");
    }
}

#[test]
fn an_empty_section_names_each_key_that_it_needs_and_no_other() {
    let text = with(&[]);
    let (before, rest) = text.split_once("[identity]\n").unwrap();
    let (_, after) = rest.split_once("[addresses]\n").unwrap();
    let found = parse(&format!("{before}[identity]\n[recovery]\n[addresses]\n{after}")).unwrap_err();
    let keys: Vec<&str> = found.iter().map(|mistake| mistake.key.as_str()).collect();
    assert_eq!(
        keys.join(" "),
        "identity.delay_after_failures identity.lock_after_failures identity.password_length \
         identity.passwords_remembered identity.session_hours identity.session_idle_minutes recovery.answer_length \
         recovery.answers recovery.characters recovery.code_minutes recovery.codes_an_hour recovery.own_questions \
         recovery.proofs recovery.questions recovery.resecure_second_factor recovery.tries"
    );
    let heading = before.lines().count() + 1;
    assert!(found.iter().all(|mistake| mistake.what == "it is missing"));
    assert!(found[..6].iter().all(|mistake| mistake.line == heading));
    assert!(found[6..].iter().all(|mistake| mistake.line == heading + 1));
    assert_eq!((found[2].write.as_str(), found[15].write.as_str()), ("`password_length = 10`", "`tries = 5`"));
}

#[test]
fn what_may_be_left_out_is_then_never_or_nobody() {
    let policy = parse(&with(&[
        ("\npassword_expiry", "\n# "),
        ("\nmfa_exception_hours", "\n# "),
        ("\nmfa_exception_days", "\n# "),
        ("\ncountry_code", "\n# "),
        (r#"factor = "remove""#, r#"factor = "keep""#),
    ]))
    .unwrap();
    let (identity, recovery) = (policy.identity.unwrap(), policy.recovery.unwrap());
    assert_eq!(
        (identity.password_expiry, identity.mfa_exception_hours, identity.mfa_exception_days),
        (None, None, None)
    );
    assert_eq!((recovery.country_code, recovery.resecure_second_factor), (None, SecondOnResecure::Keep));
}

#[test]
fn values_that_are_nearly_right_are_named_as_they_stand() {
    for (from, to, expected) in [
        (r#"expiry = "90 days""#, r#"expiry = "never""#, r#"identity.password_expiry: "never" is no period"#),
        (r#"expiry = "90 days""#, "expiry = 90", "identity.password_expiry: 90 is no period"),
        ("hours = 12 ", "hours = \"12\" ", r#"identity.session_hours: "12" is no whole number"#),
        ("tries = 5", "tries = 2.5", "recovery.tries: 2.5 is no whole number"),
        (
            "own_questions = true",
            "own_questions = \"yes\"",
            r#"recovery.own_questions: "yes" is neither true nor false"#,
        ),
        (PROOFS, r#"proofs = "code""#, r#"recovery.proofs: "code" is no list"#),
        (PROOFS, r#"proofs = ["answers", "sms"]"#, r#"recovery.proofs: "sms" is no proof"#),
        (PROOFS, r#"proofs = ["code", "code"]"#, r#"recovery.proofs: "code" is there twice"#),
        ("\ntries", "\ntrys = 1\ntries", "recovery.trys: there is no such key (did you mean `tries`?)"),
        (r#"factor = "remove""#, r#"factor = "Keep""#, r#"recovery.resecure_second_factor: "Keep" is no word for it"#),
    ] {
        assert_eq!(told(&[(from, to)]), [expected]);
    }
}

// Proves: SSPR-01
#[test]
fn answers_are_asked_for_where_they_are_given_and_never_alone() {
    const ALONE: &str = "recovery.proofs: no code is asked for, so that a stranger could tell which accounts exist";
    const UNUSED: &str = "recovery.answers: people give answers, but they are not asked for";
    const NONE: &str = "recovery.answers: answers are asked for, but nobody gives any";
    for (proofs, answers, expected) in [
        (r#"["answers", "code"]"#, 1, &[][..]),
        (r#"["code"]"#, 0, &[]),
        (r#"["mobile", "authenticator"]"#, 0, &[]),
        (r#"["answers", "mobile"]"#, 10, &[]),
        (r#"["answers"]"#, 3, &[ALONE]),
        (r#"["answers"]"#, 0, &[ALONE, NONE]),
        ("[]", 0, &[ALONE]),
        ("[]", 3, &[ALONE, UNUSED]),
        (r#"["authenticator"]"#, 1, &[UNUSED]),
        (r#"["code", "answers"]"#, 0, &[NONE]),
        (r#"["answers", "code"]"#, 11, &["recovery.answers: 11 is too large"]),
    ] {
        let changes = [(PROOFS, format!("proofs = {proofs}")), ("\nanswers = 3", format!("\nanswers = {answers}"))];
        let found = told(&changes.each_ref().map(|(from, to)| (*from, to.as_str())));
        assert_eq!(found, expected, "{proofs} {answers}");
    }
    let policy = parse(&with(&[(PROOFS, r#"proofs = ["mobile", "answers"]"#)])).unwrap();
    assert_eq!(policy.recovery.unwrap().proofs, [Proof::Mobile, Proof::Answers], "in the order of the file");
}

#[test]
fn there_are_as_many_questions_as_answers_unless_people_word_their_own() {
    let set = |own: bool, answers: u16| {
        let (own, answers) = (format!("own_questions = {own}"), format!("\nanswers = {answers}"));
        told(&[("own_questions = true", &own), ("\nanswers = 3", &answers)])
    };
    assert_eq!((set(false, 6), set(true, 7)), (vec![], vec![]));
    assert_eq!(set(false, 7), ["recovery.questions: 6 questions are too few for 7 answers"]);
}

#[test]
fn a_question_is_a_line_of_its_own_and_is_told_where_it_stands() {
    const PET: &str = "\"What was your first pet called?\"";
    let line = with(&[]).lines().position(|line| line.contains(PET)).unwrap() + 1;
    for (question, what) in [
        (r#""Which street, and town?""#, r#""Which street, and town?" is no line that can be listed"#),
        (r#""  ""#, r#""  " is no line that can be listed"#),
        (r#""a\tb""#, r#""a\tb" is no line that can be listed"#),
        ("7", "7 is no line that can be listed"),
        (r#"" What was your first school called? ""#, r#"" What was your first school called? " is there twice"#),
    ] {
        let found = mistakes(&[(PET, question)]);
        assert_eq!(found.iter().map(|m| (m.line, m.what.as_str())).collect::<Vec<_>>(), [(line, what)]);
    }
    let long = |count: usize| mistakes(&[(PET, &format!("\"{}\"", "\u{eb}".repeat(count)))]).len();
    assert_eq!((long(150), long(151)), (0, 1), "150 characters, not bytes, are the most");
}
