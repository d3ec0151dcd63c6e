//! The program killed with SIGKILL: a run on PostgreSQL, whose server outlives the client, and an accounts file.

use std::collections::HashSet;
use std::process::Stdio;
use std::time::Duration;

use testkit::databases::Database;

use crate::state::State;
use crate::{LATER, NOW, almoner, founded, joiners, populated, sqlite, text, whole};

/// Kills the command again and again, each time a little later, until it ends before. Says how often it was at work.
fn killed_until_done(store: &str, now: &str, arguments: &[&str]) -> u32 {
    let mut after_ms = 30;
    let mut hits = 0;
    loop {
        let mut command = almoner(store, now, arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(after_ms));
        let at_work = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        if !at_work {
            return hits;
        }
        hits += 1;
        after_ms += after_ms / 2;
    }
}

// Proves: RUN-02
#[test]
fn a_run_killed_on_postgres_ends_where_a_whole_one_ends_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let calm = sqlite(&folder.path().join("calm.db"));
    let database = Database::postgres();
    populated(&calm, folder.path(), 8_000);
    populated(database.url(), folder.path(), 8_000);
    whole(&calm, LATER, &["run"]);
    // Two workers share the batches, whatever the machine has.
    let shared = ["run", "--workers", "2"];
    let hits = killed_until_done(database.url(), LATER, &shared);
    assert!(hits >= 4, "only {hits} kills came while the run was at work");
    whole(database.url(), LATER, &shared);
    State::of(database.url()).is(&State::of(&calm));
}

// Proves: CSV-02
#[test]
fn an_accounts_file_killed_and_sent_again_makes_each_account_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (calm, troubled, out) = (sqlite(&at("calm.db")), sqlite(&at("troubled.db")), at("outcome.csv"));
    founded(&calm);
    founded(&troubled);
    let file = joiners(folder.path(), 20_000);
    let command = ["account", "import", text(&file), "--out", text(&out)];
    whole(&calm, NOW, &command);
    let hits = killed_until_done(&troubled, NOW, &command);
    assert!(hits >= 4, "only {hits} kills came while the file was at work");
    std::fs::remove_file(&out).unwrap();
    whole(&troubled, NOW, &command);

    let found = State::of(&troubled);
    assert_eq!(found.accounts(), 20_000);
    found.is(&State::of(&calm));
    let told = std::fs::read_to_string(&out).unwrap();
    assert_eq!(told.lines().count(), 20_001);
    let lines: HashSet<&str> = told.lines().skip(1).filter(|line| line.contains(",unchanged,")).collect();
    assert_eq!(lines.len(), 20_000, "a line is missing from the outcome, or made an account again");
}
