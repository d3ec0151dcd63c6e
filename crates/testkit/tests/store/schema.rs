//! The schema and the numbers: made once, refused when newer, the same on both databases.

use std::collections::BTreeSet;
use std::thread;

use store::db::Store;
use store::db::row::int;
use store::error::Error;
use store::event::NewEvent;
use store::tx::Audit;

use crate::databases::{Database, on_both_databases, on_both_stores};
use crate::{ADD, audited, event, make_table};

#[test]
fn every_statement_prepares() {
    on_both_stores(|store| assert!(store.check_statements().unwrap() > 5));
}

/// Table, column, type, may be NULL; a key never is, whatever SQLite says.
const COLUMNS: [&str; 2] = [
    "SELECT t.name, c.name, replace(c.type, 'INTEGER', 'BIGINT'), c.\"notnull\" = 0 AND c.pk = 0
     FROM sqlite_master t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
    "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), upper(data_type), is_nullable = 'YES'
     FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
];
/// Index, is unique; without those that a PRIMARY KEY makes.
const INDEXES: [&str; 2] = [
    "SELECT name, tbl_name, sql LIKE 'CREATE UNIQUE%', sql LIKE '% WHERE %' FROM sqlite_master
     WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1",
    "SELECT CAST(indexname AS TEXT), CAST(tablename AS TEXT), indexdef LIKE 'CREATE UNIQUE%', indexdef LIKE '% WHERE %'
     FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey' ORDER BY 1",
];

#[test]
fn both_databases_have_the_same_columns_and_indexes() {
    let stores = [Database::sqlite(), Database::postgres()].map(|database| (database.store(), database));
    let columns = stores.each_ref().map(|(store, database)| {
        let sql = COLUMNS[usize::from(database.url().starts_with("postgres"))];
        let mut reader = store.reader().unwrap();
        reader.query(sql, &[], |row| Ok((row.text()?, row.text()?, row.text()?, row.bool()?))).unwrap()
    });
    assert!(columns[0].len() > 10);
    assert_eq!(columns[0], columns[1]);
    let indexes = stores.each_ref().map(|(store, database)| {
        let sql = INDEXES[usize::from(database.url().starts_with("postgres"))];
        let mut reader = store.reader().unwrap();
        reader.query(sql, &[], |row| Ok((row.text()?, row.text()?, row.bool()?, row.bool()?))).unwrap()
    });
    assert_eq!(indexes[0], indexes[1]);
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

#[test]
fn ids_of_an_accounts_events_follow_its_versions_whichever_process_writes() {
    let database = Database::postgres();
    let stores = [database.store(), database.store()];
    make_table(&stores[0]);
    stores[0].write("add", |tx| audited(tx.execute(ADD, &[1.into(), "x".into()])?)).unwrap();
    let change = |store: &Store| {
        store.write("change", |tx| {
            let version = tx.query_one("SELECT version FROM thing WHERE id = 1", &[], int)?.unwrap();
            thread::yield_now();
            let bump = "UPDATE thing SET version = version + 1 WHERE id = 1 AND version = $1";
            tx.execute_one("thing", bump, &[version.into()])?;
            let told = NewEvent { account_id: Some(version), ..event("changed") };
            Ok::<_, Error>(((), Audit::events(vec![told])?))
        })
    };
    let changed: usize = thread::scope(|scope| {
        let work =
            stores.each_ref().map(|store| scope.spawn(move || (0..200).filter(|_| change(store).is_ok()).count()));
        work.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let versions = "SELECT account_id FROM event WHERE action = 'changed' ORDER BY id";
    let versions = stores[0].reader().unwrap().query(versions, &[], int).unwrap();
    assert!(changed >= 200, "half of the writes at least are first: {changed}");
    assert!(versions.iter().copied().eq((1..).take(changed)), "by id: {versions:?}");
}

#[test]
fn a_copy_holds_what_the_original_does_and_goes_its_own_way() {
    on_both_databases(|database| {
        let count = |store: &Store| store.reader().unwrap().query("SELECT COUNT(*) FROM event", &[], int).unwrap();
        database.store().write("test", |_| audited(())).unwrap();
        let copy = database.copy();
        copy.store().write("test", |_| audited(())).unwrap();
        assert_eq!((count(&database.store()), count(&copy.store())), (vec![1], vec![2]));
    });
}
