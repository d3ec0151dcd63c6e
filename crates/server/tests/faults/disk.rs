//! The disk is full in the middle of a command. Two ways, both of which end in a write that is refused: a small file
//! system, where this may be mounted, and a limit on the size of files, which works for everybody.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testkit::databases::Database;

use crate::life::{FEW, lived};
use crate::trouble::{Calm, Met, Step, WHOLE};
use crate::{Said, almoner, almoner_under, said, text};

/// A file system that can be made small, unmounted when the test ends.
struct Small(PathBuf);

impl Small {
    /// None where mounting is not allowed.
    fn mount(folder: &Path) -> Option<Self> {
        let place = folder.join("small");
        std::fs::create_dir_all(&place).unwrap();
        mounted(&["-t", "tmpfs", "-o", "size=400m", "tmpfs", text(&place)]).then(|| Self(place))
    }

    /// Leaves so many KiB free.
    fn leave(&self, kib: u64) {
        let used = said(command("du", &["-sk", text(&self.0)])).out;
        let used: u64 = used.split_whitespace().next().unwrap().parse().unwrap();
        assert!(mounted(&["-o", &format!("remount,size={}k", used + kib), text(&self.0)]));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // What stays mounted is seen on the machine; a panic here would hide the test's own.
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}

fn command(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments);
    command
}

fn mounted(arguments: &[&str]) -> bool {
    command("mount", arguments).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Room for this part of the whole store, in KiB; for signals oftener little than much, because they need little of it.
fn room(step: &Step, calm: &Calm, part: u32) -> u64 {
    let file = calm.after.url().strip_prefix("sqlite:").unwrap();
    let kib = std::fs::metadata(file).unwrap().len() / 1024;
    let part = if step.name == "signal import" { part * part / WHOLE } else { part };
    40 + kib * u64::from(part) / u64::from(WHOLE)
}

/// Either it ended well or it was told in a sentence.
fn met(said: &Said) -> Met {
    if said.code == Some(0) {
        return Met::Done;
    }
    let outcome = said.err.contains("the outcome file") && said.err.contains("cannot be written");
    assert!(outcome || said.err.contains("the database's disk is full\nhint: make room, then try again"), "{said:?}");
    said.is_refused("");
    Met::Stopped
}

/// A seal is a row or two: there is always room for them.
fn stops(step: &Step) -> u32 {
    if step.name == "audit seal" { 0 } else { 3 }
}

// Proves: RUN-02, CSV-02, ORG-01
#[test]
fn a_limit_on_files_stops_everything_between_batches_and_it_ends_as_if_undisturbed() {
    let mut trouble = |store: &str, step: &Step, calm: &Calm, part: u32| {
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", room(step, calm, part));
        met(&said(almoner_under("bash", &["-c", &limit, "bash"], store, step.now, &step.words)))
    };
    let tally = lived(Database::sqlite(), FEW, 8, stops, &mut trouble);
    println!("{} files grew too large: {:?}", tally.stops(), tally.phases);
    assert!(tally.phases.contains_key("some kept"), "no batch was kept before there was no room: {tally:?}");
}

// Proves: RUN-02, CSV-02, ORG-01
#[test]
fn a_full_disk_stops_everything_between_batches_and_it_ends_as_if_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = Small::mount(folder.path()) else {
        println!("nothing may be mounted here: a full disk was NOT tested, but a limit on the size of files was");
        return;
    };
    let mut trouble = |store: &str, step: &Step, calm: &Calm, part: u32| {
        small.leave(room(step, calm, part));
        let said = said(almoner(store, step.now, &step.words));
        small.leave(200 * 1024);
        met(&said)
    };
    let tally = lived(Database::sqlite_in(&small.0), FEW, 9, stops, &mut trouble);
    println!("{} disks were full: {:?}", tally.stops(), tally.phases);
    assert!(tally.phases.contains_key("some kept"), "no batch was kept before the disk was full: {tally:?}");
}
