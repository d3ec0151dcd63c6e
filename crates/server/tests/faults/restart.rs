//! A PostgreSQL server that goes away in the middle of everything, as a crash does, and comes back.

use std::process::Stdio;

use testkit::databases::Database;

use crate::cluster::Cluster;
use crate::life::{FEW, lived};
use crate::trouble::{Calm, Met, Step, WHOLE};
use crate::{Said, almoner};

/// Restarts the server at this part of the time that the command takes undisturbed. What it says then is a sentence,
/// and never that all is well.
fn restarted(cluster: &Cluster, store: &str, step: &Step, calm: &Calm, part: u32) -> Met {
    let mut command = almoner(store, step.now, &step.words);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(calm.takes * part / WHOLE);
    let at_work = child.try_wait().unwrap().is_none();
    cluster.down();
    assert!(cluster.up());
    let said = Said::of(child.wait_with_output().unwrap());
    // Done before, or by its own second attempt.
    if said.code == Some(0) {
        return Met::Done;
    }
    assert!(at_work, "{said:?}");
    let sentences = ["the database cannot be reached", "it is not known whether the change was kept"];
    assert!(sentences.iter().any(|part| said.err.contains(part)), "{said:?}");
    said.is_refused("");
    Met::Stopped
}

// Proves: RUN-02, CSV-02
#[test]
fn a_server_restarted_under_everything_leaves_each_account_notice_and_audit_line_once() {
    let cluster = Cluster::start();
    let mut trouble = |store: &str, step: &Step, calm: &Calm, part: u32| restarted(&cluster, store, step, calm, part);
    let tally = lived(Database::postgres_at(&cluster.url()), FEW, 5, |_| 2, &mut trouble);
    println!("{} commands were left without their server: {:?}", tally.stops(), tally.phases);
}
