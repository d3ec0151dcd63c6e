//! Held parts: one open part a group and asker, each account and each request once, and the state follows the accounts.

use domain::brake::{Brake, Budget, Group, Measure, Source, Stand, Tripped};
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::change::Action;
use domain::rule::Rule;
use domain::status::Kind;
use domain::time::{Day, Timestamp};
use store::brake::{self, By, NewItem, NewPart, Which};
use store::brake_count;
use store::db::Store;
use store::error::Error;
use store::event::NewEvent;
use store::tx::{Audit, WriteTx};

use crate::audited;
use crate::databases::on_both_stores;

const DAY: Day = Day::from_number(18_000);
const NOW: Timestamp = Timestamp::from_second(1_700_000_000);

fn part(code: &str, source: Source, asked_by: &str) -> NewPart {
    let organisation = OdsCode::parse(code).unwrap();
    let group = Group { organisation, kind: Kind::User, action: Action::MarkedLeaver, rule: Rule::Jml01 };
    NewPart {
        day: DAY,
        group,
        source,
        tripped: Tripped { brake: Brake::Share, limit: 8, why: "20 % of 40, at least 5".to_owned() },
        measure: Measure { planned: 0, done_today: 1, forecast: None, population: 40 },
        run: (source == Source::Run).then_some(3),
        asked_by: asked_by.to_owned(),
        asked_id: (!asked_by.is_empty()).then_some(AccountId(9)),
        asked_in: if source == Source::File { "ward.csv".to_owned() } else { String::new() },
        budget: (source == Source::File).then(|| Budget {
            policy: "2018-09".to_owned(),
            floor: 5,
            share_percent: 20,
            forecast_percent: 150,
        }),
        made_at: NOW,
        expires_on: DAY.plus_days(14),
    }
}

fn item(account: i64, key: Option<&str>) -> NewItem {
    let request = key.map(|_| "{}".to_owned());
    NewItem {
        account: AccountId(account),
        address: format!("a{account}@x.org"),
        request,
        request_key: key.map(str::to_owned),
    }
}

fn write<T>(store: &Store, mut work: impl FnMut(&mut WriteTx<'_>) -> Result<T, Error>) -> T {
    store.write("brake", |tx| audited(work(tx)?)).unwrap()
}

fn hold(store: &Store, new: &NewPart, items: &[NewItem]) -> (i64, i64) {
    write(store, |tx| {
        let (id, _) = brake::open(tx, new)?;
        Ok((id, brake::hold(tx, id, items)?))
    })
}

#[test]
fn a_part_is_kept_as_it_was_held_and_grows_while_it_is_open() {
    on_both_stores(|store| {
        let new = part("A81001", Source::File, "ann@x.org");
        let (id, added) = hold(&store, &new, &[item(1, Some("f:1")), item(2, Some("f:2"))]);
        assert_eq!(added, 2);
        assert_eq!(hold(&store, &new, &[item(2, Some("f:9")), item(3, Some("f:1")), item(4, Some("f:4"))]), (id, 1));
        let other = hold(&store, &part("A81001", Source::File, "ben@x.org"), &[item(1, None)]).0;
        assert_ne!(other, id, "another asker has a part of their own");
        let mut reader = store.reader().unwrap();
        let kept = brake::get(&mut reader, id).unwrap().unwrap();
        let measure = Measure { planned: 3, ..new.measure };
        assert_eq!(kept.held, NewPart { measure, ..new });
        assert_eq!((kept.state, kept.first, kept.ended), (Stand::Held, None, None));
        let items = brake::items(&mut reader, id, 0, 10).unwrap();
        assert_eq!(items.iter().map(|i| i.held.account.0).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(brake::items(&mut reader, id, items[0].id, 1).unwrap(), items[1..2]);
        let known = brake::by_requests(&mut reader, &["f:1", "f:3"]).unwrap();
        assert_eq!(known, items[..1]);
        let of_one: Vec<i64> = brake::of_account(&mut reader, AccountId(1)).unwrap().iter().map(|p| p.id).collect();
        assert_eq!(of_one, [id, other]);
    });
}

#[test]
fn a_part_stands_as_its_accounts_do() {
    on_both_stores(|store| {
        let new = part("A81001", Source::Run, "");
        let (id, _) = hold(&store, &new, &[item(1, None), item(2, None), item(3, None)]);
        let items = brake::items(&mut store.reader().unwrap(), id, 0, 10).unwrap();
        let ids: Vec<i64> = items.iter().map(|i| i.id).collect();
        let set = |some: &[i64], state| {
            write(&store, |tx| {
                brake::set_items(tx, some, state)?;
                brake::settle(tx, id, Stand::Done, "operator", NOW)
            })
        };
        let of_runs = |state| {
            let mut found = Vec::new();
            let mut reader = store.reader().unwrap();
            brake::of_runs(&mut reader, state, |one| {
                found.push(one.account.0);
                Ok(())
            })
            .unwrap();
            found.sort_unstable();
            found
        };
        assert_eq!(set(&ids[..1], Stand::Released), Stand::Held);
        assert_eq!((of_runs(Stand::Held), of_runs(Stand::Released)), (vec![2, 3], vec![1]));
        assert_eq!(brake::held_items(&mut store.reader().unwrap(), id, 0, 10).unwrap(), items[1..]);
        assert_eq!(set(&ids[1..], Stand::Released), Stand::Released);
        assert_eq!(of_runs(Stand::Released), [1, 2, 3]);
        assert_eq!(set(&ids, Stand::Done), Stand::Done);
        assert_eq!((of_runs(Stand::Held), of_runs(Stand::Released)), (vec![], vec![]));
        assert_ne!(hold(&store, &new, &[item(1, None)]).0, id, "an ended part does not grow");
    });
}

#[test]
fn parts_are_listed_newest_first_and_lapse_on_their_day() {
    on_both_stores(|store| {
        let ids: Vec<i64> = ["A81001", "A81002", "A81001"]
            .iter()
            .zip(["ann", "ann", "ben"])
            .map(|(code, by)| {
                hold(&store, &part(code, Source::Person, by), &[item(1, Some(&format!("{code} {by}"))), item(2, None)])
                    .0
            })
            .collect();
        let listed = |which, before| -> Vec<i64> {
            let page = brake::list(&mut store.reader().unwrap(), which, before, 2).unwrap();
            page.iter().map(|p| p.id).collect()
        };
        assert_eq!(listed(Which::All, i64::MAX), [ids[2], ids[1]]);
        assert_eq!(listed(Which::All, ids[1]), ids[..1]);
        assert_eq!(listed(Which::Organisation("A81001"), i64::MAX), [ids[2], ids[0]]);
        assert_eq!(listed(Which::Run(3), i64::MAX), [0; 0]);
        let expired = |day| brake::expired(&mut store.reader().unwrap(), day, 10).unwrap();
        assert_eq!((expired(DAY.plus_days(13)), expired(DAY.plus_days(14))), (vec![], ids.clone()));
        write(&store, |tx| {
            brake::drop_held(tx, ids[0], Stand::Lapsed)?;
            brake::settle(tx, ids[0], Stand::Lapsed, "system", NOW)
        });
        assert_eq!(listed(Which::State(Stand::Lapsed), i64::MAX), ids[..1]);
        assert_eq!(expired(DAY.plus_days(14)), ids[1..]);
        let again = |key: &str| hold(&store, &part("A81003", Source::Person, "ann"), &[item(7, Some(key))]).1;
        assert_eq!(again("A81002 ann"), 0, "that request is held by an open part");
        assert_eq!(again("A81001 ann"), 1, "that one was dropped and may be sent again");
    });
}

#[test]
fn what_people_did_is_counted_by_day_and_group() {
    on_both_stores(|store| {
        let group = part("A81001", Source::Person, "ann").group;
        let other = Group { action: Action::Disabled, ..group.clone() };
        assert_eq!(write(&store, |tx| brake_count::count(tx, DAY, &[(&group, 3)])), [3]);
        assert_eq!(write(&store, |tx| brake_count::count(tx, DAY, &[(&group, 2), (&other, 4)])), [5, 4]);
        assert_eq!(write(&store, |tx| brake_count::count(tx, DAY, &[(&other, -3)])), [1]);
        assert_eq!(write(&store, |tx| brake_count::count(tx, DAY.plus_days(1), &[(&group, 1)])), [1]);
        let counted = |day| brake_count::counted(&mut store.reader().unwrap(), day, &[&other, &group]).unwrap();
        assert_eq!((counted(DAY), counted(DAY.plus_days(1))), (vec![1, 5], vec![0, 1]));
        write(&store, |tx| brake_count::forget(tx, DAY.plus_days(1)));
        assert_eq!((counted(DAY), counted(DAY.plus_days(1))), (vec![0, 0], vec![0, 1]));
    });
}

/// Lets a line of run 3 be written about a part, or about the run itself.
fn line(store: &Store, object_type: &'static str, object: i64, action: &'static str) {
    let told = NewEvent { object_type, object: object.to_string(), run_id: Some(3), ..crate::event(action) };
    store.write("line", |_| Ok::<_, Error>(((), Audit::events(vec![told.clone()])?))).unwrap();
}

#[test]
fn what_was_let_go_since_a_run_ended_is_found_by_its_lines() {
    on_both_stores(|store| {
        let new = part("A81001", Source::Run, "");
        let (id, _) = hold(&store, &new, &[item(1, None), item(2, None), item(3, None), item(4, None)]);
        let (asked, _) = hold(&store, &part("A81001", Source::Person, "ann"), &[item(5, None)]);
        let end = || store::audit::end_of_run(&mut store.reader().unwrap(), 3).unwrap();
        assert_eq!(end(), 0, "it never ended");
        line(&store, "run", 3, "finished");
        let ended = end();
        line(&store, "brake", id, "held");
        let items = brake::items(&mut store.reader().unwrap(), id, 0, 10).unwrap();
        write(&store, |tx| {
            for (item, state) in items.iter().zip([Stand::Released, Stand::Refused, Stand::Done]) {
                brake::set_items(tx, &[item.id], state)?;
            }
            brake::drop_held(tx, asked, Stand::Refused)
        });
        let let_go = |line| {
            let ids = [1, 2, 3, 4, 5].map(AccountId);
            let mut found = brake::let_go(&mut store.reader().unwrap(), &ids, line).unwrap();
            found.sort_by_key(|(one, _)| one.account);
            found.iter().map(|(one, state)| (one.part, one.account.0, *state)).collect::<Vec<_>>()
        };
        assert_eq!(let_go(ended), [], "nobody has said anything");
        line(&store, "brake", id, "released");
        assert_eq!(let_go(ended), [(id, 1, Stand::Released), (id, 2, Stand::Refused)]);
        assert_eq!(end(), ended, "a release is no end of the run");
        line(&store, "run", 3, "finished");
        assert_eq!(let_go(end()), [], "that was before it ended last");
    });
}

#[test]
fn accounts_of_a_part_are_found_counted_and_told_by_whom_they_were_released_first() {
    on_both_stores(|store| {
        let new = part("A81001", Source::Run, "");
        let (id, _) = hold(&store, &new, &[item(1, None), item(2, None), item(11, None), item(12, None)]);
        let (other, _) = hold(&store, &part("A81002", Source::Run, ""), &[item(1, None)]);
        let items = brake::items(&mut store.reader().unwrap(), id, 0, 10).unwrap();
        let ids: Vec<i64> = items.iter().map(|i| i.id).collect();
        let by = |name: &str, account: Option<i64>| By { name: name.to_owned(), id: account.map(AccountId), at: NOW };
        write(&store, |tx| {
            brake::first(tx, id, &ids[..2], &by("ann@x.org", Some(9)))?;
            brake::first(tx, id, &ids[2..3], &by("operator", None))?;
            brake::set_items(tx, &ids[1..2], Stand::Released)
        });
        let mut db = store.reader().unwrap();
        let firsts = brake::look::firsts(&mut db, id).unwrap();
        assert_eq!(firsts, [(by("ann@x.org", Some(9)), 1), (by("operator", None), 1)], "of what is held");
        assert_eq!(brake::get(&mut db, id).unwrap().unwrap().first, Some(by("ann@x.org", Some(9))), "the first of all");
        let mut of: Vec<_> = brake::held_of(&mut db, id, &[1, 2, 3, 11].map(AccountId)).unwrap();
        of.sort_by_key(|one| one.id);
        assert_eq!(of.iter().map(|one| one.held.account.0).collect::<Vec<_>>(), [1, 11]);
        assert_eq!(of[1].first, Some(by("operator", None)));
        let mut stands = brake::stands(&mut db, id).unwrap();
        stands.sort_unstable();
        assert_eq!(stands, [(Stand::Held, 3), (Stand::Released, 1)]);
        let left = brake::look::left_of(&mut db, &[id, other, 99]).unwrap();
        assert_eq!((left.get(&id), left.get(&other), left.get(&99)), (Some(&3), Some(&1), None));
        let mut found = |text: &str, state, after, limit| -> Vec<i64> {
            let found = brake::look::found(&mut db, id, (text, state), after, limit).unwrap();
            found.iter().map(|one| one.held.account.0).collect()
        };
        assert_eq!(found("a1", None, 0, 10), [1, 11, 12]);
        assert_eq!((found("a1", None, ids[0], 1), found("@x.org", Some(Stand::Released), 0, 9)), (vec![11], vec![2]));
        assert_eq!(
            (found("a%", None, 0, 9), found("a_", None, 0, 9), found("!", None, 0, 9)),
            (vec![], vec![], vec![])
        );
    });
}

#[test]
fn a_word_that_was_said_of_a_whole_part_is_said_of_each_account_that_is_still_held() {
    on_both_stores(|store| {
        let (id, _) = hold(&store, &part("A81001", Source::Run, ""), &[item(1, None), item(2, None)]);
        let (silent, _) = hold(&store, &part("A81002", Source::Run, ""), &[item(3, None)]);
        let migration = include_str!("../../../store/migrations/0024_held_figures.sql");
        let (_, carries) = migration.split_once("UPDATE brake_item").unwrap();
        let carries: &'static str =
            Box::leak(format!("UPDATE brake_item{}", carries.trim_end().trim_end_matches(';')).into());
        let first = "UPDATE brake_part SET first_by = 'ann@x.org', first_id = 9, first_at = $2 WHERE id = $1";
        let items = |part| brake::items(&mut store.reader().unwrap(), part, 0, 10).unwrap();
        let done = items(id)[1].id;
        write(&store, |tx| {
            tx.execute(first, &[id.into(), NOW.second().into()])?;
            brake::set_items(tx, &[done], Stand::Done)?;
            tx.execute(carries, &[])
        });
        let words = |part| items(part).into_iter().map(|item| item.first).collect::<Vec<_>>();
        let ann = By { name: "ann@x.org".to_owned(), id: Some(AccountId(9)), at: NOW };
        assert_eq!((words(id), words(silent)), (vec![Some(ann), None], vec![None]));
    });
}
