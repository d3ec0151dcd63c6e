//! The backlog of deletions: who may be deleted now, and on how many days the daily caps let it be worked off, oldest
//! eligibility first (LC-16, RUN-04).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::change::Action as Happens;
use domain::rights::Action;
use domain::time::Day;

use crate::error::Error;
use crate::federation::Almoner;
use crate::progress::Progress;
use crate::run::brakes::Brakes;
use crate::run::day::RunDay;
use crate::run::plan::{FIRST, PAGE};

/// Days that are counted; a backlog that takes longer is told as that.
const DAYS: usize = 3650;

/// One organisation's share of the backlog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Its code.
    pub organisation: OdsCode,
    /// Accounts that may be deleted.
    pub eligible: usize,
    /// Since when the first of them may.
    pub oldest: Day,
    /// The days it takes until its last one is gone; absent beyond ten years.
    pub days: Option<usize>,
}

/// The whole backlog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waves {
    /// The caps: of the federation, of one organisation.
    pub caps: (u32, u32),
    /// Accounts that may be deleted, those that a brake holds aside.
    pub eligible: usize,
    /// Accounts that a brake holds until two persons release them.
    pub held: usize,
    /// Deletions on each of the days to come, the next run first.
    pub by_day: Vec<u64>,
    /// By organisation, the one that takes longest first.
    pub organisations: Vec<Wave>,
}

impl Almoner {
    /// The backlog as it is now, counted from the next run. Cost: what is due is read once, about 5 microseconds each.
    pub fn waves(&self, ctx: &Ctx, progress: &dyn Progress) -> Result<Waves, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        let mut db = self.store.reader()?;
        let today = self.today(ctx);
        let day = RunDay::new(self, &mut db, today)?;
        let brakes = Brakes::waiting(&mut db, today)?;
        let (mut order, mut found, mut places) = (Vec::new(), Vec::new(), HashMap::new());
        let (mut held, mut after) = (0, FIRST);
        progress.stage("backlog", None);
        loop {
            let page = store::account::due(&mut db, today, after, PAGE)?;
            let Some((last, on)) = page.last() else { break };
            after = (*on, last.id);
            for (account, on) in &page {
                let change = apply(account, &Event::RunCame, &day.terms(account), ctx.now);
                if !change.is_ok_and(|change| change.action == Happens::Deleted) {
                    continue;
                }
                if brakes.holds(account.id, Happens::Deleted) {
                    held += 1;
                    continue;
                }
                let place = *places.entry(account.organisation.clone()).or_insert_with(|| {
                    found.push((account.organisation.clone(), *on));
                    found.len() - 1
                });
                order.push(place);
            }
            progress.advance(page.len() as u64);
        }
        progress.finish();
        let caps = (day.policy.run.deletions_per_day, day.policy.run.deletions_per_organisation_per_day);
        let (by_day, ends) = spread(&order, found.len(), caps);
        let mut eligible = vec![0_usize; found.len()];
        for place in &order {
            eligible.get_mut(*place).into_iter().for_each(|count| *count += 1);
        }
        let rows = found.into_iter().zip(eligible).zip(ends);
        let mut organisations: Vec<Wave> = rows
            .map(|(((organisation, oldest), eligible), days)| Wave { organisation, eligible, oldest, days })
            .collect();
        organisations.sort_by_key(|one| {
            (Reverse(one.days.unwrap_or(usize::MAX)), Reverse(one.eligible), one.organisation.clone())
        });
        Ok(Waves { caps, eligible: order.len(), held, by_day, organisations })
    }
}

/// Works a backlog off: `order` has the organisation of each account, oldest first. Deletions by day, and for each
/// organisation the number of days until its last. Cost: a heap of organisations for each day.
fn spread(order: &[usize], organisations: usize, (all, each): (u32, u32)) -> (Vec<u64>, Vec<Option<usize>>) {
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); organisations];
    for (rank, place) in order.iter().enumerate().rev() {
        waiting.get_mut(*place).into_iter().for_each(|ranks| ranks.push(rank));
    }
    let mut ends = vec![None; organisations];
    let mut by_day = Vec::new();
    let mut left = order.len();
    while left > 0 && by_day.len() < DAYS && all > 0 && each > 0 {
        let heads = waiting.iter().enumerate().filter_map(|(place, ranks)| Some(Reverse((*ranks.last()?, place))));
        let mut heap: BinaryHeap<Reverse<(usize, usize)>> = heads.collect();
        let mut taken: HashMap<usize, u32> = HashMap::new();
        let mut today = 0;
        while today < u64::from(all) {
            let Some(Reverse((_, place))) = heap.pop() else { break };
            let Some(ranks) = waiting.get_mut(place) else { break };
            ranks.pop();
            today += 1;
            let count = taken.entry(place).or_default();
            *count += 1;
            match ranks.last() {
                Some(next) if *count < each => heap.push(Reverse((*next, place))),
                Some(_) => {}
                None => ends.get_mut(place).into_iter().for_each(|end| *end = Some(by_day.len() + 1)),
            }
        }
        left -= usize::try_from(today).unwrap_or(left);
        by_day.push(today);
    }
    (by_day, ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: LC-16, RUN-04
    #[test]
    fn a_backlog_is_worked_off_oldest_first_under_both_caps() {
        for (order, all, each, by_day, ends) in [
            (&[][..], 5, 5, &[][..], &[None, None, None][..]),
            (&[0, 0, 0], 5, 2, &[2, 1], &[Some(2), None, None]),
            (&[0, 0, 1, 2], 2, 1, &[2, 2], &[Some(2), Some(1), Some(2)]),
            (&[0, 1, 2, 0, 1, 2], 2, 2, &[2, 2, 2], &[Some(2), Some(3), Some(3)]),
            (&[0, 0, 0, 0, 1], 10, 3, &[4, 1], &[Some(2), Some(1), None]),
            (&[0], 0, 3, &[], &[None, None, None]),
        ] {
            let found = spread(order, 3, (all, each));
            assert_eq!(found, (by_day.to_vec(), ends.to_vec()), "{order:?} {all} {each}");
        }
    }

    #[test]
    fn what_takes_longer_than_ten_years_has_no_end() {
        let order = vec![0; DAYS + 1];
        let (by_day, ends) = spread(&order, 1, (1, 1));
        assert_eq!((by_day.len(), ends), (DAYS, vec![None]));
    }
}
