//! A disk that says it could not keep what was written: strace lets fsync fail under the real program on SQLite. Where
//! strace is missing or may not trace, these tests say so in a printed line and prove nothing.

use std::path::Path;
use std::process::{Command, Stdio};

use testkit::databases::Database;

use crate::life::{FEW, lived};
use crate::trouble::{Calm, Met, Step, WHOLE};
use crate::{almoner_under, said};

/// A commit is a sync or two, and so is the fold of the log into the file at the end.
const SYNCS: u32 = 9;

/// Whether strace works here.
fn may_trace() -> bool {
    let traced = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let may = traced.is_ok_and(|status| status.success());
    if !may {
        println!("strace is missing or may not trace here: what happens when fsync fails was NOT tested");
    }
    may
}

/// Lets a sync fail, and perhaps all that come after it. A command that ends well all the same has kept everything.
fn cannot_keep(log: &Path, store: &str, step: &Step, part: u32, ever_after: bool) -> Met {
    let which = format!("{}{}", 1 + part * SYNCS / WHOLE, if ever_after { "+" } else { "" });
    let inject = format!("inject=fsync,fdatasync:error=EIO:when={which}");
    let trace = ["-f", "-qq", "-y", "-o", log.to_str().unwrap(), "-e", "trace=fsync,fdatasync,pwrite64", "-e", &inject];
    let said = said(almoner_under("strace", &trace, store, step.now, &step.words));
    let told = std::fs::read_to_string(log).unwrap();
    if said.code == Some(0) {
        assert!(is_kept(&told), "{}: done is said of what the disk has not kept: {told}", step.name);
        return Met::Done;
    }
    assert!(told.contains("(INJECTED)"), "{}: {said:?}", step.name);
    let sentences = ["the disk reported an error", "cannot be written", "it is not known whether the change was kept"];
    said.is_refused("");
    assert!(sentences.iter().any(|part| said.err.contains(part)), "{}: {said:?}", step.name);
    Met::Stopped
}

/// After every write to the log of changes came a sync of it that worked.
fn is_kept(told: &str) -> bool {
    let mut is_kept = true;
    for line in told.lines().filter(|line| line.contains("-wal>")) {
        if line.contains("pwrite64(") {
            is_kept = false;
        } else if !line.contains("(INJECTED)") {
            is_kept = true;
        }
    }
    is_kept
}

fn a_life_on_a_failing_disk(seed: u64, ever_after: bool) {
    if !may_trace() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("strace.log");
    let mut trouble = |store: &str, step: &Step, _: &Calm, part: u32| cannot_keep(&log, store, step, part, ever_after);
    let tally = lived(Database::sqlite(), FEW, seed, |_| 2, &mut trouble);
    println!("{} commands were refused by the disk: {:?}", tally.stops(), tally.phases);
}

// Proves: RUN-02, CSV-02
#[test]
fn a_sync_that_fails_once_loses_nothing_and_is_never_called_done() {
    a_life_on_a_failing_disk(11, false);
}

// Proves: RUN-02, CSV-02
#[test]
fn a_disk_that_fails_for_good_loses_nothing_and_is_never_called_done() {
    a_life_on_a_failing_disk(12, true);
}

#[test]
fn what_was_written_to_the_log_and_not_synced_is_not_kept() {
    let write = "7 pwrite64(5</tmp/a.db-wal>, \"x\", 24, 32) = 24";
    let (kept, lost) = ("7 fdatasync(5</tmp/a.db-wal>) = 0", "7 fdatasync(5</tmp/a.db-wal>) = -1 EIO (INJECTED)");
    let other = "7 fdatasync(4</tmp/a.db>) = 0";
    for (calls, expected) in [
        (vec![write, kept], true),
        (vec![write, lost], false),
        (vec![write, other], false),
        (vec![write, kept, write], false),
        (vec![write, kept, lost], true),
    ] {
        assert_eq!(is_kept(&calls.join("\n")), expected, "{calls:?}");
    }
}
