//! A PostgreSQL server that goes away in the middle of a command and comes back.

use std::process::{Child, Stdio};
use std::time::Duration;

use crate::cluster::Cluster;
use crate::state::State;
use crate::{LATER, NOW, Said, almoner, joiners, populated, sqlite, text, whole};

fn spawned(store: &str, now: &str, arguments: &[&str]) -> Child {
    almoner(store, now, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Said {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Restarts the server under the command again and again, each time a little later, until the command comes to its end.
/// Says how often it was still at work. What it says then is a sentence, and never that all is well.
fn restarted_until_done(cluster: &Cluster, now: &str, command: &[&str]) -> u32 {
    let mut after_ms = 80;
    let mut hits = 0;
    loop {
        let mut child = spawned(&cluster.url(), now, command);
        std::thread::sleep(Duration::from_millis(after_ms));
        let at_work = child.try_wait().unwrap().is_none();
        cluster.down();
        assert!(cluster.up());
        let said = ended(child);
        hits += u32::from(at_work);
        // Done before, or by its own second attempt.
        if said.code == Some(0) {
            return hits;
        }
        assert!(at_work, "{said:?}");
        let sentences = ["the database cannot be reached", "the connection broke while the change was being kept"];
        assert!(sentences.iter().any(|part| said.err.contains(part)), "{said:?}");
        said.is_refused("");
        after_ms *= 3;
    }
}

// Proves: RUN-02, CSV-02
#[test]
fn a_server_restarted_under_an_import_and_a_run_leaves_each_account_notice_and_audit_line_once() {
    let folder = tempfile::tempdir().unwrap();
    let calm = sqlite(&folder.path().join("calm.db"));
    let cluster = Cluster::start();
    let file = joiners(folder.path(), 4_000);
    let import = ["account", "import", text(&file)];
    populated(&calm, folder.path(), 5_500);
    populated(&cluster.url(), folder.path(), 5_500);
    for (now, command) in [(NOW, import.as_slice()), (LATER, &["run"])] {
        whole(&calm, now, command);
        let hits = restarted_until_done(&cluster, now, command);
        assert!(hits >= 1, "no restart came while {command:?} was at work");
        whole(&cluster.url(), now, command);
        State::of(&cluster.url()).is(&State::of(&calm));
    }
}
