//! Lives that keep every promise, and every failure that was ever found, made short and kept.

use std::path::PathBuf;

use testkit::databases::Database;
use testkit::sim::generate::{Shape, generate};
use testkit::sim::life::Stats;
use testkit::sim::play::play;
use testkit::sim::text::parse;

const SHAPE: Shape = Shape { accounts: 50, ops: 500 };

/// Plays seeds; lives that are too quiet prove nothing.
fn live(database: fn() -> Database, seeds: std::ops::RangeInclusive<u64>) {
    let mut all = Stats::default();
    for seed in seeds {
        match play(&database(), &generate(seed, SHAPE)) {
            Ok(stats) => all += stats,
            Err(failure) => panic!(
                "seed {seed}: {failure}; `almoner-sim --from {seed} --seeds 1 --accounts {} --ops {}` makes it short",
                SHAPE.accounts, SHAPE.ops
            ),
        }
    }
    println!("{all:?}");
    let loud = all.days > 200 && all.deleted > 20 && all.purged > 10 && all.restored > 3 && all.foreseen > 20;
    assert!(loud, "lives too quiet to prove anything: {all:?}");
}

// Proves: NTC-01, LC-19, LC-20, LC-21, ROLE-06, RUN-01, RUN-02, RUN-03, RUN-04, RUN-07, RUN-08, RUN-09, EXP-01, EXP-02, CSV-02, AUD-02
#[test]
fn random_lives_keep_every_promise() {
    live(Database::sqlite, 1..=6);
}

// Proves: NTC-01, LC-19, LC-20, LC-21, ROLE-06, RUN-01, RUN-02, RUN-03, RUN-04, RUN-07, RUN-08, RUN-09, EXP-01, EXP-02, CSV-02, AUD-02
#[test]
fn random_lives_keep_every_promise_on_postgresql() {
    live(Database::postgres, 1..=2);
}

/// The files, by name.
fn kept() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/shrunk");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let text = |path: &PathBuf| (path.display().to_string(), std::fs::read_to_string(path).unwrap());
    files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "txt")).map(text).collect()
}

fn replay(database: fn() -> Database) {
    for (name, text) in kept() {
        let ops = parse(&text).unwrap_or_else(|told| panic!("{name}: {told}"));
        if let Err(failure) = play(&database(), &ops) {
            panic!("{name}: {failure}");
        }
    }
}

// Proves: RUN-02, NTC-03
#[test]
fn what_was_found_once_is_not_found_again() {
    assert!(!kept().is_empty());
    replay(Database::sqlite);
}

#[test]
fn what_was_found_once_is_not_found_again_on_postgresql() {
    replay(Database::postgres);
}
