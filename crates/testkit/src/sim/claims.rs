//! Who owns which address, and until when: a book of our own, in which no address may change hands too early.

use std::collections::{HashMap, HashSet};

use domain::account::{Account, Cause, State};
use domain::ids::AccountId;
use domain::policy::Policy;
use domain::time::{Calendar, Day};
use store::address::{AddressKind, Taken};

use crate::sim::failure::{Broken, Promise, keeps};

/// How long an address is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Open,
    Day(Day),
}

/// Every address that was ever taken, by whom last, and until when.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    taken: HashMap<String, (AccountId, Until)>,
    /// Accounts whose reservations were looked at on the day of their purge; a later policy changes nothing of them.
    reserved: HashSet<AccountId>,
}

impl Claims {
    /// Enters the addresses that an account has now.
    pub(crate) fn enter(
        &mut self,
        account: &Account,
        taken: &[Taken],
        today: Day,
        on: &Purging<'_>,
    ) -> Result<(), Broken> {
        let purged = matches!(account.state, State::Purged { .. });
        let own = taken.iter().any(|t| t.address == account.address);
        keeps(own || purged, Promise::Owner, || format!("{} does not own its address", account.address))?;
        for t in taken {
            let until = t.until.map_or(Until::Open, Until::Day);
            let address = t.address.as_str();
            if let Some((owner, known)) = self.taken.get(address).filter(|(owner, _)| *owner != account.id) {
                let free = matches!(known, Until::Day(day) if *day <= today);
                let told = || format!("{address} is given to account {}, but {owner} owns it: {known:?}", account.id);
                keeps(free, Promise::Owner, told)?;
            }
            if purged {
                let same = self.taken.get(address).map(|(_, until)| *until);
                let known = self.reserved.contains(&account.id);
                let expected = if known { same } else { on.reserved_until(account) };
                let right = t.kind == AddressKind::Reserved && expected.is_none_or(|expected| until == expected);
                let told = || format!("{address} is purged and taken as {} until {until:?}, not {expected:?}", t.kind);
                keeps(right, Promise::Owner, told)?;
            }
            self.taken.insert(address.to_owned(), (account.id, until));
        }
        if purged {
            self.reserved.insert(account.id);
        }
        self.nothing_lost(account, taken, today)
    }

    /// An address is given up by its time only.
    fn nothing_lost(&self, account: &Account, taken: &[Taken], today: Day) -> Result<(), Broken> {
        let has = |address: &str| taken.iter().any(|t| t.address.as_str() == address);
        let mine = self.taken.iter().filter(|(_, (owner, _))| *owner == account.id);
        let lost = mine.filter(|(address, _)| !has(address)).find(|(_, (_, until))| match until {
            Until::Open => true,
            Until::Day(day) => *day > today,
        });
        keeps(lost.is_none(), Promise::Owner, || format!("account {} lost {lost:?}", account.id))
    }
}

/// By what the reservation of a purged account is computed.
pub(crate) struct Purging<'a> {
    pub(crate) policies: &'a [Policy],
    pub(crate) calendar: &'a Calendar,
}

impl Purging<'_> {
    /// LC-21: for good for an unjoined leaver, the policy's time for all others. `None` when no policy covers the day.
    fn reserved_until(&self, account: &Account) -> Option<Until> {
        let State::Purged { since, cause } = account.state else { return None };
        if matches!(cause, Cause::UnjoinedLeaver | Cause::LeaverRequest) {
            return Some(Until::Open);
        }
        let day = self.calendar.day_of(since);
        let policy = self.policies.iter().rev().find(|policy| policy.covers(day))?;
        Some(Until::Day(day.plus(policy.addresses.reserve_after_purge)))
    }
}
