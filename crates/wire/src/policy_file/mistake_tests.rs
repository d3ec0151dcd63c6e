//! Each mistake an administrator may make, with the line, key and advice it is met with.
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes the snapshots so")]

use expect_test::{Expect, expect};

use crate::policy_file::{parse, shipped};

/// The 2018-09 policy without comments and empty lines, with some of its text replaced.
fn with(changes: &[(&str, &str)]) -> String {
    let (_, text) = shipped()[0];
    let bare = text.lines().map(|line| line.split('#').next().unwrap_or("").trim_end()).filter(|line| !line.is_empty());
    let mut text: String = bare.flat_map(|line| [line, "\n"]).collect();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

fn told(text: &str) -> String {
    let mistakes = parse(text).expect_err("a mistake");
    mistakes.iter().map(|mistake| mistake.to_string() + "\n").collect()
}

#[track_caller]
pub(super) fn check(changes: &[(&str, &str)], expected: &Expect) {
    expected.assert_eq(&told(&with(changes)));
}

#[track_caller]
pub(super) fn check_appended(sections: &str, expected: &Expect) {
    expected.assert_eq(&told(&(with(&[]) + sections)));
}

#[test]
fn keys_that_do_not_exist() {
    check(
        &[(r#"idle = "90 days""#, r#"idel = "90 days""#)],
        &expect![[r#"
            line 93, user.idel: there is no such key (did you mean `idle`?); write `idle = "90 days"`
        "#]],
    );
    check(
        &[("[run]\n", "[run]\ncolour = 3\n")],
        &expect![[r#"
            line 10, run.colour: there is no such key; write one of deletions_per_day, deletions_per_organisation_per_day, or remove it
        "#]],
    );
    check(
        &[("[shared]", "[shraed]")],
        &expect![[r#"
            line 1, shared: the section is missing; write `[shared]` and its keys below it
            line 100, shraed: there is no such key (did you mean `shared`?); write `[shared]`
        "#]],
    );
}

#[test]
fn keys_that_are_missing() {
    check(
        &[("name = \"2018-09\"\n", ""), ("restore = \"180 days\"\n", "")],
        &expect![[r#"
            line 1, name: it is missing; write `name = "2018-09"`
            line 89, user.restore: it is missing; write `restore = "30 days"`
        "#]],
    );
    check(
        &[("[entitlement]\nlicence = \"standard\"\nquota_mib = 4096\n", "")],
        &expect![[r#"
        line 1, entitlement: the section is missing; write `[entitlement]` and its keys below it
    "#]],
    );
}

#[test]
fn values_of_the_wrong_type() {
    check(
        &[
            (r#"name = "2018-09""#, "name = 2018"),
            (r#"idle = "90 days""#, "idle = 90"),
            ("quota_mib = 4096", r#"quota_mib = "4 GB""#),
            ("reminder_days = [7, 1]", "reminder_days = 7"),
            ("[run]\ndeletions_per_day = 20000\ndeletions_per_organisation_per_day = 500\n", ""),
        ],
        &expect![[r#"
            line 1, name: 2018 is no name for a policy; write at most 64 letters, digits, hyphens, dots or underscores in quotes, as "2018-09"
            line 1, run: the section is missing; write `[run]` and its keys below it
            line 6, notice.reminder_days: 7 is no list; write whole numbers of days, largest first, as [7, 1]
            line 51, entitlement.quota_mib: "4 GB" is no whole number; write a whole number from 1 to 1073741824, as 4096
            line 90, user.idle: 90 is no period; write a number and days, months or years, as "90 days"
        "#]],
    );
    check(
        &[
            (r#"title = ""#, "run = 5\ntitle = \""),
            ("[run]\ndeletions_per_day = 20000\ndeletions_per_organisation_per_day = 500\n", ""),
        ],
        &expect![[r#"
            line 2, run: 5 is no section; write `[run]` and its keys below it
        "#]],
    );
}

#[test]
fn periods_that_are_none() {
    check(
        &[
            (r#"idle = "90 days""#, r#"idle = "90 dayz""#),
            (r#"leaver = "30 days""#, r#"leaver = "0 days""#),
            (r#"restore = "180 days""#, r#"restore = "0 months""#),
            (r#"reserve_after_purge = "2 years""#, r#"reserve_after_purge = "never""#),
        ],
        &expect![[r#"
            line 50, addresses.reserve_after_purge: "never" is no period; write a number and days, months or years, as "90 days"
            line 93, user.idle: "90 dayz" is no period; write a number and days, months or years, as "90 days"
            line 96, user.leaver: a period of zero would move every account at once; write a longer period, as "90 days", or "never"
            line 98, user.restore: a period of zero would move every account at once; write a longer period, as "90 days"
        "#]],
    );
}

#[test]
fn words_that_do_not_exist() {
    check(
        &[(
            r#"signals = ["password_change", "mail_sent", "mailbox_login"]"#,
            "signals = [\n  \"password_change\",\n  \"mail_send\",\n  \"password_change\",\n]",
        )],
        &expect![[r#"
            line 94, user.signals: "mail_send" is no signal; write one of "password_change", "mail_sent", "mailbox_login", "portal_login", "app_login", "app_use"
            line 95, user.signals: "password_change" is there twice; write each word once
        "#]],
    );
    check(
        &[(r#"hidden = ["pending", "inactive""#, r#"hidden = ["purged", "inactve""#)],
        &expect![[r#"
            line 99, user.hidden: "purged" is no status to hide; write one of "pending", "inactive", "leaver", "disabled", "deleted"
            line 99, user.hidden: "inactve" is no status to hide; write one of "pending", "inactive", "leaver", "disabled", "deleted"
        "#]],
    );
}

#[test]
fn days_that_do_not_exist() {
    check(
        &[
            (r#"from = "2018-09-01""#, r#"from = "2018-02-31""#),
            (r#"automation_from = "2018-09-01""#, r#"automation_from = "soon""#),
        ],
        &expect![[r#"
            line 3, from: there is no day "2018-02-31"; write a day of the calendar as year, month and day, as "2018-09-01"
            line 91, user.automation_from: there is no day "soon"; write a day of the calendar as year, month and day, as "2018-09-01"
        "#]],
    );
    check(
        &[(r#"from = "2018-09-01""#, "from = \"2018-09-01\"\nuntil = 2018-09-01")],
        &expect![[r#"
        line 4, until: it ends on 2018-09-01, not after 2018-09-01, when it begins; write a day after 2018-09-01, as "2019-09-01", or leave the key out for no end
    "#]],
    );
    check(
        &[(r#"from = "2018-09-01""#, "from = 2018-02-31")],
        &expect![[r#"
        line 3: the file cannot be read from here on (invalid date, expected day between 01 and 28); write each key once, as `key = value`, with text in quotes, as `idle = "90 days"`
    "#]],
    );
}

// Proves: NTC-01, NTC-03
#[test]
fn notices_that_are_too_short_or_out_of_order() {
    check(
        &[("before_deletion_days = 14", "before_deletion_days = 13")],
        &expect![[r#"
        line 5, notice.before_deletion_days: 13 days are too few: nobody is deleted without 14 days' notice; write a whole number from 14 to 365, as 14
    "#]],
    );
    check(
        &[("reminder_days = [7, 1]", "reminder_days = [14, 7, 7, 8, 0]")],
        &expect![[r#"
        line 6, notice.reminder_days: a reminder 14 days before cannot follow a notice 14 days before; write numbers below 14, as [7, 1]
        line 6, notice.reminder_days: 7 is there twice; write each number once, largest first, as [7, 1]
        line 6, notice.reminder_days: 8 stands after 7; write each number once, largest first, as [7, 1]
        line 6, notice.reminder_days: 0 is no number of days before; write whole numbers of days, largest first, as [7, 1]
    "#]],
    );
    check(
        &[("restore_reminder_days = [7, 1]", "restore_reminder_days = [181, 1]")],
        &expect![[r#"
            line 98, user.restore: 180 days end before the first reminder, which is sent 181 days before they do; write a period of at least 181 days, as "181 days", or fewer days in restore_reminder_days
            line 106, shared.restore: 30 days end before the first reminder, which is sent 181 days before they do; write a period of at least 181 days, as "181 days", or fewer days in restore_reminder_days
            line 114, application.restore: 180 days end before the first reminder, which is sent 181 days before they do; write a period of at least 181 days, as "181 days", or fewer days in restore_reminder_days
            line 122, resource.restore: 180 days end before the first reminder, which is sent 181 days before they do; write a period of at least 181 days, as "181 days", or fewer days in restore_reminder_days
        "#]],
    );
}

#[test]
fn brakes_that_would_hold_everything_or_nothing() {
    check(
        &[
            ("floor = 5", "floor = 0"),
            ("share_percent = 20", "share_percent = 101"),
            ("forecast_percent = 150", "forecast_percent = 99"),
            ("clock_jump_days = 7\n", ""),
            ("held_days = 14", "held_days = \"14 days\""),
        ],
        &expect![[r#"
            line 12, brakes.clock_jump_days: it is missing; write `clock_jump_days = 7`
            line 13, brakes.floor: 0 is too small; write a whole number from 1 to 1000000, as 5
            line 14, brakes.share_percent: 101 is too large; write a whole number from 1 to 100, as 20
            line 15, brakes.forecast_percent: 99 is too small; write a whole number from 100 to 10000, as 150
            line 16, brakes.held_days: "14 days" is no whole number; write a whole number from 1 to 365, as 14
        "#]],
    );
}

#[test]
fn an_identity_section_that_lets_nobody_or_everybody_in() {
    check(
        &[(
            "[addresses]",
            "[identity]\npassword_expiry = \"soon\"\npassword_length = 9\npasswords_remembered = 25\n\
             delay_after_failures = 3\nlock_after_failures = 3\nsession_idle_minutes = 0\n\n[addresses]",
        )],
        &expect![[r#"
            line 47: the file cannot be read from here on (duplicate key); write each key once, as `key = value`, with text in quotes, as `idle = "90 days"`
        "#]],
    );
}

#[test]
fn limits_of_nothing() {
    check(
        &[
            ("deletions_per_day = 20000", "deletions_per_day = 0"),
            ("per_organisation_per_day = 500", "per_organisation_per_day = 5000000000"),
            ("quota_mib = 4096", "quota_mib = 0"),
            ("first_number = 1", "first_number = -1"),
            (r#"licence = "standard""#, r#"licence = """#),
        ],
        &expect![[r#"
            line 10, run.deletions_per_day: 0 is too small; write a whole number from 1 to 4294967295, as 20000
            line 11, run.deletions_per_organisation_per_day: 5000000000 is too large; write a whole number from 1 to 4294967295, as 500
            line 49, addresses.first_number: -1 is too small; write a whole number from 1 to 1000000, as 1
            line 53, entitlement.licence: it is empty; write some text in quotes, as "standard"
            line 54, entitlement.quota_mib: 0 is too small; write a whole number from 1 to 1073741824, as 4096
        "#]],
    );
}

#[test]
fn address_patterns_that_make_no_address() {
    check(
        &[(r#""{first}.{last}{n}""#, r#""{first}.{first}_X""#)],
        &expect![[r#"
            line 48, addresses.pattern: "{first}.{first}_X" has {first} twice; write {first}, {last} and {n} once each with lower-case letters, dots and hyphens between, as "{first}.{last}{n}"
            line 48, addresses.pattern: "{first}.{first}_X" has no {last}; write {first}, {last} and {n} once each with lower-case letters, dots and hyphens between, as "{first}.{last}{n}"
            line 48, addresses.pattern: "{first}.{first}_X" has no {n}; write {first}, {last} and {n} once each with lower-case letters, dots and hyphens between, as "{first}.{last}{n}"
            line 48, addresses.pattern: "{first}.{first}_X" has `_`, which an address must not hold; write {first}, {last} and {n} once each with lower-case letters, dots and hyphens between, as "{first}.{last}{n}"
        "#]],
    );
    check(
        &[(r#""{first}.{last}{n}""#, r#""{first}.{last}.{n}""#)],
        &expect![[r#"
            line 48, addresses.pattern: without a number the address would begin or end with a dot, or have two together; write {first}, {last} and {n} once each with lower-case letters, dots and hyphens between, as "{first}.{last}{n}"
        "#]],
    );
}

#[test]
fn kinds_whose_keys_do_not_fit_together() {
    check(
        &[("confirmation = \"30 days\"\n", "")],
        &expect![[r#"
            line 103, shared.ask_owners: the owners are asked, but nothing says how long they may take to answer; write `confirmation = "30 days"` beside it
        "#]],
    );
    check(
        &[("ask_owners = \"6 months\"\n", "idle = \"30 days\"\n")],
        &expect![[r#"
            line 104, shared.confirmation: there is a time to answer, but the owners are never asked; write `ask_owners = "6 months"` beside it, or `confirmation = "never"`
        "#]],
    );
    check(
        &[("ask_owners = \"6 months\"\n", "ask_owners = \"6 months\"\nidle = \"30 days\"\n")],
        &expect![[r#"
            line 104, shared.idle: it has no effect beside `ask_owners`: the owners are asked instead; write only one of the two; in an exception, `"never"` for the other
        "#]],
    );
    check(
        &[(
            "idle = \"12 months\"\ninactive = \"90 days\"\nleaver = \"30 days\"\ndisabled = \"18 months\"\n",
            "automation_from = \"2019-01-01\"\n",
        )],
        &expect![[r#"
            line 110, application.automation_from: automation is on, but there is no period that it could act on (pending, idle, password_age, inactive, disabled, ask_owners); write one of them, as `idle = "90 days"`, or `automation_from = "never"`
        "#]],
    );
    check(
        &[(r#"signals = ["mail_sent"]"#, "signals = []")],
        &expect![[r#"
            line 102, shared.signals: no signal counts, so `ask_owners` would find every account unused; write at least one, as ["mail_sent"]
        "#]],
    );
}

#[test]
fn text_that_is_no_toml() {
    check(
        &[(r#"title = ""#, "title = ")],
        &expect![[r#"
        line 2: the file cannot be read from here on (missing opening quote, expected `"`); write each key once, as `key = value`, with text in quotes, as `idle = "90 days"`
    "#]],
    );
    check(
        &[("[notice]", "[notice")],
        &expect![[r#"
        line 4: the file cannot be read from here on (unclosed table, expected `]`); write each key once, as `key = value`, with text in quotes, as `idle = "90 days"`
    "#]],
    );
    check(
        &[("idle = \"90 days\"\n", "idle = \"90 days\"\nidle = \"30 days\"\n")],
        &expect![[r#"
            line 94: the file cannot be read from here on (duplicate key); write each key once, as `key = value`, with text in quotes, as `idle = "90 days"`
        "#]],
    );
}

#[test]
fn exceptions_that_overlap() {
    check_appended(
        "[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = \"2019-01-01\"\nidle = \"1 year\"\n[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = \"2020-01-01\"\nidle = \"2 years\"\n",
        &expect![[r#"
            line 132, sector[2].from: the exceptions of lines 124 and 129 for user accounts of sector gp hold on the same days; the first holds from 2019-01-01 without end; write dates that do not overlap: the day of `until` is the first day without the exception, so one may begin on it
        "#]],
    );
    check_appended(
        "[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = \"2019-01-01\"\nuntil = \"2020-01-02\"\nidle = \"1 year\"\n[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = \"2020-01-01\"\nidle = \"2 years\"\n",
        &expect![[r#"
            line 133, sector[2].from: the exceptions of lines 124 and 130 for user accounts of sector gp hold on the same days; the first holds from 2019-01-01 until 2020-01-02; write dates that do not overlap: the day of `until` is the first day without the exception, so one may begin on it
        "#]],
    );
}

#[test]
fn exceptions_with_mistakes_of_their_own() {
    check_appended(
        "[[sector]]\nsector = \"vets\"\nkind = \"users\"\nfrom = \"2019-01-01\"\nuntil = \"2018-01-01\"\n",
        &expect![[r#"
            line 125, sector[1].sector: "vets" is no sector; write one of "gp", "trust", "commissioner", "pharmacy", "dentistry", "optometry", "social_care", "other"
            line 125, sector[1].sector: the exception changes nothing; write the keys that differ, as `idle = "180 days"`
            line 126, sector[1].kind: "users" is no kind of account; write one of "user", "shared", "application", "resource"
            line 128, sector[1].until: it ends on 2018-01-01, not after 2019-01-01, when it begins; write a day after 2019-01-01, as "2020-01-01", or leave the key out for no end
        "#]],
    );
    check_appended(
        "[sector]\nname = \"gp\"\n",
        &expect![[r#"
            line 124, sector: a section is no list of exceptions; write `[[sector]]` in two brackets, once for each, and its keys below it
        "#]],
    );
    check_appended(
        "[[sector]]\nsector = \"gp\"\nkind = \"shared\"\nfrom = \"2019-01-01\"\nask_owners = \"never\"\nidel = 1\n",
        &expect![[r#"
            line 124, sector[1].confirmation: there is a time to answer, but the owners are never asked; write `ask_owners = "6 months"` beside it, or `confirmation = "never"`
            line 129, sector[1].idel: there is no such key (did you mean `idle`?); write `idle = "90 days"`
        "#]],
    );
}

// Proves: LC-18
#[test]
fn exceptions_that_only_touch_or_differ_are_accepted() {
    let exception = |sector: &str, kind: &str, from: &str, until: &str| {
        format!(
            "[[sector]]\nsector = {sector:?}\nkind = {kind:?}\nfrom = {from:?}\nuntil = {until:?}\ndisabled = \"never\"\n"
        )
    };
    let text = with(&[])
        + &exception("gp", "user", "2019-01-01", "2020-01-01")
        + &exception("gp", "user", "2020-01-01", "2021-01-01")
        + &exception("gp", "shared", "2019-01-01", "2020-01-01")
        + &exception("trust", "user", "2019-01-01", "2020-01-01");
    let policy = parse(&text).unwrap();
    let [user, ..] = &policy.kinds;
    assert_eq!(policy.sectors.len(), 4);
    assert_eq!((policy.sectors[0].rules.disabled, policy.sectors[0].rules.idle), (None, user.idle));
}

#[test]
fn figures_on_the_boundary_are_accepted() {
    for change in [
        ("before_deletion_days = 14", "before_deletion_days = 15"),
        ("\nreminder_days = [7, 1]", "\nreminder_days = [13, 12, 1]"),
        ("restore_reminder_days = [7, 1]", "restore_reminder_days = [30, 1]"),
        ("deletions_per_day = 20000", "deletions_per_day = 1"),
        ("floor = 5", "floor = 1"),
        ("share_percent = 20", "share_percent = 100"),
        ("forecast_percent = 150", "forecast_percent = 100"),
        ("held_days = 14", "held_days = 365"),
        ("from = \"2018-09-01\"", "from = \"2018-09-01\"\nuntil = \"2018-09-02\""),
        ("{first}.{last}{n}", "x-{last}{n}.{first}"),
    ] {
        assert!(parse(&with(&[change])).is_ok(), "{change:?}");
    }
}

#[test]
fn an_empty_file_names_every_missing_key_at_its_first_line() {
    let mistakes = parse("").unwrap_err();
    assert_eq!(mistakes.len(), 12);
    assert!(mistakes.iter().all(|mistake| mistake.line == 1));
}

#[test]
fn files_of_other_editors_have_the_same_lines() {
    let text = with(&[("idle = \"90 days\"", "idle = \"90 dayz\"")]);
    let expected = parse(&text).unwrap_err();
    for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), text.trim_end().to_owned()] {
        assert_eq!(parse(&other), Err(expected.clone()));
    }
}

#[test]
fn a_long_or_odd_value_is_cut_short_in_the_message() {
    let text = with(&[("idle = \"90 days\"", &format!("idle = \"\\n{}\"", "x".repeat(10_000)))]);
    let message = told(&text);
    assert!(message.contains("\"\\nxxx") && message.len() < 200, "{message}");
}

#[test]
fn a_recovery_that_strangers_could_use_or_nobody() {
    check(
        &[(r#"proofs = ["answers", "code"]"#, r#"proofs = ["answers"]"#)],
        &expect![[r#"
            line 29, recovery.proofs: no code is asked for, so that a stranger could tell which accounts exist; write `proofs = ["answers", "code"]`, or other proofs with a code
        "#]],
    );
    check(
        &[("answers = 3", "answers = 0")],
        &expect![[r#"
            line 39, recovery.answers: answers are asked for, but nobody gives any; write `answers = 3` with "answers" among the proofs, or `answers = 0` without
        "#]],
    );
    check(
        &[("own_questions = true", "own_questions = false"), ("answers = 3", "answers = 9")],
        &expect![[r#"
            line 30, recovery.questions: 6 questions are too few for 9 answers; write more questions, or `own_questions = true`
        "#]],
    );
    check(
        &[
            ("own_questions = true", "own_questions = 1"),
            ("characters = 3", "characters = 6"),
            (r#""code"]"#, r#""telephone"]"#),
            (r#"resecure_second_factor = "remove""#, r#"resecure_second_factor = "lose""#),
            ("What was your first pet called?", "What was your first school called?"),
            ("In which street did you first live?", "In which street, and town?"),
        ],
        &expect![[r#"
            line 29, recovery.proofs: "telephone" is no proof; write one of "answers", "code", "mobile", "authenticator"
            line 32, recovery.questions: "What was your first school called?" is there twice; write each line once
            line 33, recovery.questions: "In which street, and town?" is no line that can be listed; write a list of lines in quotes, each of at most 150 characters and without a comma
            line 38, recovery.own_questions: 1 is neither true nor false; write true or false, without quotes
            line 41, recovery.characters: 6 is too large; write a whole number from 2 to 5, as 3
            line 46, recovery.resecure_second_factor: "lose" is no word for it; write one of "keep", "remove"
        "#]],
    );
}
