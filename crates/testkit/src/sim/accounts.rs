//! What holds for every account at any moment: its fields are what history tells, its grants and addresses are right.

use std::collections::BTreeSet;

use domain::account::Account;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::task::next_task;
use domain::org::Sector;
use domain::status::Status;
use domain::time::Day;
use store::account::Schedule;
use store::tx::Reader;

use crate::sim::claims::Purging;
use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::life::Life;
use crate::sim::mirror::{Facts, is_lifecycle, laid_out};

/// Accounts that are read at a time.
const PAGE: u32 = 5_000;

impl Life {
    /// Looks at some accounts: those that an operation changed.
    pub(crate) fn check_some(&mut self, touched: &BTreeSet<AccountId>) -> Result<(), Broken> {
        if touched.is_empty() {
            return Ok(());
        }
        let ids: Vec<AccountId> = touched.iter().copied().collect();
        let accounts = {
            let mut db = self.store.reader()?;
            let accounts = store::account::by_ids(&mut db, &ids)?;
            check_grants(&mut db, &accounts)?;
            accounts
        };
        accounts.iter().try_for_each(|account| self.check_fields(account))?;
        self.check_addresses(&accounts)
    }

    /// Looks at every account; after a run that is done with today, stored due dates are looked at too.
    pub(crate) fn check_all(&mut self, done_with_today: bool) -> Result<(), Broken> {
        let page = {
            let mut db = self.store.reader()?;
            let page = store::account::page(&mut db, AccountId(i64::MIN), PAGE)?;
            let accounts: Vec<Account> = page.iter().map(|(account, _)| account.clone()).collect();
            check_grants(&mut db, &accounts)?;
            page
        };
        let known = self.mirror.facts.len();
        keeps(page.len() == known, Promise::History, || format!("{} accounts, {known} in history", page.len()))?;
        self.stats.accounts = page.len() as u64;
        for (account, schedule) in &page {
            self.check_fields(account)?;
            if done_with_today {
                self.check_schedule(account, *schedule)?;
            }
        }
        let accounts: Vec<Account> = page.into_iter().map(|(account, _)| account).collect();
        self.check_addresses(&accounts)
    }

    fn check_fields(&self, account: &Account) -> Result<(), Broken> {
        let none = Facts::new();
        let told = self.mirror.facts.get(&account.id).unwrap_or(&none);
        let told: Facts =
            told.iter().filter(|(name, _)| is_lifecycle(name)).map(|(n, t)| (n.clone(), t.clone())).collect();
        let is = laid_out(account);
        keeps(told == is, Promise::History, || {
            let differing = is.iter().filter(|(name, text)| told.get(*name) != Some(*text)).collect::<Vec<_>>();
            let gone = told.iter().filter(|(name, _)| !is.contains_key(*name)).collect::<Vec<_>>();
            format!("{}: {differing:?} is not what history tells; {gone:?} is told only", account.address)
        })
    }

    fn check_addresses(&mut self, accounts: &[Account]) -> Result<(), Broken> {
        let today = self.world.today();
        let almoner = &self.world.almoner;
        let purging = Purging { policies: almoner.policies(), calendar: almoner.calendar() };
        let mut db = self.store.reader()?;
        for account in accounts {
            let taken = store::address::of_account(&mut db, account.id)?;
            self.claims.enter(account, &taken, today, &purging)?;
        }
        Ok(())
    }

    fn check_schedule(&self, account: &Account, stored: Schedule) -> Result<(), Broken> {
        let today = self.world.today();
        let almoner = &self.world.almoner;
        let policy = almoner.policy_on(today)?;
        let terms = policy.terms(account.kind, sector(&account.organisation), today, almoner.calendar());
        let due = next_task(account, &terms);
        keeps(stored == due, Promise::Schedule, || format!("{}: stored {stored:?}, due {due:?}", account.address))
    }

    /// The policy in force and its exceptions, as one text that changes with them.
    pub(crate) fn epoch(&self, day: Day) -> Result<String, Broken> {
        Ok(self.world.almoner.policy_on(day)?.epoch(day))
    }
}

/// ROLE-06: whoever has left administers nothing.
fn check_grants(db: &mut Reader<'_>, accounts: &[Account]) -> Result<(), Broken> {
    let gone: Vec<AccountId> = accounts.iter().filter(|account| has_left(account.status())).map(|a| a.id).collect();
    let held = store::grant::of_accounts(db, &gone)?;
    keeps(held.is_empty(), Promise::Grants, || format!("after leaving: {held:?}"))
}

pub(crate) fn sector(code: &OdsCode) -> Sector {
    if code.as_str().starts_with("RX") { Sector::Trust } else { Sector::Gp }
}

const fn has_left(status: Status) -> bool {
    match status {
        Status::Leaver | Status::Deleted | Status::Purged => true,
        Status::Pending | Status::Active | Status::Inactive | Status::Disabled => false,
    }
}
