//! What account and migration files cannot do, whatever stands in them: nobody loses an account, a status, an address, a
//! role, a hold or a service by a line. That is why no brake is on them (decision 8).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::account::Account;
use domain::ids::{AccountId, OdsCode};
use domain::rights::Role;
use domain::status::Status;
use domain::time::Day;
use service::account::act::Request;
use service::import::FileReport;
use service::progress::Silent;
use store::db::Store;
use testkit::world::{World, on_both_stores};

const ACCOUNTS: &str = "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Notes\n";
const MIGRATION: &str = "Address,Kind,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Status,StatusSince,Created,TermsAccepted,PasswordChanged,Notes\n";
const CODES: [&str; 4] = ["RX1", "RX2", "A81001", "A81002"];

/// All that an account is and has, but for its directory data, its notes and its licence.
fn kept(world: &World) -> BTreeMap<AccountId, String> {
    let store = Store::open(world.url()).unwrap();
    let mut db = store.reader().unwrap();
    let (first, last) = (AccountId(i64::MIN), AccountId(i64::MAX));
    let mut all: BTreeMap<AccountId, String> = store::account::page(&mut db, first, 5_000)
        .unwrap()
        .into_iter()
        .map(|(account, next)| (account.id, format!("{:?} {next:?}", Account { version: 0, ..account })))
        .collect();
    for (id, profile) in store::whole::profiles(&mut db, first, last).unwrap() {
        let own = (profile.quota_mib, profile.services_off, profile.hidden);
        let roles = store::grant::of_accounts(&mut db, &[id]).unwrap();
        let members = store::member::of_mailbox(&mut db, id).unwrap();
        let holds = store::hold::of_account(&mut db, id).unwrap();
        let addresses = store::address::of_account(&mut db, id).unwrap();
        write!(all.get_mut(&id).unwrap(), "{own:?} {roles:?} {members:?} {holds:?} {addresses:?}").unwrap();
    }
    all
}

/// An account of each status, with a role, a hold, a mailbox, an alias; and a practice of forty.
fn federation(world: &World) -> Vec<String> {
    let admin = world.admin(Role::LocalAdmin, "A81001", "Chief");
    world.alias(&admin, "old.chief@mail.example", Some(Day::parse("2019-09-01").unwrap()));
    let mut all = vec![world.shared("A81001", "Front Desk", &[&admin]), admin];
    for n in 0..40 {
        let address = world.user("A81001", "Any", &format!("P{n}"));
        match n {
            0 => drop(world.ask(&address, &Request::MarkLeaver).unwrap()),
            1 => drop(world.ask(&address, &Request::Disable).unwrap()),
            2 => drop(world.ask(&address, &Request::Delete).unwrap()),
            3 => drop(world.ask(&address, &Request::Hold).unwrap()),
            _ => world.signal(&address, "mail_sent"),
        }
        all.push(address);
    }
    all.extend((0..3).map(|n| world.try_user("RX1", "New", &format!("N{n}")).unwrap()));
    world.weeks_pass(20);
    all
}

fn sent(world: &World, text: &str, migration: bool) -> FileReport {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sent.csv");
    std::fs::write(&file, text).unwrap();
    let (almoner, ctx) = (&world.almoner, world.operator());
    let report = if migration {
        almoner.import_migration(&ctx, &file, None, false, &Silent)
    } else {
        almoner.import_accounts(&ctx, &file, None, false, &Silent)
    };
    report.unwrap()
}

// Proves: RUN-05
#[test]
fn an_accounts_file_takes_nothing_from_any_organisation_whatever_its_lines_say() {
    on_both_stores(|world| {
        let everybody = federation(world);
        let before = kept(world);
        let statuses: Vec<Status> = everybody.iter().map(|address| world.status(address)).collect();
        for status in [Status::Pending, Status::Active, Status::Leaver, Status::Disabled, Status::Deleted] {
            assert!(statuses.contains(&status), "{status} is among them: {statuses:?}");
        }
        // Each of them is named by its number: as somebody else, emptied, in a unit that nobody knows; in each organisation.
        let mut changed = 0;
        for code in CODES {
            let text = everybody.iter().enumerate().fold(ACCOUNTS.to_owned(), |text, (n, address)| {
                let id = world.account(address).id.0;
                text + &format!("{id},X{n},,Some,Body,,,,,,{code},Nowhere,none,as {code} says\n")
            });
            changed += sent(world, &text, false).updated;
            assert_eq!(kept(world), before, "{code}");
        }
        assert_eq!(
            changed,
            everybody.len() as u64,
            "the lines did change their directory data, in their own organisation"
        );
        // Each number that the organisation now gives its people comes from every other organisation.
        let text = CODES.iter().fold(ACCOUNTS.to_owned(), |text, code| {
            (0..everybody.len()).fold(text, |text, n| text + &format!(",X{n},,An,Other,,,,,,{code},,,\n"))
        });
        let report = sent(world, &text, false);
        assert!(report.created > 0 && report.updated > 0 && report.rejected > 0, "{report:?}");
        let after = kept(world);
        let same: BTreeMap<_, _> = after.into_iter().filter(|(id, _)| before.contains_key(id)).collect();
        assert_eq!(same, before);
    });
}

// Proves: RUN-05
#[test]
fn a_migration_file_takes_nothing_from_any_organisation_whatever_its_lines_say() {
    on_both_stores(|world| {
        let mut taken = federation(world);
        taken.push("old.chief@mail.example".to_owned());
        let before = kept(world);
        for code in CODES {
            for status in ["active", "inactive", "leaver", "disabled", "deleted"] {
                let text = taken.iter().fold(MIGRATION.to_owned(), |text, address| {
                    text + &format!("{address},,,,Some,Body,,,,,,{code},,,{status},2018-12-01,,,,\n")
                });
                assert_eq!(sent(world, &text, true).created, 0, "{code} {status}");
                assert_eq!(kept(world), before, "{code} {status}");
            }
        }
        let text = format!("{MIGRATION}somebody.new@mail.example,,,,Some,Body,,,,,,RX1,,,leaver,2018-12-01,,,,\n");
        assert_eq!(sent(world, &text, true).created, 1, "what is new comes in");
    });
}

// Proves: RUN-05
#[test]
fn what_an_accounts_file_would_do_is_stopped_where_an_actions_file_asks_for_it() {
    on_both_stores(|world| {
        let everybody = federation(world);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("actions.csv");
        let lines =
            everybody.iter().filter(|address| address.starts_with("any.p") && world.status(address) == Status::Active);
        let text = lines.fold("Address,Action,Argument,Reason\n".to_owned(), |text, address| {
            text + &format!("{address},transfer,RX2,moved\n")
        });
        std::fs::write(&file, text).unwrap();
        let report = world.almoner.bulk(&world.operator(), &file, None, false, &Silent).unwrap();
        assert_eq!((report.done, report.held), (0, report.lines), "{report:?}");
        let home = OdsCode::parse("A81001").unwrap();
        assert!(everybody.iter().filter(|a| a.starts_with("any.p")).all(|a| world.account(a).organisation == home));
    });
}
