use std::collections::HashMap;

use domain::ids::OdsCode;
use domain::rights::Actor;
use domain::time::{Day, Timestamp};
use serde_json::Value;

use super::*;
use crate::org::BY_HAND;

const NOW: Timestamp = Timestamp::from_second(1_546_344_000);

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// An organisation as loaded, whose file says `published()`.
fn loaded() -> Organisation {
    Organisation {
        code: code("A81001"),
        name: "THE DENSHAM SURGERY".to_owned(),
        short_name: Some("densham".to_owned()),
        sector: Sector::Gp,
        legal: Legal::Active,
        opened_on: Some(day("1974-04-01")),
        closed_on: None,
        parent: Some(code("16C")),
        successor: Some(code("A81002")),
        postal: "STOCKTON TS18 1HU".to_owned(),
        telephone: "01642 672351".to_owned(),
        support: Support { telephone: "1".to_owned(), page: "https://help.example".to_owned() },
        edition: "epraccur-1".to_owned(),
        version: 4,
    }
}

fn published() -> Published {
    let o = loaded();
    Published {
        code: o.code,
        name: o.name,
        sector: None,
        legal: o.legal,
        opened_on: o.opened_on,
        closed_on: o.closed_on,
        parent: o.parent,
        postal: o.postal,
        telephone: o.telephone,
    }
}

fn merged(rows: &[Published], known: &[Organisation], sector: Option<Sector>) -> (Changes, ImportReport) {
    let ctx = Ctx { actor: Actor::Console, now: NOW, wall: NOW };
    let load = Load { ctx: &ctx, grant: Some(9), series: "epraccur", edition: "epraccur-2", sector };
    let listed = |o: &Organisation| (o.code.clone(), Listed { organisation: o.clone(), series: "first".to_owned() });
    let loaded: HashMap<_, _> = known.iter().map(listed).collect();
    let mut report = ImportReport::default();
    let changes = merge(rows, &loaded, &load, &mut report);
    (changes, report)
}

/// The numbers that are not nothing, by name.
fn told(r: &ImportReport) -> Vec<(&'static str, u64)> {
    let all = [
        ("new", r.new),
        ("renamed", r.renamed),
        ("reparented", r.reparented),
        ("closed", r.closed),
        ("dormant_closed", r.dormant_closed),
        ("reopened", r.reopened),
        ("unchanged", r.unchanged),
        ("amended", r.amended),
    ];
    all.into_iter().filter(|(_, number)| *number > 0).collect()
}

#[test]
fn what_changed_is_counted_and_the_most_important_of_it_names_the_event() {
    let closed = |o: Published| Published { legal: Legal::Closed, closed_on: Some(day("2018-12-31")), ..o };
    let renamed = |o: Published| Published { name: "DENSHAM".to_owned(), ..o };
    let moved = |o: Published| Published { parent: None, ..o };
    let (active, dormant) = (loaded(), Organisation { legal: Legal::Dormant, ..loaded() });
    let proposed = Organisation { legal: Legal::Proposed, ..loaded() };
    let shut = Organisation { legal: Legal::Closed, closed_on: Some(day("2018-12-31")), ..loaded() };
    for (old, new, counts, action) in [
        (&active, published(), vec![("unchanged", 1)], "listed"),
        (&active, renamed(published()), vec![("renamed", 1)], "renamed"),
        (&active, moved(published()), vec![("reparented", 1)], "reparented"),
        (&active, moved(renamed(published())), vec![("renamed", 1), ("reparented", 1)], "renamed"),
        (&active, closed(published()), vec![("closed", 1)], "closed"),
        (&dormant, closed(published()), vec![("dormant_closed", 1)], "closed"),
        (&proposed, closed(published()), vec![("dormant_closed", 1)], "closed"),
        (&active, closed(renamed(published())), vec![("renamed", 1), ("closed", 1)], "closed"),
        (&shut, published(), vec![("reopened", 1)], "reopened"),
        (&shut, closed(published()), vec![("unchanged", 1)], "listed"),
        (&shut, renamed(published()), vec![("renamed", 1), ("reopened", 1)], "reopened"),
        (&dormant, published(), vec![("unchanged", 1), ("amended", 1)], "amended"),
        (
            &active,
            Published { telephone: String::new(), ..published() },
            vec![("unchanged", 1), ("amended", 1)],
            "amended",
        ),
        (
            &active,
            Published { postal: "X".to_owned(), ..published() },
            vec![("unchanged", 1), ("amended", 1)],
            "amended",
        ),
        (&active, Published { opened_on: None, ..published() }, vec![("unchanged", 1), ("amended", 1)], "amended"),
        (
            &active,
            Published { closed_on: Some(day("2020-01-01")), ..published() },
            vec![("unchanged", 1), ("amended", 1)],
            "amended",
        ),
        (
            &active,
            Published { sector: Some(Sector::Other), ..published() },
            vec![("unchanged", 1), ("amended", 1)],
            "amended",
        ),
    ] {
        let (changes, report) = merged(std::slice::from_ref(&new), std::slice::from_ref(old), None);
        assert_eq!(told(&report), counts, "{new:?}");
        let actions: Vec<_> = changes.events.iter().map(|event| event.action).collect();
        assert_eq!(actions, [action], "{new:?}");
        // Also what is as it was: the edition that listed it last is kept.
        let saved: Vec<_> =
            changes.changed.iter().map(|l| (l.organisation.edition.as_str(), l.series.as_str())).collect();
        assert_eq!((saved, changes.new.len()), (vec![("epraccur-2", "first")], 0));
    }
}

#[test]
fn what_was_loaded_from_this_edition_is_not_saved_again() {
    let same = Organisation { edition: "epraccur-2".to_owned(), ..loaded() };
    let (changes, report) = merged(&[published()], &[same], None);
    assert_eq!((changes.changed.len(), changes.events.len(), told(&report)), (0, 0, vec![("unchanged", 1)]));
}

#[test]
fn the_registry_replaces_what_it_said_and_not_what_a_person_decided() {
    let file = Published {
        name: "NEW".to_owned(),
        sector: Some(Sector::Trust),
        legal: Legal::Dormant,
        opened_on: Some(day("1980-01-01")),
        closed_on: Some(day("2030-01-01")),
        parent: Some(code("QHM")),
        postal: "P".to_owned(),
        telephone: "T".to_owned(),
        ..published()
    };
    let (changes, _) = merged(&[file], &[loaded()], None);
    let expected = Organisation {
        name: "NEW".to_owned(),
        sector: Sector::Trust,
        legal: Legal::Dormant,
        opened_on: Some(day("1980-01-01")),
        closed_on: Some(day("2030-01-01")),
        parent: Some(code("QHM")),
        postal: "P".to_owned(),
        telephone: "T".to_owned(),
        edition: "epraccur-2".to_owned(),
        ..loaded()
    };
    assert_eq!(changes.changed[0].organisation, expected);
}

// Proves: ORG-01
#[test]
fn an_opening_or_closing_by_hand_holds_until_the_registry_says_the_same() {
    let closed = Published { legal: Legal::Closed, closed_on: Some(day("2018-12-31")), ..published() };
    let by_hand = |legal, closed_on| Organisation { legal, closed_on, edition: BY_HAND.to_owned(), ..loaded() };
    let (open, shut) = (by_hand(Legal::Active, None), by_hand(Legal::Closed, Some(day("2019-01-01"))));
    for (old, file, legal, closed_on, edition, told_by_hand) in [
        (&open, &closed, Legal::Active, None, BY_HAND, 1),
        (&shut, &published(), Legal::Closed, Some(day("2019-01-01")), BY_HAND, 1),
        (&open, &published(), Legal::Active, None, "epraccur-2", 0),
        (&shut, &closed, Legal::Closed, Some(day("2018-12-31")), "epraccur-2", 0),
    ] {
        let renamed = Published { name: "NEW".to_owned(), ..copy(file) };
        let (changes, report) = merged(&[renamed], std::slice::from_ref(old), None);
        let saved = &changes.changed[0].organisation;
        assert_eq!((saved.legal, saved.closed_on, saved.edition.as_str()), (legal, closed_on, edition));
        assert_eq!(saved.name, "NEW", "the other facts are the registry's all the same");
        assert_eq!(report.by_hand.len(), told_by_hand);
    }
}

fn copy(o: &Published) -> Published {
    Published { closed_on: o.closed_on, legal: o.legal, ..published() }
}

// Proves: ORG-03
#[test]
fn a_new_organisation_gets_its_code_as_short_name_unless_another_has_it() {
    let row = |text| Published { code: code(text), ..published() };
    let owner = Organisation { code: code("RX1"), short_name: Some("rx2".to_owned()), ..loaded() };
    let (changes, report) = merged(&[row("RX2"), row("RX3")], &[owner], Some(Sector::Trust));
    let names: Vec<_> = changes.new.iter().map(|l| l.organisation.short_name.as_deref()).collect();
    assert_eq!(names, [None, Some("rx3")]);
    assert_eq!((told(&report), changes.new[0].series.as_str()), (vec![("new", 2)], "epraccur"));
    assert_eq!((changes.new[1].organisation.successor.clone(), changes.new[1].organisation.version), (None, 0));
}

#[test]
fn the_line_names_the_sector_else_the_file_else_the_code() {
    for (line, file, expected) in [
        (Some(Sector::Pharmacy), Some(Sector::Trust), Sector::Pharmacy),
        (None, Some(Sector::Trust), Sector::Trust),
        (None, None, sector::of_code(&code("A81001"))),
    ] {
        let row = Published { sector: line, ..published() };
        let (changes, _) = merged(std::slice::from_ref(&row), &[], file);
        assert_eq!(changes.new[0].organisation.sector, expected);
        let old = Organisation { sector: Sector::Optometry, ..loaded() };
        let (changes, _) = merged(&[row], &[old], file);
        let kept = if line.is_none() && file.is_none() { Sector::Optometry } else { expected };
        assert_eq!(changes.changed[0].organisation.sector, kept, "of one that is loaded its own is kept");
    }
}

#[test]
fn an_event_tells_the_facts_that_changed_before_and_after() {
    let ctx = Ctx { actor: Actor::Console, now: NOW, wall: NOW };
    let listed = |organisation, series: &str| Listed { organisation, series: series.to_owned() };
    let new = listed(loaded(), "epraccur");
    let old = Organisation { name: "OLD".to_owned(), parent: None, version: 3, ..loaded() };
    let event = organisation_event(&ctx, Some(9), (Some(&listed(old, "epraccur")), &new), "renamed");
    let read: Value = serde_json::from_str(&event.detail).unwrap();
    let after = serde_json::json!({ "name": "THE DENSHAM SURGERY", "parent": "16C" });
    assert_eq!(read, serde_json::json!({ "before": { "name": "OLD" }, "after": after }));
    assert_eq!((event.grant_id, event.object.as_str(), event.action), (Some(9), "A81001", "renamed"));
    let about = (event.organisation.as_deref(), event.at, event.object_type);
    assert_eq!(about, (Some("A81001"), NOW.second(), "organisation"));
}

#[test]
fn each_fact_of_an_organisation_has_a_name_of_its_own() {
    let all = facts(&Listed { organisation: loaded(), series: "epraccur".to_owned() });
    let shut = Organisation { closed_on: Some(day("2018-12-31")), ..loaded() };
    let closed_on = between(&all, &facts(&Listed { organisation: shut, series: "epraccur".to_owned() }));
    assert_eq!(closed_on, [("closed_on".into(), None, Some("2018-12-31".to_owned()))]);
    let told: Vec<_> = all.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let expected = [
        ("name", "THE DENSHAM SURGERY"),
        ("sector", "gp"),
        ("legal", "active"),
        ("short_name", "densham"),
        ("opened_on", "1974-04-01"),
        ("parent", "16C"),
        ("successor", "A81002"),
        ("postal", "STOCKTON TS18 1HU"),
        ("telephone", "01642 672351"),
        ("support_telephone", "1"),
        ("support_page", "https://help.example"),
        ("series", "epraccur"),
        ("edition", "epraccur-1"),
    ];
    assert_eq!(told, expected);
}
