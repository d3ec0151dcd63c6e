//! The store's promises, each proven on SQLite and PostgreSQL by the same test.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what cannot be prepared fails the test")]

use store::error::Error;
use store::event::NewEvent;
use store::tx::{Audit, WriteTx};

mod audit;
mod brake;
mod bulk;
mod chain;
#[path = "../../src/databases.rs"]
#[expect(unreachable_pub, reason = "the same file is a public module of testkit")]
mod databases;
mod evidence;
mod faults;
mod files;
mod lease;
mod passkey;
mod people;
mod plans;
mod proposal;
mod schema;
mod verify;

/// An event that a test does not look at.
fn event(action: &'static str) -> NewEvent {
    NewEvent {
        at: 1_700_000_000,
        actor: "system".to_owned(),
        grant_id: None,
        object_type: "account",
        object: "ann".to_owned(),
        account_id: Some(7),
        organisation: Some("RX1".to_owned()),
        action,
        rule: None,
        detail: "{}".to_owned(),
        run_id: None,
        request_key: None,
    }
}

fn audited<T>(value: T) -> Result<(T, Audit), Error> {
    Ok((value, Audit::events(vec![event("tested")])?))
}

/// A table to try things on; the store itself has none that is free to use.
fn make_table(store: &store::db::Store) {
    store
        .write("make_table", |tx: &mut WriteTx<'_>| {
            tx.execute(
                "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT, good BOOLEAN, raw BYTEA, notes TEXT NOT NULL,
                 version BIGINT NOT NULL)",
                &[],
            )?;
            audited(())
        })
        .unwrap();
}

const COUNT: &str = "SELECT COUNT(*) FROM thing";
const ADD: &str = "INSERT INTO thing (id, name, notes, version) VALUES ($1, $2, '', 1)";

fn count(store: &store::db::Store, sql: &'static str) -> i64 {
    store.reader().unwrap().query_one(sql, &[], store::db::row::int).unwrap().unwrap()
}
