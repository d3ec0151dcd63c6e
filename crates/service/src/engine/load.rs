//! The book as the store has it: read whole at the start, then what each write told of.

use std::collections::{BTreeSet, HashMap, VecDeque};

use domain::ids::AccountId;
use domain::mailbox::Standing;
use domain::time::{Day, Timestamp};
use store::address::AddressKind;
use store::mailbox::{Mailbox, Span};
use store::member::Membership;
use store::tx::Reader;

use crate::engine::book::{Book, Fresh};
use crate::error::Error;
use crate::progress::Progress;

/// Accounts that are read at a time.
const PAGE: u32 = 10_000;
/// Writes that are looked at at a time.
const WRITES: u32 = 10_000;
/// A write takes its numbers before it is kept, so it may become visible after a later one. Between nodes that share a
/// PostgreSQL this takes part of a second; so long it is looked for at each time, and so long now and then.
const CLOSE_SECONDS: i64 = 5;
const FAR_SECONDS: i64 = 300;
/// Line numbers that others may take while a write keeps its own.
const OVERTAKEN: i64 = 200_000;
/// How often it is looked far back.
const FAR_EVERY_SECONDS: i64 = 5;

/// How far the writes of the store were followed.
#[derive(Debug)]
pub(crate) struct Follower {
    /// Writes that were taken in, behind `far`.
    known: BTreeSet<i64>,
    /// Writes that were read about and are not taken in yet: a failure between the two loses none.
    pending: Vec<i64>,
    /// All before are taken in, and none can come any more.
    far: i64,
    close: i64,
    /// The newest write at a time, oldest first.
    marks: VecDeque<(i64, i64)>,
    looked: i64,
    looked_far: i64,
}

/// Everything, and from where on it is followed.
pub(crate) fn whole(db: &mut Reader<'_>, wall: Timestamp, progress: &dyn Progress) -> Result<(Book, Follower), Error> {
    // First the number: what is written meanwhile is read twice rather than never.
    let follower = Follower::from(db, wall)?;
    progress.stage("reading accounts", u64::try_from(store::account::count(db)?).ok());
    let (mut book, mut after) = (Book::default(), AccountId(0));
    loop {
        let page = store::mailbox::page(db, after, PAGE)?;
        let Some(last) = page.last().map(|mailbox| mailbox.id) else { break };
        let addresses = store::whole::addresses(db, after, last)?.into_iter().map(read).collect::<Result<_, _>>()?;
        let members = store::whole::members(db, after, last)?;
        progress.advance(page.len() as u64);
        for account in joined(page, addresses, members) {
            book.put(account);
        }
        for (id, used) in store::mailbox_use::range(db, after, last)? {
            book.use_of(id, used);
        }
        after = last;
    }
    progress.finish();
    Ok((book, follower))
}

/// An address: whose, as what, which, until when.
type Name = (AccountId, AddressKind, String, Option<Day>);

fn read(raw: store::whole::RawAddress) -> Result<Name, Error> {
    let corrupt = |what| Error::from(store::error::Error::Corrupt(what));
    let until = raw.until.map(|n| i32::try_from(n).map(Day::from_number)).transpose();
    let until = until.map_err(|_| corrupt("address.until_on"))?;
    let kind = AddressKind::parse(&raw.kind).ok_or_else(|| corrupt("address.kind"))?;
    Ok((AccountId(raw.account), kind, raw.address, until))
}

/// Whether an address is found beside the primary one.
const fn is_other(kind: AddressKind) -> bool {
    match kind {
        AddressKind::Alias | AddressKind::OldName | AddressKind::OldOrganisation => true,
        AddressKind::Primary | AddressKind::Reserved => false,
    }
}

/// Accounts with what belongs to each.
fn joined(mailboxes: Vec<Mailbox>, names: Vec<Name>, members: Vec<Membership>) -> impl Iterator<Item = Fresh> {
    let mut others: HashMap<AccountId, Vec<(String, Option<Day>)>> = HashMap::new();
    for (id, _, address, until) in names.into_iter().filter(|(_, kind, ..)| is_other(*kind)) {
        others.entry(id).or_default().push((address, until));
    }
    let mut belonging: HashMap<AccountId, Vec<(AccountId, Standing)>> = HashMap::new();
    for (mailbox, member, standing) in members {
        belonging.entry(mailbox).or_default().push((member, standing));
    }
    mailboxes.into_iter().map(move |mailbox| {
        let others = others.remove(&mailbox.id).unwrap_or_default();
        let members = belonging.remove(&mailbox.id).unwrap_or_default();
        Fresh { mailbox, others, members }
    })
}

/// Some accounts as they are now.
pub(crate) fn some(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<Fresh>, Error> {
    let mailboxes = store::mailbox::by_ids(db, ids)?;
    let taken = store::address::of_accounts(db, ids)?.into_iter();
    let names = taken.map(|taken| (taken.account, taken.kind, taken.address.to_string(), taken.until)).collect();
    let members = store::member::in_mailboxes(db, ids)?;
    Ok(joined(mailboxes, names, members).collect())
}

impl Follower {
    /// Follows whatever is not there yet, also with a number that is taken already.
    fn from(db: &mut Reader<'_>, wall: Timestamp) -> Result<Self, Error> {
        let newest = store::mailbox::newest(db)?;
        let far = newest - OVERTAKEN;
        let (looked, looked_far) = (wall.second(), wall.second());
        let (known, pending, marks) = (BTreeSet::new(), Vec::new(), VecDeque::new());
        let mut follower = Self { known, pending, far, close: far, marks, looked, looked_far };
        follower.known = follower.unknown(db, far)?.iter().map(|(first, _)| *first).collect();
        follower.mark(wall.second());
        Ok(follower)
    }

    /// The writes behind a number that were not taken in.
    fn unknown(&self, db: &mut Reader<'_>, mut from: i64) -> Result<Vec<Span>, Error> {
        let mut new = Vec::new();
        loop {
            let spans = store::mailbox::spans(db, from, WRITES)?;
            let Some((last, _)) = spans.last().copied() else { return Ok(new) };
            new.extend(spans.into_iter().filter(|(first, _)| !self.known.contains(first)));
            from = last;
        }
    }

    /// The accounts that were written about since the last time. `wall` is the time on the wall. Cost: a range of one
    /// short row a write, of the last 5 seconds; every 5 seconds of the last 300.
    pub(crate) fn changed(&mut self, db: &mut Reader<'_>, wall: Timestamp) -> Result<Vec<AccountId>, Error> {
        let now = wall.second();
        let far = now - self.looked_far >= FAR_EVERY_SECONDS;
        let new = self.unknown(db, if far { self.far } else { self.close })?;
        let mut ids = BTreeSet::new();
        for span in &new {
            ids.extend(store::mailbox::told_of(db, *span)?);
        }
        self.pending = new.iter().map(|(first, _)| *first).collect();
        self.looked = now;
        if far {
            self.looked_far = now;
        }
        Ok(ids.into_iter().collect())
    }

    /// What was changed is taken in.
    pub(crate) fn taken_in(&mut self) {
        self.known.extend(self.pending.drain(..));
        self.mark(self.looked);
    }

    /// Moves on: what is older than the two spans of time is not looked at again.
    fn mark(&mut self, now: i64) {
        let newest = self.known.last().copied().unwrap_or(self.far);
        if self.marks.back().is_none_or(|(at, _)| *at < now) {
            self.marks.push_back((now, newest));
        }
        let older = |seconds: i64| self.marks.iter().rev().find(|(at, _)| now - at >= seconds).map(|(_, first)| *first);
        self.close = older(CLOSE_SECONDS).unwrap_or(self.close);
        self.far = older(FAR_SECONDS).unwrap_or(self.far);
        self.known = self.known.split_off(&(self.far + 1));
        while self.marks.front().is_some_and(|(at, _)| now - at > 2 * FAR_SECONDS) {
            self.marks.pop_front();
        }
    }
}
