//! The reading of a file between its check and its first change: what it would do is weighed as a whole, so that a brake
//! holds all of a group and not what came last.

use std::path::Path;

use wire::files::Lines;

use crate::error::Error;
use crate::import::check::{self, Whole};
use crate::import::job::{Job, Sent};
use crate::import::send::changed;
use crate::progress::Progress;

/// Weighs every line that is right. Memory for one batch.
pub(crate) fn weigh_all<J: Job>(job: &J, file: &Path, whole: &Whole, progress: &dyn Progress) -> Result<(), Error> {
    let mut lines = Lines::<_, J::Line>::open(check::open(file)?, check::limits()).map_err(|error| changed(&error))?;
    let mut batch: Vec<(u64, J::Line)> = Vec::with_capacity(J::BATCH);
    let weigh = |batch: &mut Vec<(u64, J::Line)>| {
        let sent: Vec<Sent<'_, J::Line>> = batch.iter().map(|(number, line)| Sent { number: *number, line }).collect();
        job.weigh(&whole.digest, &sent)?;
        batch.clear();
        Ok::<(), Error>(())
    };
    while let Some(parsed) = lines.next_line().map_err(|error| changed(&error))? {
        progress.advance(1);
        let number = parsed.line;
        if let Ok(line) = parsed.outcome
            && job.check(number, &line).is_empty()
        {
            batch.push((number, line));
        }
        if batch.len() >= J::BATCH {
            weigh(&mut batch)?;
        }
    }
    weigh(&mut batch)?;
    job.weighed()
}
