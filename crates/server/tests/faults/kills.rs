//! The program killed with SIGKILL at random moments of everything it does, on both stores, and started again.

use std::fmt::Write as _;
use std::process::{Child, Stdio};

use testkit::databases::Database;

use crate::life::{AUTUMN, MANY, STEPS, lived, written};
use crate::state::State;
use crate::trouble::{Calm, Met, Step, WHOLE};
use crate::{almoner, populated, text};

/// How many kills of a command at work there are in all; `ALMONER_CRASHES=1000` asks for more.
fn kills() -> u32 {
    std::env::var("ALMONER_CRASHES").map_or(50, |count| count.parse().unwrap())
}

fn started(store: &str, step: &Step) -> Child {
    almoner(store, step.now, &step.words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Kills it at this part of the time that it takes undisturbed.
fn killed(store: &str, step: &Step, calm: &Calm, part: u32) -> Met {
    let mut child = started(store, step);
    // A little longer than it takes: its end is a moment like any other.
    std::thread::sleep(calm.takes * part / WHOLE * 13 / 10);
    let ended = child.try_wait().unwrap();
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    if ended.is_none() && output.status.code().is_none() {
        return Met::Stopped;
    }
    assert!(output.status.success(), "{}: {}", step.name, String::from_utf8_lossy(&output.stderr));
    Met::Done
}

/// A store's share of the kills, spread over the commands of a life.
fn a_killed_life(start: Database, seed: u64) {
    let share = kills().div_ceil(2 * STEPS);
    let tally = lived(start, MANY, seed, |_| share, &mut killed);
    println!("{} kills at work: {:?}", tally.stops(), tally.phases);
    assert!(tally.phases.len() >= 3, "all kills came at the same moments: {tally:?}");
}

// Proves: RUN-02, RUN-08, RUN-10, CSV-02
#[test]
fn everything_killed_at_random_moments_and_started_again_ends_as_if_undisturbed() {
    a_killed_life(Database::sqlite(), 20_261_120);
}

// Proves: RUN-02, RUN-08, RUN-10, CSV-02
#[test]
fn everything_killed_at_random_moments_on_postgresql_ends_as_if_undisturbed() {
    a_killed_life(Database::postgres(), 7);
}

// Proves: RUN-02, CSV-02
#[test]
fn two_runs_and_a_file_of_the_same_accounts_at_once_and_killed_do_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let (calm, out) = (Database::postgres(), folder.path().join("outcome.csv"));
    populated(calm.url(), folder.path(), MANY);
    let troubled = calm.copy();
    // Those that the run makes inactive at the same time.
    let mut lines = String::from("Address,Action,Argument,Reason\n");
    for number in (2..MANY).step_by(7) {
        let _ = writeln!(lines, "a{number}@mail.example,hide,,asked for");
    }
    let file = written(folder.path(), "hide.csv", &lines);
    let run = Step::new("run", AUTUMN, &["run"]);
    let bulk = Step::new("bulk", AUTUMN, &["bulk", text(&file), "--out", text(&out)]);
    let seal = Step::new("audit seal", AUTUMN, &["audit", "seal"]);
    // Short enough that the last rounds find work left, however quick the machine is.
    let longest = (run.timed(calm.url()) + bulk.timed(calm.url())) / 8;
    seal.whole(calm.url());
    let mut dice = fastrand::Rng::with_seed(3);
    let mut stopped = 0;
    for _ in 0..kills().div_ceil(10) {
        let all = [&run, &bulk, &run].map(|step| started(troubled.url(), step));
        for mut child in all {
            std::thread::sleep(longest.mul_f64(dice.f64()));
            stopped += u32::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    println!("{stopped} kills of commands at work beside each other");
    assert!(stopped >= 5, "only {stopped} kills came while something was at work");
    for _ in 0..2 {
        run.whole(troubled.url());
        bulk.whole(troubled.url());
        seal.whole(troubled.url());
        State::of(troubled.url()).unordered().is(&State::of(calm.url()).unordered());
    }
}
