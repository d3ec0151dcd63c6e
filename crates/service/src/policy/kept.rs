//! The policies that were adopted, with who adopted them.

use domain::ctx::Ctx;
use domain::policy::Policy;
use domain::rights::{Action, anywhere};
use domain::time::Day;
use store::federation::PolicyRow;
use wire::policy_file;

use crate::error::Error;
use crate::federation::Almoner;

/// Where an adopted policy stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    InForce,
    /// It begins later.
    Coming,
    /// It held, or another took its days.
    Past,
}

/// An adopted policy.
#[derive(Debug, Clone)]
pub struct Kept {
    /// As it holds: its days are those of its adoption.
    pub policy: Policy,
    /// When, by whom, which adoption of its name; its text.
    pub row: PolicyRow,
    /// Where it stands today.
    pub standing: Standing,
    /// The last day on which it holds, as far as is known: its own end, or the day before the next.
    pub last: Option<Day>,
}

impl Almoner {
    /// All adopted policies, the latest to begin first. A policy holds for everybody, so whoever holds any grant that may
    /// see reports may read it.
    pub fn kept_policies(&self, ctx: &Ctx) -> Result<Vec<Kept>, Error> {
        anywhere(&ctx.actor, Action::Report).map_err(|_| Error::NotAllowed(Action::Report.as_str()))?;
        let rows = store::federation::policies(&mut self.store.reader()?)?;
        let today = self.today(ctx);
        let mut kept = Vec::with_capacity(rows.len());
        let mut next: Option<Day> = None;
        for row in rows.into_iter().rev() {
            let read = policy_file::parse(&row.text).map_err(|_| store::error::Error::Corrupt("policy.text"))?;
            let policy = Policy { from: row.from, until: row.until, ..read };
            let ends = [row.until, next].into_iter().flatten().min();
            let standing = match ends {
                _ if row.from > today => Standing::Coming,
                Some(end) if end <= today => Standing::Past,
                Some(_) | None => Standing::InForce,
            };
            next = Some(row.from);
            kept.push(Kept { policy, row, standing, last: ends.map(|end| end.plus_days(-1)) });
        }
        Ok(kept)
    }
}
