//! What belongs to accounts: addresses, memberships, holds, directory data, grants and notices, the same on both databases.

use domain::account::{Account, Cause, Question, State};
use domain::command::Command;
use domain::ids::{AccountId, Address, OdsCode};
use domain::mailbox::{Right, Standing};
use domain::notice::NoticeKind;
use domain::org::{Legal, Organisation, Sector, Support};
use domain::profile::Profile;
use domain::rights::{Grant, Role, Scope};
use domain::rule::Rule;
use domain::signal::Signals;
use domain::status::Kind;
use domain::time::{Day, Timestamp};
use store::address::{self, AddressKind, Taken};
use store::db::Store;
use store::error::Error;
use store::grant::{self, Given};
use store::hold::{self, Hold};
use store::notice::{self, NewNotice};

use store::organisation::Listed;
use store::outbox::{self, NewCommand};
use store::tx::{Reader, WriteTx};
use store::{account, member, profile};

use crate::audited;
use crate::databases::on_both_stores;

const NOW: Timestamp = Timestamp::from_second(1_700_000_000);
const DAY: Day = Day::from_number(18_000);

fn write<T>(store: &Store, mut work: impl FnMut(&mut WriteTx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    store.write("people", |tx| audited(work(tx)?))
}

fn read<T>(store: &Store, look: impl FnOnce(&mut Reader<'_>) -> Result<T, Error>) -> T {
    look(&mut store.reader().unwrap()).unwrap()
}

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

fn mail(text: &str) -> Address {
    Address::parse(&format!("{text}@x.org")).unwrap()
}

fn ids(numbers: &[i64]) -> Vec<AccountId> {
    numbers.iter().map(|number| AccountId(*number)).collect()
}

/// Accounts 1, 2, 3, ... of RX1 in these states, with local ids L1, L2, L3, ...
fn people(store: &Store, states: &[State]) -> Vec<Account> {
    let organisation = Organisation {
        code: code("RX1"),
        name: "ONE".to_owned(),
        short_name: None,
        sector: Sector::Trust,
        legal: Legal::Active,
        opened_on: None,
        closed_on: None,
        parent: None,
        successor: None,
        postal: String::new(),
        telephone: String::new(),
        support: Support::default(),
        edition: "e".to_owned(),
        version: 1,
    };
    let make = |(id, state): (i64, &State)| Account {
        id: AccountId(id),
        kind: Kind::User,
        address: mail(&format!("a{id}")),
        organisation: code("RX1"),
        state: *state,
        signals: Signals::default(),
        announced: None,
        held: None,
        created_at: NOW,
        terms_at: None,
        version: 1,
    };
    let accounts: Vec<Account> = (1..).zip(states).map(make).collect();
    let locals: Vec<String> = (1..=states.len()).map(|number| format!("L{number}")).collect();
    let listed = Listed { organisation, series: "s".to_owned() };
    write(store, |tx| {
        store::organisation::insert(tx, [&listed])?;
        account::insert(tx, accounts.iter().zip(&locals).map(|(a, local)| (a, None, local.as_str())))
    })
    .unwrap();
    accounts
}

const ACTIVE: State = State::Active { since: NOW, question: Question::None };

fn taken(name: &str, account: i64, kind: AddressKind, until: Option<Day>) -> Taken {
    Taken { address: mail(name), account: AccountId(account), kind, until }
}

// Proves: LC-21
#[test]
fn an_address_is_free_on_the_day_its_time_ends_and_not_before() {
    on_both_stores(|store| {
        let (old, kept) = (AddressKind::OldOrganisation, AddressKind::Alias);
        let claims = [
            taken("short", 1, old, Some(DAY.plus_days(-1))),
            taken("today", 1, old, Some(DAY)),
            taken("later", 1, old, Some(DAY.plus_days(1))),
            taken("ever", 1, kept, None),
        ];
        write(&store, |tx| address::claim(tx, &claims)).unwrap();
        let again = write(&store, |tx| address::claim(tx, [&taken("ever", 2, kept, None)]));
        assert_eq!(again, Err(Error::Conflict { table: "address".to_owned() }), "nobody else gets it");
        let mut freed = write(&store, |tx| address::expire(tx, DAY)).unwrap();
        freed.sort_by_key(|taken| taken.until);
        assert_eq!(freed, claims[..2]);
        let left = read(&store, |db| address::of_account(db, AccountId(1)));
        assert_eq!(left, [claims[3].clone(), claims[2].clone()]);
        write(&store, |tx| address::claim(tx, [&taken("today", 2, kept, None)])).unwrap();
    });
}

// Proves: LC-21
#[test]
fn a_purged_account_keeps_all_its_addresses_reserved_and_nobody_elses() {
    on_both_stores(|store| {
        for (account, until) in [(1, Some(DAY)), (2, None)] {
            let own = |name: &str, kind, until| taken(&format!("{name}{account}"), account, kind, until);
            let claims = [
                own("first", AddressKind::Primary, None),
                own("alias", AddressKind::Alias, None),
                own("old", AddressKind::OldOrganisation, Some(DAY.plus_days(-9))),
            ];
            let other = taken(&format!("other{account}"), 9, AddressKind::Primary, None);
            write(&store, |tx| {
                address::claim(tx, claims.iter().chain([&other]))?;
                address::reserve(tx, AccountId(account), until)
            })
            .unwrap();
            let kept = read(&store, |db| address::of_account(db, AccountId(account)));
            assert!(kept.iter().all(|t| t.kind == AddressKind::Reserved && t.until == until), "{kept:?}");
            assert_eq!(kept.len(), 3);
            assert_eq!(read(&store, |db| address::taken(db, &[other.address.as_str()])), [other]);
        }
    });
}

#[test]
fn an_address_that_is_demoted_keeps_its_account() {
    on_both_stores(|store| {
        let (one, two) = (taken("one", 1, AddressKind::Primary, None), taken("two", 1, AddressKind::Primary, None));
        write(&store, |tx| {
            address::claim(tx, [&one, &two])?;
            address::demote(tx, &one.address, AddressKind::OldName, Some(DAY))
        })
        .unwrap();
        let demoted = Taken { kind: AddressKind::OldName, until: Some(DAY), ..one };
        let found = read(&store, |db| address::taken(db, &["two@x.org", "one@x.org", "none@x.org"]));
        assert_eq!(found.len(), 2);
        assert!(found.contains(&demoted) && found.contains(&two), "{found:?}");
    });
}

#[test]
fn two_who_count_the_same_name_at_once_do_not_both_get_the_number() {
    on_both_stores(|store| {
        let fresh = [("ann.lee*".to_owned(), 1), ("bob.ray*".to_owned(), 5)];
        write(&store, |tx| address::count_up(tx, &fresh, &[])).unwrap();
        let read_by = || read(&store, |db| address::counters(db, &["ann.lee*", "no.one*"]));
        let (first, second) = (read_by(), read_by());
        assert_eq!(first, [("ann.lee*".to_owned(), 1, 1)]);
        let next = |known: &[(String, i64, i64)]| vec![(known[0].0.clone(), known[0].1 + 1, known[0].2)];
        write(&store, |tx| address::count_up(tx, &[], &next(&first))).unwrap();
        let late = write(&store, |tx| address::count_up(tx, &[], &next(&second)));
        assert_eq!(late, Err(Error::Stale { table: "address_counter" }));
        let known = write(&store, |tx| address::count_up(tx, &fresh[..1], &[]));
        assert_eq!(known, Err(Error::Conflict { table: "address_counter".to_owned() }));
        assert_eq!(read_by(), [("ann.lee*".to_owned(), 2, 2)]);
    });
}

#[test]
fn owners_answer_for_a_mailbox_while_they_are_there() {
    on_both_stores(|store| {
        let since = NOW;
        let states = [
            ACTIVE,
            State::Pending { since },
            State::Inactive { since, rule: Rule::Lc01 },
            State::Leaver { since, disabled_at: None },
            State::Disabled { since },
            State::Deleted { since, cause: Cause::Idle },
            State::Purged { since, cause: Cause::Idle },
            ACTIVE,
        ];
        people(&store, &states);
        let (box_a, box_b) = (AccountId(100), AccountId(101));
        let all: Vec<_> = (1..=7).map(|id| (box_a, AccountId(id), Standing::OWNER)).collect();
        let added = write(&store, |tx| {
            member::add(tx, &all)?;
            member::add(tx, &[(box_a, AccountId(8), Standing::MEMBER), (box_b, AccountId(8), Standing::OWNER)])
        });
        assert_eq!(added, Ok(2));
        let owners = read(&store, |db| member::owners(db, &[box_b, box_a, AccountId(102)]));
        let of = |mailbox| -> Vec<i64> { owners.iter().filter(|(m, _)| *m == mailbox).map(|(_, o)| o.0).collect() };
        assert_eq!((of(box_a), of(box_b), owners.len()), (vec![1, 2, 3, 4, 5], vec![8], 6));
    });
}

#[test]
fn who_is_a_member_already_stays_as_they_are() {
    on_both_stores(|store| {
        let (mailbox, ann) = (AccountId(100), AccountId(1));
        let add = |standing| write(&store, |tx| member::add(tx, &[(mailbox, ann, standing)]));
        assert_eq!((add(Standing::OWNER), add(Standing::MEMBER)), (Ok(1), Ok(0)));
        assert_eq!(read(&store, |db| member::of_mailbox(db, mailbox)), [(ann, Standing::OWNER)]);
        assert_eq!(read(&store, |db| member::of_account(db, ann)), [(mailbox, Standing::OWNER)]);
    });
}

#[test]
fn a_member_is_changed_and_removed_by_name_and_nobody_else_with_them() {
    on_both_stores(|store| {
        let (mailbox, ann, ben) = (AccountId(100), AccountId(1), AccountId(2));
        let reads = Standing { owner: false, right: Right::Read };
        let both = [(mailbox, ann, Standing::MEMBER), (mailbox, ben, Standing::OWNER)];
        write(&store, |tx| member::add(tx, &both)).unwrap();
        write(&store, |tx| member::change(tx, (mailbox, ann, reads))).unwrap();
        assert_eq!(read(&store, |db| member::of_mailbox(db, mailbox)), [(ann, reads), (ben, Standing::OWNER)]);
        write(&store, |tx| member::remove(tx, mailbox, ann)).unwrap();
        assert_eq!(read(&store, |db| member::of_mailbox(db, mailbox)), [(ben, Standing::OWNER)]);
        let gone = Err(Error::Stale { table: "member" });
        assert_eq!(write(&store, |tx| member::remove(tx, mailbox, ann)), gone);
        assert_eq!(write(&store, |tx| member::change(tx, (mailbox, ann, reads))), gone);
    });
}

#[test]
fn a_purge_ends_memberships_of_and_in_an_account_and_no_others() {
    on_both_stores(|store| {
        let all = [(100, 1, true), (100, 2, false), (1, 3, true), (101, 2, true)];
        let standing = |owner| if owner { Standing::OWNER } else { Standing::MEMBER };
        let rows: Vec<_> = all.iter().map(|(m, a, owner)| (AccountId(*m), AccountId(*a), standing(*owner))).collect();
        write(&store, |tx| member::add(tx, &rows)).unwrap();
        assert_eq!(write(&store, |tx| member::drop_all(tx, AccountId(1))), Ok(2));
        assert_eq!(read(&store, |db| member::of_account(db, AccountId(2))).len(), 2);
        assert_eq!(read(&store, |db| member::of_mailbox(db, AccountId(100))), [(AccountId(2), Standing::MEMBER)]);
        assert_eq!(read(&store, |db| member::of_account(db, AccountId(3))), []);
    });
}

// Proves: LC-20
#[test]
fn a_released_hold_is_over_and_those_on_others_stand() {
    on_both_stores(|store| {
        let hold = |id, account, reason: &str| Hold {
            id,
            account: AccountId(account),
            reason: reason.to_owned(),
            placed_by: "ann@x.org".to_owned(),
            placed_at: NOW.plus_seconds(id),
        };
        let holds = [hold(2, 1, "case 9"), hold(1, 1, "inquest \"A\""), hold(3, 2, "")];
        write(&store, |tx| holds.iter().try_for_each(|one| hold::place(tx, one))).unwrap();
        let of = |account| read(&store, |db| hold::of_account(db, AccountId(account)));
        assert_eq!(of(1), [holds[1].clone(), holds[0].clone()]);
        let release = |at| write(&store, |tx| hold::release(tx, AccountId(1), "bob@x.org", at));
        assert_eq!(release(NOW), Ok(2));
        assert_eq!((of(1), of(2)), (vec![], vec![holds[2].clone()]));
        assert_eq!(release(NOW.plus_seconds(60)), Ok(0), "what was released before keeps its time");
        write(&store, |tx| hold::place(tx, &hold(4, 1, "again"))).unwrap();
        assert_eq!(of(1), [hold(4, 1, "again")]);
    });
}

/// A profile in which no two texts are the same.
fn whole(local_id: &str) -> Profile {
    let text = |name: &str| format!("{name} of {local_id} €");
    Profile {
        local_id: local_id.to_owned(),
        title: text("title"),
        first_name: text("first"),
        last_name: text("last"),
        display_name: text("display"),
        mobile: text("mobile"),
        hide_mobile: true,
        telephone: text("telephone"),
        job_title: text("job"),
        unit: text("unit"),
        licence: text("licence"),
        quota_mib: 4_096,
        services_off: text("services"),
        hidden: false,
        notes: text("notes"),
    }
}

#[test]
fn a_profile_comes_back_as_it_went_in_and_the_number_stands_with_the_account() {
    on_both_stores(|store| {
        people(&store, &[ACTIVE, ACTIVE]);
        let (one, two) = (whole("L1"), Profile { hide_mobile: false, hidden: true, ..whole("L2") });
        write(&store, |tx| profile::insert(tx, [(AccountId(1), &one), (AccountId(2), &two)])).unwrap();
        let get = |id| read(&store, |db| profile::get(db, AccountId(id)));
        assert_eq!((get(1), get(2)), (one.clone(), two.clone()));
        let later = Profile { local_id: "not from here".to_owned(), hidden: true, title: String::new(), ..one.clone() };
        write(&store, |tx| profile::update(tx, [(AccountId(1), &later)])).unwrap();
        assert_eq!(get(1), Profile { local_id: "L1".to_owned(), ..later }, "the number is the account's row's");
        assert_eq!(get(2), two, "another's profile stays");
        let gone = profile::get(&mut store.reader().unwrap(), AccountId(9));
        assert_eq!(gone, Err(Error::Corrupt("profile.account_id")));
    });
}

fn given(id: i64, holder: i64, role: Role, scope: Scope) -> Given {
    let grant = Grant { id, holder: AccountId(holder), role, scope };
    Given { grant, by: "operator".to_owned(), at: NOW }
}

// Proves: ROLE-01
#[test]
fn grants_are_found_by_holder_by_scope_and_by_number_until_they_end() {
    on_both_stores(|store| {
        let over = |text| Scope::Organisation(code(text));
        let ward = |text| Scope::Unit(code(text), "Ward 2".to_owned());
        let all = [
            given(1, 1, Role::LocalAdmin, over("RX1")),
            given(2, 1, Role::Helpdesk, ward("RX1")),
            given(3, 2, Role::SectorAdmin, Scope::Sector(Sector::Trust)),
            given(4, 2, Role::Operator, Scope::Federation),
            given(5, 3, Role::PrimaryLocalAdmin, over("RX1")),
            given(6, 3, Role::PrimaryLocalAdmin, over("RX2")),
            given(7, 3, Role::LocalAdmin, over("RX2")),
            given(8, 4, Role::Auditor, over("RX2")),
            given(9, 5, Role::LocalAdmin, ward("RX2")),
        ];
        write(&store, |tx| grant::insert(tx, &all)).unwrap();
        let held = |holders: &[i64]| read(&store, |db| grant::of_accounts(db, &ids(holders)));
        assert_eq!(held(&[2, 1]), all[..4]);
        let found = |scope: &Scope| -> Vec<i64> {
            read(&store, |db| grant::over(db, scope)).iter().map(|given| given.grant.id).collect()
        };
        assert_eq!((found(&over("RX1")), found(&over("RX2"))), (vec![1, 5], vec![6, 7, 8]));
        assert_eq!((found(&Scope::Sector(Sector::Trust)), found(&Scope::Sector(Sector::Gp))), (vec![3], vec![]));
        assert_eq!((found(&Scope::Federation), found(&ward("RX2"))), (vec![4], vec![9]));
        let admins = || read(&store, |db| grant::admins(db, &["RX2", "RX1", "RX3"]));
        let told = |some: &[(&str, i64)]| -> Vec<_> {
            some.iter().map(|(code, id)| ((*code).to_owned(), AccountId(*id))).collect()
        };
        assert_eq!(admins(), told(&[("RX1", 1), ("RX1", 3), ("RX2", 3)]), "each once, no auditor, nobody of a unit");
        write(&store, |tx| grant::end(tx, &[1, 6], NOW, Some(Rule::Role06))).unwrap();
        assert_eq!((held(&[1]), held(&[3])), (all[1..2].to_vec(), vec![all[4].clone(), all[6].clone()]));
        assert_eq!((found(&over("RX1")), admins()), (vec![5], told(&[("RX1", 3), ("RX2", 3)])));
        let get = |id| read(&store, |db| grant::get(db, id));
        assert_eq!((get(1), get(2)), (None, Some(all[1].clone())));
    });
}

#[test]
fn notices_are_listed_newest_first_of_all_of_an_account_or_of_a_run() {
    on_both_stores(|store| {
        people(&store, &[ACTIVE, ACTIVE, ACTIVE]);
        let notice = |account, recipient: Option<i64>, about| NewNotice {
            account: AccountId(account),
            organisation: "RX1".to_owned(),
            kind: NoticeKind::DeletionAnnounced,
            rule: Rule::Lc04,
            recipient: recipient.map(AccountId),
            about,
            details: vec!["one".to_owned(), "two".to_owned()],
        };
        let (by_run, by_hand) = ([notice(1, Some(1), Some(DAY)), notice(2, None, None)], [notice(1, Some(3), None)]);
        write(&store, |tx| {
            notice::insert(tx, &by_run, NOW, Some(7))?;
            notice::insert(tx, &[], NOW, Some(7))?;
            notice::insert(tx, &by_hand, NOW.plus_seconds(1), None)
        })
        .unwrap();
        let list = |account: Option<i64>, run, before, limit| {
            read(&store, |db| notice::list(db, account.map(AccountId), run, before, limit))
        };
        let all = list(None, None, i64::MAX, 10);
        let told: Vec<_> = all.iter().map(|n| (&n.notice, n.run, n.recipient.as_deref())).collect();
        let expected = [
            (&by_hand[0], None, Some("a3@x.org")),
            (&by_run[1], Some(7), None),
            (&by_run[0], Some(7), Some("a1@x.org")),
        ];
        assert_eq!(told, expected);
        assert_eq!((all[1].address.as_str(), all[1].state.as_str(), all[1].made_at), ("a2@x.org", "queued", NOW));
        assert_eq!(list(None, None, all[0].id, 1), all[1..2]);
        assert_eq!(list(Some(1), None, i64::MAX, 10), [all[0].clone(), all[2].clone()]);
        assert_eq!(list(Some(1), None, all[0].id, 10), all[2..]);
        assert_eq!(list(None, Some(7), i64::MAX, 10), all[1..]);
        assert_eq!((list(None, Some(8), i64::MAX, 10), list(Some(3), None, i64::MAX, 10)), (vec![], vec![]));
    });
}

#[test]
fn commands_for_the_engine_wait_in_the_order_in_which_they_were_given() {
    on_both_stores(|store| {
        let command = |account, command, payload: &str| NewCommand {
            account: AccountId(account),
            command,
            payload: payload.to_owned(),
        };
        write(&store, |tx| {
            outbox::insert(tx, &[command(2, Command::Status, "leaver"), command(1, Command::Move, "RX2")], NOW, None)?;
            outbox::insert(tx, &[command(2, Command::Purge, "")], NOW, Some(7))
        })
        .unwrap();
        let sql = "SELECT account_id, command, payload, made_at, run_id, attempts FROM outbox ORDER BY id";
        let rows = read(&store, |db| {
            db.query(sql, &[], |row| Ok((row.int()?, row.text()?, row.text()?, row.int()?, row.opt_int()?, row.int()?)))
        });
        let told: Vec<_> = rows.iter().map(|(id, word, with, ..)| (*id, word.as_str(), with.as_str())).collect();
        assert_eq!(told, [(2, "status", "leaver"), (1, "move", "RX2"), (2, "purge", "")]);
        let runs: Vec<_> = rows.iter().map(|(_, _, _, at, run, attempts)| (*at, *run, *attempts)).collect();
        assert_eq!(runs, [(NOW.second(), None, 0), (NOW.second(), None, 0), (NOW.second(), Some(7), 0)]);
    });
}

#[test]
fn a_touched_account_outdates_what_was_decided_on_it_before() {
    on_both_stores(|store| {
        let accounts = people(&store, &[ACTIVE, ACTIVE]);
        write(&store, |tx| account::touch(tx, &accounts[0])).unwrap();
        let late = write(&store, |tx| account::update(tx, [(&accounts[0], None)]));
        assert_eq!(late, Err(Error::Stale { table: "account" }));
        assert_eq!(write(&store, |tx| account::touch(tx, &accounts[0])), Err(Error::Stale { table: "account" }));
        assert_eq!(write(&store, |tx| account::update(tx, [(&accounts[1], None)])), Ok(()));
    });
}

#[test]
fn a_number_is_looked_for_in_its_own_organisation() {
    on_both_stores(|store| {
        let accounts = people(&store, &[ACTIVE, ACTIVE]);
        let by = |organisation: &str, local: &str| {
            read(&store, |db| account::by_local_id(db, &code(organisation), local)).map(|found| found.id)
        };
        assert_eq!((by("RX1", "L2"), by("RX2", "L2"), by("RX1", "L3")), (Some(AccountId(2)), None, None));
        write(&store, |tx| account::forget_local_id(tx, AccountId(2))).unwrap();
        assert_eq!((by("RX1", "L2"), by("RX1", "L1")), (None, Some(accounts[0].id)));
    });
}
