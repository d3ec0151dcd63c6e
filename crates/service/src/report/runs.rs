//! The runs of the federation: one a day, so that all of them fit in memory.

use domain::brake::Stand;

use crate::error::Error;
use crate::federation::Almoner;
use crate::report::cell::{Cell, Line};
use crate::report::{Batch, Key, Work};
use crate::run::report::RunReport;

/// Runs and rollbacks of some decades.
const ALL: u32 = 20_000;
/// Each is read with what it held and refused.
const READ: u32 = 100;
/// Reasons that are told of a run; all are in its own page.
const TOLD: usize = 5;

/// Newest first; the key counts them.
pub(super) fn batch(almoner: &Almoner, work: &Work<'_>, after: &Key, size: u32) -> Result<Batch, Error> {
    let size = usize::try_from(size.min(READ)).unwrap_or(usize::MAX);
    let runs = (1..).zip(almoner.run_list(work.ctx, ALL)?).skip_while(|(id, _)| *id <= after.id);
    let mut lines = Vec::new();
    for (id, run) in runs.take(size) {
        lines.push((Key { place: String::new(), id }, line(almoner, work, &run)?));
    }
    let next = lines.last().filter(|_| lines.len() == size).map(|(key, _)| key.clone());
    Ok(Batch { looked: lines.len(), lines, next })
}

fn line(almoner: &Almoner, work: &Work<'_>, listed: &RunReport) -> Result<Line, Error> {
    // What was refused is told by the run itself only.
    let whole = almoner.run_show(work.ctx, listed.run.unwrap_or(0))?;
    let held = whole.held.iter().map(|part| format!("{} {}, {}", part.brake, part.group.organisation, part.state));
    let mut held: Vec<String> = held.collect();
    held.dedup();
    let waiting = whole.held.iter().filter(|part| part.state == Stand::Held).map(|part| part.count).sum();
    let why: Vec<&str> = whole.refused.iter().take(TOLD).map(|refused| refused.why.as_str()).collect();
    Ok(vec![
        Cell::Number(listed.run.unwrap_or(0)),
        Cell::day(whole.day),
        Cell::of(whole.policy.as_str()),
        Cell::Number(whole.planned.values().sum()),
        Cell::Number(whole.done.values().sum()),
        Cell::Number(waiting),
        Cell::of(held.join("; ")),
        Cell::count(whole.refused.len()),
        Cell::of(why.join("; ")),
        whole.forecast.as_ref().map_or(Cell::Nothing, |scored| Cell::Number(scored.differing())),
    ])
}
