//! The page `docs/security.md`: every requirement of the list has one answer, every test that it names is there, and its sums
//! are true.

use std::collections::BTreeMap;
use std::fs;

use crate::scan::scan;
use crate::tree;

const PAGE: &str = "docs/security.md";
const LIST: &str = "crates/testkit/tests/house/asvs.txt";

/// How the page shortens the folders of tests.
const HOMES: [(&str, &str); 4] = [
    ("web/", "crates/server/src/web/tests/"),
    ("stories/", "crates/testkit/tests/stories/"),
    ("store/", "crates/testkit/tests/store/"),
    ("house/", "crates/testkit/tests/house/"),
];

/// The words of the third column, in the order of the summary.
const STATES: [&str; 3] = ["met", "open", "does not apply"];

/// A line of a table.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    line: usize,
    /// `1.2.3`, or `4.3` or `17` for all below it.
    id: String,
    state: String,
    how: String,
}

#[test]
fn every_requirement_is_answered_once_and_the_sums_are_true() {
    let page = fs::read_to_string(tree::root().join(PAGE)).unwrap();
    let list = fs::read_to_string(tree::root().join(LIST)).unwrap();
    tree::none(&problems(&page, &list), "docs/security.md answers each line of the list once, and counts right:");
}

#[test]
fn every_test_that_the_page_names_exists() {
    let page = fs::read_to_string(tree::root().join(PAGE)).unwrap();
    let mut problems = Vec::new();
    let mut named = 0;
    for (line, path, name) in tests_in(&page) {
        named += 1;
        let Ok(text) = fs::read_to_string(tree::root().join(&path)) else {
            problems.push(format!("{PAGE}:{line}: no file {path}"));
            continue;
        };
        if !has_test(&text, &name) {
            problems.push(format!("{PAGE}:{line}: no test {name} in {path}"));
        }
    }
    assert!(named > 100, "only {named} tests are named");
    tree::none(&problems, "The page names a test that is not there; name the right one, or write it:");
}

/// What is wrong with a page that answers a list.
fn problems(page: &str, list: &str) -> Vec<String> {
    let rows = rows_in(page);
    let ids: Vec<&str> =
        list.lines().filter(|line| !line.starts_with('#')).filter_map(|l| l.split(' ').next()).collect();
    let covers = |row: &Row, id: &str| id == row.id || id.starts_with(&format!("{}.", row.id));
    let mut problems = Vec::new();
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &ids {
        let found: Vec<&Row> = rows.iter().filter(|row| covers(row, id)).collect();
        match found.as_slice() {
            [row] => *sums.entry(row.state.as_str()).or_default() += 1,
            [] => problems.push(format!("{id} is not answered")),
            _ => problems.push(format!("{id} is answered {} times", found.len())),
        }
    }
    for row in &rows {
        let place = format!("{PAGE}:{}: {}", row.line, row.id);
        if !ids.iter().any(|id| covers(row, id)) {
            problems.push(format!("{place} is in no list"));
        }
        if !STATES.contains(&row.state.as_str()) {
            problems.push(format!("{place} is `{}`", row.state));
        }
        // What is met is shown by a test, or by what can be read.
        if row.how.len() < 8 || (row.state == "met" && !row.how.contains('`')) {
            problems.push(format!("{place} does not say how"));
        }
    }
    for state in STATES {
        let sum = sums.get(state).copied().unwrap_or(0);
        if !page.contains(&format!("| {state} | {sum} |")) {
            problems.push(format!("the summary should say: | {state} | {sum} |"));
        }
    }
    if !page.contains(&format!("| together | {} |", ids.len())) {
        problems.push(format!("the summary should say: | together | {} |", ids.len()));
    }
    problems
}

/// The lines of the tables whose first cell is a number.
fn rows_in(page: &str) -> Vec<Row> {
    let numbered = (1..).zip(page.lines());
    let read = numbered.filter_map(|(line, text)| {
        let cells: Vec<&str> = text.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [id, _, state, how] = cells.as_slice() else { return None };
        let is_id = id.starts_with(|c: char| c.is_ascii_digit());
        is_id.then(|| Row { line, id: (*id).into(), state: (*state).into(), how: (*how).into() })
    });
    read.collect()
}

/// Line, file and name of each test that is named in backticks.
fn tests_in(page: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(page.lines()) {
        for span in text.split('`').skip(1).step_by(2) {
            let Some((file, name)) = span.split_once(".rs::") else { continue };
            let home = HOMES.iter().find_map(|(short, long)| Some(format!("{long}{}", file.strip_prefix(short)?)));
            found.push((line, format!("{}.rs", home.unwrap_or_else(|| file.to_owned())), name.to_owned()));
        }
    }
    found
}

/// Whether a file has a test of this name: the attribute stands above it.
fn has_test(text: &str, name: &str) -> bool {
    let code = scan(text).code;
    let lines: Vec<&str> = code.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let head = format!("fn {name}(");
    let is_attribute = |line: &&&str| line.starts_with("#[");
    lines.iter().enumerate().any(|(at, line)| {
        line.starts_with(&head) && lines[..at].iter().rev().take_while(is_attribute).any(|line| *line == "#[test]")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# a list\n1.1.1 1\n1.1.2 2\n4.3.1 2\n4.3.2 1\n";
    const PAGE: &str = "| met | 1 |\n| open | 1 |\n| does not apply | 2 |\n| together | 4 |\n\
        | 1.1.1 | a | met | by `x.rs::y` there |\n| 1.1.2 | b | open | what is missing |\n| 4.3 | c | does not apply | none here |\n";

    #[test]
    fn a_page_that_answers_all_is_right_and_each_slip_is_told() {
        assert_eq!(problems(PAGE, LIST), Vec::<String>::new());
        for (from, to, told) in [
            ("| 1.1.2 |", "| 1.1.1 |", "1.1.1 is answered 2 times"),
            ("| 1.1.2 |", "| 1.1.1 |", "1.1.2 is not answered"),
            ("| 1.1.2 |", "| 1.1.9 |", "1.1.9 is in no list"),
            ("| open | what", "| opened | what", "is `opened`"),
            ("by `x.rs::y` there", "surely it is", "does not say how"),
            ("| open | 1 |", "| open | 2 |", "| open | 1 |"),
            ("| together | 4 |", "| together | 5 |", "| together | 4 |"),
            ("| 4.3 | c", "| 4 | c", ""),
        ] {
            let found = problems(&PAGE.replace(from, to), LIST).join("\n");
            assert!(found.contains(told), "{from} > {to}: {found}");
            assert_eq!(found.is_empty(), told.is_empty(), "{from} > {to}: {found}");
        }
    }

    #[test]
    fn a_test_is_one_only_under_its_attribute() {
        let text =
            "#[test]\nfn a_one() {}\nfn two() {}\n/// doc\n#[test]\n#[should_panic]\nfn three() {}\n// fn four()\n";
        for (name, is) in
            [("a_one", true), ("one", false), ("two", false), ("three", true), ("four", false), ("a_on", false)]
        {
            assert_eq!(has_test(text, name), is, "{name}");
        }
        let found = tests_in("see `web/doors.rs::x` and `crates/a/b.rs::y`, not `c.rs`\n");
        let expected = [(1, "crates/server/src/web/tests/doors.rs", "x"), (1, "crates/a/b.rs", "y")];
        assert_eq!(found, expected.map(|(line, path, name)| (line, path.to_owned(), name.to_owned())));
    }
}
