//! What a rollback would do, decided account by account as the rollback itself decides it, and changing nothing.

use std::collections::BTreeMap;

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::rights::Action;
use store::rollback::Rollback;

use crate::error::Error;
use crate::federation::Almoner;
use crate::progress::Progress;
use crate::run::counts::Counts;
use crate::run::day::RunDay;
use crate::run::plan::PAGE;
use crate::run::report::{Refused, SHOWN};
use crate::run::restore::{Refusals, Restoring};
use crate::run::rollback::{moved, to_undo};

/// A rollback to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foretold {
    /// Of this run, or rollback.
    pub run: i64,
    /// Only of this organisation.
    pub organisation: Option<String>,
    /// How many accounts go back, by transition, as `inactive->active`.
    pub back: BTreeMap<String, i64>,
    /// How many of them a brake then holds, so that the next run does not simply do it again.
    pub waits: u64,
    /// How many stay as they are.
    pub stays: u64,
    /// The first of those, with the reason.
    pub why: Vec<Refused>,
    /// It was rolled back before, by this.
    pub already: Option<i64>,
}

/// A number that no rollback has.
const NONE: i64 = -1;

impl Almoner {
    /// What a rollback would do now. Cost: as the rollback, without its writes.
    pub fn foretell_rollback(
        &self,
        ctx: &Ctx,
        run: i64,
        organisation: Option<&OdsCode>,
        progress: &dyn Progress,
    ) -> Result<Foretold, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        let mut db = self.store.reader()?;
        let (same, first) = to_undo(&mut db, run, organisation)?;
        let organisation = organisation.map(ToString::to_string);
        let mut foretold = Foretold { run, organisation: organisation.clone(), ..Foretold::default() };
        if let Some(done) = same.as_ref().filter(|rollback| rollback.finished) {
            return Ok(Foretold { already: Some(done.id), ..foretold });
        }
        let begun_by = ctx.actor.name().to_owned();
        let rollback = same.unwrap_or(Rollback {
            id: NONE,
            run,
            organisation,
            finished: false,
            begun_at: ctx.now,
            begun_by,
            finished_at: None,
        });
        let day = RunDay::new(self, &mut db, self.today(ctx))?;
        let restoring = Restoring { almoner: self, ctx, day: &day, rollback: &rollback, first };
        let (mut counts, mut after) = (Counts::default(), 0);
        progress.stage("preview", None);
        loop {
            let page = store::rollback::touched(&mut db, run, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.line;
            let (restored, Refusals(refused)) =
                restoring.decide(&mut db, &moved(&page, rollback.organisation.as_deref())?)?;
            for one in &restored {
                counts.change(&one.decided.change);
                foretold.waits += u64::from(one.group.is_some());
            }
            foretold.stays += refused.len() as u64;
            for (_, address, why) in refused {
                if foretold.why.len() < SHOWN as usize {
                    foretold.why.push(Refused { address, why });
                }
            }
            progress.advance(page.len() as u64);
        }
        progress.finish();
        Ok(Foretold { back: counts.transitions(), ..foretold })
    }
}
