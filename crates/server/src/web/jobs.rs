//! Files at work: one at a time, on a thread of its own, whoever looks at it or not. What was killed is gone on with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

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

/// The files that this process is at.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    running: Mutex<BTreeMap<i64, JoinHandle<()>>>,
    /// One file at a time: the store is shared with everybody else.
    turn: Mutex<()>,
}

/// How far a file is, told to its row now and then.
struct Told<'t> {
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
        thread::sleep(Duration::from_secs(DEAD.unsigned_abs() + 1));
        worked(portal, id);
    }
}

/// Works on a file; `false` when another process is at it.
fn worked(portal: &Portal, id: i64) -> bool {
    let _turn = portal.jobs.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let almoner = portal.almoner();
    let (now, wall) = portal.times();
    let holder = format!("{}-{}", std::process::id(), portal.begun_at());
    let Ok(Some(job)) = almoner.take_file(id, &holder, wall, DEAD) else { return false };
    let told = Told { almoner: &almoner, id, holder: &holder, far: Mutex::default() };
    // A store that is away now is tried again when somebody looks.
    drop(almoner.work_file(&job, &portal.spool.places(id), (now, wall), &told));
    true
}

/// Goes on with what was killed, and removes what is old: when the program starts.
pub(crate) fn resume(portal: &Arc<Portal>) {
    let almoner = portal.almoner();
    let (now, _) = portal.times();
    for job in almoner.old_files(now.plus_seconds(-KEPT)).unwrap_or_default() {
        portal.spool.remove(job.id);
        drop(almoner.forget_file(job.id));
    }
    for job in almoner.open_files().unwrap_or_default() {
        start(portal, job.id);
    }
}

impl Jobs {
    /// Waits until all that was begun is over: for tests.
    #[cfg(test)]
    pub(crate) fn wait(&self) {
        let all = std::mem::take(&mut *self.running.lock().unwrap());
        for (_, thread) in all {
            thread.join().unwrap();
        }
    }
}
