//! A run that is going on: its lease, the heartbeat that keeps it, and whom it tells how far it is.

use std::cell::Cell;
use std::thread;

use domain::time::Timestamp;
use store::db::Store;
use store::lease::Lease;
use store::tx::WriteTx;

use crate::error::Error;
use crate::progress::{Progress, unless_stopped};
use crate::run::Holder;
use crate::run::plan::BATCH;

/// A run that is silent for so long is taken over.
const LEASE_SECONDS: i64 = 60;

/// How often it says that it is alive.
pub(crate) const BEAT_SECONDS: i64 = 10;

/// More workers than this wait for the disk, not for a processor.
const MOST_WORKERS: usize = 4;

/// What a run works with: the lease that makes it the only one, who holds it, and whom it tells how far it is.
/// It stays with the coordinating thread; workers get the lease alone.
pub(crate) struct Going<'a> {
    pub(crate) lease: &'a Lease,
    pub(crate) progress: &'a dyn Progress,
    store: &'a Store,
    holder: &'a Holder<'a>,
    beaten: Cell<Timestamp>,
}

/// Does what only one process may do at a time: a run, or the rollback of one.
pub(crate) fn alone<T>(
    store: &Store,
    holder: &Holder<'_>,
    progress: &dyn Progress,
    work: impl FnOnce(&Going<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let wall = (holder.wall)();
    let lease = store.acquire_lease("the run", &holder.name, wall.second(), LEASE_SECONDS, holder.is_alive)?;
    let result = work(&Going { lease: &lease, progress, store, holder, beaten: Cell::new((holder.wall)()) });
    // A run that failed keeps nobody waiting; one that was killed is taken over.
    let released = store.release_lease(&lease);
    let done = result?;
    released?;
    Ok(done)
}

impl Going<'_> {
    /// Holds on to the lease: a run that was taken over keeps nothing of this transaction.
    pub(crate) fn keep(&self, tx: &mut WriteTx<'_>) -> Result<(), Error> {
        Ok(tx.keep_lease(self.lease, (self.holder.wall)().second(), LEASE_SECONDS)?)
    }

    /// Renews the lease when it is time to: called now and then by whatever takes long.
    pub(crate) fn beat(&self) -> Result<(), Error> {
        let wall = (self.holder.wall)();
        if wall.second() - self.beaten.get().second() < BEAT_SECONDS {
            return Ok(());
        }
        self.store.renew_lease(self.lease, wall.second(), LEASE_SECONDS)?;
        self.beaten.set(wall);
        Ok(())
    }

    /// Some accounts more were looked at or changed.
    pub(crate) fn advance(&self, done: u64) -> Result<(), Error> {
        self.progress.advance(done);
        unless_stopped(self.progress)?;
        self.beat()
    }

    /// How many workers: as asked for; else one where one writes at a time, or as many as the machine has processors.
    pub(crate) fn workers(&self) -> usize {
        let suits = || {
            if self.store.writes_side_by_side() {
                thread::available_parallelism().map_or(1, |n| n.get().min(MOST_WORKERS))
            } else {
                1
            }
        };
        self.holder.workers.unwrap_or_else(suits).max(1)
    }

    /// How many accounts go in one transaction.
    pub(crate) fn batch(&self) -> usize {
        self.holder.batch.unwrap_or(BATCH).clamp(1, BATCH)
    }
}
