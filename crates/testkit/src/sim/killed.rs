//! A run that is killed at a chosen moment: between two transactions, or inside one.

use domain::time::Timestamp;
use service::error::Error;
use service::progress::Silent;
use service::run::Holder;
use service::run::report::RunReport;

use crate::killer::{Killer, watched};
use crate::world::World;

/// Accounts in one transaction: few, so that a kill finds a run between two of them.
const BATCH: usize = 4;

/// Runs to the end.
pub(crate) fn whole_run(world: &World) -> Result<RunReport, Error> {
    let ctx = world.operator();
    let wall = || ctx.now;
    let holder =
        Holder { name: "simulation".into(), is_alive: &|_| false, wall: &wall, workers: None, batch: Some(BATCH) };
    world.almoner.run(&ctx, &holder, &Silent)
}

/// Runs until the run has told its progress, or asked for the time inside a transaction, so often. Gives the report when
/// it ended before.
pub(crate) fn killed_run(world: &World, at: u16) -> Result<Option<RunReport>, Error> {
    let killer = Killer::after(at.into());
    let ctx = world.operator();
    let wall = || -> Timestamp {
        killer.count();
        ctx.now
    };
    let holder = Holder { name: "killed".into(), is_alive: &|_| false, wall: &wall, workers: None, batch: Some(BATCH) };
    watched(|| world.almoner.run(&ctx, &holder, &killer)).transpose()
}
