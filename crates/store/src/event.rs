//! The audit trail's rows. Only a write transaction adds them, just before it commits; nothing changes or removes them.

use crate::bulk::{BulkInsert, Column, Type};
use crate::chain::{self, Entry, Growing};
use crate::error::Error;
use crate::tx::WriteTx;

/// An event to be kept together with the change it tells of. Its id is given when it is kept, in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// When it happened, in seconds since 1970.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// The grant that allowed it.
    pub grant_id: Option<i64>,
    /// What kind of thing was changed.
    pub object_type: &'static str,
    /// Which one.
    pub object: String,
    /// The account that it concerns.
    pub account_id: Option<i64>,
    /// The organisation whose administrators may read it.
    pub organisation: Option<String>,
    /// What was done.
    pub action: &'static str,
    /// The rule that asked for it.
    pub rule: Option<&'static str>,
    /// Before and after, as JSON.
    pub detail: String,
    /// The run that did it.
    pub run_id: Option<i64>,
    /// Makes a request that is sent twice a `Conflict`; on at most one event of a transaction.
    pub request_key: Option<String>,
}

/// How many columns a line has.
pub const WIDTH: usize = 13;

/// The columns of a line. The audit chain hashes them in this order: it never changes.
pub const COLUMNS: [Column; WIDTH] = [
    ("id", Type::Int),
    ("at", Type::Int),
    ("actor", Type::Text),
    ("grant_id", Type::Int),
    ("object_type", Type::Text),
    ("object", Type::Text),
    ("account_id", Type::Int),
    ("organisation", Type::Text),
    ("action", Type::Text),
    ("rule", Type::Text),
    ("detail", Type::Text),
    ("run_id", Type::Int),
    ("request_key", Type::Text),
];

pub(crate) static INSERT: BulkInsert = BulkInsert::new("event", &COLUMNS);

/// Keeps the events, and their batch of the audit chain; called by the write transaction only.
pub(crate) fn insert(tx: &mut WriteTx<'_>, events: &[NewEvent]) -> Result<(), Error> {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let first = tx.next_ids("event", count)?;
    let mut batch = Growing::default();
    let rows = (first..).zip(events).map(|(id, event)| {
        let entry = Entry([
            id.into(),
            event.at.into(),
            event.actor.as_str().into(),
            event.grant_id.into(),
            event.object_type.into(),
            event.object.as_str().into(),
            event.account_id.into(),
            event.organisation.as_deref().into(),
            event.action.into(),
            event.rule.into(),
            event.detail.as_str().into(),
            event.run_id.into(),
            event.request_key.as_deref().into(),
        ]);
        batch.add(&entry);
        entry
    });
    tx.bulk_insert(&INSERT, rows)?;
    chain::add_batch(tx, &batch.batch())
}
