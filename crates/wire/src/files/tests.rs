use super::accounts::AccountLine;
use super::actions::{Action, ActionLine, Argument};
use super::migration::MigrationLine;
use super::signals::SignalLine;
use super::*;
use domain::ids::{AccountId, Address, OdsCode};
use domain::signal::Signal;
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};

type Found<L> = Vec<Result<L, Vec<Problem>>>;

fn lines<L: Line>(bytes: &[u8]) -> Result<Found<L>, Error> {
    let mut lines = Lines::<_, L>::open(bytes, Limits::default())?;
    let mut found = Vec::new();
    while let Some(parsed) = lines.next_line()? {
        assert_eq!(parsed.line, parsed.record.line());
        found.push(parsed.outcome);
    }
    Ok(found)
}

/// The line of a file whose columns are empty but for these.
fn one<L: Line>(values: &[(&str, &str)]) -> Result<L, Vec<Problem>> {
    let mut writer = csv::Writer::new(Vec::new());
    writer.write_record(L::HEADINGS.iter().copied()).unwrap();
    for (column, _) in values {
        assert!(L::HEADINGS.contains(column), "{column}");
    }
    let value =
        |heading: &&str| values.iter().rev().find(|(column, _)| column == heading).map_or("", |(_, value)| *value);
    writer.write_record(L::HEADINGS.iter().map(value)).unwrap();
    lines(&writer.into_inner()).unwrap().remove(0)
}

/// The problems of a line made of a good one and some changes, as `Column: why`.
fn problems<L: Line + std::fmt::Debug>(good: &[(&str, &str)], changes: &[(&str, &str)]) -> Vec<String> {
    let values: Vec<(&str, &str)> = good.iter().chain(changes).copied().collect();
    let Err(found) = one::<L>(&values) else { return Vec::new() };
    assert!(found.iter().all(|problem| problem.line == 2));
    found.into_iter().map(|problem| format!("{}: {}", problem.column, problem.why)).collect()
}

const ACCOUNT: &[(&str, &str)] =
    &[("LocalId", "77"), ("FirstName", "Zo\u{eb}"), ("LastName", "O'Neil"), ("OrganisationODS", "RXX")];
const MIGRATION: &[(&str, &str)] =
    &[("Address", "ann.lee@example.org"), ("FirstName", "Ann"), ("LastName", "Lee"), ("OrganisationODS", "A81001")];

// Proves: CSV-01
#[test]
fn headings_are_checked_before_any_line() {
    let refused = |text: &str| lines::<SignalLine>(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        refused("Address,Time,Signal\n"),
        "line 1: column 2 (Time) belongs in column 3, column 3 (Signal) belongs in column 2; \
         the first line must be Address,Signal,Time"
    );
    assert_eq!(refused("\n"), "the file is empty, its first line must be Address,Signal,Time");
    assert_eq!(lines::<SignalLine>(b"\xef\xbb\xbfAddress,Signal,Time\r\n").unwrap(), vec![]);
}

// Proves: CSV-01
#[test]
fn every_problem_of_a_line_is_told_with_its_column_value_and_remedy() {
    let text = "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Notes\n\
                x1,,,,\"Le\te\",,12 34,maybe,,,rxx,,,\n";
    let found = lines::<AccountLine>(text.as_bytes()).unwrap().remove(0).unwrap_err();
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    expect_test::expect![[r#"
        line 2, ID "x1": this is no account id: write the number that Almoner shows, or nothing
        line 2, FirstName "": a value is missing: fill it in
        line 2, LastName "Le	e": there is a control character (U+0009): remove it
        line 2, Mobile "12 34": this is no mobile number: write 7 to 15 digits, with + before a country code
        line 2, HideMobile "maybe": this is neither yes nor no: write yes, no, true, false, 1, 0 or nothing
        line 2, OrganisationODS "rxx": ODS codes are in capitals: write RXX"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn a_line_of_the_wrong_width_says_how_wide_it_is() {
    let found = lines::<SignalLine>(b"Address,Signal,Time\na@b.org\n\nx,y,z,\"more, still\"\n").unwrap();
    let told: Vec<String> = found.into_iter().map(|line| line.unwrap_err().remove(0).to_string()).collect();
    assert_eq!(
        told,
        [
            "line 2, Signal \"\": the line has 1 columns and not 3: add the missing commas",
            "line 4, Time \"more, still\": the line has 4 columns and not 3: quote a value that holds a comma"
        ]
    );
}

#[test]
fn an_account_line_is_read_in_full() {
    let full = [
        ("ID", "12"),
        ("LocalId", "77"),
        ("Title", "Dr"),
        ("FirstName", " Ann "),
        ("LastName", "Lee"),
        ("DisplayName", "LEE, Ann"),
        ("Mobile", "+44 7700-900 123"),
        ("HideMobile", "TRUE"),
        ("Telephone", "020 7946 0000 ext 1"),
        ("JobTitle", "Nurse"),
        ("OrganisationODS", "RXX"),
        ("Unit", "Ward 1"),
        ("Licence", "standard"),
        ("Notes", "one\r\ntwo"),
    ];
    let expected = AccountLine {
        id: Some(AccountId(12)),
        local_id: "77".into(),
        title: "Dr".into(),
        first_name: "Ann".into(),
        last_name: "Lee".into(),
        display_name: "LEE, Ann".into(),
        mobile: Some("+447700900123".into()),
        hide_mobile: true,
        telephone: "020 7946 0000 ext 1".into(),
        job_title: "Nurse".into(),
        organisation: OdsCode::parse("RXX").unwrap(),
        unit: "Ward 1".into(),
        licence: "standard".into(),
        notes: "one\ntwo".into(),
    };
    assert_eq!(one::<AccountLine>(&full), Ok(expected));
}

#[test]
fn an_account_is_named_by_id_or_local_id_and_within_its_lengths() {
    let long = "x".repeat(2_001);
    for (changes, expected) in [
        (&[][..], None),
        (&[("LocalId", ""), ("ID", "9")], None),
        (&[("LocalId", "")], Some("LocalId: a value is missing: fill it in, or the ID of an existing account")),
        (&[("ID", "+9")], Some("ID: this is no account id: write the number that Almoner shows, or nothing")),
        (&[("ID", "0")], Some("ID: this is no account id: write the number that Almoner shows, or nothing")),
        (&[("LocalId", &long[..64])], None),
        (&[("LocalId", &long[..65])], Some("LocalId: 65 characters are too many: shorten it to 64")),
        (&[("FirstName", &long[..64])], None),
        (&[("LastName", &long[..65])], Some("LastName: 65 characters are too many: shorten it to 64")),
        (&[("DisplayName", &long[..250])], None),
        (&[("DisplayName", &long[..251])], Some("DisplayName: 251 characters are too many: shorten it to 250")),
        (&[("Notes", &long[..2_000])], None),
        (&[("Notes", &long)], Some("Notes: 2001 characters are too many: shorten it to 2000")),
        (&[("Notes", "a\nb\u{7}")], Some("Notes: there is a control character (U+0007): remove it")),
        (&[("OrganisationODS", "")], Some("OrganisationODS: a value is missing: fill it in")),
    ] {
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(problems::<AccountLine>(ACCOUNT, changes), expected);
    }
}

#[test]
fn numbers_and_flags_have_several_spellings() {
    for (mobile, good) in [
        ("1234567", true),
        ("123456", false),
        ("+123456789012345", true),
        ("1234567890123456", false),
        ("+", false),
        ("07700 900+1", false),
        ("\u{661}234567", false),
    ] {
        assert_eq!(problems::<AccountLine>(ACCOUNT, &[("Mobile", mobile)]).is_empty(), good, "{mobile}");
    }
    for (flag, expected) in
        [("yes", true), ("no", false), ("true", true), ("False", false), ("1", true), ("0", false), ("", false)]
    {
        let values: Vec<(&str, &str)> = ACCOUNT.iter().copied().chain([("HideMobile", flag)]).collect();
        assert_eq!(one::<AccountLine>(&values).unwrap().hide_mobile, expected, "{flag}");
    }
}

#[test]
fn a_migrated_account_is_an_active_user_unless_the_line_says_otherwise() {
    let line = one::<MigrationLine>(MIGRATION).unwrap();
    assert_eq!((line.kind, line.status, line.created_on), (Kind::User, Status::Active, None));
    let dated = [
        ("Status", "leaver"),
        ("StatusSince", "2018-09-01"),
        ("Created", "2018-09-01"),
        ("TermsAccepted", "2018-09-02"),
        ("PasswordChanged", "2018-09-03"),
    ];
    let values: Vec<(&str, &str)> = MIGRATION.iter().copied().chain(dated).collect();
    let line = one::<MigrationLine>(&values).unwrap();
    let first = Day::parse("2018-09-01").unwrap();
    assert_eq!((line.status, line.status_since, line.created_on), (Status::Leaver, Some(first), Some(first)));
    assert_eq!(
        (line.terms_accepted_on, line.password_changed_on),
        (Some(first.plus_days(1)), Some(first.plus_days(2)))
    );
}

#[test]
fn a_migrated_account_needs_what_its_kind_needs_and_dates_in_order() {
    let nameless = [("FirstName", ""), ("LastName", "")];
    for (changes, expected) in [
        (&[("Kind", "shared"), ("DisplayName", "Ward 1"), nameless[0], nameless[1]][..], vec![]),
        (
            &[("Kind", "resource"), nameless[0], nameless[1]],
            vec!["DisplayName: a value is missing: fill it in, only a user may go without"],
        ),
        (&nameless, vec!["FirstName: a value is missing: fill it in", "LastName: a value is missing: fill it in"]),
        (&[("Kind", "User")], vec!["Kind: this word is not known: write one of user, shared, application, resource"]),
        (
            &[("Status", "gone")],
            vec![
                "Status: this word is not known: write one of pending, active, inactive, leaver, disabled, deleted, purged",
            ],
        ),
        (&[("Created", "2018-02-31")], vec!["Created: this day does not exist: write a date as YYYY-MM-DD"]),
        (
            &[("StatusSince", "2018-09-01"), ("Created", "2018-09-02")],
            vec!["StatusSince: this is before the account was created (2018-09-02): correct one of them"],
        ),
        (
            &[("Address", "ann"), ("OrganisationODS", "")],
            vec![
                "Address: this is no mail address: write it as first.last@example.org",
                "OrganisationODS: a value is missing: fill it in",
            ],
        ),
    ] {
        assert_eq!(problems::<MigrationLine>(MIGRATION, changes), expected);
    }
}

#[test]
fn each_action_takes_its_own_argument_and_no_other() {
    for action in Action::ALL {
        let with = |argument: &str| {
            one::<ActionLine>(&[
                ("Address", "a@b.org"),
                ("Action", action.as_str()),
                ("Argument", argument),
                ("Reason", "r"),
            ])
            .map(|line| line.argument)
        };
        match action {
            Action::Join | Action::Transfer => {
                assert_eq!(with("RXX"), Ok(Argument::Organisation(OdsCode::parse("RXX").unwrap())));
                assert!(with("rxx").is_err() && with("").is_err());
            }
            Action::Licence | Action::ServiceOn | Action::ServiceOff => {
                assert_eq!(with("web access"), Ok(Argument::Name("web access".into())));
                assert!(with("").is_err());
            }
            Action::Leaver
            | Action::CancelLeaver
            | Action::Disable
            | Action::Enable
            | Action::Delete
            | Action::Restore
            | Action::Hide
            | Action::Show => {
                assert_eq!(with(""), Ok(Argument::None));
                assert_eq!(with("RXX").unwrap_err()[0].why, format!("{action} takes no argument: leave this empty"));
            }
        }
    }
}

#[test]
fn a_deletion_needs_a_reason_and_an_action_its_exact_word() {
    let good: &[(&str, &str)] = &[("Address", "a@b.org"), ("Action", "delete"), ("Reason", "duplicate")];
    assert_eq!(problems::<ActionLine>(good, &[]), Vec::<String>::new());
    assert_eq!(
        problems::<ActionLine>(good, &[("Reason", " ")]),
        ["Reason: a value is missing: fill it in, a deletion needs a reason"]
    );
    assert_eq!(problems::<ActionLine>(good, &[("Action", "Delete"), ("Address", "")]).len(), 2);
    assert_eq!(problems::<ActionLine>(good, &[("Action", "")]), ["Action: a value is missing: fill it in"]);
}

#[test]
fn a_sighting_has_a_known_signal_and_an_instant() {
    let good: &[(&str, &str)] =
        &[("Address", "A@b.org"), ("Signal", "mail_sent"), ("Time", "2018-09-01T09:00:00.5+01:00")];
    let expected = SignalLine {
        address: Address::parse("a@b.org").unwrap(),
        signal: Signal::MailSent,
        at: Timestamp::parse("2018-09-01T08:00:00Z").unwrap(),
    };
    assert_eq!(one::<SignalLine>(good), Ok(expected));
    for bad in [
        "2018-09-01",
        "2018-09-01T08:00:00",
        "2018-02-31T08:00:00Z",
        "2018-09-01T08:00:00+01:00[Europe/London]",
        "20180901T080000Z",
        "2018-09-01T08:00:00.Z",
    ] {
        assert_eq!(
            problems::<SignalLine>(good, &[("Time", bad)]),
            ["Time: this is no time: write it as 2018-09-01T08:00:00Z"],
            "{bad}"
        );
    }
    assert_eq!(problems::<SignalLine>(good, &[("Signal", "seen"), ("Time", "")]).len(), 2);
}

// Proves: CSV-01
#[test]
fn the_outcome_stands_behind_the_line_as_it_was_sent() {
    let text = "Address,Signal,Time\n\"a, b\",=x\nc,d,e,f\n";
    let mut lines = Lines::<_, SignalLine>::open(text.as_bytes(), Limits::default()).unwrap();
    let mut writer = OutcomeWriter::new(Vec::new(), SignalLine::HEADINGS).unwrap();
    while let Some(parsed) = lines.next_line().unwrap() {
        writer.write(parsed.record, "refused", "say \"why\"").unwrap();
    }
    let written = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(
        written,
        "Address,Signal,Time,Outcome,Detail\n\"a, b\",=x,,refused,\"say \"\"why\"\"\"\nc,d,e,refused,\"say \"\"why\"\"\"\n"
    );
}

/// Damages a valid file; whatever line is accepted must read back the same when written again.
fn damage<L: Line + PartialEq + std::fmt::Debug>(valid: &str) {
    let mut accepted = 0;
    assert!(lines::<L>(valid.as_bytes()).unwrap().iter().all(Result::is_ok), "valid to begin with");
    for seed in 0..20_000 {
        let damaged = crate::damage::mutate(valid.as_bytes(), seed);
        let Ok(mut file) = Lines::<_, L>::open(damaged.as_slice(), Limits::default()) else { continue };
        while let Ok(Some(parsed)) = file.next_line() {
            let line = match parsed.outcome {
                Ok(line) => line,
                Err(problems) => {
                    assert!(!problems.is_empty(), "seed {seed}");
                    continue;
                }
            };
            accepted += 1;
            let mut writer = csv::Writer::new(Vec::new());
            writer.write_record(L::HEADINGS.iter().copied()).unwrap();
            writer.write_record(parsed.record.iter()).unwrap();
            assert_eq!(lines::<L>(&writer.into_inner()).unwrap(), vec![Ok(line)], "seed {seed}");
        }
    }
    assert!(accepted > 500, "{accepted}");
}

#[test]
fn random_damage_to_accounts_never_panics() {
    let headings = AccountLine::HEADINGS.join(",");
    damage::<AccountLine>(&format!(
        "{headings}\n12,77,Dr,Ann,Lee,\"LEE, Ann\",+44 7700 900123,yes,020,Nurse,RXX,,standard,\"a\nb\"\n,78,,Zo\u{eb},O'Neil,,,,,,A81001,,,\n"
    ));
}

#[test]
fn random_damage_to_migrations_never_panics() {
    let headings = MigrationLine::HEADINGS.join(",");
    damage::<MigrationLine>(&format!(
        "{headings}\r\na@b.org,,1,Dr,Ann,Lee,,+447700900123,no,,,RXX,,,leaver,2018-09-01,2017-01-31,2017-02-01,2018-01-01,\r\nw@b.org,shared,,,,,Ward 1,,,,,RXX,,,,,,,,\r\n"
    ));
}

#[test]
fn random_damage_to_actions_never_panics() {
    damage::<ActionLine>(
        "Address,Action,Argument,Reason\na@b.org,leaver,,\nb@b.org,join,RXX,\"moved, at last\"\nc@b.org,delete,,duplicate\nd@b.org,licence,standard,\n",
    );
}

#[test]
fn random_damage_to_signals_never_panics() {
    damage::<SignalLine>(
        "Address,Signal,Time\na@b.org,mail_sent,2018-09-01T08:00:00Z\nb@b.org,app_use,2018-09-01T08:00:00.25+01:00\n",
    );
}
