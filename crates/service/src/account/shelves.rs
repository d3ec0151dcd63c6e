//! The shelves of the organisations that were searched lately, each as new as the store at the moment of the search.
//!
//! Whatever changes an account writes an audit line of its organisation in the same transaction. Before a shelf is used,
//! the lines of its organisation are counted; those that came since name the accounts that are read again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::account::Account;
use domain::ids::{AccountId, OdsCode};
use domain::profile::Profile;
use store::audit::{self, Stamp};
use store::tx::Reader;

use crate::account::shelf::{Card, Shelf};
use crate::error::Error;

/// Accounts on all shelves together, of organisations in which somebody searched: some 300 bytes each, so 300 MiB at most.
const ROOM: usize = 1_000_000;
/// Line numbers that others may take while a transaction keeps its own: it lasts seconds, and in one 30,000 lines are written.
const OVERTAKEN: i64 = 200_000;

/// The shelves in memory. Shared by all threads.
#[derive(Debug, Default)]
pub(crate) struct Shelves {
    standing: Mutex<Standing>,
}

#[derive(Debug, Default)]
struct Standing {
    by_code: HashMap<OdsCode, Kept>,
    /// Grows with each use.
    uses: u64,
}

#[derive(Debug, Clone)]
struct Kept {
    shelf: Arc<Shelf>,
    /// From which line on lines are counted.
    since: i64,
    stamp: Stamp,
    used: u64,
}

impl Shelves {
    /// The shelf of an organisation as the reader sees it. Cost: a count of its newest lines, and a read of the accounts
    /// that changed; of all its accounts, in one statement, when it is not in memory.
    pub(crate) fn of(&self, db: &mut Reader<'_>, code: &OdsCode) -> Result<Arc<Shelf>, Error> {
        let known = self.standing().by_code.get(code).cloned();
        let kept = match known {
            Some(kept) => renewed(db, code, kept)?,
            None => Some(read(db, code)?),
        };
        // What was overtaken by too much is read from the beginning.
        let kept = kept.map_or_else(|| read(db, code), Ok)?;
        let found = Arc::clone(&kept.shelf);
        self.standing().keep(code, kept);
        Ok(found)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standing {
    /// Keeps a shelf, and lets those go that were not used for longest.
    fn keep(&mut self, code: &OdsCode, kept: Kept) {
        self.uses += 1;
        // Another thread may have read more meanwhile.
        let newer = self.by_code.get(code).is_some_and(|other| other.stamp.last > kept.stamp.last);
        if newer || kept.shelf.len() > ROOM {
            return;
        }
        self.by_code.insert(code.clone(), Kept { used: self.uses, ..kept });
        let mut room: usize = self.by_code.values().map(|kept| kept.shelf.len()).sum();
        while room > ROOM {
            let oldest = self.by_code.iter().min_by_key(|(_, kept)| kept.used).map(|(code, _)| code.clone());
            let Some(gone) = oldest.and_then(|code| self.by_code.remove(&code)) else { return };
            room -= gone.shelf.len();
        }
    }
}

/// The whole organisation from the store.
fn read(db: &mut Reader<'_>, code: &OdsCode) -> Result<Kept, Error> {
    let since = audit::last(db)? - OVERTAKEN;
    let stamp = audit::stamp(db, code, since, i64::MAX)?;
    let mut all = Vec::new();
    store::profile::findable(db, code, |found| {
        all.push((found.id, Card::of(&found)));
        Ok(())
    })?;
    Ok(Kept { shelf: Arc::new(Shelf::of(all)), since, stamp, used: 0 })
}

/// A shelf brought up to date; none where too much has happened since.
fn renewed(db: &mut Reader<'_>, code: &OdsCode, kept: Kept) -> Result<Option<Kept>, Error> {
    let now = audit::stamp(db, code, kept.since, kept.stamp.last)?;
    if (now.count, now.last) == (kept.stamp.count, kept.stamp.last) {
        return Ok(Some(kept));
    }
    // A line that came late stands somewhere before the last one that was known.
    let late = now.count - now.new != kept.stamp.count;
    let changed = audit::told_of(db, code, if late { kept.since } else { kept.stamp.last })?;
    if changed.len() > kept.shelf.len() / 2 + 100 {
        return Ok(None);
    }
    let accounts = store::account::by_ids(db, &changed)?;
    let here: Vec<Account> = accounts.into_iter().filter(|account| account.organisation == *code).collect();
    let shelf = Arc::new(kept.shelf.changed(&changed, cards(db, &here)?));
    let since = audit::last(db)? - OVERTAKEN;
    let stamp = audit::stamp(db, code, since, i64::MAX)?;
    Ok(Some(Kept { shelf, since, stamp, used: kept.used }))
}

fn cards(db: &mut Reader<'_>, accounts: &[Account]) -> Result<Vec<(AccountId, Card)>, Error> {
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let profiles: HashMap<AccountId, Profile> = store::profile::by_ids(db, &ids)?.into_iter().collect();
    let card = |account: &Account| Some((account.id, Card::made(account, profiles.get(&account.id)?)));
    Ok(accounts.iter().filter_map(card).collect())
}
