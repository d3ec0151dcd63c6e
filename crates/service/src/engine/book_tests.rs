//! An address is found as long as it is somebody's, by every name, and never afterwards.

use domain::ids::Address;
use domain::mailbox::Right;

use super::*;

const TODAY: Day = Day::from_number(100);

fn mailbox(id: i64, address: &str) -> store::mailbox::Mailbox {
    store::mailbox::Mailbox {
        id: AccountId(id),
        kind: Kind::User,
        address: Address::parse(address).unwrap(),
        status: Status::Active,
        rules: false,
        disabled: false,
        quota_mib: 2,
    }
}

fn fresh(id: i64, address: &str, others: &[(&str, Option<i32>)]) -> Fresh {
    let others = others.iter().map(|(text, until)| ((*text).to_owned(), until.map(Day::from_number))).collect();
    Fresh { mailbox: mailbox(id, address), others, members: Vec::new() }
}

fn who(book: &Book, address: &str) -> Option<i64> {
    book.find(address, TODAY).map(|record| record.id.0)
}

#[test]
fn an_account_is_found_by_each_name_and_by_what_a_plus_adds() {
    let mut book = Book::default();
    book.put(fresh(7, "ann.lee@x.example", &[("ann.moss@x.example", None)]));
    book.put(fresh(3, "bo.day@x.example", &[]));
    for (address, id) in [
        ("ann.lee@x.example", Some(7)),
        ("ann.moss@x.example", Some(7)),
        ("ann.lee+news@x.example", Some(7)),
        ("ann.lee+a+b@x.example", Some(7)),
        ("bo.day@x.example", Some(3)),
        ("bo.day@y.example", None),
        ("+news@x.example", None),
        ("ann.lee", None),
        ("", None),
    ] {
        assert_eq!(who(&book, address), id, "{address:?}");
    }
    assert_eq!(book.len(), 2);
    assert_eq!(book.get(AccountId(3)).unwrap().quota, 2 * 1024 * 1024);
    assert!(book.get(AccountId(4)).is_none() && book.get(AccountId(8)).is_none());
}

// Proves: JML-05
#[test]
fn a_name_that_is_kept_for_a_time_is_found_until_its_day() {
    let mut book = Book::default();
    book.put(fresh(1, "a@x.example", &[("old1@x.example", Some(101)), ("old2@x.example", Some(100))]));
    assert_eq!((who(&book, "old1@x.example"), who(&book, "old2@x.example")), (Some(1), None));
}

#[test]
fn a_changed_account_loses_the_names_it_gave_up_and_keeps_its_use() {
    let mut book = Book::default();
    book.put(fresh(1, "a@x.example", &[("b@x.example", None)]));
    book.use_of(AccountId(1), 99);
    book.use_of(AccountId(2), 99);
    book.put(fresh(1, "c@x.example", &[("a@x.example", None)]));
    assert_eq!(
        (who(&book, "a@x.example"), who(&book, "b@x.example"), who(&book, "c@x.example")),
        (Some(1), None, Some(1))
    );
    assert_eq!((book.len(), book.get(AccountId(1)).unwrap().used), (1, 99));
}

// Proves: LC-21
#[test]
fn a_purged_account_is_not_found_and_takes_no_name_from_another() {
    for order in [[1, 2], [2, 1]] {
        let mut book = Book::default();
        book.put(fresh(1, "a@x.example", &[]));
        for id in order {
            let mut now = fresh(id, "a@x.example", &[]);
            now.mailbox.status = if id == 1 { Status::Purged } else { Status::Active };
            book.put(now);
        }
        assert_eq!(who(&book, "a@x.example"), Some(2), "{order:?}");
        assert_eq!(book.get(AccountId(1)).unwrap().status, Status::Purged);
    }
}

#[test]
fn members_are_those_of_now() {
    let mut book = Book::default();
    let one = Standing { owner: false, right: Right::Read };
    let with = |members: Vec<_>| Fresh { members, ..fresh(1, "team@x.example", &[]) };
    book.put(with(vec![(AccountId(5), one), (AccountId(6), Standing::OWNER)]));
    assert_eq!(book.members(AccountId(1)), [(AccountId(5), one), (AccountId(6), Standing::OWNER)]);
    book.put(with(vec![(AccountId(6), Standing::OWNER)]));
    assert_eq!(book.members(AccountId(1)), [(AccountId(6), Standing::OWNER)]);
    book.put(with(Vec::new()));
    assert!(book.members(AccountId(1)).is_empty() && book.members(AccountId(9)).is_empty());
}
