//! The lifecycle run: one a day (RUN-01). Plan, then batches of work, each one transaction with its notices, commands and
//! audit lines, then the comparison with what was expected. Killed at any instant and started again, it goes on where the
//! last batch ended (RUN-02): what is done is no longer due.

mod caps;
pub mod compare;
mod day;
mod execute;
mod packed;
mod plan;
pub mod report;
mod reschedule;

use domain::time::Timestamp;

/// The process that runs, for the lease: two runs at once are one too many.
pub struct Holder<'a> {
    /// Its name, told to whoever comes second.
    pub name: String,
    /// Whether the process of that name still lives, as far as can be known here.
    pub is_alive: &'a dyn Fn(&str) -> bool,
    /// The time on the wall; a rehearsed time says nothing about who is alive.
    pub wall: &'a dyn Fn() -> Timestamp,
}
