//! What mail servers ask: who is there, who may send as whom, who may come in, where mail goes. Answered from memory, which
//! follows the store; the rules are in `domain::delivery`.

mod book;
pub mod commands;
mod content;
mod doors;
pub mod entry;
pub mod filter;
pub mod judge;
mod load;
mod maps;
mod own_name;
mod pace;
pub mod rules;
mod seen;
pub mod spoofing;
mod used;

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use domain::ctx::Ctx;

use crate::engine::book::Book;
use crate::engine::doors::Doors;
use crate::engine::load::Follower;
use crate::engine::pace::Paces;
use crate::engine::seen::Sightings;
use crate::engine::spoofing::Spoofs;
use crate::engine::used::Uses;
use crate::error::Error;
use crate::federation::Almoner;
use crate::progress::Progress;

/// Everything that mail servers ask about, of one federation. Shared by all threads.
#[derive(Debug)]
pub struct Engine {
    book: RwLock<Book>,
    follower: Mutex<Follower>,
    sightings: Mutex<Sightings>,
    uses: Mutex<Uses>,
    paces: Mutex<Paces>,
    doors: Mutex<Doors>,
    spoofs: Mutex<Spoofs>,
}

fn of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// Reads everything. Cost: one walk through accounts, addresses and members; see docs/benchmarks.md.
    pub fn start(almoner: &Almoner, ctx: &Ctx, progress: &dyn Progress) -> Result<Self, Error> {
        let mut db = almoner.store.reader()?;
        let (book, follower) = load::whole(&mut db, ctx.wall, progress)?;
        let paces = Mutex::new(Paces::read(&mut db, almoner.today(ctx))?);
        let (book, follower) = (RwLock::new(book), Mutex::new(follower));
        Ok(Self {
            book,
            follower,
            sightings: Mutex::default(),
            uses: Mutex::default(),
            paces,
            doors: Mutex::default(),
            spoofs: Mutex::default(),
        })
    }

    /// Takes in what was written since the last time, by whichever process; how many accounts that were. Whoever calls it
    /// five times a second knows of a change in less than a second (MAIL-03). Cost: one read of a few short rows, and of
    /// the accounts that changed.
    pub fn follow(&self, almoner: &Almoner, ctx: &Ctx) -> Result<usize, Error> {
        let mut db = almoner.store.reader()?;
        let mut follower = of(&self.follower);
        let ids = follower.changed(&mut db, ctx.wall)?;
        for some in ids.chunks(1_000) {
            let fresh = load::some(&mut db, some)?;
            let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
            for account in fresh {
                book.put(account);
            }
        }
        follower.taken_in();
        Ok(ids.len())
    }

    /// Accounts that are known.
    pub fn accounts(&self) -> usize {
        self.book().len()
    }

    fn book(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }
}
