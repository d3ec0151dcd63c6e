//! The terms that hold for accounts of one kind and sector, span by span: policies follow each other, exceptions begin
//! and end. Along it an account is played from change to change, as a run on every day would change it.

use crate::account::Account;
use crate::lifecycle::apply::{Event, apply};
use crate::lifecycle::change::Change;
use crate::lifecycle::task::next_task;
use crate::org::Sector;
use crate::policy::{Policy, Terms};
use crate::status::Kind;
use crate::time::{Calendar, Day};

/// The policy in force on a day, of policies in the order in which they begin: the latest that has begun and not ended.
pub fn in_force<'a>(policies: &[&'a Policy], day: Day) -> Option<&'a Policy> {
    policies.iter().rev().find(|policy| policy.covers(day)).copied()
}

/// What holds from one day to another. Two are equal when the same rules of the same policies hold on the same days.
#[derive(Debug, Clone)]
pub struct Timeline<'a> {
    /// By the day that each begins; never empty.
    spans: Vec<(Day, Terms<'a>)>,
}

impl PartialEq for Timeline<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &(Day, Terms<'_>), b: &(Day, Terms<'_>)| a.0 == b.0 && is_same(&a.1, &b.1);
        self.spans.len() == other.spans.len() && self.spans.iter().zip(&other.spans).all(|(a, b)| same(a, b))
    }
}

/// The very same data, not merely the same figures.
fn is_same(a: &Terms<'_>, b: &Terms<'_>) -> bool {
    std::ptr::eq(a.policy, b.policy) && std::ptr::eq(a.rules, b.rules)
}

impl<'a> Timeline<'a> {
    /// From one day to another, both included. `policies` stand in the order in which they begin. Where one ends and no
    /// other holds, its terms go on. `None`: none holds on the first day.
    pub fn new(
        policies: &[&'a Policy],
        kind: Kind,
        sector: Sector,
        days: (Day, Day),
        calendar: &'a Calendar,
    ) -> Option<Self> {
        let (from, until) = days;
        let mut policy = in_force(policies, from)?;
        let mut spans = vec![(from, policy.terms(kind, sector, from, calendar))];
        for day in boundaries(policies, from, until) {
            policy = in_force(policies, day).unwrap_or(policy);
            let terms = policy.terms(kind, sector, day, calendar);
            if spans.last().is_some_and(|(_, last)| !is_same(last, &terms)) {
                spans.push((day, terms));
            }
        }
        Some(Self { spans })
    }

    /// What holds on a day. Cost: a scan of the spans, rarely more than two.
    pub fn on(&self, day: Day) -> Option<&Terms<'a>> {
        self.spans.iter().rev().find(|(from, _)| *from <= day).or_else(|| self.spans.first()).map(|(_, terms)| terms)
    }

    /// All that holds at some time.
    pub fn all(&self) -> impl Iterator<Item = &Terms<'a>> {
        self.spans.iter().map(|(_, terms)| terms)
    }

    /// The first thing that a run on every day from `day` to `until` does to an account, and when. Terms that begin in
    /// between are looked at on the day they begin, as the run does that finds a new policy. Cost: one `next_task` for
    /// each span that is passed, and one `apply`.
    pub fn next_change(&self, account: &Account, day: Day, until: Day) -> Option<(Day, Change)> {
        let mut day = day;
        while day <= until {
            let terms = self.on(day)?;
            let others_from = self.spans.iter().map(|(from, _)| *from).find(|from| *from > day);
            let due = next_task(account, terms).map(|task| task.on.max(day));
            match due.filter(|due| others_from.is_none_or(|from| *due < from)) {
                Some(due) if due > until => return None,
                Some(due) => {
                    let now = terms.calendar.start_of(due);
                    return apply(account, &Event::RunCame, terms, now).ok().map(|change| (due, change));
                }
                None => day = others_from?,
            }
        }
        None
    }
}

/// The days after the first, until the last, on which something else may hold.
fn boundaries(policies: &[&Policy], from: Day, until: Day) -> Vec<Day> {
    let of_policies = policies.iter().flat_map(|policy| [Some(policy.from), policy.until]);
    let exceptions = policies.iter().flat_map(|policy| &policy.sectors);
    let of_exceptions = exceptions.flat_map(|exception| [Some(exception.from), exception.until]);
    let mut days: Vec<Day> = of_policies.chain(of_exceptions).flatten().collect();
    days.retain(|day| from < *day && *day <= until);
    days.sort_unstable();
    days.dedup();
    days
}
