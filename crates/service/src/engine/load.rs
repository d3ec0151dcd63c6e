//! The book as the store has it: read whole at the start, then what each write told of.

use std::collections::{BTreeSet, HashMap, VecDeque};

use domain::ids::AccountId;
use domain::mailbox::Standing;
use domain::time::{Day, Timestamp};
use store::address::AddressKind;
use store::mailbox::{Mailbox, Span};
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
        let mut addresses: HashMap<i64, Vec<(String, Option<Day>)>> = HashMap::new();
        for raw in store::whole::addresses(db, after, last)? {
            if let Some(other) = other(&raw.kind, raw.address, raw.until)? {
                addresses.entry(raw.account).or_default().push(other);
            }
        }
        let mut members = by_mailbox(store::whole::members(db, after, last)?);
        progress.advance(page.len() as u64);
        for mailbox in page {
            let others = addresses.remove(&mailbox.id.0).unwrap_or_default();
            let members = members.remove(&mailbox.id).unwrap_or_default();
            book.put(Fresh { mailbox, others, members });
        }
        for (id, used) in store::mailbox_use::range(db, after, last)? {
            book.use_of(id, used);
        }
        after = last;
    }
    progress.finish();
    Ok((book, follower))
}

/// An address that is found beside the primary one.
fn other(kind: &str, address: String, until: Option<i64>) -> Result<Option<(String, Option<Day>)>, Error> {
    let corrupt = |what| Error::from(store::error::Error::Corrupt(what));
    let until = until.map(|n| i32::try_from(n).map(Day::from_number)).transpose();
    let until = until.map_err(|_| corrupt("address.until_on"))?;
    match AddressKind::parse(kind).ok_or_else(|| corrupt("address.kind"))? {
        AddressKind::Alias | AddressKind::OldName | AddressKind::OldOrganisation => Ok(Some((address, until))),
        AddressKind::Primary | AddressKind::Reserved => Ok(None),
    }
}

fn by_mailbox(rows: Vec<store::member::Membership>) -> HashMap<AccountId, Vec<(AccountId, Standing)>> {
    let mut all: HashMap<AccountId, Vec<(AccountId, Standing)>> = HashMap::new();
    for (mailbox, member, standing) in rows {
        all.entry(mailbox).or_default().push((member, standing));
    }
    all
}

/// Some accounts as they are now.
pub(crate) fn some(db: &mut Reader<'_>, ids: &[AccountId]) -> Result<Vec<Fresh>, Error> {
    let mailboxes: Vec<Mailbox> = store::mailbox::by_ids(db, ids)?;
    let mut addresses: HashMap<AccountId, Vec<(String, Option<Day>)>> = HashMap::new();
    for taken in store::address::of_accounts(db, ids)? {
        let until = taken.until.map(|day| i64::from(day.number()));
        if let Some(other) = other(taken.kind.as_str(), taken.address.to_string(), until)? {
            addresses.entry(taken.account).or_default().push(other);
        }
    }
    let mut members = by_mailbox(store::member::in_mailboxes(db, ids)?);
    let fresh = |mailbox: Mailbox| {
        let others = addresses.remove(&mailbox.id).unwrap_or_default();
        let members = members.remove(&mailbox.id).unwrap_or_default();
        Fresh { mailbox, others, members }
    };
    Ok(mailboxes.into_iter().map(fresh).collect())
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
