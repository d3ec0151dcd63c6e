//! Files that were handed in: noted, taken by one process at a time, moved on once, forgotten; the same on both databases.

use domain::ids::AccountId;
use domain::time::Timestamp;
use store::db::Store;
use store::file_job::{self, FileJob, FileKind, FileState, NewFile};

use crate::databases::on_both_stores;

fn file(store: &Store, account: i64, at: i64) -> i64 {
    let (account, at) = (AccountId(account), Timestamp::from_second(at));
    store.add_file(NewFile { account, kind: FileKind::Actions, name: "leavers.csv", size: 7, at }).unwrap()
}

fn get(store: &Store, id: i64) -> FileJob {
    file_job::get(&mut store.reader().unwrap(), id).unwrap().unwrap()
}

#[test]
fn a_file_is_its_senders_and_moves_on_from_where_it_stands() {
    on_both_stores(|store| {
        let (one, two, other) = (file(&store, 1, 100), file(&store, 1, 200), file(&store, 2, 300));
        let ids = |found: Vec<FileJob>| found.into_iter().map(|job| job.id).collect::<Vec<_>>();
        let mut db = store.reader().unwrap();
        assert_eq!(ids(file_job::of_account(&mut db, AccountId(1), 10).unwrap()), [two, one], "newest first");
        assert_eq!(ids(file_job::of_account(&mut db, AccountId(1), 1).unwrap()), [two]);
        assert_eq!(ids(file_job::open(&mut db).unwrap()), [one, two, other]);
        assert_eq!(ids(file_job::old(&mut db, Timestamp::from_second(300)).unwrap()), [one, two]);
        drop(db);
        let moved = |from, to| store.move_file(one, from, to, "{}", "").unwrap();
        assert!(!moved(FileState::Checked, FileState::Applying), "it is not there yet");
        assert!(moved(FileState::Checking, FileState::Checked));
        assert!(!moved(FileState::Checking, FileState::Checked), "once");
        let job = get(&store, one);
        assert_eq!(
            (job.state, job.report.as_str(), job.name.as_str(), job.size),
            (FileState::Checked, "{}", "leavers.csv", 7)
        );
        store.forget_file(one).unwrap();
        assert_eq!(file_job::get(&mut store.reader().unwrap(), one), Ok(None));
        assert_eq!(file_job::get(&mut store.reader().unwrap(), two).unwrap().map(|job| job.id), Some(two));
    });
}

// Proves: CSV-02
#[test]
fn one_process_is_at_a_file_until_it_falls_silent() {
    on_both_stores(|store| {
        let id = file(&store, 1, 100);
        assert!(store.take_file(id, "one", 1_000, 940).unwrap());
        assert!(store.take_file(id, "one", 1_001, 941).unwrap(), "its own again");
        assert!(!store.take_file(id, "two", 1_050, 990).unwrap(), "the first said something lately");
        assert!(store.beat_file(id, "one", "applying lines", (3, 9), 1_055).unwrap());
        let job = get(&store, id);
        assert_eq!((job.stage.as_str(), job.done, job.total, job.beat_at), ("applying lines", 3, 9, 1_055));
        assert!(!store.take_file(id, "two", 1_115, 1_055).unwrap());
        assert!(store.take_file(id, "two", 1_116, 1_056).unwrap(), "silent for too long");
        assert!(!store.beat_file(id, "one", "applying lines", (4, 9), 1_117).unwrap(), "it is another's now");
        assert!(store.move_file(id, FileState::Checking, FileState::Failed, "", "no").unwrap());
        assert!(!store.take_file(id, "two", 9_999, 9_000).unwrap(), "there is nothing left to do");
    });
}

#[test]
fn a_search_is_kept_under_its_name_for_one_person() {
    on_both_stores(|store| {
        let of = |id: i64| store::saved::of_account(&mut store.reader().unwrap(), AccountId(id)).unwrap();
        for (account, name, query) in
            [(1, "leavers", "status=leaver"), (1, "all", "q="), (2, "all", "q=x"), (1, "all", "q=y")]
        {
            store.keep_search(AccountId(account), name, query).unwrap();
        }
        let pair = |name: &str, query: &str| (name.to_owned(), query.to_owned());
        assert_eq!(of(1), [pair("all", "q=y"), pair("leavers", "status=leaver")], "the last word holds");
        store.forget_search(AccountId(1), "all").unwrap();
        assert_eq!((of(1), of(2)), (vec![pair("leavers", "status=leaver")], vec![pair("all", "q=x")]));
    });
}
