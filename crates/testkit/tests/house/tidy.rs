//! Length, imports, notes and attributes: what a reviewer would else have to count.

use crate::scan::{Scan, scan};
use crate::tree;

/// A file longer than this has two ideas.
const MOST_LINES: usize = 500;

/// Half the files should be no longer than this.
const MEDIAN_LINES: usize = 150;

#[test]
fn no_file_is_longer_than_500_lines() {
    let mut lengths: Vec<(usize, String)> =
        tree::rust_files().into_iter().map(|file| (file.text.lines().count(), file.path)).collect();
    lengths.sort();
    let median = lengths[lengths.len() / 2].0;
    println!("{} files, median {median} lines (aim: at most {MEDIAN_LINES})", lengths.len());
    let problems: Vec<String> = lengths
        .iter()
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{path}:{lines}: {lines} lines"))
        .collect();
    tree::none(&problems, "Split the file by idea; the limit is 500 lines:");
}

#[test]
fn imports_name_what_they_import() {
    let problems = each_scan(|path, scan| {
        imports(scan)
            .into_iter()
            .filter(|(_, statement)| is_bad_import(statement))
            .map(|(line, statement)| format!("{path}:{line}: {statement}"))
            .collect()
    });
    tree::none(
        &problems,
        "Name each item where it lives: no glob imports (only `use super::*;` in tests) and no `pub use`:",
    );
}

#[test]
fn a_todo_has_an_issue() {
    let problems = each_scan(|path, scan| {
        let bad = scan.comments.iter().filter(|(_, text)| is_bad_note(text));
        bad.map(|(line, text)| format!("{path}:{line}: {}", text.trim())).collect()
    });
    tree::none(&problems, "Write the note as `TODO(#12): ...` with its issue, or do it now:");
}

#[test]
fn no_test_is_ignored_and_no_lint_is_allowed_in_passing() {
    let problems = each_scan(|path, scan| {
        let bad = scan
            .numbered()
            .filter(|(_, line)| ["#[ignore", "#[allow(", "#![allow("].iter().any(|attribute| line.contains(attribute)));
        bad.map(|(line, text)| format!("{path}:{line}: {}", text.trim())).collect()
    });
    tree::none(
        &problems,
        "Run the test or delete it; silence a lint with `#[expect(lint, reason = \"...\")]` on the smallest item:",
    );
}

#[test]
fn the_checks_tell_good_from_bad() {
    let cases = [
        ("use a::b;", false),
        ("use super::*;", false),
        ("use a::*;", true),
        ("use a::{b, c::*};", true),
        ("use a::{\n    b,\n    c::*,\n};", true),
        ("pub use a::b;", true),
        ("pub(crate) use a::b;", false),
        ("pub(crate) use a::*;", true),
    ];
    for (text, bad) in cases {
        let found = imports(&scan(text));
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(is_bad_import(&found[0].1), bad, "{text}");
    }
    let notes =
        [("TODO later", true), ("FIXME(#3)", true), ("TODO(#3): later", false), ("TODO(#x)", true), ("to do", false)];
    for (text, bad) in notes {
        assert_eq!(is_bad_note(text), bad, "{text}");
    }
}

fn each_scan(problems_of: impl Fn(&str, &Scan) -> Vec<String>) -> Vec<String> {
    tree::rust_files().iter().flat_map(|file| problems_of(&file.path, &scan(&file.text))).collect()
}

/// Each `use` statement with its first line.
fn imports(scan: &Scan) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (number, line) in scan.numbered() {
        let line = line.trim();
        let visible =
            line.strip_prefix("pub").map_or(line, |rest| rest.split_once(") ").map_or(rest.trim(), |(_, rest)| rest));
        if !open && visible.starts_with("use ") {
            found.push((number, String::new()));
            open = true;
        }
        if let Some((_, statement)) = found.last_mut().filter(|_| open) {
            statement.push_str(line);
            open = !line.contains(';');
        }
    }
    found
}

fn is_bad_import(statement: &str) -> bool {
    statement.starts_with("pub use ") || (statement.contains('*') && statement != "use super::*;")
}

/// A note without the number of its issue; the other spelling of a note is not used at all.
fn is_bad_note(comment: &str) -> bool {
    let numbered = |rest: &str| rest.strip_prefix("(#").is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    let todo = comment.match_indices("TODO").any(|(at, word)| !numbered(&comment[at + word.len()..]));
    // A comment about the rule itself quotes it.
    (todo && !comment.contains("`TODO")) || comment.contains("FIXME")
}
