//! The people finder: what the directory shows, to everybody who is signed in (DIR-01, DIR-03).

use std::collections::HashMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::org::Organisation;
use domain::profile::Profile;
use store::tx::Reader;

use crate::account::alike;
use crate::error::Error;
use crate::federation::Almoner;
use crate::report::walk::homes;

/// Accounts that are read in one go.
const BATCH: u32 = 1_000;
/// Accounts that a search in an organisation looks at, and names that one with typing errors compares.
const LOOKED_AT: u32 = 20_000;
/// Entries that each way of finding by name gives at most.
const GIVEN: u32 = 200;
/// What begins alike lies before this: keys have small letters, digits and spaces only.
const END: &str = "~";
/// So many letters of a name are taken for right when the rest is not.
const SURE: usize = 2;

/// An entry of the directory.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The account.
    pub account: Account,
    /// What everybody may see of it.
    pub profile: Profile,
    /// Its organisation.
    pub organisation: Organisation,
}

/// Who is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words of the name, in any order, from their beginning; or an address.
    pub name: String,
    /// Words of the job or the unit.
    pub work: String,
    /// In this organisation.
    pub organisation: String,
    /// Behind this account, in an organisation.
    pub after: i64,
    /// At most so many.
    pub limit: usize,
}

/// Who was found.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// The entries.
    pub entries: Vec<Entry>,
    /// In an organisation: behind this account there may be more.
    pub next: Option<i64>,
    /// There are more than are shown: a longer name, or an organisation, would tell which.
    pub more: bool,
    /// Nobody is written as it was typed: these are like it.
    pub alike: bool,
}

impl Almoner {
    /// Finds people. In an organisation its accounts are gone through, at most 20,000; elsewhere ranges of the names and
    /// addresses that begin as was typed, and when there is none, up to 20,000 names that share two letters with it.
    pub fn find_people(&self, ctx: &Ctx, wanted: &Wanted) -> Result<People, Error> {
        let db = &mut self.store.reader()?;
        if !wanted.organisation.is_empty() {
            return self.in_organisation(db, ctx, wanted);
        }
        let typed = wanted.name.trim().to_lowercase();
        if typed.contains('@') {
            let found = store::account::by_address(db, &typed)?;
            return Ok(People { entries: self.entries_of(db, ctx, found.into_iter().collect())?, ..People::default() });
        }
        let words = alike::words(&typed);
        if words.iter().map(String::len).sum::<usize>() < SURE {
            return Ok(People::default());
        }
        let (ids, more) = beginning(db, &words)?;
        let exact = self.kept(db, ctx, wanted, &ids)?;
        if !exact.entries.is_empty() {
            return Ok(People { more: exact.more || more, ..exact });
        }
        let ids = like(db, &words)?;
        let found = self.kept(db, ctx, wanted, &ids)?;
        Ok(People { alike: !found.entries.is_empty(), ..found })
    }

    /// One entry, by any address of the account; what the directory does not show is not there.
    pub fn person_entry(&self, ctx: &Ctx, address: &str) -> Result<Entry, Error> {
        let db = &mut self.store.reader()?;
        let found = store::account::by_address(db, &address.trim().to_ascii_lowercase())?;
        let entry = self.entries_of(db, ctx, found.into_iter().collect())?.pop();
        entry.ok_or_else(|| Error::not_found("person", address))
    }

    /// The entries of some accounts that the directory shows.
    pub(crate) fn entries(&self, db: &mut Reader<'_>, ctx: &Ctx, ids: &[AccountId]) -> Result<Vec<Entry>, Error> {
        let accounts = store::account::by_ids(db, ids)?;
        self.entries_of(db, ctx, accounts)
    }

    fn entries_of(&self, db: &mut Reader<'_>, ctx: &Ctx, accounts: Vec<Account>) -> Result<Vec<Entry>, Error> {
        let homes = homes(db, accounts.iter().map(|account| &account.organisation))?;
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        let mut profiles: HashMap<AccountId, Profile> = store::profile::by_ids(db, &ids)?.into_iter().collect();
        let today = self.today(ctx);
        let mut entries = Vec::new();
        for account in accounts {
            let Some(home) = homes.get(account.organisation.as_str()) else { continue };
            let profile = profiles.remove(&account.id).unwrap_or_default();
            let terms = self.terms(account.kind, home.sector, today)?;
            if profile.is_shown(account.status(), &terms.rules.hidden) {
                entries.push(Entry { account, profile: profile.public(), organisation: home.clone() });
            }
        }
        Ok(entries)
    }

    fn in_organisation(&self, db: &mut Reader<'_>, ctx: &Ctx, wanted: &Wanted) -> Result<People, Error> {
        let code = OdsCode::parse(&wanted.organisation).map_err(|error| Error::input(error.to_string()))?;
        store::organisation::get(db, &code)?.ok_or_else(|| Error::not_found("organisation", &code))?;
        let (names, work) = (alike::words(&wanted.name), alike::words(&wanted.work));
        let (mut people, mut last, mut looked) = (People::default(), wanted.after, 0);
        loop {
            let batch = store::account::of_organisation(db, &code, AccountId(last), BATCH)?;
            let Some(end) = batch.last().map(|account| account.id.0) else { return Ok(people) };
            looked += BATCH;
            for entry in self.entries_of(db, ctx, batch)?.into_iter().filter(|entry| matches(&names, &work, entry)) {
                if people.entries.len() == wanted.limit {
                    people.next = people.entries.last().map(|entry| entry.account.id.0);
                    return Ok(people);
                }
                people.entries.push(entry);
            }
            last = end;
            if looked >= LOOKED_AT {
                people.next = Some(last);
                return Ok(people);
            }
        }
    }

    /// Those of some accounts who match, by name.
    fn kept(&self, db: &mut Reader<'_>, ctx: &Ctx, wanted: &Wanted, ids: &[AccountId]) -> Result<People, Error> {
        let (names, work) = (alike::words(&wanted.name), alike::words(&wanted.work));
        let mut entries = self.entries(db, ctx, ids)?;
        entries.retain(|entry| matches(&names, &work, entry));
        let key =
            |e: &Entry| (e.profile.last_name.clone(), e.profile.first_name.clone(), e.account.address.to_string());
        entries.sort_by_cached_key(key);
        let more = entries.len() > wanted.limit;
        entries.truncate(wanted.limit);
        Ok(People { entries, more, ..People::default() })
    }
}

fn matches(names: &[String], work: &[String], entry: &Entry) -> bool {
    let p = &entry.profile;
    let local = entry.account.address.as_str().split('@').next().unwrap_or_default();
    alike::all_found(names, &[&p.first_name, &p.last_name, &p.display_name, local])
        && alike::all_found(work, &[&p.job_title, &p.unit])
}

/// The accounts whose name or address begins with these words, as typed or with the last one first; whether there may be
/// more.
fn beginning(db: &mut Reader<'_>, words: &[String]) -> Result<(Vec<AccountId>, bool), Error> {
    let turned: Vec<&str> =
        words.iter().rev().take(1).chain(words.iter().rev().skip(1).rev()).map(String::as_str).collect();
    let typed: Vec<&str> = words.iter().map(String::as_str).collect();
    let (mut ids, mut more) = (Vec::new(), false);
    let full = |found: usize| u32::try_from(found).is_ok_and(|count| count == GIVEN);
    for order in [typed, turned] {
        let begin = order.join(" ");
        let names = store::profile::names(db, (&begin, AccountId(i64::MIN)), &format!("{begin}{END}"), GIVEN)?;
        more |= full(names.len());
        ids.extend(names.into_iter().map(|(_, id)| id));
        let addresses = store::address::beginning_with(db, &order.join("."), GIVEN)?;
        more |= full(addresses.len());
        ids.extend(addresses);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok((ids, more))
}

/// The accounts whose name is like these words: the first letters of one of them are right.
fn like(db: &mut Reader<'_>, words: &[String]) -> Result<Vec<AccountId>, Error> {
    let mut ids = Vec::new();
    for word in words {
        let Some(begin) = word.get(..SURE) else { continue };
        let names = store::profile::names(db, (begin, AccountId(i64::MIN)), &format!("{begin}{END}"), LOOKED_AT)?;
        let found = names.into_iter().filter(|(key, _)| alike::all_found(words, &[key])).map(|(_, id)| id);
        ids.extend(found.take(usize::try_from(GIVEN).unwrap_or(0)));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
