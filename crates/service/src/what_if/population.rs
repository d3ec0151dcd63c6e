//! The population in columns: for each organisation its accounts, eight bytes each: the number of the account's class
//! under the policies as they stand, and with the candidate.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::mem::size_of;

use domain::account::Account;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::class::{Class, Lens};
use domain::lifecycle::timeline::Timeline;
use domain::org::{Organisation, Sector};
use domain::policy::Policy;
use domain::status::Kind;
use domain::time::{Calendar, Day};
use store::tx::Reader;

use crate::error::Error;
use crate::federation::no_policy;
use crate::history::stream::each_account;
use crate::progress::Progress;
use crate::what_if::never_without;

/// Accounts read at a time: a few megabytes.
const BATCH: u32 = 5_000;

/// One of the two that are compared: what holds for each kind and sector, and the classes found under it.
pub(crate) struct Side<'a> {
    /// Different timelines, each with what it sees.
    pub(crate) timelines: Vec<(Timeline<'a>, Lens)>,
    /// For each kind and sector its timeline.
    timeline_of: Vec<u16>,
    /// The number of each class, with its timeline.
    pub(crate) classes: HashMap<(u16, Class), u32>,
}

impl<'a> Side<'a> {
    /// Nobody yet.
    pub(crate) fn new(policies: &[&'a Policy], days: (Day, Day), calendar: &'a Calendar) -> Result<Self, Error> {
        never_without(policies, days)?;
        let mut side = Self { timelines: Vec::new(), timeline_of: Vec::new(), classes: HashMap::new() };
        for kind in Kind::ALL {
            for sector in Sector::ALL {
                let timeline = Timeline::new(policies, *kind, *sector, days, calendar);
                let timeline = timeline.ok_or_else(|| no_policy(days.0))?;
                let known = side.timelines.iter().position(|(known, _)| *known == timeline);
                let place = known.unwrap_or(side.timelines.len());
                if known.is_none() {
                    let lens = Lens::new(&timeline);
                    side.timelines.push((timeline, lens));
                }
                side.timeline_of.push(u16::try_from(place).unwrap_or(u16::MAX));
            }
        }
        Ok(side)
    }

    /// The number of what this side sees of a class.
    fn number(&mut self, class: Class, kind: Kind, sector: Sector) -> Option<u32> {
        let timeline = *self.timeline_of.get(kind as usize * Sector::ALL.len() + sector as usize)?;
        let (_, lens) = self.timelines.get(usize::from(timeline))?;
        let next = u32::try_from(self.classes.len()).ok()?;
        Some(match self.classes.entry((timeline, lens.see(class))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(next),
        })
    }

    fn bytes(&self) -> usize {
        self.classes.capacity() * (size_of::<((u16, Class), u32)>() + 1)
    }
}

/// The accounts of one organisation.
pub(crate) struct Members {
    pub(crate) code: OdsCode,
    pub(crate) name: String,
    sector: Sector,
    /// The numbers of their classes, before and after.
    pub(crate) accounts: Vec<[u32; 2]>,
}

/// Everybody.
pub(crate) struct Population<'a> {
    pub(crate) organisations: Vec<Members>,
    place: HashMap<OdsCode, usize>,
    /// Only these; everybody where there are none.
    only: Vec<OdsCode>,
    pub(crate) before: Side<'a>,
    pub(crate) after: Side<'a>,
}

impl<'a> Population<'a> {
    /// The organisations, by code, without their accounts; or only some of them.
    pub(crate) fn new(
        db: &mut Reader<'_>,
        mut only: Vec<Organisation>,
        before: Side<'a>,
        after: Side<'a>,
    ) -> Result<Self, Error> {
        only.sort_by(|a, b| a.code.cmp(&b.code));
        only.dedup_by(|a, b| a.code == b.code);
        let codes = only.iter().map(|one| one.code.clone()).collect();
        let known = if only.is_empty() {
            store::organisation::all(db)?.into_iter().map(|listed| listed.organisation).collect()
        } else {
            only
        };
        let members = |known: Organisation| {
            let Organisation { code, name, sector, .. } = known;
            Members { code, name, sector, accounts: Vec::new() }
        };
        let organisations: Vec<Members> = known.into_iter().map(members).collect();
        let place = organisations.iter().enumerate().map(|(place, one)| (one.code.clone(), place)).collect();
        Ok(Self { organisations, place, only: codes, before, after })
    }

    /// Reads the accounts, once.
    pub(crate) fn stream(
        &mut self,
        db: &mut Reader<'_>,
        calendar: &Calendar,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let total = if self.only.is_empty() { u64::try_from(store::account::count(db)?).ok() } else { None };
        progress.stage("population", total);
        if self.only.is_empty() {
            let page = |after| {
                let page = store::account::page(db, after, BATCH)?;
                Ok(page.into_iter().map(|(account, _)| account).collect())
            };
            self.pages(calendar, progress, page)?;
        }
        for code in self.only.clone() {
            self.pages(calendar, progress, |after| Ok(store::account::of_organisation(db, &code, after, BATCH)?))?;
        }
        progress.finish();
        Ok(())
    }

    /// Adds page after page, until one is empty.
    fn pages(
        &mut self,
        calendar: &Calendar,
        progress: &dyn Progress,
        mut page: impl FnMut(AccountId) -> Result<Vec<Account>, Error>,
    ) -> Result<(), Error> {
        let mut after = AccountId(i64::MIN);
        loop {
            let page = page(after)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            for account in &page {
                self.add(account, calendar);
            }
            progress.advance(page.len() as u64);
        }
    }

    /// Rebuilds the accounts as they were when a day began, from their audit lines; each counts for its organisation of
    /// then, with that organisation's sector of now.
    pub(crate) fn replay(
        &mut self,
        db: &mut Reader<'_>,
        calendar: &Calendar,
        day: Day,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        progress.stage("population", None);
        each_account(db, calendar.start_of(day), |told| {
            let account = told.account().ok_or(store::error::Error::Corrupt("event.detail"))?;
            self.add(&account, calendar);
            progress.advance(1);
            Ok::<_, Error>(())
        })?;
        progress.finish();
        Ok(())
    }

    fn add(&mut self, account: &Account, calendar: &Calendar) {
        let class = Class::of(account, calendar);
        // The database lets no account be of an organisation that it does not have; a replay of one meets all others.
        let members = self.place.get(&account.organisation).and_then(|place| self.organisations.get_mut(*place));
        let Some(members) = members else { return };
        let (kind, sector) = (account.kind, members.sector);
        let numbers = self.before.number(class, kind, sector).zip(self.after.number(class, kind, sector));
        members.accounts.extend(numbers.map(|(before, after)| [before, after]));
    }

    /// Bytes of the columns and of the classes.
    pub(crate) fn bytes(&self) -> usize {
        let columns: usize = self.organisations.iter().map(|one| one.accounts.capacity() * size_of::<[u32; 2]>()).sum();
        columns + self.before.bytes() + self.after.bytes()
    }
}
