use std::collections::HashSet;

use domain::org::{Legal, Organisation, Sector, Support};

use super::*;
use crate::org::witness::Seen;

fn code(number: usize) -> OdsCode {
    OdsCode::parse(&format!("A{number:05}")).unwrap()
}

fn listed(number: usize, series: &str, edition: &str) -> (OdsCode, Listed) {
    let organisation = Organisation {
        code: code(number),
        name: String::new(),
        short_name: None,
        sector: Sector::Gp,
        legal: Legal::Active,
        opened_on: None,
        closed_on: None,
        parent: None,
        successor: None,
        postal: String::new(),
        telephone: String::new(),
        support: Support::default(),
        edition: edition.to_owned(),
        version: 1,
    };
    (code(number), Listed { organisation, series: series.to_owned() })
}

/// A file that lists these codes and has so many lines.
fn content(codes: impl IntoIterator<Item = usize>, lines: u64) -> Content {
    let codes: Vec<OdsCode> = codes.into_iter().map(code).collect();
    let (last, sorted) = (codes.last().cloned(), codes.is_sorted());
    let seen = Seen { digest: String::new(), first: String::new(), marks: Vec::new() };
    let listed: HashSet<OdsCode> = codes.into_iter().collect();
    Content { rows: Vec::new(), listed, last, sorted, rejected: Vec::new(), lines, seen }
}

fn verdict(content: &Content, loaded: &Loaded, options: ImportOptions) -> Result<(String, usize), String> {
    let verdict = judge(content, loaded, ("etr.csv", "winter"), options);
    verdict.map(|found| (found.series, found.gone.len())).map_err(|error| error.to_string())
}

const PLAIN: ImportOptions = ImportOptions { lines: None, accept_missing: false };

#[test]
fn a_new_series_is_named_after_the_file() {
    for (file, name) in [
        ("epraccur_2019-10.csv", "epraccur"),
        ("some folder/ETR.csv", "etr"),
        ("some folder\\ETR.csv", "etr"),
        ("eccg 2024.csv", "eccg"),
        ("2024.csv", "winter"),
        ("", "winter"),
    ] {
        assert_eq!(new_series(file, "winter", &Loaded::new()), name, "{file}");
    }
}

#[test]
fn a_name_that_a_series_has_already_gets_a_number() {
    let loaded: Loaded = [listed(1, "etr", "e"), listed(2, "etr-2", "e")].into_iter().collect();
    assert_eq!(new_series("etr.csv", "winter", &loaded), "etr-3");
    assert_eq!(new_series("etr_2024.csv", "winter", &[listed(1, "etr", "e")].into_iter().collect()), "etr-2");
}

#[test]
fn a_stated_number_of_lines_must_be_the_number_of_lines() {
    let file = content(1..=3, 3);
    for (lines, good) in [(None, true), (Some(3), true), (Some(2), false), (Some(4), false), (Some(0), false)] {
        assert_eq!(check_alone(&file, ImportOptions { lines, ..PLAIN }).is_ok(), good, "{lines:?}");
    }
}

#[test]
fn a_file_belongs_to_the_series_that_shares_half_of_the_smaller_of_both() {
    // The larger series comes second by name.
    let (few, many) = ((1..=4).map(|n| listed(n, "a", "e")), (101..=120).map(|n| listed(n, "b", "e")));
    let loaded: Loaded = few.chain(many).collect();
    for (codes, expected) in [
        (vec![1, 2, 3, 4], "a"),
        (vec![1, 2, 901, 902, 903], "a"),
        (vec![1, 901, 902, 903, 904], "etr"),
        (vec![1, 901], "a"),
        (vec![1, 901, 902], "etr"),
        (vec![901], "etr"),
        (vec![1, 101, 102], "b"),
    ] {
        let options = ImportOptions { accept_missing: true, ..PLAIN };
        let found = verdict(&content(codes.clone(), 9), &loaded, options).unwrap();
        assert_eq!(found.0, expected, "{codes:?}");
    }
}

#[test]
fn more_than_ten_in_a_hundred_missing_and_at_least_five_refuse_a_file() {
    for (all, missing, good) in
        [(100, 10, true), (100, 11, false), (40, 4, true), (40, 5, false), (50, 5, true), (49, 5, false)]
    {
        let loaded: Loaded = (1..=all).map(|n| listed(n, "etr", "e")).collect();
        // The last code stays, so that nothing is cut behind it.
        let file = content((1 + missing..=all).collect::<Vec<_>>(), 9);
        let found = verdict(&file, &loaded, PLAIN);
        assert_eq!(found.is_ok(), good, "{missing} of {all}: {found:?}");
        let accepted = verdict(&file, &loaded, ImportOptions { accept_missing: true, ..PLAIN });
        assert_eq!(accepted, Ok(("etr".to_owned(), missing)));
        if !good {
            assert!(found.unwrap_err().contains(&format!("{missing} of the {all} organisations of etr")));
        }
    }
}

#[test]
fn a_sorted_file_that_ends_before_a_code_that_was_listed_looks_cut() {
    let loaded: Loaded = (1..=100).map(|n| listed(n, "etr", "e")).collect();
    let said = verdict(&content(1..=99, 99), &loaded, PLAIN).unwrap_err();
    assert!(said.contains("it looks cut after line 99 (A00099): etr listed 1 codes behind that one"), "{said}");
    let vouched = ImportOptions { lines: Some(99), ..PLAIN };
    assert_eq!(verdict(&content(1..=99, 99), &loaded, vouched), Ok(("etr".to_owned(), 1)));
    let unsorted = content((1..=99).rev(), 99);
    assert_eq!(verdict(&unsorted, &loaded, PLAIN), Ok(("etr".to_owned(), 1)));
    assert_eq!(verdict(&content(2..=100, 99), &loaded, PLAIN), Ok(("etr".to_owned(), 1)));
}

#[test]
fn what_an_earlier_edition_dropped_is_not_missed_again_and_what_a_person_loaded_is() {
    let old = (201..=240).map(|n| listed(n, "etr", "autumn"));
    let loaded: Loaded = (1..=100).map(|n| listed(n, "etr", "winter")).chain(old).collect();
    assert_eq!(verdict(&content(1..=100, 100), &loaded, PLAIN), Ok(("etr".to_owned(), 40)));
    let by_hand = (201..=240).map(|n| listed(n, "etr", BY_HAND));
    let loaded: Loaded = (1..=100).map(|n| listed(n, "etr", "winter")).chain(by_hand).collect();
    let said = verdict(&content((1..=100).rev(), 100), &loaded, PLAIN).unwrap_err();
    assert!(said.contains("40 of the 140 organisations"), "{said}");
}

#[test]
fn the_codes_that_are_gone_are_told_in_order_and_of_this_series_only() {
    let others = [listed(500, "eccg", "e"), listed(501, "eccg", "e")];
    let loaded: Loaded = (1..=60).map(|n| listed(n, "etr", "e")).chain(others).collect();
    let file = content((4..=60).collect::<Vec<_>>(), 57);
    let gone = judge(&file, &loaded, ("etr.csv", "winter"), PLAIN).unwrap().gone;
    assert_eq!(gone, ["A00001", "A00002", "A00003"]);
}
