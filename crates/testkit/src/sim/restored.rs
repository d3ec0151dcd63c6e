//! Accounts as they are kept, whole: what a rollback has to bring back, and nothing else.

use std::collections::BTreeMap;

use domain::account::Account;
use domain::ids::AccountId;
use domain::profile::Profile;
use domain::status::Status;
use store::member::Membership;
use store::whole::{RawAddress, RawGrant, RawHold};

use crate::sim::failure::Broken;
use crate::sim::life::Life;
use crate::sim::mirror::Told;

/// Accounts that are read.
const MOST: u32 = 5_000;

/// One account with all that belongs to it; logs (notes, versions) and what follows from the rest (due dates) left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) account: Account,
    /// Licence, quota and services are in it.
    pub(crate) profile: Profile,
    /// Aliases and reservations, too.
    pub(crate) addresses: Vec<RawAddress>,
    /// Where it is a member, and who are its members.
    pub(crate) members: Vec<Membership>,
    pub(crate) holds: Vec<RawHold>,
    /// Those that ended, too.
    pub(crate) grants: Vec<RawGrant>,
}

impl Life {
    /// Every account as it is kept now.
    pub(crate) fn kept(&self) -> Result<BTreeMap<AccountId, Kept>, Broken> {
        let mut db = self.store.reader()?;
        let (first, last) = (AccountId(i64::MIN), AccountId(i64::MAX));
        let mut profiles: BTreeMap<AccountId, Profile> =
            store::whole::profiles(&mut db, first, last)?.into_iter().collect();
        let mut all = BTreeMap::new();
        for (account, _) in store::account::page(&mut db, first, MOST)? {
            let profile = profiles.remove(&account.id).unwrap_or_default();
            let (id, account) = (account.id, Account { version: 0, ..account });
            let profile = Profile { notes: String::new(), ..profile };
            let (addresses, members, holds, grants) = Default::default();
            all.insert(id, Kept { account, profile, addresses, members, holds, grants });
        }
        for address in store::whole::addresses(&mut db, first, last)? {
            all.entry(AccountId(address.account)).and_modify(|kept: &mut Kept| kept.addresses.push(address));
        }
        for member in store::whole::members(&mut db, first, last)? {
            for side in [member.0, member.1] {
                all.entry(side).and_modify(|kept| kept.members.push(member));
            }
        }
        for hold in store::whole::holds(&mut db)? {
            all.entry(hold.hold.account).and_modify(|kept| kept.holds.push(hold));
        }
        for grant in store::whole::grants(&mut db)? {
            all.entry(AccountId(grant.account)).and_modify(|kept| kept.grants.push(grant));
        }
        Ok(all)
    }
}

/// Whether an account is what it was before the run, as it is kept now; what differs, else. `since` are its lines since
/// that are not the run's. Signals that came since stay; what time ended since does not come back: an address whose days
/// were over, a membership whose other side is purged.
pub(crate) fn differs(
    was: &Kept,
    now: &Kept,
    is: &Kept,
    since: &[&Told],
    others: &BTreeMap<AccountId, Kept>,
) -> Option<String> {
    let freed = since.iter().any(|told| told.action == "address_freed");
    let wanted = Account { signals: now.account.signals, ..was.account.clone() };
    if wanted != is.account {
        return Some(format!("it was {wanted:?} and is {:?}", is.account));
    }
    if was.profile != is.profile {
        return Some(format!("its profile was {:?} and is {:?}", was.profile, is.profile));
    }
    if (&was.grants, &was.holds) != (&is.grants, &is.holds) {
        return Some(format!("{:?} {:?} was, {:?} {:?} is", was.grants, was.holds, is.grants, is.holds));
    }
    let lost = was.addresses.iter().find(|address| !is.addresses.contains(address));
    let gained = is.addresses.iter().find(|address| !was.addresses.contains(address));
    if gained.is_some() || (lost.is_some() && !freed) {
        return Some(format!("its addresses were {:?} and are {:?}", was.addresses, is.addresses));
    }
    let gone = |id: &AccountId| others.get(id).is_some_and(|other| other.account.status() == Status::Purged);
    // Where it is a member itself stands with the other mailbox and its lines: that stays as it is now.
    let own = |kept: &Kept| -> Vec<Membership> {
        kept.members.iter().filter(|member| member.0 == was.account.id).copied().collect()
    };
    let other = |kept: &Kept| -> Vec<Membership> {
        kept.members.iter().filter(|member| member.0 != was.account.id).copied().collect()
    };
    if other(now) != other(is) {
        return Some(format!("it was a member in {:?} and is in {:?}", now.members, is.members));
    }
    let (had, has) = (own(was), own(is));
    let lost = had.iter().find(|member| !has.contains(member) && !gone(&member.1));
    let gained = has.iter().find(|member| !had.contains(member));
    lost.or(gained).map(|member| format!("{member:?}: members were {:?} and are {:?}", was.members, is.members))
}
