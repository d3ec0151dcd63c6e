//! Accounts, addresses and members in memory: what mail servers ask about, without a look at the database. No secret is
//! here. Size at 2.1 million accounts: some 200 bytes each, see docs/benchmarks.md.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::AccountId;
use domain::mailbox::Standing;
use domain::status::{Kind, Status};
use domain::time::Day;

const MIB: u64 = 1024 * 1024;

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Whose.
    pub(crate) id: AccountId,
    /// Its primary address.
    pub(crate) address: Arc<str>,
    /// Its other addresses, if it has any; an empty box takes no memory of its own.
    pub(crate) others: Box<[Arc<str>]>,
    /// In bytes; 0 has no end.
    pub(crate) quota: u64,
    /// In bytes, as the mail store told last.
    pub(crate) used: u64,
    /// A person's, a shared one, a program's, a room's.
    pub(crate) kind: Kind,
    /// Where it stands.
    pub(crate) status: Status,
    /// A leaver that was disabled.
    pub(crate) disabled: bool,
    /// It answers or sends on by itself; what, is in the store.
    pub(crate) rules: bool,
}

/// Whose an address is, and until which day it is no more.
#[derive(Debug, Clone, Copy)]
struct Name {
    owner: AccountId,
    until: Option<Day>,
}

/// An account with everything that belongs to it, as the store has it now.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    /// The account.
    pub(crate) mailbox: store::mailbox::Mailbox,
    /// Its other addresses, and from which day each is free.
    pub(crate) others: Vec<(String, Option<Day>)>,
    /// For a mailbox without a person: who may do what in it.
    pub(crate) members: Vec<(AccountId, Standing)>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// By id: accounts come with rising ids, so a new one almost always goes to the end.
    records: Vec<Record>,
    names: HashMap<Arc<str>, Name>,
    members: HashMap<AccountId, Box<[(AccountId, Standing)]>>,
}

impl Book {
    /// Accounts in it.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// An account. Cost: a search among sorted ids, 21 steps at 2.1 million.
    pub(crate) fn get(&self, id: AccountId) -> Option<&Record> {
        self.records.get(self.place(id).ok()?)
    }

    fn place(&self, id: AccountId) -> Result<usize, usize> {
        match self.records.last() {
            Some(last) if last.id < id => Err(self.records.len()),
            _ => self.records.binary_search_by_key(&id, |record| record.id),
        }
    }

    /// Whose an address is on a day; what stands behind a `+` before the `@` is passed over. Cost: one or two looks.
    pub(crate) fn find(&self, address: &str, today: Day) -> Option<&Record> {
        self.exactly(address, today).or_else(|| self.exactly(&without_detail(address)?, today))
    }

    /// Whose an address is on a day, as it stands.
    pub(crate) fn exactly(&self, address: &str, today: Day) -> Option<&Record> {
        let name = self.names.get(address)?;
        if name.until.is_some_and(|until| until <= today) {
            return None;
        }
        self.get(name.owner)
    }

    /// Who may do what in a mailbox without a person.
    pub(crate) fn members(&self, mailbox: AccountId) -> &[(AccountId, Standing)] {
        self.members.get(&mailbox).map_or(&[], |members| members)
    }

    /// Takes in an account as it is now. What its mail takes up stays.
    pub(crate) fn put(&mut self, fresh: Fresh) {
        let Fresh { mailbox, others, members } = fresh;
        let used = self.get(mailbox.id).map_or(0, |known| known.used);
        self.forget_names(mailbox.id);
        let name = |text: &str, until| (Arc::<str>::from(text), Name { owner: mailbox.id, until });
        let (address, own) = name(mailbox.address.as_str(), None);
        let named: Vec<(Arc<str>, Name)> = others.iter().map(|(text, until)| name(text, *until)).collect();
        let texts: Vec<Arc<str>> = named.iter().map(|(text, _)| Arc::clone(text)).collect();
        // A purged account's address may be another's by now: only the one who holds it as primary is found by it.
        if mailbox.status != Status::Purged {
            self.names.insert(Arc::clone(&address), own);
        }
        self.names.extend(named);
        let record = Record {
            id: mailbox.id,
            address,
            others: texts.into(),
            quota: mailbox.quota_mib.saturating_mul(MIB),
            used,
            kind: mailbox.kind,
            status: mailbox.status,
            disabled: mailbox.disabled,
            rules: mailbox.rules,
        };
        match self.place(mailbox.id) {
            Ok(at) => self.records.splice(at..=at, [record]).for_each(drop),
            Err(at) => self.records.insert(at, record),
        }
        if members.is_empty() {
            self.members.remove(&mailbox.id);
        } else {
            self.members.insert(mailbox.id, members.into());
        }
    }

    fn forget_names(&mut self, id: AccountId) {
        let Some(known) = self.get(id) else { return };
        let texts: Vec<Arc<str>> = known.others.iter().chain([&known.address]).cloned().collect();
        for text in texts {
            if self.names.get(&text).is_some_and(|name| name.owner == id) {
                self.names.remove(&text);
            }
        }
    }

    /// What an account's mail takes up now, in bytes.
    pub(crate) fn use_of(&mut self, id: AccountId, used: u64) {
        if let Ok(at) = self.place(id)
            && let Some(record) = self.records.get_mut(at)
        {
            record.used = used;
        }
    }
}

/// `a.b@host` of `a.b+detail@host`.
fn without_detail(address: &str) -> Option<String> {
    let (local, host) = address.rsplit_once('@')?;
    let (name, _) = local.split_once('+')?;
    Some(format!("{name}@{host}"))
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
