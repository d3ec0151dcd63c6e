//! The one way in which every trouble is tried: a command is run whole on one copy of a store; on others it is stopped on
//! the way again and again, and sent again. What it has kept at each stop, and all of it in the end, must be right.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use testkit::databases::Database;

use crate::state::State;
use crate::whole;

/// A command of a day.
#[derive(Debug)]
pub(crate) struct Step {
    /// For people.
    pub(crate) name: &'static str,
    /// `--now`.
    pub(crate) now: &'static str,
    /// The verb and what follows.
    pub(crate) words: Vec<String>,
}

impl Step {
    pub(crate) fn new(name: &'static str, now: &'static str, words: &[&str]) -> Self {
        Self { name, now, words: words.iter().map(|word| (*word).to_owned()).collect() }
    }

    /// Runs it to its end, which must be good.
    pub(crate) fn whole(&self, store: &str) {
        whole(store, self.now, &self.words);
    }

    /// The step done whole, and how long it took.
    #[expect(clippy::disallowed_methods, reason = "how long a command takes is needed to stop it on the way")]
    pub(crate) fn timed(&self, store: &str) -> Duration {
        let begun = Instant::now();
        self.whole(store);
        begun.elapsed()
    }
}

/// What a trouble did to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// It came to its good end all the same.
    Done,
    /// It was stopped before that.
    Stopped,
}

/// Something that goes wrong: runs the step on a store and lets the trouble come after so many thousandths of it.
pub(crate) type Trouble<'t> = &'t mut dyn FnMut(&str, &Step, &Calm, u32) -> Met;

/// The parts of a step.
pub(crate) const WHOLE: u32 = 1_000;

/// What the step is when nothing happens.
pub(crate) struct Calm {
    /// How long it takes.
    pub(crate) takes: Duration,
    /// The store after it.
    pub(crate) after: Database,
}

/// How often each phase was met.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Stops by phase.
    pub(crate) phases: BTreeMap<&'static str, u32>,
}

impl Tally {
    /// Stops in all.
    pub(crate) fn stops(&self) -> u32 {
        self.phases.values().sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (phase, count) in &other.phases {
            *self.phases.entry(phase).or_default() += count;
        }
    }
}

/// Lets the trouble come until it has stopped the step so many times. Gives back the store after an undisturbed one.
pub(crate) fn survives(
    start: &Database,
    step: &Step,
    stops: u32,
    dice: &mut fastrand::Rng,
    trouble: Trouble,
) -> (Database, Tally) {
    let before = State::of(start.url());
    let calm = calm(start, step);
    let after = State::of(calm.after.url());
    assert_ne!(before, after, "{}: nothing happens", step.name);
    let mut tally = Tally::default();
    for round in 0.. {
        if tally.stops() >= stops {
            break;
        }
        assert!(round < 2 * stops + 8, "{}: only {} stops in {round} rounds", step.name, tally.stops());
        let troubled = start.copy();
        // Early, in the middle, late: all parts of a command are met, whatever was kept before.
        let times = stops.min(3);
        for time in 0..times {
            let part = (time * WHOLE + dice.u32(0..WHOLE)) / times;
            if tally.stops() >= stops || trouble(troubled.url(), step, &calm, part) == Met::Done {
                break;
            }
            let found = State::of(troubled.url());
            found.is_between(&before, &after);
            *tally.phases.entry(found.phase(&before, &after)).or_default() += 1;
        }
        // The second time is one too many, and does nothing.
        for _ in 0..2 {
            step.whole(troubled.url());
            State::of(troubled.url()).is(&after);
        }
        whole(troubled.url(), step.now, &["audit", "verify"]);
        whole(troubled.url(), step.now, &["verify"]);
    }
    (calm.after, tally)
}

fn calm(start: &Database, step: &Step) -> Calm {
    let after = start.copy();
    let takes = step.timed(after.url());
    Calm { takes, after }
}
