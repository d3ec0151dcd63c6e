//! Documents name files that exist, and no text names a machine or a registry.

use crate::tree::{self, File};

/// A word in backticks that starts like this is a path of the repository.
const STARTS: [&str; 7] = ["crates/", "docs/", "policy/", "data/", ".ci/", "bench/", "fuzz/"];

#[test]
fn a_path_named_in_a_document_exists() {
    const ROOT_PAGES: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "STYLE.md"];
    let is_page = |file: &File| {
        ROOT_PAGES.contains(&file.path.as_str())
            || (file.path.starts_with("docs/") && tree::ends_with(&file.path, "md"))
    };
    let mut problems = Vec::new();
    for file in tree::text_files().into_iter().filter(is_page) {
        for (line, path) in named(&file.text) {
            if !tree::root().join(&path).exists() {
                problems.push(format!("{}:{line}: {path}", file.path));
            }
        }
    }
    tree::none(&problems, "The document names what is not there; correct the name, or write the file:");
}

#[test]
fn no_text_names_a_machine_or_a_registry() {
    // Put together here, so that this file does not hold what it looks for.
    let hosts = [
        ["crates", ".io"],
        ["npmjs", ".org"],
        ["npmjs", ".com"],
        ["pypi", ".org"],
        ["proxy.golang", ".org"],
        ["docker", ".io"],
        ["ghcr", ".io"],
        ["deb.debian", ".org"],
        ["rubygems", ".org"],
    ];
    let folders = [["/wor", "k/"], ["/tmp/tar", "get"], ["/root", "/."]];
    let mut problems = Vec::new();
    for file in tree::text_files() {
        for (line, text) in (1..).zip(file.text.lines()) {
            for host in hosts.map(|parts| parts.concat()) {
                if text.contains(&host) {
                    problems.push(format!("{}:{line}: names the registry {host}", file.path));
                }
            }
            for folder in folders.map(|parts| parts.concat()) {
                if names_folder(text, &folder) {
                    problems.push(format!("{}:{line}: names {folder} of one machine", file.path));
                }
            }
        }
    }
    tree::none(&problems, "Say it without the host or the folder; others build elsewhere:");
}

#[test]
fn paths_are_found_in_backticks_only() {
    let text = "see `crates/a/b.rs:12` and crates/c.rs\n`./dev test fmt`, `docs/d.md`.\n`crates/*/e` `and/or` `crates/f.rs::g`\n";
    let found: Vec<(usize, String)> = named(text);
    let expected = [(1, "crates/a/b.rs"), (2, "dev"), (2, "docs/d.md"), (3, "crates/f.rs")];
    assert_eq!(found, expected.map(|(line, path)| (line, path.to_owned())));
}

#[test]
fn a_folder_inside_a_longer_path_is_not_one_of_the_machine() {
    assert!(names_folder("see /a/b", "/a/"));
    assert!(!names_folder("see x/a/b and ./a/b", "/a/"));
}

/// Line and path of each name in backticks that looks like a path; patterns and placeholders are left out.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        for span in content.split('`').skip(1).step_by(2) {
            let word = span.split([' ', ':', '#']).next().unwrap_or_default();
            let pattern = word.contains(['*', '<', '{', '$', '…']) || word.contains("NNNN");
            if word == "./dev" {
                found.push((line, "dev".to_owned()));
            } else if !pattern && STARTS.iter().any(|start| word.starts_with(start)) {
                found.push((line, word.trim_end_matches(['.', ',']).to_owned()));
            }
        }
    }
    found
}

fn names_folder(text: &str, folder: &str) -> bool {
    text.match_indices(folder)
        .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_.-}*<>".contains(c)))
}
