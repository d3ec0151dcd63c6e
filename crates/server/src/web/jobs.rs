//! Files at work: one at a time, on a thread of its own, whoever looks at it or not. What was killed is gone on with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use service::error::Error;
use service::federation::Almoner;
use service::progress::Progress;

use crate::clock;
use crate::web::portal::Portal;

/// A process that said nothing for so many seconds is dead, and another goes on.
const DEAD: i64 = 60;
/// Seconds between two words about how far it is.
const SAID: i64 = 1;
/// Files are kept for so many seconds.
const KEPT: i64 = 14 * 24 * 60 * 60;
/// What a process that was killed had received of a file is kept so long; none that lives takes so long to receive one.
const PART_KEPT: i64 = 24 * 60 * 60;

/// The files that this process is at.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    running: Mutex<BTreeMap<i64, JoinHandle<()>>>,
    /// One file at a time: the store is shared with everybody else.
    turn: Mutex<()>,
}

/// How far a file is, told to its row now and then.
struct Told<'t> {
    portal: &'t Portal,
    almoner: &'t Almoner,
    id: i64,
    holder: &'t str,
    far: Mutex<Far>,
}

#[derive(Default)]
struct Far {
    stage: String,
    done: u64,
    total: u64,
    said_at: i64,
}

impl Told<'_> {
    fn tell(&self, change: impl FnOnce(&mut Far)) {
        let mut far = self.far.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut far);
        let wall = clock::wall();
        if wall.second() < far.said_at + SAID {
            return;
        }
        far.said_at = wall.second();
        // A word that is lost is said again a second later.
        drop(self.almoner.beat_file(self.id, self.holder, &far.stage, (far.done, far.total), wall));
    }
}

impl Progress for Told<'_> {
    fn stage(&self, name: &str, total: Option<u64>) {
        let name = name.to_owned();
        self.tell(|far| *far = Far { stage: name, total: total.unwrap_or(0), said_at: far.said_at, done: 0 });
    }

    fn advance(&self, done: u64) {
        self.tell(|far| far.done += done);
    }

    fn finish(&self) {}

    fn stops(&self) -> bool {
        self.portal.is_draining()
    }
}

/// Works on a file, unless this process or another is at it.
pub(crate) fn start(portal: &Arc<Portal>, id: i64) {
    let mut running = portal.jobs.running.lock().unwrap_or_else(PoisonError::into_inner);
    running.retain(|_, thread| !thread.is_finished());
    if running.contains_key(&id) {
        return;
    }
    let shared = Arc::clone(portal);
    let spawned = thread::Builder::new().name(format!("file {id}")).spawn(move || work(&shared, id));
    // Without a thread it stays where it is; whoever looks at it starts it again.
    if let Ok(thread) = spawned {
        running.insert(id, thread);
    }
}

fn work(portal: &Portal, id: i64) {
    let is_open = || portal.almoner().open_files().is_ok_and(|open| open.iter().any(|job| job.id == id));
    if !worked(portal, id) && is_open() {
        // Another process was at it. Should it be dead, this one goes on when that is sure.
        for _ in 0..=DEAD {
            if portal.is_draining() {
                return;
            }
            thread::sleep(Duration::from_secs(1));
        }
        worked(portal, id);
    }
}

/// Works on a file; `false` when another process is at it.
fn worked(portal: &Portal, id: i64) -> bool {
    let _turn = portal.jobs.turn.lock().unwrap_or_else(PoisonError::into_inner);
    if portal.is_draining() {
        return true;
    }
    let almoner = portal.almoner();
    let (now, wall) = portal.times();
    let holder = format!("{}-{}", std::process::id(), portal.begun_at());
    let Ok(Some(job)) = almoner.take_file(id, &holder, wall, DEAD) else { return false };
    let told = Told { portal, almoner: &almoner, id, holder: &holder, far: Mutex::default() };
    let done = almoner.work_file(&job, &portal.spool.places(id), (now, wall), &told);
    if matches!(done, Err(Error::Stopped)) {
        // The next process need not wait until this one is surely dead.
        let far = told.far.lock().unwrap_or_else(PoisonError::into_inner);
        let long_ago = wall.plus_seconds(-DEAD - 1);
        drop(almoner.beat_file(id, &holder, &far.stage, (far.done, far.total), long_ago));
    }
    // A store that is away now is tried again when somebody looks.
    true
}

/// Removes what is kept no longer: when the program starts, and once a day.
pub(crate) fn tidy(portal: &Portal) {
    let almoner = portal.almoner();
    let (now, wall) = portal.times();
    for job in almoner.old_files(now.plus_seconds(-KEPT)).unwrap_or_default() {
        portal.spool.remove(job.id);
        drop(almoner.forget_file(job.id));
    }
    portal.spool.forget_parts(wall.plus_seconds(-PART_KEPT));
}

/// Removes what is old, and goes on with what was killed: when the program starts.
pub(crate) fn resume(portal: &Arc<Portal>) {
    tidy(portal);
    let almoner = portal.almoner();
    for job in almoner.open_files().unwrap_or_default() {
        start(portal, job.id);
    }
}

impl Jobs {
    /// Waits until each file is between two batches, but no longer than that. The portal says that nothing more begins.
    pub(crate) fn stop(&self, until: Instant) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while running.values().any(|thread| !thread.is_finished()) && clock::stopwatch() < until {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until all that was begun is over: for tests.
    #[cfg(test)]
    pub(crate) fn wait(&self) {
        let all = std::mem::take(&mut *self.running.lock().unwrap());
        for (_, thread) in all {
            thread.join().unwrap();
        }
    }
}
