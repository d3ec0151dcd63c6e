//! What Postfix looks up: recipients, aliases, senders, where a copy of what was sent goes. An address may come in any
//! case; each answer is of this moment. Cost of each: one or two looks in memory.

use domain::delivery::{arrival, may_send_as};
use domain::status::{Kind, Status};
use domain::time::Day;

use crate::engine::Engine;
use crate::engine::book::{Book, Record};

/// So many names of an answer are enough: a list of more would not fit in a reply that Postfix reads.
const MOST_SENDERS: usize = 1_000;

impl Engine {
    /// Whether mail for an address is taken in now; its primary address.
    pub fn recipient(&self, address: &str, today: Day) -> Option<String> {
        let book = self.book();
        let record = book.find(&address.to_ascii_lowercase(), today)?;
        arrival(record.status).ok()?;
        Some(record.address.to_string())
    }

    /// To which address mail for another name goes; none for a primary address, which needs no way. What stands behind
    /// a `+` goes with it: Postfix asks such a map for the whole address only.
    pub fn alias(&self, address: &str, today: Day) -> Option<String> {
        let asked = address.to_ascii_lowercase();
        let book = self.book();
        let record = book.find(&asked, today)?;
        arrival(record.status).ok()?;
        let (local, _) = asked.rsplit_once('@')?;
        let (own, host) = record.address.rsplit_once('@')?;
        let (name, detail) = match local.split_once('+') {
            Some((name, detail)) if book.exactly(&asked, today).is_none() => (name, format!("+{detail}")),
            Some(_) | None => (local, String::new()),
        };
        (name != own).then(|| format!("{own}{detail}@{host}"))
    }

    /// The primary addresses with which one signs in to send as an address: its own person or program, or the members
    /// of a shared mailbox who may (SM-01).
    pub fn senders(&self, address: &str, today: Day) -> Vec<String> {
        let book = self.book();
        let Some(record) = book.find(&address.to_ascii_lowercase(), today) else { return Vec::new() };
        match record.kind {
            Kind::User | Kind::Application => vec![record.address.to_string()],
            Kind::Shared | Kind::Resource if record.status == Status::Active => writers(&book, record),
            Kind::Shared | Kind::Resource => Vec::new(),
        }
    }

    /// Where a copy of what a shared mailbox sends goes: its own Sent folder (SM-03).
    pub fn sent_copy(&self, address: &str, today: Day) -> Option<String> {
        let book = self.book();
        let record = book.find(&address.to_ascii_lowercase(), today)?;
        let (name, host) = record.address.rsplit_once('@')?;
        (record.kind == Kind::Shared && arrival(record.status).is_ok()).then(|| format!("{name}+Sent@{host}"))
    }
}

fn writers(book: &Book, mailbox: &Record) -> Vec<String> {
    let members = book.members(mailbox.id).iter();
    let writer = |member: &Record, right| may_send_as(right, member.status, member.disabled);
    let found = members.filter_map(|(id, standing)| book.get(*id).filter(|member| writer(member, standing.right)));
    found.take(MOST_SENDERS).map(|member| member.address.to_string()).collect()
}
