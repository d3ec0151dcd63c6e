//! The page `docs/generated/rules.md`: each rule, what it says, and the tests that prove it.

use std::fmt::Write as _;
use std::fs;

use crate::scan::scan;
use crate::tree::{self, File};

const ENUM: &str = "crates/domain/src/rule.rs";
const PAGE: &str = "docs/generated/rules.md";
const COMMAND: &str = "UPDATE_EXPECT=1 cargo test -p almoner-testkit --test house";

/// A rule as the enum declares it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) says: String,
}

/// A test that claims to prove rules.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) ids: Vec<String>,
    /// `file::test`.
    pub(crate) test: String,
    /// `file:line` of the claim.
    pub(crate) place: String,
}

#[test]
fn the_rules_page_is_up_to_date() {
    let text = fs::read_to_string(tree::root().join(ENUM)).unwrap();
    let rules = rules_in(&text);
    assert!(!rules.is_empty(), "{ENUM}: no `pub enum Rule` with lines `Name = \"ID\",` found");
    let (proofs, mut problems) = proofs_in(&tree::rust_files());
    problems.extend(unknown_ids(&rules, &proofs));
    tree::none(
        &problems,
        "`// Proves:` names ids of crates/domain/src/rule.rs and stands directly above its `#[test]`:",
    );
    let expected = page(&rules, &proofs);
    let path = tree::root().join(PAGE);
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, expected).unwrap();
        return;
    }
    let actual = fs::read_to_string(&path).unwrap_or_default();
    if let Some((line, is, should)) = first_difference(&actual, &expected) {
        panic!("\n{PAGE}:{line}: is  {is}\n  should be {should}\nthe page is out of date; run {COMMAND}\n");
    }
}

/// The rules of the enum, in its order.
pub(crate) fn rules_in(text: &str) -> Vec<Rule> {
    let body = text.split_once("pub enum Rule {").map_or("", |(_, body)| body);
    let mut rules = Vec::new();
    let mut says = String::new();
    for line in body.lines().map(str::trim).take_while(|line| *line != "}") {
        if let Some(doc) = line.strip_prefix("///") {
            let space = if says.is_empty() { "" } else { " " };
            says = format!("{says}{space}{}", doc.trim());
        } else if let Some(id) = line.split('"').nth(1) {
            rules.push(Rule { id: id.to_owned(), says: std::mem::take(&mut says) });
        }
    }
    rules
}

/// The claims in all files, and those that have no test below them.
pub(crate) fn proofs_in(files: &[File]) -> (Vec<Proof>, Vec<String>) {
    let (mut proofs, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        let scan = scan(&file.text);
        for (line, comment) in &scan.comments {
            let Some(ids) = comment.trim_start().strip_prefix("Proves:") else { continue };
            // `code` counts from 0, so `line` is the index of the line below the comment.
            let below: Vec<&str> = scan.code.iter().skip(*line).map(|line| line.trim()).collect();
            let name = below.iter().find_map(|line| line.strip_prefix("fn ")).and_then(|rest| rest.split('(').next());
            let place = format!("{}:{line}", file.path);
            match (below.first(), name) {
                (Some(&"#[test]"), Some(name)) => proofs.push(Proof {
                    ids: ids.split(',').map(|id| id.trim().to_owned()).collect(),
                    test: format!("{}::{name}", file.path),
                    place,
                }),
                _ => problems.push(format!("{place}: no `#[test]` on the next line")),
            }
        }
    }
    (proofs, problems)
}

/// Claims about rules that do not exist.
pub(crate) fn unknown_ids(rules: &[Rule], proofs: &[Proof]) -> Vec<String> {
    let known = |id: &str| rules.iter().any(|rule| rule.id == id);
    let unknown = |proof: &Proof| -> Vec<String> {
        let ids = proof.ids.iter().filter(|id| !known(id));
        ids.map(|id| format!("{}: no rule '{id}'", proof.place)).collect()
    };
    proofs.iter().flat_map(unknown).collect()
}

/// The whole page.
pub(crate) fn page(rules: &[Rule], proofs: &[Proof]) -> String {
    let tests_of = |rule: &Rule| -> Vec<String> {
        let proving = proofs.iter().filter(|proof| proof.ids.contains(&rule.id));
        proving.map(|proof| format!("`{}`", proof.test)).collect()
    };
    let proved = rules.iter().filter(|rule| !tests_of(rule).is_empty()).count();
    let mut page = format!(
        "# Rules and their proofs\n\n\
         Generated from `{ENUM}` and the `// Proves:` lines above the tests; do not edit, run\n\
         `{COMMAND}`.\n\n\
         {proved} of {} rules are proved by a test.\n\n\
         | Rule | What it says | Proved by |\n|---|---|---|\n",
        rules.len()
    );
    for rule in rules {
        let tests = tests_of(rule);
        let proof = if tests.is_empty() { "not built yet".to_owned() } else { tests.join("<br>") };
        // Writing to a string cannot fail.
        writeln!(page, "| {} | {} | {proof} |", rule.id, rule.says.replace('|', "\\|")).unwrap();
    }
    page
}

/// The first line that differs: its number, what is there and what should be.
pub(crate) fn first_difference(actual: &str, expected: &str) -> Option<(usize, String, String)> {
    if actual == expected {
        return None;
    }
    let (mut is, mut should) = (actual.lines(), expected.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (is.next(), should.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return Some((number, "(the end)".to_owned(), "(a line end)".to_owned())),
            (a, b) => return Some((number, a.unwrap_or("(the end)").to_owned(), b.unwrap_or("(the end)").to_owned())),
        }
    }
}
