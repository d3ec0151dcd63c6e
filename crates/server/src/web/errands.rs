//! Work that takes longer than a page: it goes on by itself, and whoever asked for it looks how far it is. What came of it
//! is kept for them for a while. Nothing is lost when the portal ends: what changes something goes on where it was when it
//! is asked for again, and what only looks is asked for again. No number is given twice, also after a new start: an old link
//! never leads to something else.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::ids::AccountId;
use service::error::Error;
use service::progress::Progress;
use service::run::foretold::Foretold;
use service::run::report::RunReport;
use service::run::waves::Waves;
use service::what_if::report::WhatIf;

use crate::clock;

/// So much goes on at once; each has a connection and much of a core.
const AT_ONCE: usize = 2;
/// Results that are kept; the largest has eight bytes for each account of the federation.
const KEPT: usize = 8;
/// A page waits so long for what is nearly done.
const PATIENCE: Duration = Duration::from_secs(2);

/// What came of it.
pub(crate) enum Outcome {
    /// Two policies compared.
    Compared(Arc<WhatIf>),
    /// A run, its preview, or a rollback.
    Ran(Box<RunReport>),
    /// What a rollback would do.
    Foretold(Box<Foretold>),
    /// The backlog of deletions.
    Counted(Box<Waves>),
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// A policy is tried: its text, and the day on which it was asked to begin.
    WhatIf {
        /// The file.
        text: String,
        /// As typed.
        begins: String,
        /// Only these organisations; all, where there are none.
        codes: Vec<String>,
    },
    /// A day is previewed.
    Preview,
    /// Today's run.
    Run,
    /// What a rollback would do.
    Foretell,
    /// A rollback.
    Rollback,
    /// The backlog of deletions is counted.
    Waves,
}

/// How far it is.
#[derive(Default)]
struct State {
    stage: String,
    total: Option<u64>,
    done: u64,
    outcome: Option<Result<Outcome, Error>>,
}

/// A piece of work.
pub(crate) struct Job {
    /// Its number.
    pub(crate) id: u64,
    /// What it is.
    pub(crate) task: Task,
    owner: AccountId,
    state: Mutex<State>,
    ended: Condvar,
    stopping: Arc<AtomicBool>,
}

/// How far a piece of work is, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Far {
    /// What it is at.
    pub(crate) stage: String,
    /// How much is done,
    pub(crate) done: u64,
    /// and of how much, where that is known.
    pub(crate) total: Option<u64>,
}

/// All pieces of work, newest last.
#[derive(Default)]
pub(crate) struct Errands {
    all: Mutex<(u64, VecDeque<Arc<Job>>)>,
    stopping: Arc<AtomicBool>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Errands {
    /// Those of a process that began at this second.
    pub(crate) fn since(second: i64) -> Self {
        let last = second.unsigned_abs().saturating_mul(1_000);
        Self { all: Mutex::new((last, VecDeque::new())), stopping: Arc::default() }
    }

    /// Lets no work begin another batch, and waits until none changes anything any more, but no longer than that.
    pub(crate) fn stop(&self, until: Instant) {
        self.stopping.store(true, Ordering::Relaxed);
        let changing = |job: &&Arc<Job>| matches!(job.task, Task::Run | Task::Rollback);
        let all: Vec<Arc<Job>> = held(&self.all).1.iter().filter(changing).map(Arc::clone).collect();
        for job in all {
            let state = held(&job.state);
            let left = until.saturating_duration_since(clock::stopwatch());
            drop(job.ended.wait_timeout_while(state, left, |state| state.outcome.is_none()));
        }
    }

    /// Begins a piece of work; absent when too much goes on already.
    pub(crate) fn start(
        &self,
        owner: AccountId,
        task: Task,
        work: impl FnOnce(&Job) -> Result<Outcome, Error> + Send + 'static,
    ) -> Option<Arc<Job>> {
        let mut all = held(&self.all);
        if all.1.iter().filter(|job| !job.is_over()).count() >= AT_ONCE {
            return None;
        }
        while all.1.len() >= KEPT {
            let oldest = all.1.iter().position(|job| job.is_over())?;
            all.1.remove(oldest);
        }
        all.0 += 1;
        let job = Arc::new(Job {
            id: all.0,
            task,
            owner,
            state: Mutex::default(),
            ended: Condvar::new(),
            stopping: Arc::clone(&self.stopping),
        });
        let at_work = Arc::clone(&job);
        let thread = thread::Builder::new().name("job".to_owned()).spawn(move || {
            // Work that breaks must not be waited for.
            let _over = Over(&at_work);
            let outcome = work(&at_work);
            held(&at_work.state).outcome = Some(outcome);
        });
        thread.ok()?;
        all.1.push_back(Arc::clone(&job));
        Some(job)
    }

    /// One of somebody's own.
    pub(crate) fn get(&self, owner: AccountId, id: u64) -> Option<Arc<Job>> {
        held(&self.all).1.iter().find(|job| job.id == id && job.owner == owner).map(Arc::clone)
    }
}

/// Tells whoever waits, also when the work breaks.
struct Over<'j>(&'j Job);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        let mut state = held(&self.0.state);
        let broken = || Error::Input("the work broke off: ask for it again".to_owned());
        state.outcome.get_or_insert_with(|| Err(broken()));
        self.0.ended.notify_all();
    }
}

impl Job {
    fn is_over(&self) -> bool {
        held(&self.state).outcome.is_some()
    }

    /// Waits a moment; then what came of it, or how far it is.
    pub(crate) fn look<T>(&self, told: impl FnOnce(&Result<Outcome, Error>) -> T) -> Result<T, Far> {
        let state = held(&self.state);
        let waited = self.ended.wait_timeout_while(state, PATIENCE, |state| state.outcome.is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match &state.outcome {
            Some(outcome) => Ok(told(outcome)),
            None => Err(Far { stage: state.stage.clone(), done: state.done, total: state.total }),
        }
    }
}

impl Progress for Job {
    fn stage(&self, name: &str, total: Option<u64>) {
        let mut state = held(&self.state);
        (state.stage, state.total, state.done) = (name.to_owned(), total, 0);
    }

    fn advance(&self, done: u64) {
        held(&self.state).done += done;
    }

    fn finish(&self) {}

    fn stops(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const ANN: AccountId = AccountId(1);
    const BEN: AccountId = AccountId(2);

    fn task() -> Task {
        Task::WhatIf { text: String::new(), begins: String::new(), codes: Vec::new() }
    }

    fn nothing(_: &Job) -> Result<Outcome, Error> {
        Err(Error::Input("nothing".into()))
    }

    fn words(outcome: &Result<Outcome, Error>) -> String {
        outcome.as_ref().err().map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn work_is_told_to_whoever_asked_and_to_nobody_else() {
        let jobs = Errands::default();
        let job = jobs.start(ANN, task(), nothing).unwrap();
        assert_eq!(jobs.get(ANN, job.id).unwrap().look(words), Ok("nothing".to_owned()));
        assert!(jobs.get(BEN, job.id).is_none() && jobs.get(ANN, job.id + 1).is_none());
    }

    #[test]
    fn no_more_goes_on_at_once_than_the_bound_and_the_rest_is_told_so() {
        let jobs = Errands::default();
        let waits = || {
            let (go, wait) = channel::<()>();
            let job = jobs.start(ANN, task(), move |job| {
                job.stage("plan", Some(4));
                job.advance(3);
                // Ends when the test lets go.
                wait.recv().ok();
                nothing(job)
            });
            (go, job)
        };
        let (first, second, third) = (waits(), waits(), waits());
        assert!(first.1.is_some() && second.1.is_some() && third.1.is_none());
        let job = first.1.unwrap();
        let far = loop {
            let far = job.look(words).unwrap_err();
            if far.done > 0 {
                break far;
            }
        };
        assert_eq!(far, Far { stage: "plan".into(), done: 3, total: Some(4) });
        drop(first.0);
        assert_eq!(job.look(words), Ok("nothing".to_owned()));
        assert!(jobs.start(BEN, task(), nothing).is_some());
    }

    #[test]
    fn a_stop_waits_for_what_changes_something_and_lets_nothing_more_begin() {
        let jobs = Errands::default();
        let (told, hears) = channel();
        let run = jobs.start(ANN, Task::Run, move |job| {
            told.send(()).ok();
            // As a run does: a batch is finished, then it is asked whether there may be another.
            while !job.stops() {
                thread::yield_now();
            }
            nothing(job)
        });
        hears.recv().unwrap();
        jobs.stop(clock::stopwatch() + PATIENCE * 30);
        assert!(run.unwrap().is_over());
        let (_waits, never) = channel::<()>();
        let looks = jobs.start(ANN, Task::Preview, move |job| {
            never.recv().ok();
            nothing(job)
        });
        jobs.stop(clock::stopwatch() + PATIENCE * 30);
        assert!(!looks.unwrap().is_over(), "what only looks is not waited for");
    }

    #[test]
    fn a_number_is_not_given_again_after_a_new_start() {
        let (before, after) = (Errands::since(1_764_000_000), Errands::since(1_764_000_001));
        let old = before.start(ANN, task(), nothing).unwrap();
        let new = after.start(ANN, task(), nothing).unwrap();
        assert!(old.id < new.id && after.get(ANN, old.id).is_none() && before.get(ANN, new.id).is_none());
    }

    #[test]
    fn old_results_make_room_and_work_that_breaks_is_over() {
        let jobs = Errands::default();
        let first = jobs.start(ANN, task(), nothing).unwrap();
        first.look(words).unwrap();
        for _ in 0..KEPT {
            jobs.start(ANN, task(), nothing).unwrap().look(words).unwrap();
        }
        assert!(jobs.get(ANN, first.id).is_none());
        let broken = jobs.start(ANN, task(), |_| panic!("as it must not")).unwrap();
        assert_eq!(broken.look(words), Ok("the work broke off: ask for it again".to_owned()));
    }
}
