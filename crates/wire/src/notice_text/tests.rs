use std::fmt::Write as _;

use domain::notice::NoticeKind;
use domain::rule::Rule;
use domain::status::Kind;
use expect_test::{expect, expect_file};

use crate::notice_text::facts::{self, Facts, NAMES};
use crate::notice_text::{Message, Templates, file_of};

fn told(own: &[(&str, &str)]) -> String {
    let own: Vec<(String, String)> = own.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    match Templates::with(&own) {
        Ok(_) => "good".to_owned(),
        Err(mistakes) => mistakes.iter().fold(String::new(), |all, mistake| format!("{all}{mistake}\n")),
    }
}

/// Facts that a notice of a deletion has.
fn facts(name: &str, holder: &str) -> Facts {
    Facts {
        name: name.into(),
        account: "ann.lee@mail.example".into(),
        holder: holder.into(),
        kind: Kind::User,
        own: true,
        organisation: "THE DENSHAM SURGERY".into(),
        code: "A81001".into(),
        date: "Friday 11 December 2026".into(),
        made: String::new(),
        rule: Rule::Lc04,
        reason: Rule::Lc04,
        service: "Mail".into(),
        portal: String::new(),
        details: Vec::new(),
        contacts: Vec::new(),
        support: String::new(),
    }
}

// Proves: NTC-06
#[test]
fn every_notice_is_made_from_its_template() {
    let templates = Templates::shipped().unwrap();
    let mut all = String::from(
        "Every notice, made from samples by the templates in policy/notices. Written by a test: UPDATE_EXPECT=1 cargo test -p almoner-wire\n",
    );
    for kind in NoticeKind::ALL {
        let samples = templates.samples(*kind);
        assert_eq!(samples.len(), facts::samples(*kind).len(), "{kind}");
        // The first of each pair has somebody to ask; the other is tried, not shown.
        for Message { subject, body } in samples.iter().step_by(2) {
            assert!(!body.contains("{{") && !body.contains("{%") && body.is_ascii(), "{kind}");
            assert!(body.contains("Whom to ask\n- ") && body.contains("What to do"), "{kind}:\n{body}");
            let _ = write!(all, "\n======== {kind}\nSubject: {subject}\n\n{body}");
        }
        for Message { body, .. } in samples.iter().skip(1).step_by(2) {
            assert!(body.contains("- the helpdesk of"), "{kind}:\n{body}");
        }
    }
    expect_file!["../../../../docs/generated/notices.txt"].assert_eq(&all);
}

#[test]
fn every_mistake_of_every_file_is_told_by_file_and_line() {
    let found = told(&[
        ("moved.txt", "Subject: {{ acount }} moved\n\nDear {{ name }},\n{% if owned %}x{% endif %}\n{{ acount }}\n"),
        ("leaver_marked.txt", "Dear {{ name }},\nthis has no subject\n"),
        ("owners_asked.txt", "Subject: x\n\n{% if own %}never ended\n"),
        ("restore_ending.txt", "Subject: x\n{{ name | upper }}\n"),
        ("held_by_brake.txt", "Subject: x\n{% include \"_gone.txt\" %}\n"),
        ("goodbye.txt", "Subject: x\n\ntext\n"),
    ]);
    expect![[r"
        goodbye.txt, line 1: no notice has this file; the files are leaver_marked.txt, deletion_announced.txt, deletion_reminder.txt, restore_ending.txt, owners_asked.txt, held_by_brake.txt, moved.txt, joined.txt, password_recovered.txt, unlocked.txt, resecured.txt, password_expires.txt, file_done.txt, ownerless.txt, and parts whose names begin with _
        leaver_marked.txt, line 1: the first line must be the subject: begin it with `Subject: `
        moved.txt, line 1: acount is no fact; the facts are name, account, holder, kind, own, organisation, code, date, made, rule, reason, service, portal, details, contacts, support
        moved.txt, line 4: owned is no fact; the facts are name, account, holder, kind, own, organisation, code, date, made, rule, reason, service, portal, details, contacts, support
        moved.txt, line 5: acount is no fact; the facts are name, account, holder, kind, own, organisation, code, date, made, rule, reason, service, portal, details, contacts, support
        owners_asked.txt, line 3: unexpected end of input, expected end of block
    "]]
    .assert_eq(&found);
    let functions = told(&[
        ("restore_ending.txt", "Subject: x\n\n{{ name | upper }}\n"),
        ("held_by_brake.txt", "Subject: x\n\n{% include \"_gone.txt\" %}\n"),
        ("moved.txt", "Subject: {% if own %}x{% endif %}\n\ntext\n"),
        ("owners_asked.txt", "Subject: x\n\n\n"),
    ]);
    expect![[r"
        held_by_brake.txt, line 3: it includes a file that does not exist
        owners_asked.txt, line 1: it comes to nothing: a notice has a subject and a text
        restore_ending.txt, line 3: filter upper is unknown
    "]]
    .assert_eq(&functions);
}

#[test]
fn a_folder_may_have_some_files_and_parts_of_its_own() {
    let good = [
        ("moved.txt", "Subject: Moved\n\n{% include \"_ours.txt\" %}\n"),
        ("_ours.txt", "Dear {{ name }}, {% for one in contacts %}{{ one }}{% endfor %}\n"),
    ];
    assert_eq!(told(&good), "good");
    let own: Vec<(String, String)> = good.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    let message = Templates::with(&own).unwrap().message(NoticeKind::Moved, &facts("Ann", "Ann")).unwrap();
    assert_eq!((message.subject.as_str(), message.body.as_str()), ("Moved", "Dear Ann,\n"));
}

#[test]
fn what_somebody_is_called_cannot_begin_a_line() {
    let templates = Templates::shipped().unwrap();
    for hostile in ["Ann\r\nBcc: all@mail.example", "Ann\nSubject: x", "Ann\u{2028}x\u{202e}y", "Ann\0\u{85}x\u{b}"] {
        let facts = Facts { account: hostile.into(), organisation: hostile.into(), ..facts(hostile, hostile) };
        for kind in NoticeKind::ALL {
            let Message { subject, body } = templates.message(*kind, &facts).unwrap();
            assert!(!subject.chars().any(char::is_control), "{subject:?}");
            assert!(!body.lines().any(|line| line.starts_with("Bcc") || line.starts_with("Subject")), "{body}");
            assert!(!body.chars().any(|c| c.is_control() && c != '\n'), "{body:?}");
            assert!(!body.contains(['\u{2028}', '\u{202e}', '\u{85}']), "{body:?}");
        }
    }
}

#[test]
fn what_looks_like_a_template_in_a_name_stays_text() {
    let templates = Templates::shipped().unwrap();
    let made = templates.message(NoticeKind::Moved, &facts("{{ code }} {% if %}", "x")).unwrap();
    assert!(made.body.starts_with("Dear {{ code }} {% if %},"), "{}", made.body);
}

#[test]
fn each_name_is_a_fact_and_each_kind_has_its_file() {
    for name in NAMES {
        let text = format!("Subject: x\n\n{{{{ {name} }}}}.\n");
        assert_eq!(told(&[("moved.txt", &text)]), "good", "{name}");
    }
    for kind in NoticeKind::ALL {
        assert_eq!(file_of(*kind), format!("{kind}.txt"));
    }
}

#[test]
fn a_template_has_64_kib_and_its_subject_150_characters_beside_names() {
    let of = |size: usize| told(&[("moved.txt", &format!("Subject: x\n\n{}", "y".repeat(size - 12)))]);
    assert_eq!((of(65_536).as_str(), of(65_537).as_str()), ("good", "moved.txt, line 1: it is larger than 64 KiB\n"));
    let subject = |size: usize| told(&[("moved.txt", &format!("Subject: {}\n\ntext\n", "\u{eb}".repeat(size)))]);
    assert_eq!(subject(150), "good");
    assert_eq!(subject(400), "moved.txt, line 1: its subject is longer than 150 characters\n");
}

#[test]
fn a_message_is_tidy_whatever_its_template_leaves() {
    let own =
        [("moved.txt".to_owned(), "Subject:   Moved \t\n\n\n \nDear {{ name }}  \n\n \n\nBye\t\n\n\n".to_owned())];
    let made = Templates::with(&own).unwrap().message(NoticeKind::Moved, &facts("Ann", "Ann")).unwrap();
    assert_eq!(made, Message { subject: "Moved".into(), body: "Dear Ann\n\nBye\n".into() });
}

#[test]
fn a_mistake_in_a_part_is_told_in_the_part() {
    let found =
        told(&[("moved.txt", "Subject: x\n\n{% include \"_ours.txt\" %}\n"), ("_ours.txt", "a\n{{ acount }}\n")]);
    assert!(found.starts_with("_ours.txt, line 2: acount is no fact;") && found.lines().count() == 1, "{found}");
    let over_lines = told(&[("moved.txt", "Subject: x\n\n{{\n  acount\n}}\n")]);
    assert!(over_lines.starts_with("moved.txt, line 1: acount is no fact;"), "{over_lines}");
}

#[test]
fn a_fact_is_one_line_without_turned_text() {
    for (typed, expected) in [
        ("  Ann\tLee ", "Ann Lee"),
        ("a\r\nb", "a  b"),
        ("\u{200f}a\u{2066}", "a"),
        ("\n", ""),
        ("Zo\u{eb}", "Zo\u{eb}"),
    ] {
        assert_eq!(facts::one_line(typed), expected, "{typed:?}");
    }
}
