//! A shelf finds what a look at each account finds.

use domain::account::State;
use domain::ids::{Address, OdsCode};
use domain::signal::Signals;
use domain::time::Timestamp;

use super::*;

/// Names that differ by little, numbers, accents, an empty one.
const PEOPLE: [(&str, &str, &str, &str); 8] = [
    ("Ann", "Featherstone", "Ward 2", "4711"),
    ("Siân", "O'Connell", "Ward 22", ""),
    ("Annabel", "Fetherston", "", "0471"),
    ("Sean", "Ash", "Stores", "12345678"),
    ("Shaun", "Ashe", "Ward 2", "12345679"),
    ("", "", "", ""),
    ("Bo", "Li", "Ward 3", "7"),
    ("Zoë", "Featherstonehaugh", "Ward 2", "99"),
];

fn people() -> Vec<(Account, Profile)> {
    let each = (1..).zip(PEOPLE).map(|(id, (first, last, unit, number))| {
        let address = Address::parse(&format!("person.{id}@mail.example")).unwrap();
        let account = Account {
            id: AccountId(id),
            kind: Kind::User,
            address,
            organisation: OdsCode::parse("RX1").unwrap(),
            state: State::Pending { since: Timestamp::from_second(0) },
            signals: Signals::default(),
            announced: None,
            held: None,
            created_at: Timestamp::from_second(0),
            terms_at: None,
            version: 1,
        };
        let profile = Profile {
            first_name: first.into(),
            last_name: last.into(),
            unit: unit.into(),
            local_id: number.into(),
            ..Profile::default()
        };
        (account, profile)
    });
    each.collect()
}

fn shelf_of(people: &[(Account, Profile)]) -> Shelf {
    Shelf::of(people.iter().map(|(account, profile)| (account.id, Card::made(account, profile))))
}

fn found(shelf: &Shelf, text: &str) -> Vec<i64> {
    let words = alike::words(text);
    shelf.find(&Asked { words: &words, ..Asked::default() }, 0).iter().map(|id| id.0).collect()
}

/// What a look at each account finds: the rule itself.
fn looked(people: &[(Account, Profile)], text: &str) -> Vec<i64> {
    let words = alike::words(text);
    let is_meant = |(account, p): &&(Account, Profile)| {
        let local = account.address.as_str().split('@').next().unwrap();
        alike::all_found(&words, &[&p.first_name, &p.last_name, local, &p.local_id, &p.unit])
    };
    people.iter().filter(is_meant).map(|(account, _)| account.id.0).collect()
}

#[test]
fn a_shelf_finds_what_a_look_at_each_account_finds() {
    let people = people();
    let shelf = shelf_of(&people);
    let mut hits = 0;
    for text in [
        "",
        "a",
        "ann",
        "anna",
        "fetherstone",
        "faetherstone ann",
        "featherstonehaug",
        "sian",
        "sain",
        "oconnell",
        "ward 2",
        "ward 22",
        "1234567",
        "12345687",
        "47",
        "4711",
        "0471",
        "person 3",
        "persom",
        "prson",
        "bo li",
        "li bo 7",
        "zoe",
        "zzzz",
        "x",
        "ash",
        "ashe sean",
        "featherstone featherstone",
        "\u{0}",
        "🦀",
        "ward ward ward",
        "stroes",
    ] {
        let expected = looked(&people, text);
        hits += expected.len();
        assert_eq!(found(&shelf, text), expected, "{text:?}");
    }
    assert!(hits > 50, "{hits}: the texts find something");
}

#[test]
fn each_beginning_and_each_word_with_two_letters_swapped_is_found_alike() {
    let people = people();
    let shelf = shelf_of(&people);
    for (_, p) in &people {
        for word in alike::words(&format!("{} {} {}", p.first_name, p.last_name, p.local_id)) {
            for at in 1..word.len() {
                let mut swapped = word.clone().into_bytes();
                swapped.swap(at - 1, at);
                for text in [word[..at].to_owned(), String::from_utf8(swapped).unwrap()] {
                    assert_eq!(found(&shelf, &text), looked(&people, &text), "{text:?}");
                }
            }
        }
    }
}

#[test]
fn status_kind_unit_and_place_narrow_what_is_found() {
    let mut people = people();
    people[3].0.kind = Kind::Shared;
    let shelf = shelf_of(&people);
    let ids = |asked: Asked<'_>, after| shelf.find(&asked, after).iter().map(|id| id.0).collect::<Vec<_>>();
    let unit = alike::words("ward 2");
    for (asked, after, expected) in [
        (Asked::default(), 0, vec![1, 2, 3, 4, 5, 6, 7, 8]),
        (Asked::default(), 6, vec![7, 8]),
        (Asked::default(), 8, vec![]),
        (Asked { kind: Some(Kind::Shared), ..Asked::default() }, 0, vec![4]),
        (Asked { kind: Some(Kind::Shared), ..Asked::default() }, 4, vec![]),
        (Asked { status: Some(Status::Leaver), ..Asked::default() }, 0, vec![]),
        (Asked { unit: &unit, ..Asked::default() }, 0, vec![1, 2, 5, 8]),
        (Asked { unit: &unit, ..Asked::default() }, 1, vec![2, 5, 8]),
    ] {
        assert_eq!(ids(asked.clone(), after), expected, "{asked:?} behind {after}");
    }
}

#[test]
fn a_changed_shelf_is_one_made_anew() {
    let mut people = people();
    let shelf = shelf_of(&people);
    people[0].1.last_name = "Quill".into();
    people.remove(1);
    let (mut ninth, profile) = (people[4].0.clone(), Profile { first_name: "Ida".into(), ..Profile::default() });
    ninth.id = AccountId(9);
    let now = [people[0].clone(), (ninth, profile)];
    let changed = shelf.changed(
        &[1, 2, 9].map(AccountId),
        now.iter().map(|(account, profile)| (account.id, Card::made(account, profile))).collect(),
    );
    people.push(now[1].clone());
    let anew = shelf_of(&people);
    assert_eq!((changed.len(), anew.len()), (8, 8));
    for text in ["", "quill", "featherstone", "oconnell", "ida", "ann", "ward 2"] {
        assert_eq!(found(&changed, text), found(&anew, text), "{text:?}");
    }
    assert_eq!(found(&changed, "quill"), [1]);
    assert_eq!(found(&changed, "oconnell"), Vec::<i64>::new());
}
