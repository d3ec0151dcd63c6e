//! The schema and the numbers: made once, refused when newer, the same on both databases.

use std::collections::BTreeSet;
use std::thread;

use store::db::Store;
use store::error::Error;

use crate::audited;
use crate::databases::{on_both_databases, on_both_stores};

#[test]
fn every_statement_prepares() {
    on_both_stores(|store| assert!(store.check_statements().unwrap() > 5));
}

#[test]
fn a_database_without_a_schema_asks_for_init_and_creating_twice_is_safe() {
    on_both_databases(|database| {
        assert_eq!(Store::open(database.url()).unwrap_err(), Error::NoSchema);
        drop(database.store());
        drop(database.store());
        assert!(Store::open(database.url()).is_ok());
    });
}

#[test]
fn a_newer_schema_is_refused() {
    on_both_databases(|database| {
        let add = "INSERT INTO schema_version (number, name) VALUES (9999, 'later')";
        database.store().write("later", |tx| audited(tx.execute(add, &[])?)).unwrap();
        let refused = Store::open(database.url()).unwrap_err();
        assert!(matches!(refused, Error::NewerSchema { found: 9_999, .. }), "{refused:?}");
    });
}

#[test]
fn several_processes_may_create_at_once() {
    on_both_databases(|database| {
        // The database is there, its schema is not: as when one migrates and several are started.
        drop(database.store());
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| database.store());
            }
        });
    });
}

#[test]
fn ids_begin_at_one_and_none_is_given_twice() {
    on_both_databases(|database| {
        let stores = [database.store(), database.store()];
        let take = |store: &Store, count| store.write("ids", |tx| audited(tx.next_ids("account", count)?)).unwrap();
        assert_eq!((take(&stores[0], 1), take(&stores[0], 2), take(&stores[0], 1)), (1, 2, 4));
        let given: Vec<i64> = thread::scope(|scope| {
            let work = stores.iter().map(|store| {
                scope.spawn(move || {
                    [1, 600, 600, 5_000]
                        .iter()
                        .flat_map(|count| {
                            let first = take(store, *count);
                            first..first + count
                        })
                        .collect::<Vec<i64>>()
                })
            });
            let work: Vec<_> = work.collect();
            work.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
        assert!(given.iter().all(|id| *id > 4));
    });
}
