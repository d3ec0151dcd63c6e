//! The places where the world comes in: the clock, chance, SQL and the database drivers each have one home.

use crate::scan::{Scan, has_word, is_word, scan};
use crate::tree;

/// This file and its siblings name what they forbid.
const HOUSE: &str = "crates/testkit/tests/house/";

#[test]
fn the_clock_is_read_in_one_place() {
    const READS: [&str; 5] = ["Timestamp::now", "SystemTime::now", "Instant::now", "Zoned::now", "Utc::now"];
    let problems = lines_with(
        |path| {
            let measures = path.starts_with("bench/") || path == "crates/server/tests/faults/trouble.rs";
            path == "crates/server/src/clock.rs" || measures
        },
        |line| READS.iter().any(|read| line.contains(read)),
    );
    tree::none(&problems, "Take the time from `Ctx`; only crates/server/src/clock.rs reads the clock:");
}

#[test]
fn chance_comes_from_outside() {
    let problems = lines_with(|path| path.starts_with("crates/server/"), is_unseeded);
    tree::none(&problems, "Take randomness from the caller, who seeds it; only crates/server draws its own:");
}

#[test]
fn sql_stays_in_the_store() {
    let mut problems = Vec::new();
    for file in tree::rust_files() {
        let home = ["crates/store/", "crates/testkit/tests/store", "crates/server/tests/faults/", "bench/", HOUSE];
        if home.iter().any(|home| file.path.starts_with(home)) {
            continue;
        }
        let strings = scan(&file.text).strings;
        let bad = strings.iter().filter(|(_, text)| is_sql(text));
        problems.extend(bad.map(|(line, text)| format!("{}:{line}: {}", file.path, text.trim())));
    }
    tree::none(&problems, "Give the store a function that says what is wanted; SQL is written in crates/store only:");
}

#[test]
fn a_database_driver_is_named_in_one_place() {
    let home = |path: &str| {
        path == "crates/store/src/db.rs"
            || path == "crates/store/src/bulk.rs"
            || path.starts_with("crates/store/src/db/")
    };
    let problems = lines_with(home, names_driver);
    tree::none(&problems, "Go through crates/store/src/db.rs; nothing else knows which database it is:");
}

#[test]
fn the_checks_tell_good_from_bad() {
    let chance = [
        ("let mut rng = Rng::new();", true),
        ("let a = fastrand::u64(..);", true),
        ("getrandom::fill(&mut seed)", true),
        ("use fastrand::Rng;", false),
        ("let mut rng = fastrand::Rng::with_seed(seed);", false),
    ];
    for (line, bad) in chance {
        assert_eq!(is_unseeded(line), bad, "{line}");
    }
    let sql = [
        ("SELECT id FROM account", true),
        ("\n  SELECT\n id\n FROM a", true),
        ("INSERT INTO a VALUES (1)", true),
        ("UPDATE a SET b = 1", true),
        ("DELETE FROM a", true),
        ("Select one from the list", false),
        ("UPDATE_EXPECT=1", false),
    ];
    for (text, bad) in sql {
        assert_eq!(is_sql(text), bad, "{text}");
    }
    let drivers = [
        ("use rusqlite::Connection;", true),
        ("postgres::Client::connect()", true),
        ("use postgres;", true),
        ("db::postgres::open()", false),
        ("Backend::Postgres => 1,", false),
        ("let postgres = 1;", false),
    ];
    for (line, bad) in drivers {
        assert_eq!(names_driver(line), bad, "{line}");
    }
}

/// Lines of code, outside the files that may, that are bad.
fn lines_with(may: impl Fn(&str) -> bool, is_bad: impl Fn(&str) -> bool) -> Vec<String> {
    let files = tree::rust_files().into_iter().filter(|file| !may(&file.path) && !file.path.starts_with(HOUSE));
    files
        .flat_map(|file| {
            let scan: Scan = scan(&file.text);
            let bad = scan.numbered().filter(|(_, line)| is_bad(line));
            bad.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
        })
        .collect()
}

/// An unseeded generator, or one of the free functions that hide one.
fn is_unseeded(line: &str) -> bool {
    let free = |(at, word): (usize, &str)| line[at + word.len()..].starts_with(|c: char| c.is_ascii_lowercase());
    has_word(line, "Rng::new()") || has_word(line, "getrandom") || line.match_indices("fastrand::").any(free)
}

/// Whether a text holds a statement; keywords are in capitals in this house.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let then = |first: &str, later: &str| {
        words.iter().position(|word| *word == first).is_some_and(|at| words[at..].contains(&later))
    };
    let adjacent = |first: &str, second: &str| words.windows(2).any(|pair| pair[0] == first && pair[1] == second);
    then("SELECT", "FROM") || then("UPDATE", "SET") || adjacent("INSERT", "INTO") || adjacent("DELETE", "FROM")
}

/// A driver as the head of a path or of an import; a module of ours with the same name has a path before it.
fn names_driver(line: &str) -> bool {
    ["rusqlite", "postgres"].iter().any(|driver| {
        line.match_indices(driver).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + driver.len()..]);
            let head = !before.ends_with(is_word) && !before.ends_with("::");
            let import = before.trim_start() == "use " && !after.starts_with(is_word);
            head && (after.starts_with("::") || import)
        })
    })
}
