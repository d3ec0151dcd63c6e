//! Passkeys, challenges and exceptions from the second factor, the same on both databases.

use domain::ids::AccountId;
use domain::time::Timestamp;
use store::db::Store;
use store::error::Error;
use store::mfa_exception::{self, MfaException};
use store::passkey::{self, Passkey};
use store::tx::WriteTx;

use crate::audited;
use crate::databases::on_both_stores;

const NOW: Timestamp = Timestamp::from_second(1_700_000_000);

fn write<T>(store: &Store, mut work: impl FnMut(&mut WriteTx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    store.write("passkey", |tx| audited(work(tx)?))
}

fn key(id: &str, account: i64) -> Passkey {
    Passkey {
        id: id.to_owned(),
        account: AccountId(account),
        name: "The blue key".to_owned(),
        public_key: "a5".to_owned(),
        counter: 4_000_000_000,
        made_at: NOW,
        used_at: None,
    }
}

#[test]
fn a_passkey_is_somebodys_and_two_who_use_it_at_once_do_not_both_succeed() {
    on_both_stores(|store| {
        let (blue, red, hers) = (key("blue", 1), key("red", 1), key("hers", 2));
        write(&store, |tx| [&blue, &red, &hers].into_iter().try_for_each(|one| passkey::insert(tx, one))).unwrap();
        let again = write(&store, |tx| passkey::insert(tx, &key("hers", 1)));
        assert_eq!(again, Err(Error::Conflict { table: "passkey".to_owned() }), "an id is one account's");
        let of = |account| passkey::of_account(&mut store.reader().unwrap(), AccountId(account)).unwrap();
        assert_eq!(of(1), [blue.clone(), red.clone()]);
        let later = NOW.plus_seconds(60);
        write(&store, |tx| passkey::used(tx, &blue, 4_000_000_001, later)).unwrap();
        let late = write(&store, |tx| passkey::used(tx, &blue, 4_000_000_001, later));
        assert_eq!(late, Err(Error::Stale { table: "passkey" }), "whoever counted from the same");
        let found = passkey::get(&mut store.reader().unwrap(), "blue").unwrap().unwrap();
        assert_eq!((found.counter, found.used_at), (4_000_000_001, Some(later)));
        assert_eq!(write(&store, |tx| passkey::remove(tx, AccountId(1), "hers")).unwrap(), 0, "another's");
        assert_eq!(write(&store, |tx| passkey::remove(tx, AccountId(1), "red")).unwrap(), 1);
        assert_eq!(write(&store, |tx| passkey::remove_all(tx, AccountId(1))).unwrap(), 1);
        assert_eq!((of(1).len(), of(2).len()), (0, 1));
    });
}

#[test]
fn a_challenge_is_taken_once_in_its_time_and_the_next_replaces_it() {
    on_both_stores(|store| {
        let keep = |id, value, seconds| store.keep_challenge(id, value, NOW.plus_seconds(seconds), NOW).unwrap();
        let take = |id, seconds| store.take_challenge(id, NOW.plus_seconds(seconds)).unwrap();
        keep("one", "first", 300);
        keep("one", "second", 300);
        assert_eq!(take("one", 299).as_deref(), Some("second"));
        assert_eq!(take("one", 299), None, "once");
        keep("one", "third", 300);
        assert_eq!(take("one", 300), None, "it is over");
        assert_eq!(take("one", 0), None, "for good");
        keep("old", "x", -1);
        keep("two", "y", 300);
        assert_eq!(store.take_challenge("old", NOW.plus_seconds(-10)).unwrap(), None, "what is over is forgotten");
        assert_eq!(take("none", 0), None);
    });
}

#[test]
fn a_form_is_kept_for_an_hour_and_one_an_account() {
    on_both_stores(|store| {
        let (ann, ben) = (AccountId(1), AccountId(2));
        let keep = |whose, text: &str, seconds| store.keep_form(whose, text, NOW.plus_seconds(seconds), NOW).unwrap();
        let kept = |whose, seconds| {
            store::kept_form::get(&mut store.reader().unwrap(), whose, NOW.plus_seconds(seconds)).unwrap()
        };
        keep(ann, "first", 3_600);
        keep(ann, "second", 3_600);
        assert_eq!(kept(ann, 3_599).as_deref(), Some("second"));
        assert_eq!((kept(ann, 3_600), kept(ben, 0)), (None, None));
        keep(ben, "his", 3_600);
        store.drop_form(ann).unwrap();
        assert_eq!((kept(ann, 0), kept(ben, 0).as_deref()), (None, Some("his")));
        keep(ann, "over", -1);
        keep(ben, "his", 3_600);
        assert_eq!(kept(ann, -10), None, "what is over is forgotten");
    });
}

#[test]
fn an_account_has_one_exception() {
    on_both_stores(|store| {
        let account = AccountId(1);
        let exception = |seconds, by: &str| MfaException {
            account,
            until: NOW.plus_seconds(seconds),
            given_at: NOW,
            given_by: by.to_owned(),
        };
        for given in [exception(60, "one"), exception(120, "two")] {
            write(&store, |tx| mfa_exception::put(tx, &given)).unwrap();
            assert_eq!(mfa_exception::get(&mut store.reader().unwrap(), account).unwrap(), Some(given));
        }
        assert_eq!(write(&store, |tx| mfa_exception::remove(tx, account)).unwrap(), 1);
        assert_eq!(mfa_exception::get(&mut store.reader().unwrap(), account).unwrap(), None);
    });
}
