//! Accounts from files: checked, applied, told line by line; safe to send twice, in parallel and with mistakes.
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the story")]

use std::fs;
use std::path::PathBuf;

use domain::ctx::Ctx;
use domain::org::{Legal, Sector};
use domain::rights::{Action, Role};
use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use service::error::Error;
use service::import::FileReport;
use service::progress::{Progress, Silent};
use tempfile::TempDir;
use testkit::world::{World, on_both_stores};

const HEAD: &str = "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Notes\n";

/// A folder for the file and its outcome.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("sent.csv");
        fs::write(&path, bytes).unwrap();
        path
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("outcome.csv")
    }

    /// What the outcome file adds to each line: its last two columns.
    fn told(&self) -> String {
        fs::read_to_string(self.out()).unwrap()
    }

    fn files(&self) -> usize {
        fs::read_dir(self.0.path()).unwrap().count()
    }
}

fn line(local_id: &str, first: &str, last: &str, code: &str) -> String {
    format!(",{local_id},,{first},{last},,,,,,{code},,,\n")
}

fn sent(world: &World, ctx: &Ctx, desk: &Desk, lines: &str) -> Result<FileReport, Error> {
    let file = desk.file(format!("{HEAD}{lines}").as_bytes());
    world.almoner.import_accounts(ctx, &file, Some(&desk.out()), false, &Silent)
}

fn accounts(world: &World, code: &str) -> usize {
    world.almoner.list_accounts(&world.operator(), code, None, None, 20_000).unwrap().len()
}

// Proves: CSV-01, LC-13, ORG-02
#[test]
fn good_lines_are_applied_and_bad_ones_told() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let lines = [
            line("1", "Ann", "Lee", "RX1"),
            line("2", "Zoë", "O'Neil", "RX1"),
            line("3", "Ann", "Lee", "RX2"),
            line("4", "Bob", "May", "rx1"),
            line("5", "Bob", "May", "ZZ9"),
            line("6", "Bob", "May", "A81002"),
            line("7", "?!", "May", "RX1"),
            line("8", "", "May", "RX1"),
        ];
        let report = sent(world, &world.operator(), &desk, &lines.concat()).unwrap();
        assert_eq!((report.lines, report.created, report.rejected), (8, 3, 5));
        expect![[r#"
            ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Notes,Outcome,Detail
            ,1,,Ann,Lee,,,,,,RX1,,,,created,ann.lee@mail.example
            ,2,,Zoë,O'Neil,,,,,,RX1,,,,created,zoe.oneil@mail.example
            ,3,,Ann,Lee,,,,,,RX2,,,,created,ann.lee1@mail.example
            ,4,,Bob,May,,,,,,rx1,,,,rejected,"OrganisationODS ""rx1"": ODS codes are in capitals: write RX1"
            ,5,,Bob,May,,,,,,ZZ9,,,,rejected,"OrganisationODS ""ZZ9"": there is no organisation ZZ9, or you may not see it: correct the code"
            ,6,,Bob,May,,,,,,A81002,,,,rejected,"OrganisationODS ""A81002"": organisation A81002 is closed: it takes no accounts (ORG-02)"
            ,7,,?!,May,,,,,,RX1,,,,rejected,"LastName ""?! May"": no address can be made of this name: write it with letters"
            ,8,,,May,,,,,,RX1,,,,rejected,"FirstName """": a value is missing: fill it in"
        "#]]
        .assert_eq(&desk.told());
        assert_eq!(world.status("ann.lee1@mail.example"), Status::Pending);
        assert_eq!(world.story_of("zoe.oneil@mail.example"), "0 created (ORG-01) by operator");
        assert_eq!(desk.files(), 2, "nothing else is left beside the file");
    });
}

// Proves: CSV-02
#[test]
fn a_file_sent_again_changes_nothing_and_a_changed_line_updates() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let lines = format!("{}{}", line("1", "Ann", "Lee", "RX1"), line("2", "Bob", "May", "RX1"));
        let first = sent(world, &world.operator(), &desk, &lines).unwrap();
        let again = sent(world, &world.operator(), &desk, &lines).unwrap();
        assert_eq!((first.created, again.created, again.unchanged), (2, 0, 2));
        let married = lines.replace("Lee", "Young");
        let report = sent(world, &world.operator(), &desk, &married).unwrap();
        assert_eq!((report.updated, report.unchanged, accounts(world, "RX1")), (1, 1, 2));
        assert_eq!(
            world.story_of("ann.lee@mail.example"),
            "0 created (ORG-01) by operator\n0 edited (CSV-01) by operator"
        );
    });
}

// Proves: CSV-02
#[test]
fn the_same_file_from_two_places_at_once_makes_each_account_once() {
    on_both_stores(|world| {
        let lines: String = (0..300).map(|n| line(&n.to_string(), "Ann", "Lee", "RX1")).collect();
        std::thread::scope(|scope| {
            let both: Vec<_> = (0..2)
                .map(|_| {
                    let (other, lines) = (world.again(), &lines);
                    scope.spawn(move || sent(&other, &other.operator(), &Desk::new(), lines).unwrap())
                })
                .collect();
            let reports: Vec<FileReport> = both.into_iter().map(|thread| thread.join().unwrap()).collect();
            assert_eq!(reports.iter().map(|r| r.created).sum::<u64>(), 300);
            assert_eq!(reports.iter().map(|r| r.unchanged).sum::<u64>(), 300);
        });
        assert_eq!(accounts(world, "RX1"), 300);
    });
}

/// Fails in the middle: after the first batch was kept.
struct Killed;

impl Progress for Killed {
    fn stage(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, done: u64) {
        assert!(done == 1, "killed");
    }
    fn finish(&self) {}
}

// Proves: CSV-02
#[test]
fn a_file_sent_again_after_a_crash_makes_each_account_once() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let lines: String = (0..10_500).map(|n| line(&n.to_string(), "Ann", "Lee", "RX1")).collect();
        let file = desk.file(format!("{HEAD}{lines}").as_bytes());
        let other = world.again();
        let (path, out) = (file.clone(), desk.out());
        let crashed = std::thread::spawn(move || {
            other.almoner.import_accounts(&other.operator(), &path, Some(&out), false, &Killed)
        });
        assert!(crashed.join().is_err());
        assert_eq!((accounts(world, "RX1"), desk.files()), (10_000, 1), "one batch was kept, no outcome is left");
        let report = sent(world, &world.operator(), &desk, &lines).unwrap();
        assert_eq!((report.created, report.unchanged, accounts(world, "RX1")), (500, 10_000, 10_500));
    });
}

#[test]
fn a_person_who_stands_twice_in_a_file_is_one_account() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let lines = format!("{}{}", line("1", "Ann", "Lee", "RX1"), line("1", "Ann", "Young", "RX1"));
        let report = sent(world, &world.operator(), &desk, &lines).unwrap();
        assert_eq!((report.created, report.updated, accounts(world, "RX1")), (1, 1, 1));
        let id = world.account("ann.lee@mail.example").id;
        let named = format!("{id},1,,Ann,Old,,,,,,RX1,,,\n,1,,Ann,New,,,,,,RX1,,,\n{id},2,,Ann,New,,,,,,RX1,,,\n");
        let report = sent(world, &world.operator(), &desk, &named).unwrap();
        assert_eq!((report.updated, report.lines), (3, 3));
        let (_, profile) = world.almoner.list_accounts(&world.operator(), "RX1", None, None, 1).unwrap().remove(0);
        assert_eq!((profile.last_name.as_str(), profile.local_id.as_str()), ("New", "2"));
        let wrong = format!("{id},2,,Ann,New,,,,,,RX2,,,\n");
        let report = sent(world, &world.operator(), &desk, &wrong).unwrap();
        assert_eq!(report.problems[0].why, format!("RX2 has no account {id}: correct the ID, or leave it out"));
    });
}

#[test]
fn names_that_make_the_same_address_stay_apart() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let lines = [("1", "Lee"), ("2", "Lee"), ("3", "Lee1"), ("4", "Lee"), ("5", "Lee2")];
        let lines: String = lines.iter().map(|(number, last)| line(number, "Ann", last, "RX1")).collect();
        assert_eq!(sent(world, &world.operator(), &desk, &lines).unwrap().created, 5);
    });
}

// Proves: CSV-01
#[test]
fn a_file_that_is_damaged_is_refused_whole() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let good = format!("{HEAD}{}", line("1", "Ann", "Lee", "RX1"));
        let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, said) in [
            (good.replace("ID,LocalId", "LocalId,ID").into_bytes(), "belongs in column"),
            (utf16, "UTF-16"),
            (format!("{good},2,\"Dr,Bob").into_bytes(), "never closed"),
            (format!("{good},2,Dr \"Bob\",").into_bytes(), "a quote stands inside"),
            (format!("{good}{}", "x".repeat(70_000)).into_bytes(), "longer than 65536 bytes"),
            (Vec::new(), "the file is empty"),
        ] {
            let file = desk.file(&bytes);
            let refused = world.almoner.import_accounts(&world.operator(), &file, Some(&desk.out()), false, &Silent);
            let refused = refused.unwrap_err().to_string();
            assert!(
                refused.starts_with("the file is refused, nothing was changed") && refused.contains(said),
                "{refused}"
            );
            assert_eq!((accounts(world, "RX1"), desk.files()), (0, 1), "{said}");
        }
    });
}

// Proves: ROLE-02
#[test]
fn an_administrator_imports_into_organisations_held_and_sees_no_other() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let local = world.person(&world.admin(Role::LocalAdmin, "RX1", "Local"));
        let helpdesk = world.person(&world.admin(Role::Helpdesk, "RX1", "Desk"));
        let lines: String = ["RX1", "RX2", "ZZ9"].iter().map(|code| line(code, "Ann", "Lee", code)).collect();
        let report = sent(world, &local, &desk, &lines).unwrap();
        assert_eq!((report.created, report.rejected), (1, 2));
        let why: Vec<String> = report.problems.iter().map(|p| p.why.replace(&p.value, "X")).collect();
        assert_eq!(why[0], why[1], "what may not be seen is answered as what does not exist");
        let report = sent(world, &helpdesk, &desk, &lines).unwrap();
        assert_eq!(report.problems[0].why, format!("your roles do not allow you to {} in RX1", Action::Create));
    });
}

#[test]
fn a_check_tells_everything_and_changes_nothing() {
    on_both_stores(|world| {
        world.organisation("RX9", Sector::Trust, Legal::Closed);
        let desk = Desk::new();
        let lines = format!("{}{}", line("1", "Ann", "Lee", "RX1"), line("2", "Ann", "Lee", "RX9"));
        let file = desk.file(format!("{HEAD}{lines}").as_bytes());
        let report = world.almoner.import_accounts(&world.operator(), &file, None, true, &Silent).unwrap();
        assert_eq!((report.good, report.rejected, report.out, accounts(world, "RX1")), (1, 1, None, 0));
    });
}

const MIGRATION: &str = "Address,Kind,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,\
                         OrganisationODS,Unit,Licence,Status,StatusSince,Created,TermsAccepted,PasswordChanged,Notes\n";

// Proves: CSV-01, CSV-02
#[test]
fn a_population_that_lived_elsewhere_comes_with_its_statuses() {
    on_both_stores(|world| {
        let desk = Desk::new();
        let lines = "a@mail.example,,1,,Ann,Lee,,,,,,RX1,,,,,2015-05-01,2015-05-02,2018-12-20,\n\
            b@mail.example,,2,,Bob,May,,,,,,A81002,,,leaver,2018-12-20,,,,\n\
            c@mail.example,shared,,,,,Desk,,,,,RX1,,,deleted,2018-12-20,,,,\n\
            d@other.example,,3,,Bob,May,,,,,,RX1,,,,,,,,\n\
            e@mail.example,,4,,Bob,May,,,,,,RX1,,,inactive,2018-02-31,,,,\n\
            f@mail.example,,5,,Bob,May,,,,,,RX1,,,purged,,,,,\n\
            g@mail.example,,6,,Bob,May,,,,,,RX1,,,,2019-02-01,,,,\n\
            h@mail.example,,1,,Bob,May,,,,,,RX1,,,,,,,,\n";
        let file = desk.file(format!("{MIGRATION}{lines}").as_bytes());
        let send = || world.almoner.import_migration(&world.operator(), &file, None, false, &Silent).unwrap();
        let report = send();
        assert_eq!((report.created, report.rejected), (3, 5));
        let told: Vec<String> = report.problems.iter().map(|p| format!("{} {}: {}", p.line, p.column, p.why)).collect();
        expect![[r"
            5 Address: the federation's domain is mail.example: write an address that ends with @mail.example
            6 StatusSince: this day does not exist: write a date as YYYY-MM-DD
            7 Status: a purged account is gone for good: leave the line out; its address cannot be reserved
            8 StatusSince: this day has not come yet: correct it
            9 LocalId: a@mail.example has the LocalId already: correct one of them"]]
        .assert_eq(&told.join("\n"));
        assert_eq!(world.story_of("b@mail.example"), "0 migrated (ORG-01) by operator");
        let statuses = ["a", "b", "c"].map(|name| world.status(&format!("{name}@mail.example")));
        assert_eq!(statuses, [Status::Active, Status::Leaver, Status::Deleted]);
        let again = send();
        assert_eq!((again.created, again.unchanged, again.rejected), (0, 3, 5));
        assert!(world.ask("c@mail.example", &Request::Restore).is_ok());
    });
}
