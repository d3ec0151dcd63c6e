//! The lifecycle run: one a day (RUN-01). A plan of who may go today, then batches of work by one or several workers,
//! each batch one transaction with its notices, commands and audit lines, then the comparison with what was expected.
//! Killed at any instant and started again, it plans anew what is left (RUN-02): what is done is no longer due.

mod brakes;
mod caps;
pub mod compare;
mod counts;
mod day;
pub mod differences;
mod execute;
pub mod foretold;
mod going;
mod held;
mod packed;
mod plan;
mod preview;
pub mod report;
mod reschedule;
mod restore;
mod rollback;
pub mod touched;
mod undo;
mod waits;
pub mod waves;
mod work;

use domain::time::Timestamp;

/// The process that runs, for the lease: two runs at once are one too many.
pub struct Holder<'a> {
    /// Its name, told to whoever comes second.
    pub name: String,
    /// Whether the process of that name still lives, as far as can be known here.
    pub is_alive: &'a dyn Fn(&str) -> bool,
    /// The time on the wall; a rehearsed time says nothing about who is alive.
    pub wall: &'a dyn Fn() -> Timestamp,
    /// How many workers share the work; absent: what suits the store and the machine.
    pub workers: Option<usize>,
    /// How many accounts are changed in one transaction; absent: what suits a large federation.
    pub batch: Option<usize>,
}
