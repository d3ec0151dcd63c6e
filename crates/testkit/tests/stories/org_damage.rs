//! A file that is cut, thinned out or broken is refused whole and changes nothing; a bad line is refused alone.
#![expect(clippy::panic, clippy::indexing_slicing, reason = "what is not refused fails the test")]

use domain::org::Legal;
use service::error::Error;
use service::federation::Almoner;
use service::org::import::ImportOptions;
use testkit::databases::{Database, on_both_databases};

use crate::org::{federation, line, load, load_published, published, row, table};

const PLAIN: ImportOptions = ImportOptions { lines: None, accept_missing: false };
const SEED: u64 = 20_250_801;

/// A file is refused, and says so; nothing else happens.
fn refused(almoner: &Almoner, bytes: &[u8], options: ImportOptions) -> String {
    match load(almoner, bytes, "damaged", options) {
        Err(Error::File(why)) => why,
        other => panic!("{} bytes were not refused: {other:?}", bytes.len()),
    }
}

/// Byte counts: random ones, the first few, and the ends of the last lines with the bytes before each.
fn cuts(file: &[u8], (random, line_ends): (usize, usize)) -> Vec<usize> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let ends = file.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let mut ends: Vec<_> = ends.filter(|end| *end < file.len()).collect();
    let last = ends.split_off(ends.len().saturating_sub(line_ends));
    let seeded = (0..random).map(|_| rng.usize(0..file.len()));
    let near = last.into_iter().chain([file.len()]).flat_map(|end| [end - 2, end - 1, end]);
    seeded.chain(0..3).chain(near).filter(|at| *at < file.len()).collect()
}

fn refuses_all_cuts(database: &Database, almoner: &Almoner, file: &[u8], many: (usize, usize)) {
    let before = table(database);
    for at in cuts(file, many) {
        refused(almoner, &file[..at], PLAIN);
    }
    assert_eq!(table(database), before);
}

// Proves: ORG-01
#[test]
fn a_file_cut_at_any_byte_is_refused_on_the_first_load_and_on_the_next() {
    on_both_databases(|database| {
        let almoner = federation(database);
        let (old, new) = (published("etr_2022-03"), published("etr_2024-12"));
        refuses_all_cuts(database, &almoner, &old, (50, 50));
        refuses_all_cuts(database, &almoner, &new, (300, 50));
        load_published(&almoner, "etr_2022-03");
        refuses_all_cuts(database, &almoner, &new, (300, 50));
        load_published(&almoner, "etr_2024-12");
        refuses_all_cuts(database, &almoner, &new, (50, 50));
    });
}

// Proves: ORG-01
#[test]
fn a_large_file_cut_at_any_byte_is_refused() {
    let database = Database::sqlite();
    let almoner = federation(&database);
    let new = published("epraccur_2025-08");
    refuses_all_cuts(&database, &almoner, &new, (15, 3));
    load_published(&almoner, "epraccur_2019-10");
    refuses_all_cuts(&database, &almoner, &new, (15, 3));
}

// Proves: ORG-01
#[test]
fn an_edition_nobody_knew_is_judged_by_what_its_series_listed() {
    on_both_databases(|database| {
        let almoner = federation(database);
        load_published(&almoner, "etr_2022-03");
        let before = table(database);
        // Every line differs from all known editions, as those of a coming edition will.
        let coming = String::from_utf8(published("etr_2022-03")).unwrap().replace("TRUST", "FOUNDATION");
        let lines: Vec<_> = coming.split_inclusive('\n').collect();
        for kept in 1..lines.len() {
            let why = refused(&almoner, lines[..kept].concat().as_bytes(), PLAIN);
            assert!(why.starts_with(&format!("it looks cut after line {kept} (")), "{why}");
        }
        let mut rng = fastrand::Rng::with_seed(SEED);
        let some: Vec<_> = lines.iter().filter(|_| rng.u8(0..10) >= 3).copied().collect();
        let thin = ImportOptions { lines: u64::try_from(some.len()).ok(), ..PLAIN };
        let why = refused(&almoner, some.concat().as_bytes(), thin);
        assert!(why.contains("of the 218 organisations of etr are missing"), "{why}");
        assert_eq!(table(database), before);
        // A person may say that they are gone: they are named, and kept.
        let sure = ImportOptions { accept_missing: true, ..PLAIN };
        let report = load(&almoner, some.concat().as_bytes(), "thin", sure).unwrap();
        assert_eq!(report.gone.len(), 218 - some.len());
        assert_eq!(table(database).len(), 218);
    });
}

// Proves: ORG-01
#[test]
fn a_file_with_three_lines_in_ten_missing_is_refused() {
    on_both_databases(|database| {
        let almoner = federation(database);
        for (name, first) in [("etr_2022-03", true), ("etr_2024-12", false), ("eccg_2024-12", true)] {
            let file = String::from_utf8(published(name)).unwrap();
            let before = table(database);
            for seed in SEED..SEED + 20 {
                let mut rng = fastrand::Rng::with_seed(seed);
                let some: String = file.split_inclusive('\n').filter(|_| rng.u8(0..10) >= 3).collect();
                refused(&almoner, some.as_bytes(), PLAIN);
            }
            assert_eq!(table(database), before, "{name}");
            if first {
                load_published(&almoner, name);
            }
        }
    });
    let database = Database::sqlite();
    let almoner = federation(&database);
    load_published(&almoner, "epraccur_2019-10");
    let before = table(&database);
    let file = String::from_utf8(published("epraccur_2025-08")).unwrap();
    let mut rng = fastrand::Rng::with_seed(SEED);
    let some: String = file.split_inclusive('\n').filter(|_| rng.u8(0..10) >= 3).collect();
    refused(&almoner, some.as_bytes(), PLAIN);
    assert_eq!(table(&database), before);
}

#[test]
fn the_order_of_lines_does_not_matter() {
    on_both_databases(|database| {
        let almoner = federation(database);
        load_published(&almoner, "etr_2022-03");
        let file = String::from_utf8(published("etr_2024-12")).unwrap();
        let mut lines: Vec<_> = file.split_inclusive('\n').collect();
        fastrand::Rng::with_seed(SEED).shuffle(&mut lines);
        let report = load(&almoner, lines.concat().as_bytes(), "mixed", PLAIN).unwrap();
        assert_eq!((report.new, report.closed, report.gone.len()), (55, 8, 0));
    });
}

#[test]
fn damage_is_told_with_its_line_and_what_to_do() {
    on_both_databases(|database| {
        let almoner = federation(database);
        load_published(&almoner, "etr_2022-03");
        let before = table(database);
        let good = line("A00001", "FIRST", "", "A", "");
        let utf16: Vec<_> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<_> = [vec![0xff, 0xfe], utf16.clone()].concat();
        let lines = |lines| ImportOptions { lines: Some(lines), ..PLAIN };
        let mistakes = good.repeat(3).replace("A00001", "a00001");
        for (bytes, options, expected) in [
            (utf16, PLAIN, "line 1: the file is UTF-16"),
            (marked, PLAIN, "line 1: the file is UTF-16"),
            (Vec::new(), PLAIN, "the file is empty"),
            (good.replace("\"FIRST\"", "\"FIR\"ST\"").into_bytes(), PLAIN, "line 1, column 2: text follows"),
            (good.replace("\"FIRST\"", "FIRST").into_bytes(), PLAIN, "line 1, name: the field has no quotes"),
            (good.replace("\"FIRST\"", "\"FIRST").into_bytes(), PLAIN, "line 1, column "),
            (good.clone().into_bytes(), lines(2), "line 1: it has 1 lines and not 2 as stated"),
            (
                mistakes.into_bytes(),
                PLAIN,
                "none of its 3 lines can be taken; line 1, organisation code: ODS codes are in",
            ),
            (format!("\"{}", "x".repeat(70_000)).into_bytes(), PLAIN, "line 1: the record that begins here is longer"),
        ] {
            let why = refused(&almoner, &bytes, options);
            assert!(why.starts_with(expected), "{why}");
        }
        assert_eq!(table(database), before);
    });
}

// Proves: ORG-01
#[test]
fn a_bad_line_is_refused_alone_and_its_organisation_stays_as_it_was() {
    on_both_databases(|database| {
        let almoner = federation(database);
        let two = line("A00001", "FIRST", "", "A", "") + &line("A00002", "SECOND", "", "A", "");
        load(&almoner, two.as_bytes(), "1", PLAIN).unwrap();
        let bad = line("A00001", "OTHER", "20250231", "C", "")
            + &line("A00002", "SECOND", "20250228", "C", "")
            + &line("A00002", "TWICE", "", "A", "")
            + &line("A00003", "THIRD", "", "A", "none");
        let report = load(&almoner, bad.as_bytes(), "2", PLAIN).unwrap();
        let rejected: Vec<_> = report.rejected.iter().map(|bad| (bad.line, bad.column, bad.value.as_str())).collect();
        let expected = [(1, "close date", "20250231"), (3, "organisation code", "A00002"), (4, "parent code", "none")];
        assert_eq!(rejected, expected);
        assert_eq!((report.lines, report.closed, report.new, report.gone.len()), (4, 1, 0, 0));
        let first = row(database, "A00001").organisation;
        assert_eq!((first.name.as_str(), first.legal), ("FIRST", Legal::Active));
    });
}
