//! Every statement of the store, so that a test can let both databases read them all.

use crate::bulk::keyed::Keyed;
use crate::bulk::{BulkInsert, BulkUpdate};
use crate::db::conn::Backend;
use crate::{db, event, lease, migrate};

/// A file's statements with their names; a file with SQL adds its list here.
static PLAIN: &[&[(&str, &str)]] = &[db::ids::STATEMENTS, lease::STATEMENTS, migrate::STATEMENTS];

/// The bulk inserts.
static INSERTS: &[&BulkInsert] = &[&event::INSERT];

/// The bulk updates.
static UPDATES: &[&BulkUpdate] = &[];

/// The reads by a set of keys.
static KEYED: &[&Keyed] = &[];

/// All names and texts, as this database gets them.
pub(crate) fn all(backend: Backend) -> Vec<(&'static str, &'static str)> {
    let plain = PLAIN.iter().flat_map(|list| list.iter().copied());
    let inserts = INSERTS.iter().map(|insert| (insert.name(), insert.text(backend)));
    let updates = UPDATES.iter().map(|update| (update.name(), update.text(backend)));
    let keyed = KEYED.iter().map(|keyed| (keyed.name(), keyed.text(backend)));
    plain.chain(inserts).chain(updates).chain(keyed).collect()
}
