//! What happens when writers collide, when the connection breaks and when nothing may be written.

use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use store::db::Store;
use store::error::Error;

use crate::databases::{Database, on_both_databases, on_both_stores};
use crate::{ADD, COUNT, audited, count, make_table};

const KILL_OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[test]
fn two_writers_that_collide_both_succeed() {
    on_both_databases(|database| {
        // Two stores, as two processes have, so that the queue inside one does not order them.
        let stores = [database.store(), database.store()];
        make_table(&stores[0]);
        let both = [1, 2].map(|id| [id.into(), "x".into()]);
        stores[0].write("two", |tx| audited((tx.execute(ADD, &both[0])?, tx.execute(ADD, &both[1])?))).unwrap();
        let (attempts, meet) = (AtomicI64::new(0), Barrier::new(2));
        let bump = "UPDATE thing SET version = version + 1 WHERE id = $1";
        thread::scope(|scope| {
            for (store, order) in stores.iter().zip([[1_i64, 2], [2, 1]]) {
                let (attempts, meet) = (&attempts, &meet);
                scope.spawn(move || {
                    meet.wait();
                    for _ in 0..25 {
                        store
                            .write("bump", |tx| {
                                attempts.fetch_add(1, Ordering::Relaxed);
                                for id in order {
                                    tx.execute_one("thing", bump, &[id.into()])?;
                                    thread::yield_now();
                                }
                                audited(())
                            })
                            .unwrap();
                    }
                });
            }
        });
        assert!(attempts.load(Ordering::Relaxed) >= 50);
        assert_eq!(count(&stores[0], "SELECT CAST(SUM(version) AS BIGINT) FROM thing"), 102);
    });
}

#[test]
fn a_deadlock_is_run_again() {
    let database = Database::postgres();
    let store = database.store();
    make_table(&store);
    store
        .write("two", |tx| {
            tx.execute(ADD, &[1.into(), "x".into()])?;
            audited(tx.execute(ADD, &[2.into(), "x".into()])?)
        })
        .unwrap();
    let (attempts, meet) = (AtomicI64::new(0), Barrier::new(2));
    thread::scope(|scope| {
        for order in [[1_i64, 2], [2, 1]] {
            let (store, attempts, meet) = (&store, &attempts, &meet);
            scope.spawn(move || {
                let mut first = true;
                store
                    .write("bump", |tx| {
                        attempts.fetch_add(1, Ordering::Relaxed);
                        let bump = "UPDATE thing SET version = version + 1 WHERE id = $1";
                        tx.execute(bump, &[order[0].into()])?;
                        if std::mem::take(&mut first) {
                            meet.wait(); // Now each waits for the row of the other.
                        }
                        audited(tx.execute(bump, &[order[1].into()])?)
                    })
                    .unwrap();
            });
        }
    });
    assert_eq!(attempts.load(Ordering::Relaxed), 3);
    assert_eq!(count(&store, "SELECT CAST(SUM(version) AS BIGINT) FROM thing"), 6);
}

#[test]
fn a_stale_row_is_not_changed() {
    on_both_stores(|store| {
        make_table(&store);
        store.write("add", |tx| audited(tx.execute(ADD, &[1.into(), "x".into()])?)).unwrap();
        let save = "UPDATE thing SET version = version + 1 WHERE id = $1 AND version = $2";
        let saved = |version: i64| {
            store.write("save", |tx| audited(tx.execute_one("thing", save, &[1.into(), version.into()])?))
        };
        assert_eq!(saved(1), Ok(()));
        assert_eq!(saved(1), Err(Error::Stale { table: "thing" }));
    });
}

#[test]
fn the_store_recovers_from_a_killed_connection() {
    let database = Database::postgres();
    let (store, other) = (database.store(), database.store());
    make_table(&store);
    let kill = |other: &Store| other.reader().unwrap().for_each(KILL_OTHERS, &[], |row| row.bool().map(drop)).unwrap();
    kill(&other);
    assert_eq!(count(&store, COUNT), 0, "a read on an idle connection that was killed");
    let mut attempts = 0;
    store
        .write("killed", |tx| {
            attempts += 1;
            tx.execute(ADD, &[1.into(), "x".into()])?;
            if attempts == 1 {
                kill(&other);
            }
            audited(tx.execute(ADD, &[2.into(), "x".into()])?)
        })
        .unwrap();
    assert_eq!((attempts, count(&store, COUNT)), (2, 2));
}

#[test]
fn a_server_that_only_reads_is_named_so() {
    let database = Database::postgres();
    make_table(&database.store());
    let joint = if database.url().contains('?') { '&' } else { '?' };
    let read_only = format!("{}{joint}options=-c%20default_transaction_read_only%3Don", database.url());
    let store = Store::open(&read_only).unwrap();
    assert_eq!(count(&store, COUNT), 0);
    let refused = store.write("add", |tx| audited(tx.execute(ADD, &[1.into(), "x".into()])?));
    assert_eq!(refused, Err(Error::ReadOnly));
}

#[test]
fn a_write_inside_a_write_is_refused_where_it_would_wait_for_ever() {
    let database = Database::sqlite();
    let store = database.store();
    let nested = store.write("outer", |_| {
        store.write("inner", |_| audited(()))?;
        audited(())
    });
    assert!(matches!(&nested, Err(Error::Database(text)) if text.contains("inside")), "{nested:?}");
}

#[test]
fn a_snapshot_does_not_see_what_is_written_later() {
    on_both_stores(|store| {
        make_table(&store);
        let mut reader = store.reader().unwrap();
        let mut seen = || reader.query_one(COUNT, &[], store::db::row::int).unwrap();
        assert_eq!(seen(), Some(0));
        store.write("add", |tx| audited(tx.execute(ADD, &[1.into(), "x".into()])?)).unwrap();
        assert_eq!(seen(), Some(0));
        assert_eq!(count(&store, COUNT), 1);
    });
}

#[test]
fn a_reader_writes_nothing() {
    on_both_stores(|store| {
        make_table(&store);
        let add = "INSERT INTO thing (id, notes, version) VALUES (1, '', 1) RETURNING id";
        let refused = store.reader().unwrap().query_one(add, &[], store::db::row::int);
        drop(refused);
        assert_eq!(count(&store, COUNT), 0);
    });
}

/// Runs a script as the owner of the server.
fn psql(url: &str, script: &str) {
    let url = url.replacen("postgres:", "postgresql:", 1);
    let ran = Command::new("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", script, &url]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_server_without_room_for_more_connections_is_waited_for() {
    let database = Database::postgres();
    Store::create(database.url()).unwrap();
    let (_, name) = database.url().rsplit_once('/').unwrap();
    let name = name.split('?').next().unwrap();
    psql(
        database.url(),
        &format!(
            "CREATE ROLE guest_{name} LOGIN CONNECTION LIMIT 2; GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest_{name};"
        ),
    );
    let (_, at) = database.url().split_once('@').unwrap();
    let store = Store::open(&format!("postgres://guest_{name}@{at}")).unwrap();
    let both = Barrier::new(2);
    let held: Vec<_> = thread::scope(|scope| {
        let each = (0..6).map(|at| {
            let (store, both) = (&store, &both);
            scope.spawn(move || {
                let mut reader = store.reader().unwrap();
                if at < 2 {
                    // The first two have all the room there is, until both are there.
                    both.wait();
                }
                store::audit::last(&mut reader)
            })
        });
        let each: Vec<_> = each.collect();
        each.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(held, vec![Ok(0); 6]);
    drop(store);
    psql(database.url(), &format!("DROP OWNED BY guest_{name}; DROP ROLE guest_{name};"));
}
