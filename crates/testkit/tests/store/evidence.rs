//! How lines of the trail, uses of grants and what is left of organisations are found: the same on both databases.

use domain::account::{Account, Cause, Question, State};
use domain::ids::{AccountId, Address, OdsCode};
use domain::profile::Profile;
use domain::rights::{Grant, Role, Scope};
use domain::signal::Signals;
use domain::status::{Kind, Status};
use domain::time::Timestamp;
use store::audit::{self, Way};
use store::db::Store;
use store::error::Error;
use store::event::NewEvent;
use store::grant::{self, Given};
use store::tx::Audit;
use store::{account, organisation, profile};

use crate::databases::on_both_stores;
use crate::{audited, event};

const NOW: Timestamp = Timestamp::from_second(1_700_000_000);

/// Lines 1 to 8: who did what to which account of which organisation, by which grant, at which hour.
fn trail(store: &Store) {
    let line = |hour: i64, actor: &str, action, account: Option<i64>, organisation: Option<&str>, grant| NewEvent {
        at: NOW.second() + hour * 3600,
        actor: actor.to_owned(),
        grant_id: grant,
        account_id: account,
        organisation: organisation.map(str::to_owned),
        ..event(action)
    };
    let lines = vec![
        line(0, "ann", "disabled", Some(1), Some("RX1"), Some(5)),
        line(1, "system", "disabled", Some(2), Some("RX1"), None),
        line(1, "ann", "deleted", Some(2), Some("RX2"), Some(6)),
        line(2, "bob", "disabled", Some(1), Some("RX2"), Some(5)),
        line(3, "system", "deleted", Some(3), Some("RX2"), None),
        line(4, "ann", "adopted", None, None, None),
        line(5, "ann", "disabled", Some(3), Some("RX1"), Some(6)),
        line(6, "system", "finished", None, None, None),
    ];
    store.write("trail", |_| Ok::<_, Error>(((), Audit::events(lines.clone())?))).unwrap();
}

// Proves: AUD-01
#[test]
fn lines_are_walked_newest_first_along_each_way_and_between_two_numbers() {
    on_both_stores(|store| {
        trail(&store);
        let walked = |way, between, limit| -> Vec<i64> {
            let lines = audit::walk(&mut store.reader().unwrap(), way, between, limit).unwrap();
            lines.iter().map(|line| line.id).collect()
        };
        let whole = (i64::MAX, 0);
        for (way, between, limit, expected) in [
            (Way::All, whole, 9, &[8, 7, 6, 5, 4, 3, 2, 1][..]),
            (Way::All, whole, 2, &[8, 7]),
            (Way::All, (7, 3), 9, &[6, 5, 4]),
            (Way::All, (1, 0), 9, &[]),
            (Way::Account(AccountId(1)), whole, 9, &[4, 1]),
            (Way::Account(AccountId(1)), (4, 0), 9, &[1]),
            (Way::Account(AccountId(9)), whole, 9, &[]),
            (Way::Organisation("RX1"), whole, 9, &[7, 2, 1]),
            (Way::Organisation("RX1"), (i64::MAX, 1), 1, &[7]),
            (Way::Actor("ann"), whole, 9, &[7, 6, 3, 1]),
            (Way::Actor("ann"), (7, 1), 9, &[6, 3]),
            (Way::Actor("system"), whole, 9, &[]),
            (Way::Action("disabled"), whole, 9, &[7, 4, 1]),
            (Way::Action("finished"), whole, 9, &[]),
        ] {
            assert_eq!(walked(way, between, limit), expected, "{way:?} {between:?} {limit}");
        }
    });
}

#[test]
fn the_first_line_from_a_number_and_the_newest_are_told() {
    on_both_stores(|store| {
        assert_eq!(audit::last(&mut store.reader().unwrap()), Ok(0));
        trail(&store);
        let from = |id| audit::from(&mut store.reader().unwrap(), id).unwrap();
        for (id, found) in [(0, Some((1, 0))), (1, Some((1, 0))), (4, Some((4, 2))), (8, Some((8, 6))), (9, None)] {
            let expected = found.map(|(id, hour)| (id, NOW.plus_seconds(hour * 3600)));
            assert_eq!(from(id), expected, "{id}");
        }
        assert_eq!(audit::last(&mut store.reader().unwrap()), Ok(8));
    });
}

// Proves: ROLE-09
#[test]
fn the_last_use_of_a_grant_is_its_newest_line() {
    on_both_stores(|store| {
        trail(&store);
        let mut uses = audit::last_uses(&mut store.reader().unwrap(), &[5, 6, 7]).unwrap();
        uses.sort_unstable();
        assert_eq!(uses, [(5, NOW.plus_seconds(2 * 3600)), (6, NOW.plus_seconds(5 * 3600))]);
        assert_eq!(audit::last_uses(&mut store.reader().unwrap(), &[]), Ok(vec![]));
    });
}

#[test]
fn grants_in_force_are_paged_by_number() {
    on_both_stores(|store| {
        let given = |id, scope| {
            let grant = Grant { id, holder: AccountId(id), role: Role::Helpdesk, scope };
            Given { grant, by: "operator".to_owned(), at: NOW }
        };
        let all: Vec<Given> = (1..=5).map(|id| given(id, Scope::Federation)).collect();
        let write = |work: &dyn Fn(&mut store::tx::WriteTx<'_>) -> Result<(), Error>| {
            store.write("grants", |tx| audited(work(tx)?)).unwrap();
        };
        write(&|tx| grant::insert(tx, &all));
        write(&|tx| grant::end(tx, &[2], NOW, None));
        let page = |after, limit| -> Vec<i64> {
            let found = grant::page(&mut store.reader().unwrap(), after, limit).unwrap();
            found.iter().map(|given| given.grant.id).collect()
        };
        assert_eq!((page(0, 2), page(3, 9), page(5, 9)), (vec![1, 3], vec![4, 5], vec![]));
    });
}

#[test]
fn accounts_are_counted_by_organisation_kind_and_status() {
    on_both_stores(|store| {
        let make = |id: i64, kind, of: &str, state| Account {
            id: AccountId(id),
            kind,
            address: Address::parse(&format!("a{id}@x.org")).unwrap(),
            organisation: OdsCode::parse(of).unwrap(),
            state,
            signals: Signals::default(),
            announced: None,
            held: None,
            created_at: NOW,
            terms_at: None,
            version: 1,
        };
        let active = State::Active { since: NOW, question: Question::None };
        let deleted = State::Deleted { since: NOW, cause: Cause::Idle };
        let accounts = [
            make(1, Kind::User, "RX1", active),
            make(2, Kind::User, "RX1", active),
            make(3, Kind::Shared, "RX1", active),
            make(4, Kind::User, "RX1", deleted),
            make(5, Kind::User, "RX2", active),
        ];
        store
            .write("accounts", |tx| audited(account::insert(tx, accounts.iter().map(|one| (one, None, "")))?))
            .unwrap();
        let counted = organisation::counted(&mut store.reader().unwrap(), &["RX1", "RX9"]).unwrap();
        let told: Vec<_> = counted.iter().map(|c| (c.organisation.as_str(), c.kind, c.status, c.count)).collect();
        let expected = [
            ("RX1", Kind::Shared, Status::Active, 1),
            ("RX1", Kind::User, Status::Active, 2),
            ("RX1", Kind::User, Status::Deleted, 1),
        ];
        assert_eq!(told, expected);
    });
}

// Proves: DIR-01
#[test]
fn names_come_in_their_order_by_family_name_between_two_keys() {
    on_both_stores(|store| {
        let made = |first: &str, last: &str, display: &str| Profile {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            display_name: display.to_owned(),
            ..Profile::default()
        };
        let all = [
            made("Ann", "Lee", ""),
            made("Siân", "Lée", ""),
            made("Bob", "Ray", "LEE, Bob"),
            made("", "", "Ward Two"),
            made("Ann", "Lee", ""),
            made("", "", ""),
        ];
        let rows: Vec<(AccountId, &Profile)> = (1..).map(AccountId).zip(&all).collect();
        store.write("names", |tx| audited(profile::insert(tx, rows.clone())?)).unwrap();
        let found = |after: &str, id, before: &str, limit| -> Vec<(String, i64)> {
            let names = profile::names(&mut store.reader().unwrap(), (after, AccountId(id)), before, limit).unwrap();
            names.into_iter().map(|(name, id)| (name, id.0)).collect()
        };
        let told = |some: &[(&str, i64)]| -> Vec<(String, i64)> {
            some.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect()
        };
        let lees = [("lee ann", 1), ("lee ann", 5), ("lee sian", 2)];
        for (after, id, before, limit, expected) in [
            ("lee", i64::MIN, "lee~", 9, &lees[..]),
            ("lee", i64::MIN, "lee~", 1, &lees[..1]),
            ("lee ann", 1, "lee~", 9, &lees[1..]),
            ("lee ann", 5, "~", 9, &[("lee sian", 2), ("ray bob", 3), ("ward two", 4)]),
            ("x", i64::MIN, "~", 9, &[]),
            ("lee sian", 2, "lee~", 9, &[]),
            ("ray", i64::MIN, "ray~", 9, &[("ray bob", 3)]),
            ("ward", i64::MIN, "ward~", 9, &[("ward two", 4)]),
            ("lee", i64::MIN, "lee", 9, &[]),
        ] {
            assert_eq!(found(after, id, before, limit), told(expected), "{after} {id} {before}");
        }
        let married = made("Bob", "Abel", "");
        store.write("names", |tx| audited(profile::update(tx, [(AccountId(3), &married)])?)).unwrap();
        assert_eq!(found("abel", i64::MIN, "abel~", 9), told(&[("abel bob", 3)]), "a new name is found at once");
    });
}
