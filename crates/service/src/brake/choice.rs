//! Which accounts of a part are released: all, some by their addresses, all but some, or so many.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::account::Account;
use domain::ids::AccountId;
use store::brake::{Item, Part};
use store::tx::Reader;

use crate::error::Error;

/// How much of a part is released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// All that is held.
    All,
    /// These accounts.
    Accounts(Vec<String>),
    /// All but these accounts, which stay held.
    AllBut(Vec<String>),
    /// So many, those held first.
    Count(u32),
}

/// The same, with what it names found among what is held.
#[derive(Debug)]
pub(super) enum Picked {
    All,
    /// By item, in their order.
    Only(Vec<(i64, AccountId)>),
    AllBut(HashSet<i64>),
}

/// What one transaction releases, and how far it looked.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) items: Vec<Item>,
    /// The last item that was looked at.
    pub(super) last: i64,
    /// How many were looked at.
    pub(super) looked: u64,
}

/// Finds what a choice names. An address that is not held in the part is an error before anything is done: a mistyped one
/// would release what was to stay.
pub(super) fn picked(db: &mut Reader<'_>, part: &Part, choice: &Choice) -> Result<Picked, Error> {
    match choice {
        Choice::All | Choice::Count(_) => Ok(Picked::All),
        Choice::Accounts(addresses) if addresses.is_empty() => {
            Err(Error::input("no account is named: name accounts by their addresses"))
        }
        Choice::Accounts(addresses) => Ok(Picked::Only(named(db, part, addresses)?)),
        Choice::AllBut(addresses) => {
            Ok(Picked::AllBut(named(db, part, addresses)?.into_iter().map(|(item, _)| item).collect()))
        }
    }
}

fn named(db: &mut Reader<'_>, part: &Part, addresses: &[String]) -> Result<Vec<(i64, AccountId)>, Error> {
    let wanted: BTreeSet<String> = addresses.iter().map(|address| address.trim().to_ascii_lowercase()).collect();
    let asked: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let found: HashMap<String, Account> = store::account::by_addresses(db, &asked)?.into_iter().collect();
    let ids: Vec<AccountId> = found.values().map(|account| account.id).collect();
    let held = store::brake::held_of(db, part.id, &ids)?;
    let mut items: Vec<(i64, AccountId)> = held.into_iter().map(|item| (item.id, item.held.account)).collect();
    items.sort_unstable();
    items.dedup();
    let held: HashSet<AccountId> = items.iter().map(|(_, account)| *account).collect();
    let is_held = |address: &&str| found.get(*address).is_some_and(|account| held.contains(&account.id));
    let mut missing = asked.iter().filter(|address| !is_held(address));
    let Some(first) = missing.next() else { return Ok(items) };
    let who = match missing.count() {
        0 => format!("{first} is"),
        more => format!("{first} and {more} more are"),
    };
    Err(Error::input(format!("{who} not held in part {}: see who is with `almoner brake show {}`", part.id, part.id)))
}

impl Picked {
    /// Whether it names accounts.
    pub(super) const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// The next of it behind an item that are still held; none when that was all.
    pub(super) fn next(&self, db: &mut Reader<'_>, part: i64, after: i64, limit: u32) -> Result<Option<Next>, Error> {
        if let Self::Only(all) = self {
            let from = all.partition_point(|(item, _)| *item <= after);
            let some = all.iter().skip(from).take(usize::try_from(limit).unwrap_or(usize::MAX));
            let some: Vec<(i64, AccountId)> = some.copied().collect();
            let Some((last, _)) = some.last() else { return Ok(None) };
            let ids: Vec<AccountId> = some.iter().map(|(_, account)| *account).collect();
            let mut items = store::brake::held_of(db, part, &ids)?;
            items.sort_by_key(|item| item.id);
            return Ok(Some(Next { items, last: *last, looked: count(some.len()) }));
        }
        let mut items = store::brake::held_items(db, part, after, limit)?;
        let (looked, Some(last)) = (count(items.len()), items.last().map(|item| item.id)) else { return Ok(None) };
        if let Self::AllBut(stay) = self {
            items.retain(|item| !stay.contains(&item.id));
        }
        Ok(Some(Next { items, last, looked }))
    }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
