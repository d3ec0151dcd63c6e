//! All accounts as their lines tell them, one after the other, in bounded memory.

use std::collections::{BTreeMap, VecDeque};

use domain::account::Account;
use domain::ids::AccountId;
use domain::time::Timestamp;
use store::audit::Telling;
use store::error::Error;
use store::tx::Reader;

use crate::fields::{self, Fields};
use crate::history::fold::apply;

/// After every instant.
pub(crate) const ALWAYS: Timestamp = Timestamp::from_second(i64::MAX);

/// Lines read at a time: some megabytes of facts at the most.
const PAGE: u32 = 5_000;

/// All that the lines of one account tell: its own facts, and the grants that it held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Its id.
    pub(crate) id: i64,
    /// Account, profile, addresses, members and holds; see `docs/json.md` for the names.
    pub(crate) facts: Fields,
    /// Grants by their number, ended ones too.
    pub(crate) grants: BTreeMap<i64, Fields>,
}

impl Told {
    /// The account itself; `None` where its lines do not tell one.
    pub(crate) fn account(&self) -> Option<Account> {
        fields::account(AccountId(self.id), &self.facts)
    }

    /// Adds the next line.
    pub(crate) fn add(&mut self, line: &Telling<'_>) -> Result<(), Error> {
        let facts = match line.grant {
            Some(grant) => self.grants.entry(grant).or_default(),
            None => &mut self.facts,
        };
        apply(facts, line.detail)
    }
}

/// The accounts in the order of their ids, as their lines before an instant tell them; read with one `Reader`, they are
/// of one moment.
#[derive(Debug)]
pub(crate) struct Stream {
    until: Timestamp,
    after: (i64, i64),
    whole: VecDeque<Told>,
    open: Option<Told>,
    ended: bool,
}

impl Stream {
    /// All accounts as of an instant (`ALWAYS`: as of now).
    pub(crate) fn until(until: Timestamp) -> Self {
        Self { until, after: (i64::MIN, i64::MIN), whole: VecDeque::new(), open: None, ended: false }
    }

    /// The next account; `None` after the last. Cost: each line once, by the index on account and line.
    pub(crate) fn next(&mut self, db: &mut Reader<'_>) -> Result<Option<Told>, Error> {
        while self.whole.is_empty() && !self.ended {
            let mut lines = 0;
            let (after, open, whole) = (&mut self.after, &mut self.open, &mut self.whole);
            store::audit::telling(db, *after, self.until, PAGE, |line| {
                lines += 1;
                *after = (line.account, line.id);
                if let Some(done) = open.take_if(|told| told.id != line.account) {
                    whole.push_back(done);
                }
                open.get_or_insert_with(|| Told { id: line.account, ..Told::default() }).add(&line)
            })?;
            if lines < PAGE {
                self.ended = true;
                self.whole.extend(self.open.take());
            }
        }
        Ok(self.whole.pop_front())
    }
}

/// Shows `each` what the lines before an instant tell of every account, by id, each account once. For a replay of a past
/// period; a store of two million accounts is not read into memory. `Told::account` is the account for the rules.
pub(crate) fn each_account<E: From<Error>>(
    db: &mut Reader<'_>,
    until: Timestamp,
    mut each: impl FnMut(Told) -> Result<(), E>,
) -> Result<(), E> {
    let mut stream = Stream::until(until);
    while let Some(told) = stream.next(db)? {
        each(told)?;
    }
    Ok(())
}

/// What the lines of one account before an instant tell. `None`: there was none yet.
pub(crate) fn of_account(db: &mut Reader<'_>, id: AccountId, until: Timestamp) -> Result<Option<Told>, Error> {
    let mut told = Told { id: id.0, ..Told::default() };
    let mut last = 0;
    loop {
        let mut lines = 0;
        store::audit::telling_of(db, id, last, until, PAGE, |line| {
            (lines, last) = (lines + 1, line.id);
            told.add(&line)
        })?;
        if lines < PAGE {
            return Ok((last > 0).then_some(told));
        }
    }
}
