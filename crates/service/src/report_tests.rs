//! What is asked of reports, and how places in them are told.

use std::collections::BTreeSet;

use domain::ids::{AccountId, OdsCode};
use domain::org::Sector;
use domain::rights::{Action, Actor, Grant, Role, Scope};

use super::*;
use crate::report::cell::Cell;
use crate::report::walk::may_within;

#[test]
fn a_place_in_a_report_is_told_and_read_again() {
    let key = |place: &str, id| Key { place: place.to_owned(), id };
    for (key, text) in [
        (key("A81001", 17), "A81001.17"),
        (key("", 17), ".17"),
        (key("", 0), ".0"),
        (key("17897", 3), "17897.3"),
        (key("o connell siân.x", 9), "o connell siân.x.9"),
        (key("A81001", i64::MAX), "A81001.9223372036854775807"),
    ] {
        assert_eq!(key.to_string(), text);
        assert_eq!(Key::parse(text), Some(key));
    }
    for bad in ["", "A81001", "A81001.", "A81001.x", ".", "17"] {
        assert_eq!(Key::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn every_report_has_columns_of_different_names_for_files() {
    for report in Report::ALL {
        let columns = report.columns();
        let names: BTreeSet<&str> = columns.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), columns.len(), "{report}");
        let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(names.iter().all(plain), "{report}: {names:?}");
        assert_eq!(Report::parse(report.as_str()), Some(*report));
        let reserved = ["organisation", "days", "q", "sort", "before", "after"];
        let chosen = columns.iter().filter(|column| !(column.choices)().is_empty());
        assert!(chosen.into_iter().all(|column| !reserved.contains(&column.name)), "{report}: a form has one of each");
    }
}

#[test]
fn a_line_is_asked_for_by_words_anywhere_and_by_exact_columns() {
    let line: Line = vec![
        Cell::of("shared"),
        Cell::of("rx1.ward-two@mail.example"),
        Cell::of("RX1"),
        Cell::Number(3),
        Cell::day(Day::parse("2018-09-01")),
    ];
    for (words, only, asked) in [
        ("", &[][..], true),
        ("ward", &[], true),
        ("WARD rx1", &[], true),
        ("rx1 ward", &[], true),
        ("2018-09", &[], true),
        ("ward nobody", &[], false),
        ("", &[("kind", "shared")], true),
        ("", &[("kind", "share")], false),
        ("", &[("kind", "resource")], false),
        ("ward", &[("kind", "shared"), ("organisation", "RX1")], true),
        ("ward", &[("kind", "shared"), ("organisation", "RX2")], false),
        ("", &[("members", "3")], true),
        ("", &[("no such column", "3")], false),
    ] {
        let only = only.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let all = Asked { words: words.to_owned(), only, ..Asked::all(Report::Ownerless) };
        assert_eq!(all.has(&line), asked, "{words:?} {:?}", all.only);
    }
}

// Proves: ROLE-02
#[test]
fn a_reader_of_a_unit_reads_within_its_organisation_and_nowhere_else() {
    let code = |text: &str| OdsCode::parse(text).unwrap();
    let holder = AccountId(1);
    let person = |role, scope| {
        let grants = vec![Grant { id: 1, holder, role, scope }];
        Actor::Person { id: holder, address: "ann@x.org".to_owned(), grants }
    };
    let unit = || Scope::Unit(code("RX1"), "Ward 2".to_owned());
    for (actor, place, reads) in [
        (person(Role::Helpdesk, unit()), "RX1", true),
        (person(Role::Helpdesk, unit()), "RX2", false),
        (person(Role::LocalAdmin, Scope::Organisation(code("RX1"))), "RX1", true),
        (person(Role::LocalAdmin, Scope::Organisation(code("RX1"))), "RX2", false),
        (person(Role::SectorAdmin, Scope::Sector(Sector::Trust)), "RX2", true),
        (person(Role::SectorAdmin, Scope::Sector(Sector::Gp)), "RX2", false),
        (person(Role::Auditor, Scope::Federation), "RX2", true),
        (Actor::Console, "RX1", true),
    ] {
        assert_eq!(may_within(&actor, Action::Report, &code(place), Sector::Trust), reads, "{actor:?} {place}");
    }
    let desk = person(Role::Helpdesk, unit());
    assert!(
        !may_within(&desk, Action::SearchAudit, &code("RX1"), Sector::Trust),
        "what its role may not, it may nowhere"
    );
}
