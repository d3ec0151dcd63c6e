//! A store that may be read and not written. Root may write everything, so the program runs as somebody else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cluster::is_root;
use crate::life::joiners;
use crate::state::State;
use crate::{LATER, NOW, Said, populated, said, sqlite, text, whole, words};

const REFUSED: &str = "the database refuses writes\nhint: check the file's permissions";

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The program where somebody else may start it: what is built may lie in a folder of root's.
fn program(folder: &Path) -> PathBuf {
    let place = folder.join("almoner");
    fs::copy(env!("CARGO_BIN_EXE_almoner"), &place).unwrap();
    allow(&place, 0o755);
    place
}

/// Says it as a user who owns nothing here.
fn as_reader(program: &Path, store: &str, now: &str, arguments: &[&str]) -> Said {
    let mut command = if is_root() { Command::new("setpriv") } else { Command::new(program) };
    if is_root() {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
    }
    command.args(words(store, now, arguments));
    said(command)
}

// Proves: RUN-02, CSV-02
#[test]
fn a_store_that_may_only_be_read_answers_and_refuses_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (path, calm) = (folder.path().join("store.db"), folder.path().join("calm.db"));
    populated(&sqlite(&path), folder.path(), 200);
    fs::copy(&path, &calm).unwrap();
    let file = joiners(folder.path(), 10, usize::MAX);
    let program = program(folder.path());
    let store = sqlite(&path);
    let before = State::of(&store);
    let changes: [(&str, &[&str]); 3] = [
        (NOW, &["leaver", "a0@mail.example", "--reason", "moved"]),
        (NOW, &["account", "import", text(&file)]),
        (LATER, &["run"]),
    ];
    let reads: [&[&str]; 2] = [&["explain", "a0@mail.example"], &["forecast", "--organisation", "R0A", "--days", "90"]];
    // With a folder that may be written, where SQLite puts its lock, and without: then it cannot even read.
    for (mode, can_read) in [(0o777, true), (0o555, false)] {
        allow(&path, 0o444);
        allow(folder.path(), mode);
        for (now, command) in changes {
            as_reader(&program, &store, now, command).is_refused(REFUSED);
        }
        for command in reads {
            let answer = as_reader(&program, &store, NOW, command);
            if can_read {
                assert_eq!((answer.code, answer.err.as_str()), (Some(0), ""), "{command:?}");
                assert!(answer.out.contains("a0@mail.example"), "{command:?}: {}", answer.out);
            } else {
                answer.is_refused(REFUSED);
            }
        }
        allow(folder.path(), 0o755);
        allow(&path, 0o644);
        // A reader leaves them behind: it may not fold them into the file.
        for left in ["store.db-shm", "store.db-wal"] {
            drop(fs::remove_file(folder.path().join(left)));
        }
        State::of(&store).is(&before);
    }
    for (now, command) in changes {
        whole(&sqlite(&calm), now, command);
        whole(&store, now, command);
    }
    State::of(&store).is(&State::of(&sqlite(&calm)));
}
