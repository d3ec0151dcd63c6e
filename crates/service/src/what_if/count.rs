//! Counting: each organisation's accounts are laid on a calendar of its own, which is added to everybody's.

use domain::policy::Policy;
use domain::time::{Calendar, Day};

use crate::what_if::futures::{Futures, Step};
use crate::what_if::population::{Members, Population};
use crate::what_if::report::{Columns, Counts, OfOrganisation, Pair, Size, Turn, WhatIf, WorstDay};

/// What happens on each day, and on which days anything does.
pub(crate) struct Sheet {
    from: Day,
    days: Vec<Counts>,
    marked: Vec<bool>,
    touched: Vec<u16>,
}

impl Sheet {
    pub(crate) fn new(from: Day, until: Day) -> Self {
        let length = usize::try_from(until.days_since(from) + 1).unwrap_or(0);
        Self { from, days: vec![Counts::default(); length], marked: vec![false; length], touched: Vec::new() }
    }

    /// Lays an organisation's accounts on the empty sheet.
    pub(crate) fn lay(&mut self, members: &Members, before: &Futures, after: &Futures) {
        for day in self.touched.drain(..).map(usize::from) {
            if let Some((counts, marked)) = self.days.get_mut(day).zip(self.marked.get_mut(day)) {
                (*counts, *marked) = (Counts::default(), false);
            }
        }
        for [was, will] in &members.accounts {
            for step in before.steps(*was) {
                self.mark(*step, |pair| pair.before += 1);
            }
            for step in after.steps(*will) {
                self.mark(*step, |pair| pair.after += 1);
            }
        }
        self.touched.sort_unstable();
    }

    fn mark(&mut self, (day, turn): Step, count: impl Fn(&mut Pair)) {
        let at = usize::from(day);
        let Some((counts, marked)) = self.days.get_mut(at).zip(self.marked.get_mut(at)) else { return };
        if !std::mem::replace(marked, true) {
            self.touched.push(day);
        }
        counts.slot(turn).into_iter().for_each(count);
    }

    /// The days on which something happens, in order.
    pub(crate) fn filled(&self) -> impl Iterator<Item = (Day, &Counts)> {
        let at = |day: &u16| Some((self.from.plus_days(i32::from(*day)), self.days.get(usize::from(*day))?));
        self.touched.iter().filter_map(at)
    }
}

/// The day with most changes of status after; the first of equals.
fn worst<'a>(days: impl Iterator<Item = (Day, &'a Counts)>) -> Option<WorstDay> {
    let moving = days.filter(|(_, counts)| counts.moves().after > 0);
    let worst = moving.min_by_key(|(_, counts)| std::cmp::Reverse(counts.moves().after));
    worst.map(|(on, counts)| WorstDay { on, counts: *counts })
}

impl Population<'_> {
    /// Plays all classes and counts.
    pub(crate) fn compared(self, calendar: &Calendar, candidate: &Policy, (from, until): (Day, Day)) -> WhatIf {
        let days = (from, until);
        let (before, after) = (Futures::of(&self.before, calendar, days), Futures::of(&self.after, calendar, days));
        let bytes = self.bytes() + before.bytes() + after.bytes();
        let number = |futures: &Futures| u32::try_from(futures.len()).unwrap_or(u32::MAX);
        let size = Size { classes: Pair { before: number(&before), after: number(&after) }, bytes: bytes as u64 };
        let mut sheet = Sheet::new(from, until);
        let mut all = Sheet::new(from, until).days;
        let (mut held, mut total) = (Pair::default(), Counts::default());
        let mut by_organisation = Vec::new();
        for members in &self.organisations {
            sheet.lay(members, &before, &after);
            let (mut of_these, mut differs) = (Counts::default(), 0);
            for (day, counts) in sheet.touched.iter().zip(sheet.filled().map(|(_, counts)| counts)) {
                of_these.add(counts);
                differs += counts.difference();
                all.get_mut(usize::from(*day)).into_iter().for_each(|sum| sum.add(counts));
            }
            held = members.accounts.iter().fold(held, |sum, [was, will]| Pair {
                before: sum.before + u32::from(before.is_kept(*was)),
                after: sum.after + u32::from(after.is_kept(*will)),
            });
            total.add(&of_these);
            if of_these != Counts::default() {
                by_organisation.push(OfOrganisation {
                    code: members.code.clone(),
                    name: members.name.clone(),
                    accounts: u32::try_from(members.accounts.len()).unwrap_or(u32::MAX),
                    total: of_these,
                    differs,
                    worst_day: worst(sheet.filled()),
                });
            }
        }
        by_organisation.sort_by_key(|one| (std::cmp::Reverse(one.differs), one.code.clone()));
        let worst_day = worst((0..).map(|n| from.plus_days(n)).zip(&all));
        let accounts = self.organisations.iter().map(|members| members.accounts.len() as u64).sum();
        let columns = Columns { organisations: self.organisations, before, after };
        let (policy, begins) = (candidate.name.clone(), candidate.from);
        WhatIf {
            policy,
            begins,
            as_of: None,
            from,
            to: until,
            accounts,
            total,
            by_day: all,
            by_organisation,
            worst_day,
            held,
            size,
            columns,
        }
    }
}

impl WhatIf {
    /// Every organisation, day and transition with a number, in this order. Cost: one more pass over the columns.
    pub fn rows<E>(&self, mut row: impl FnMut(&str, Day, Turn, Pair) -> Result<(), E>) -> Result<(), E> {
        let mut sheet = Sheet::new(self.from, self.to);
        for members in &self.columns.organisations {
            sheet.lay(members, &self.columns.before, &self.columns.after);
            for (day, counts) in sheet.filled() {
                counts.taken().try_for_each(|(turn, pair)| row(members.code.as_str(), day, turn, pair))?;
            }
        }
        Ok(())
    }
}
