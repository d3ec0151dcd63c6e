//! A run that is killed at a chosen moment: between two transactions, or inside one.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use domain::time::Timestamp;
use service::error::Error;
use service::progress::Progress;
use service::run::Holder;
use service::run::report::RunReport;

use crate::world::World;

/// What a killed run leaves: a panic of any other kind is a fault.
struct Killed;

/// Ends the process, as far as a test can, after some calls.
struct Killer {
    left: Cell<u16>,
}

impl Killer {
    fn count(&self) {
        match self.left.get() {
            0 => resume_unwind(Box::new(Killed)),
            left => self.left.set(left - 1),
        }
    }
}

impl Progress for Killer {
    fn stage(&self, _: &str, _: Option<u64>) {
        self.count();
    }

    fn advance(&self, _: u64) {
        self.count();
    }

    fn finish(&self) {
        self.count();
    }
}

/// Runs until the run has told its progress, or asked for the time inside a transaction, so often. Gives the report when
/// it ended before.
pub(crate) fn killed_run(world: &World, at: u16) -> Result<Option<RunReport>, Error> {
    let killer = Killer { left: Cell::new(at) };
    let ctx = world.operator();
    let wall = || -> Timestamp {
        killer.count();
        ctx.now
    };
    let holder = Holder { name: "killed".into(), is_alive: &|_| false, wall: &wall, workers: None };
    let ran = catch_unwind(AssertUnwindSafe(|| world.almoner.run(&ctx, &holder, &killer)));
    match ran {
        Ok(report) => report.map(Some),
        Err(payload) if payload.downcast_ref::<Killed>().is_some() => Ok(None),
        Err(payload) => resume_unwind(payload),
    }
}
