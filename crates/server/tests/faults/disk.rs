//! The disk is full in the middle of a command. Two ways, both of which end in a write that is refused: a small file
//! system, where this may be mounted, and a limit on the size of files, which works for everybody.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::state::State;
use crate::{LATER, NOW, almoner, almoner_after, founded, joiners, populated, said, sqlite, text, whole};

const FULL: &str = "the database's disk is full\nhint: make room, then try again";

/// A small file system, unmounted when the test ends.
struct Small(PathBuf);

impl Small {
    /// None where mounting is not allowed.
    fn mount(folder: &Path, kib: u64) -> Option<Self> {
        let place = folder.join("small");
        std::fs::create_dir_all(&place).unwrap();
        mounted(&["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs", text(&place)]).then(|| Self(place))
    }

    fn grow(&self) {
        assert!(mounted(&["-o", "remount,size=200m", text(&self.0)]));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // What stays mounted is seen on the machine; a panic here would hide the test's own.
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}

fn mounted(arguments: &[&str]) -> bool {
    let status = Command::new("mount").args(arguments).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn kib(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len() / 1024
}

/// Starts from a store, lets the command run out of room after so many KiB, and sends it again when there is some.
/// Says whether some of it had been kept by then.
fn meets_a_full_disk(folder: &Path, start: &Path, now: &str, command: &[&str], room: u64) -> bool {
    let before = State::of(&sqlite(start));
    let calm = folder.join("calm.db");
    std::fs::copy(start, &calm).unwrap();
    whole(&sqlite(&calm), now, command);
    let after = State::of(&sqlite(&calm));
    let mut stopped_on_the_way = false;
    let mut again = |store: &str| {
        let found = State::of(store);
        found.is_between(&before, &after);
        stopped_on_the_way |= found != before;
        whole(store, now, command);
        State::of(store).is(&after);
    };
    let limited = folder.join(format!("limited-{room}.db"));
    std::fs::copy(start, &limited).unwrap();
    let limit = format!("trap '' XFSZ; ulimit -f {room}");
    said(almoner_after(&limit, &sqlite(&limited), now, command)).is_refused(FULL);
    again(&sqlite(&limited));

    if let Some(small) = Small::mount(folder, kib(start) + room) {
        let store = small.0.join("small.db");
        std::fs::copy(start, &store).unwrap();
        said(almoner(&sqlite(&store), now, command)).is_refused(FULL);
        small.grow();
        again(&sqlite(&store));
    }
    stopped_on_the_way
}

// Proves: RUN-02
#[test]
fn a_run_on_a_full_disk_stops_between_batches_and_ends_where_an_undisturbed_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let start = folder.path().join("start.db");
    populated(&sqlite(&start), folder.path(), 12_000);
    let kept = meets_a_full_disk(folder.path(), &start, LATER, &["run"], 5 * 1024);
    assert!(kept, "no batch was kept before the disk was full");
}

// Proves: CSV-02
#[test]
fn an_account_import_on_a_full_disk_makes_each_account_once_when_it_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let start = folder.path().join("start.db");
    founded(&sqlite(&start));
    let file = joiners(folder.path(), 14_000);
    let out = folder.path().join("outcome.csv");
    let command = ["account", "import", text(&file), "--out", text(&out)];
    let kept = meets_a_full_disk(folder.path(), &start, NOW, &command, 8 * 1024);
    assert!(kept, "no batch was kept before the disk was full");
    let left = std::fs::read_dir(folder.path()).unwrap();
    assert!(
        left.flatten().all(|entry| entry.path().extension().is_none_or(|end| end != "part")),
        "an unfinished outcome file is left"
    );
}

// Proves: ORG-01
#[test]
fn an_organisation_file_on_a_full_disk_is_loaded_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let start = folder.path().join("start.db");
    whole(&sqlite(&start), NOW, &["init", "--rehearsal"]);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/ods/etr_2022-03.csv");
    let command = ["org", "import", file, "--edition", "etr"];
    assert!(!meets_a_full_disk(folder.path(), &start, NOW, &command, 60));
}
