//! Playing a list of operations in a fresh federation.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::databases::Database;
use crate::sim::failure::{Broken, Failure, Promise};
use crate::sim::life::{Life, Stats};
use crate::sim::mirror::Planted;
use crate::sim::op::Op;

/// Plays operations; the first promise that is not kept ends it.
///
/// # Errors
/// The promise, and where it was broken.
pub fn play(database: &Database, ops: &[Op]) -> Result<Stats, Failure> {
    play_with(database, ops, None, &mut |_| {})
}

/// The same, with a promise of a test's own, telling after each operation how far it is.
///
/// # Errors
/// The promise, and where it was broken.
pub fn play_with(
    database: &Database,
    ops: &[Op],
    planted: Option<Planted>,
    told: &mut dyn FnMut(&Stats),
) -> Result<Stats, Failure> {
    let failure = |at: usize, day: String, broken| Failure { at, op: ops.get(at).cloned(), day, broken };
    let begun = guarded(|| Life::begin(database, planted));
    let mut life = begun.map_err(|broken| failure(0, String::new(), broken))?;
    for (at, op) in ops.iter().enumerate() {
        guarded(|| life.step(op)).map_err(|broken| failure(at, life.world.today().to_string(), broken))?;
        told(&life.stats);
    }
    let looked_back = guarded(|| {
        let today = life.world.today();
        life.check_all(false)?;
        life.verify()?;
        life.said.iter().filter(|said| said.on < today).try_for_each(|said| life.check_said(said))
    });
    looked_back.map_err(|broken| failure(ops.len(), life.world.today().to_string(), broken))?;
    Ok(life.stats)
}

/// A panic is a broken promise as well.
fn guarded<T>(work: impl FnOnce() -> Result<T, Broken>) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let told = text.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default();
        Err(Broken::new(Promise::Panic, told))
    })
}
