//! What every step of a run needs to know of its day: the policy, the sector of each organisation.

use std::collections::HashMap;

use domain::account::Account;
use domain::org::Sector;
use domain::policy::{Policy, Terms};
use domain::time::{Calendar, Day};
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;

/// A day, its policy and the sectors. Cost: one read of the organisations' sectors.
pub(crate) struct RunDay<'a> {
    pub(crate) day: Day,
    pub(crate) policy: &'a Policy,
    pub(crate) calendar: &'a Calendar,
    sectors: HashMap<String, Sector>,
}

impl<'a> RunDay<'a> {
    pub(crate) fn new(almoner: &'a Almoner, db: &mut Reader<'_>, day: Day) -> Result<Self, Error> {
        let sectors = store::organisation::sectors(db)?.into_iter().collect();
        Ok(Self { day, policy: almoner.policy_on(day)?, calendar: almoner.calendar(), sectors })
    }

    /// The day after, with the same sectors.
    pub(crate) fn next(&self, almoner: &'a Almoner) -> Result<Self, Error> {
        let day = self.day.plus_days(1);
        let (policy, calendar, sectors) = (almoner.policy_on(day)?, almoner.calendar(), self.sectors.clone());
        Ok(Self { day, policy, calendar, sectors })
    }

    /// The terms that hold for an account on this day.
    pub(crate) fn terms(&self, account: &Account) -> Terms<'_> {
        self.policy.terms(account.kind, self.sector(account), self.day, self.calendar)
    }

    /// The sector of the organisation that an account belongs to.
    pub(crate) fn sector(&self, account: &Account) -> Sector {
        self.sectors.get(account.organisation.as_str()).copied().unwrap_or(Sector::Other)
    }
}
