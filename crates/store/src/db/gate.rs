//! Writers of one process queue here, first come, first served; other processes are waited for by the database.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::error::Error;

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Gate {
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    next: u64,
    serving: u64,
    holder: Option<ThreadId>,
}

/// The turn to write; ends when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'g>(&'g Gate);

impl Gate {
    /// Waits for the turn. A thread that has it already would wait for itself, and is told.
    pub(super) fn enter(&self) -> Result<Turn<'_>, Error> {
        let me = thread::current().id();
        let mut queue = self.lock();
        if queue.holder == Some(me) {
            return Err(Error::Database("a write was begun inside a write".to_owned()));
        }
        let ticket = queue.next;
        queue.next += 1;
        while queue.serving != ticket {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.holder = Some(me);
        Ok(Turn(self))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.holder = None;
        queue.serving += 1;
        drop(queue);
        self.0.moved.notify_all();
    }
}
