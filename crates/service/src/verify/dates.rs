//! Whether stored due dates are those that facts and policy give.

use std::collections::HashMap;

use domain::account::Account;
use domain::lifecycle::task::{Task, next_task};
use domain::org::Sector;
use domain::policy::{Policy, Terms};
use domain::time::{Calendar, Day};
use store::account::Schedule;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;

/// The policies that stored dates may come from: that of the stored epoch, and where another is in force today and no run
/// came by since, that one too, because what people change is dated by it.
pub(super) struct Dates<'a> {
    policies: Vec<(&'a Policy, Day)>,
    sectors: HashMap<String, Sector>,
    calendar: &'a Calendar,
}

impl<'a> Dates<'a> {
    pub(super) fn read(almoner: &'a Almoner, db: &mut Reader<'_>, today: Day) -> Result<Self, Error> {
        let epoch = store::federation::get(db)?.ok_or(store::error::Error::NoSchema)?.epoch;
        let sectors = store::organisation::sectors(db)?.into_iter().collect();
        let mut policies: Vec<(&Policy, Day)> = of_epoch(almoner, &epoch).into_iter().collect();
        if let Ok(policy) = almoner.policy_on(today)
            && policy.epoch(today) != epoch
        {
            policies.push((policy, today));
        }
        Ok(Self { policies, sectors, calendar: almoner.calendar() })
    }

    /// What is stored and what is due, where they differ.
    pub(super) fn wrong(&self, account: &Account, stored: Schedule) -> Option<(Option<String>, Option<String>)> {
        let sector = self.sectors.get(account.organisation.as_str()).copied().unwrap_or(Sector::Other);
        let mut due = None;
        for (policy, day) in &self.policies {
            let terms: Terms<'_> = policy.terms(account.kind, sector, *day, self.calendar);
            let next = next_task(account, &terms);
            if next == stored {
                return None;
            }
            due = due.or(next);
        }
        let text = |task: Option<Task>| task.map(|task| format!("{} {}", task.on, task.work));
        Some((text(stored), text(due)))
    }
}

/// The policy that an epoch names, and a day on which the same of its exceptions hold.
fn of_epoch<'a>(almoner: &'a Almoner, epoch: &str) -> Option<(&'a Policy, Day)> {
    almoner.policies().iter().find_map(|policy| {
        let edges = policy.sectors.iter().flat_map(|rules| [Some(rules.from), rules.until]).flatten();
        let days = std::iter::once(policy.from).chain(edges);
        days.filter(|day| policy.epoch(*day) == epoch).map(|day| (policy, day)).next()
    })
}
