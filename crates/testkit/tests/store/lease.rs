//! Leases: one holder at a time, taken over only from those who are gone, and the one before is fenced.

use store::error::Error;

use crate::databases::on_both_stores;
use crate::{ADD, COUNT, audited, count, make_table};

#[test]
fn a_lease_has_one_holder_until_it_is_released() {
    on_both_stores(|store| {
        let take = |who: &str, now| store.acquire_lease("run", who, now, 60, &|_| true);
        let first = take("one", 1_000).unwrap();
        let leased = Error::Leased { name: "run".to_owned(), holder: "one".to_owned(), until: 1_060 };
        assert_eq!(take("two", 1_059), Err(leased));
        store.release_lease(&first).unwrap();
        assert_eq!(take("two", 1_059).unwrap().token(), first.token() + 1);
    });
}

#[test]
fn a_lease_that_ran_out_or_whose_holder_died_is_taken_over_and_fenced() {
    on_both_stores(|store| {
        make_table(&store);
        for (name, now, alive) in [("late", 1_060, true), ("dead", 1_001, false)] {
            let before = store.acquire_lease(name, "one", 1_000, 60, &|_| true).unwrap();
            let after = store.acquire_lease(name, "two", now, 60, &|_| alive).unwrap();
            let lost = store.write("fenced", |tx| {
                tx.execute(ADD, &[1.into(), "x".into()])?;
                audited(tx.keep_lease(&before, now, 60)?)
            });
            assert_eq!((lost, count(&store, COUNT)), (Err(Error::LeaseLost), 0));
            store.release_lease(&before).unwrap();
            assert_eq!(store.write("holds", |tx| audited(tx.keep_lease(&after, now, 60)?)), Ok(()));
        }
    });
}

#[test]
fn a_lease_is_kept_by_its_heartbeat_and_looked_at_by_transactions() {
    on_both_stores(|store| {
        make_table(&store);
        let take = |who: &str, now| store.acquire_lease("run", who, now, 60, &|_| true);
        let first = take("one", 1_000).unwrap();
        store.renew_lease(&first, 1_050, 60).unwrap();
        assert!(take("two", 1_109).is_err(), "it was renewed until 1110");
        assert_eq!(store.write("looks", |tx| audited(tx.check_lease(&first)?)), Ok(()));
        let second = take("two", 1_110).unwrap();
        assert_eq!(store.renew_lease(&first, 1_111, 60), Err(Error::LeaseLost));
        let lost = store.write("fenced", |tx| {
            tx.execute(ADD, &[1.into(), "x".into()])?;
            audited(tx.check_lease(&first)?)
        });
        assert_eq!((lost, count(&store, COUNT)), (Err(Error::LeaseLost), 0));
        assert_eq!(store.write("looks", |tx| audited(tx.check_lease(&second)?)), Ok(()));
    });
}

#[test]
fn transactions_under_one_lease_do_not_wait_for_each_other() {
    on_both_stores(|store| {
        if !store.writes_side_by_side() {
            return;
        }
        let lease = store.acquire_lease("run", "one", 1_000, 60, &|_| true).unwrap();
        // The inner write would wait for ever, were the lease's row locked by the outer.
        let nested = store.write("outer", |tx| {
            tx.check_lease(&lease)?;
            store.write("inner", |inner| audited(inner.check_lease(&lease)?))?;
            store.renew_lease(&lease, 1_010, 60)?;
            audited(())
        });
        assert_eq!(nested, Ok(()));
    });
}
