//! Actions and signals from files: each line is decided like a single request, and done once however often it is sent.
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the story")]

use std::fs;
use std::path::PathBuf;

use domain::rights::Role;
use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use service::error::Error;
use service::import::FileReport;
use service::progress::Silent;
use tempfile::TempDir;
use testkit::world::{World, on_both_stores};

/// Writes a file, sends it, gives the report and the outcome file.
fn sent(world: &World, text: &str) -> (FileReport, String) {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    fs::write(at("sent.csv"), text).unwrap();
    let (file, out) = (at("sent.csv"), at("out.csv"));
    let ctx = world.operator();
    let report = if text.starts_with("Address,Signal") {
        world.almoner.import_signals(&ctx, &file, Some(&out), false, &Silent)
    } else {
        world.almoner.bulk(&ctx, &file, Some(&out), false, &Silent)
    };
    (report.unwrap(), fs::read_to_string(out).unwrap())
}

// Proves: CSV-01, CSV-02, LC-20, JML-01
#[test]
fn every_line_is_decided_like_a_single_action_and_done_once() {
    on_both_stores(|world| {
        for (first, last) in [("Ann", "Lee"), ("Bob", "May"), ("Eve", "Poe"), ("Kim", "Roe")] {
            world.user("RX1", first, last);
        }
        world.ask("kim.roe@mail.example", &Request::Hold).unwrap();
        let text = "Address,Action,Argument,Reason\n\
            ann.lee@mail.example,leaver,,\n\
            ann.lee@mail.example,join,RX2,\n\
            bob.may@mail.example,disable,,long leave\n\
            bob.may@mail.example,leaver,,\n\
            eve.poe@mail.example,hide,,\n\
            eve.poe@mail.example,licence,premium,\n\
            eve.poe@mail.example,service-off,web,\n\
            eve.poe@mail.example,service-on,web,\n\
            eve.poe@mail.example,show,,\n\
            eve.poe@mail.example,show,,\n\
            eve.poe@mail.example,transfer,A81002,\n\
            eve.poe@mail.example,transfer,ZZ9,\n\
            kim.roe@mail.example,delete,,duplicate\n\
            eve.poe@mail.example,delete,,duplicate\n\
            eve.poe@mail.example,restore,,\n\
            nobody@mail.example,leaver,,\n\
            bob.may@mail.example,vanish,,\n";
        let (report, told) = sent(world, text);
        let told: Vec<&str> = told.lines().skip(1).collect();
        expect![[r#"
            ann.lee@mail.example,leaver,,,done,ann.lee@mail.example leaver
            ann.lee@mail.example,join,RX2,,done,ann.lee@mail.example active
            bob.may@mail.example,disable,,long leave,done,bob.may@mail.example disabled
            bob.may@mail.example,leaver,,,refused,"the account is disabled: enable it first, then mark it as a leaver (LC-09)"
            eve.poe@mail.example,hide,,,done,eve.poe@mail.example active
            eve.poe@mail.example,licence,premium,,done,eve.poe@mail.example active
            eve.poe@mail.example,service-off,web,,done,eve.poe@mail.example active
            eve.poe@mail.example,service-on,web,,done,eve.poe@mail.example active
            eve.poe@mail.example,show,,,done,eve.poe@mail.example active
            eve.poe@mail.example,show,,,already,it is set so already
            eve.poe@mail.example,transfer,A81002,,refused,organisation A81002 is closed: it takes no accounts (ORG-02)
            eve.poe@mail.example,transfer,ZZ9,,rejected,"there is no organisation ZZ9, or you may not see it"
            kim.roe@mail.example,delete,,duplicate,refused,a legal hold covers the account: release the hold first (LC-20)
            eve.poe@mail.example,delete,,duplicate,done,eve.poe@mail.example deleted
            eve.poe@mail.example,restore,,,done,eve.poe@mail.example active
            nobody@mail.example,leaver,,,rejected,"there is no account nobody@mail.example, or you may not see it"
            bob.may@mail.example,vanish,,,rejected,"Action ""vanish"": this word is not known: write one of leaver, cancel-leaver, join, transfer, disable, enable, delete, restore, hide, show, licence, service-on, service-off""#]].assert_eq(&told.join("\n"));
        assert_eq!((report.done, report.already, report.lines), (10, 1, 17));
        let (again, told) = sent(world, text);
        assert_eq!((again.done, again.already), (0, 11));
        assert!(told.contains("ann.lee@mail.example,leaver,,,already,this line was done before"), "{told}");
        assert_eq!(world.status("eve.poe@mail.example"), Status::Active);
    });
}

// Proves: CSV-02
#[test]
fn the_same_actions_from_two_places_at_once_happen_once() {
    on_both_stores(|world| {
        // So many at once are another story.
        let policy = service::policy::shipped("2018-09").unwrap().replace("floor = 5", "floor = 1000");
        let world = &world.adopt(&policy, None);
        let people: Vec<String> = (0..40).map(|_| world.user("RX1", "Ann", "Lee")).collect();
        let lines: Vec<String> = people.iter().map(|address| format!("{address},leaver,,\n")).collect();
        let text = format!("Address,Action,Argument,Reason\n{}", lines.concat());
        std::thread::scope(|scope| {
            let both = [(); 2].map(|()| {
                let (other, text) = (world.again(), &text);
                scope.spawn(move || sent(&other, text).0)
            });
            let reports = both.map(|thread| thread.join().unwrap());
            assert_eq!(reports.iter().map(|r| r.done).sum::<u64>(), 40);
            assert_eq!(reports.iter().map(|r| r.already).sum::<u64>(), 40);
        });
        let marked = |address: &String| world.story_of(address).matches("marked_leaver").count();
        assert!(people.iter().all(|address| marked(address) == 1));
    });
}

// Proves: LC-02, LC-05
#[test]
fn a_signal_from_a_file_revives_and_late_or_repeated_ones_change_nothing() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.user("RX1", "Bob", "May");
        world.wait(90);
        world.run();
        assert_eq!(world.status(&ann), Status::Inactive);
        let text = "Address,Signal,Time\n\
            ann.lee@mail.example,mail_sent,2019-03-30T08:00:00Z\n\
            ann.lee@mail.example,mail_sent,2019-03-20T08:00:00Z\n\
            ann.lee@mail.example,mail_sent,2019-03-30T08:00:00Z\n\
            bob.may@mail.example,app_use,2019-03-30T08:00:00Z\n\
            nobody@mail.example,mail_sent,2019-03-30T08:00:00Z\n\
            bob.may@mail.example,mail_sent,2019-04-30T08:00:00Z\n";
        let (report, told) = sent(world, text);
        expect![[r#"
            Address,Signal,Time,Outcome,Detail
            ann.lee@mail.example,mail_sent,2019-03-30T08:00:00Z,done,
            ann.lee@mail.example,mail_sent,2019-03-20T08:00:00Z,done,active again
            ann.lee@mail.example,mail_sent,2019-03-30T08:00:00Z,unchanged,a later one is known
            bob.may@mail.example,app_use,2019-03-30T08:00:00Z,done,
            nobody@mail.example,mail_sent,2019-03-30T08:00:00Z,rejected,"there is no account with this address: correct it, or leave it out"
            bob.may@mail.example,mail_sent,2019-04-30T08:00:00Z,rejected,"Time ""2019-04-30T08:00:00Z"": this time has not come yet: correct the clock of the sending system"
        "#]]
        .assert_eq(&told);
        assert_eq!((report.rejected, world.status(&ann)), (2, Status::Active));
        expect![[r"
            0 created (ORG-01) by operator
            0 accepted_terms (LC-13) by operator
            90 inactivated (LC-01) by system
            90 reactivated (LC-05) by operator"]]
        .assert_eq(&world.story_of(&ann));
        assert_eq!(world.status("bob.may@mail.example"), Status::Inactive, "app use does not count in this policy");
        let (again, _) = sent(world, text);
        assert_eq!((again.done, again.unchanged), (0, 4));
    });
}

#[test]
fn a_helpdesk_sends_no_bulk_files() {
    on_both_stores(|world| {
        let helpdesk = world.person(&world.admin(Role::Helpdesk, "RX1", "Desk"));
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("sent.csv");
        fs::write(&file, "Address,Action,Argument,Reason\n").unwrap();
        let refused = world.almoner.bulk(&helpdesk, &file, None, false, &Silent).unwrap_err();
        assert!(matches!(refused, Error::NotAllowed("bulk")), "{refused}");
    });
}
