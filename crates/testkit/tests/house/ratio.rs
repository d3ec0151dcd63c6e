//! How many lines of test stand against the lines of code.

use crate::tree::{self, File};

/// Lines of test for each hundred lines of code. It may only rise; the aim is 100.
const TEST_PER_HUNDRED_CODE: usize = 65;

#[test]
fn there_are_enough_lines_of_test() {
    let (mut code, mut test) = (0, 0);
    let files: Vec<File> = tree::rust_files().into_iter().filter(|file| file.path.starts_with("crates/")).collect();
    let only_tests: Vec<String> = files.iter().flat_map(test_modules).collect();
    for file in &files {
        let (more_code, more_test) = count(file);
        let tests_alone = only_tests.iter().any(|place| file.path.starts_with(place.as_str()));
        let (more_code, more_test) = if tests_alone { (0, more_code + more_test) } else { (more_code, more_test) };
        code += more_code;
        test += more_test;
    }
    println!("{code} lines of code, {test} lines of test");
    assert!(
        test * 100 >= code * TEST_PER_HUNDRED_CODE,
        "{test} lines of test against {code} lines of code: at least {TEST_PER_HUNDRED_CODE} in a hundred are asked for; write \
         the missing tests (the number stands in crates/testkit/tests/house/ratio.rs and may only rise)"
    );
}

#[test]
fn lines_are_counted_on_the_right_side() {
    let source =
        "//! Head.\n\nfn a() {}\n#[cfg(test)]\nmod a_tests;\nfn b() {}\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\n";
    let cases = [
        ("crates/x/src/a.rs", (4, 4)),
        ("crates/x/src/a_tests.rs", (0, 8)),
        ("crates/x/tests/a.rs", (0, 8)),
        ("crates/testkit/src/world.rs", (0, 0)),
    ];
    for (path, expected) in cases {
        assert_eq!(count(&File { path: path.to_owned(), text: source.to_owned() }), expected, "{path}");
    }
}

/// Where the modules lie that a file declares for tests only: `#[cfg(test)] mod tables;` is `tables.rs` and `tables/`.
fn test_modules(file: &File) -> Vec<String> {
    let home = file.path.trim_end_matches("/lib.rs").trim_end_matches("/mod.rs").trim_end_matches(".rs");
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    let declared = lines.windows(2).filter_map(|pair| match pair {
        ["#[cfg(test)]", next] => next.trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';'),
        _ => None,
    });
    declared.flat_map(|name| [format!("{home}/{name}.rs"), format!("{home}/{name}/")]).collect()
}

#[test]
fn a_module_for_tests_only_counts_as_test() {
    let text = "#[cfg(test)]\npub(crate) mod tables;\nmod code;\n".to_owned();
    let places = test_modules(&File { path: "crates/x/src/a.rs".to_owned(), text });
    assert_eq!(places, ["crates/x/src/a/tables.rs", "crates/x/src/a/tables/"]);
}

/// Lines of code and of test in a file, blank lines and comments left out. The testkit's own source is equipment: it
/// counts on neither side.
fn count(file: &File) -> (usize, usize) {
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    let written = |lines: &[&str]| lines.iter().filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    if file.path.starts_with("crates/testkit/src/") {
        (0, 0)
    } else if file.path.contains("/tests/") || file.path.ends_with("tests.rs") {
        (0, written(&lines))
    } else {
        let inline_tests = |at: &usize| {
            let next = lines[at + 1..].iter().find(|line| !line.starts_with('#') && !line.is_empty());
            lines[*at] == "#[cfg(test)]" && next.is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
        };
        let from = (0..lines.len()).find(inline_tests).unwrap_or(lines.len());
        (written(&lines[..from]), written(&lines[from..]))
    }
}
