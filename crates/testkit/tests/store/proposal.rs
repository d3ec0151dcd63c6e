//! Policies that wait for a second person, the same on both databases.

use domain::ids::AccountId;
use domain::time::{Day, Timestamp};
use store::db::Store;
use store::error::Error;
use store::proposal::{self, Proposal, Stage};
use store::tx::WriteTx;

use crate::audited;
use crate::databases::on_both_stores;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn write<T>(store: &Store, mut work: impl FnMut(&mut WriteTx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    store.write("proposal", |tx| audited(work(tx)?))
}

fn one(id: i64, from: Option<i32>, person: Option<i64>) -> Proposal {
    Proposal {
        id,
        name: format!("policy {id}"),
        from: from.map(Day::from_number),
        text: "name = \"it's \u{1F980}\"\n".into(),
        note: String::new(),
        summary: "{}".into(),
        stage: Stage::Open,
        proposed_at: at(100 + id),
        proposed_by: "ann@x.org".into(),
        proposed_id: person.map(AccountId),
        ended: None,
    }
}

#[test]
fn what_is_kept_is_read_back_newest_first() {
    on_both_stores(|store| {
        let store = &store;
        let all = [one(1, None, Some(7)), one(2, Some(18_000), None), one(3, Some(-1), Some(8))];
        write(store, |tx| all.iter().try_for_each(|one| proposal::add(tx, one))).unwrap();
        let mut db = store.reader().unwrap();
        for kept in &all {
            assert_eq!(proposal::get(&mut db, kept.id).unwrap().as_ref(), Some(kept));
        }
        assert_eq!(proposal::get(&mut db, 4).unwrap(), None);
        let ids = |limit| -> Vec<i64> {
            let latest = proposal::latest(&mut store.reader().unwrap(), limit).unwrap();
            latest.iter().map(|one| one.id).collect()
        };
        assert_eq!((ids(9), ids(2), ids(0)), (vec![3, 2, 1], vec![3, 2], vec![]));
    });
}

#[test]
fn an_open_one_ends_once_and_the_others_stay() {
    on_both_stores(|store| {
        let store = &store;
        write(store, |tx| (1..=4).try_for_each(|id| proposal::add(tx, &one(id, None, None)))).unwrap();
        let ends = [(1, Stage::Adopted), (2, Stage::Refused), (3, Stage::Withdrawn)];
        for (id, stage) in ends {
            assert!(write(store, |tx| proposal::end(tx, id, stage, at(500), "ben@x.org")).unwrap());
            let again = write(store, |tx| proposal::end(tx, id, Stage::Adopted, at(600), "cy@x.org")).unwrap();
            assert!(!again, "{stage}");
        }
        let mut db = store.reader().unwrap();
        for (id, stage) in ends {
            let ended = Some((at(500), "ben@x.org".to_owned()));
            let expected = Proposal { stage, ended, ..one(id, None, None) };
            assert_eq!(proposal::get(&mut db, id).unwrap(), Some(expected));
        }
        assert_eq!(proposal::get(&mut db, 4).unwrap(), Some(one(4, None, None)));
        drop(db);
        assert!(!write(store, |tx| proposal::end(tx, 99, Stage::Refused, at(1), "x")).unwrap());
    });
}

#[test]
fn a_number_is_given_once() {
    on_both_stores(|store| {
        let store = &store;
        write(store, |tx| proposal::add(tx, &one(1, None, None))).unwrap();
        let twice = write(store, |tx| proposal::add(tx, &one(1, None, Some(9)))).unwrap_err();
        assert!(matches!(twice, Error::Conflict { .. }), "{twice:?}");
        let kept = proposal::get(&mut store.reader().unwrap(), 1).unwrap().unwrap();
        assert_eq!(kept.proposed_id, None);
    });
}
