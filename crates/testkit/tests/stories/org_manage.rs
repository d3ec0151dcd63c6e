//! One organisation: found by its code, opened and closed by hand, with a successor and a short name.
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the test")]

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::rights::Actor;
use domain::time::Day;
use service::federation::Almoner;
use service::org::import::ImportOptions;
use service::org::manage::Openness;
use testkit::databases::on_both_databases;

use crate::org::{ctx, federation, line, load};

fn with_three(almoner: &Almoner) {
    let file = line("A00001", "FIRST", "", "A", "00K")
        + &line("A00002", "SECOND", "20240101", "C", "A00001")
        + &line("A00003", "THIRD", "", "D", "");
    load(almoner, file.as_bytes(), "1", ImportOptions::default()).unwrap();
}

// Proves: ORG-02
#[test]
fn a_code_that_is_wrong_or_unknown_is_answered_with_what_to_write() {
    on_both_databases(|database| {
        let almoner = federation(database);
        with_three(&almoner);
        for (code, answer) in [
            ("a00001", "\"a00001\": ODS codes are in capitals: write A00001"),
            ("A1", "\"A1\": an ODS code has 3 to 10 capital letters and digits, as RXX or A81001"),
            ("A00009", "there is no organisation A00009, or you may not see it"),
        ] {
            assert_eq!(almoner.show_organisation(&ctx(), code).unwrap_err().to_string(), answer);
            assert_eq!(almoner.close_organisation(&ctx(), code, None).unwrap_err().to_string(), answer);
        }
        let second = almoner.show_organisation(&ctx(), "A00002").unwrap();
        assert_eq!((second.status, second.parent_name.as_deref()), ("closed", Some("FIRST")));
        let first = almoner.show_organisation(&ctx(), "A00001").unwrap();
        assert_eq!((first.status, first.parent_name), ("open", None), "a parent need not be loaded");
    });
}

// Proves: ORG-02
#[test]
fn an_organisation_is_closed_and_opened_by_hand() {
    on_both_databases(|database| {
        let almoner = federation(database);
        with_three(&almoner);
        let status = |code| almoner.show_organisation(&ctx(), code).unwrap().status;
        let already = almoner.close_organisation(&ctx(), "A00002", None).unwrap_err().to_string();
        assert_eq!(already, "organisation A00002 is closed already since 2024-01-01");
        almoner.open_organisation(&ctx(), "A00002").unwrap();
        assert_eq!(status("A00002"), "open");
        let already = almoner.open_organisation(&ctx(), "A00002").unwrap_err().to_string();
        assert_eq!(already, "organisation A00002 is open already");
        let today = almoner.today(&ctx());
        let tomorrow = today.plus(domain::time::Period::parse("1 day").unwrap());
        almoner.close_organisation(&ctx(), "A00001", Some(tomorrow)).unwrap();
        assert_eq!(status("A00001"), "open", "its last day has not come");
        almoner.close_organisation(&ctx(), "A00001", Some(today)).unwrap();
        assert_eq!(status("A00001"), "closed");
        assert!(almoner.show_organisation(&ctx(), "A00001").unwrap().by_hand);
        let listed = |openness, after, limit| -> Vec<_> {
            let found = almoner.list_organisations(&ctx(), openness, after, limit).unwrap();
            found.iter().map(|organisation| organisation.code.to_string()).collect()
        };
        assert_eq!(listed(Openness::Any, "", 2), ["A00001", "A00002"]);
        assert_eq!(listed(Openness::Open, "", 9), ["A00002", "A00003"]);
        assert_eq!(listed(Openness::Open, "A00002", 9), ["A00003"]);
        assert_eq!(listed(Openness::Closed, "", 9), ["A00001"]);
    });
}

#[test]
fn successors_exist_and_do_not_lead_back() {
    on_both_databases(|database| {
        let almoner = federation(database);
        with_three(&almoner);
        let set = |code, next| almoner.set_successor(&ctx(), code, next).map_err(|error| error.to_string());
        set("A00001", "A00002").unwrap();
        set("A00002", "A00003").unwrap();
        let shown = almoner.show_organisation(&ctx(), "A00001").unwrap();
        assert_eq!(shown.successor_name.as_deref(), Some("SECOND"));
        for (code, next, answer) in [
            ("A00001", "A00001", "A00001 cannot be its own successor: name the organisation that took over"),
            ("A00003", "A00001", "A00003 follows A00002 in the line of successors already: change that first"),
            ("A00001", "A00009", "there is no organisation A00009, or you may not see it"),
        ] {
            assert_eq!(set(code, next).unwrap_err(), answer);
        }
    });
}

// Proves: ORG-03
#[test]
fn a_short_name_is_proposed_and_may_be_changed_for_a_free_one() {
    on_both_databases(|database| {
        let almoner = federation(database);
        with_three(&almoner);
        let set = |code, name| almoner.set_short_name(&ctx(), code, name).map_err(|error| error.to_string());
        assert_eq!(set("A00001", "high-street").unwrap().short_name.as_deref(), Some("high-street"));
        assert_eq!(set("A00001", "high-street").unwrap().version, set("A00001", "high-street").unwrap().version);
        assert_eq!(set("A00002", "a00003").unwrap_err(), "A00003 has the short name a00003: choose another");
        for bad in ["a", "High", "high street", "a-name-that-is-too-long"] {
            assert!(set("A00002", bad).unwrap_err().contains("is no short name"), "{bad}");
        }
        // What a person chose is not taken by loading.
        set("A00002", "a00004").unwrap();
        let more = line("A00001", "FIRST", "", "A", "00K")
            + &line("A00002", "SECOND", "20240101", "C", "A00001")
            + &line("A00003", "THIRD", "", "D", "")
            + &line("A00004", "FOURTH", "", "A", "");
        load(&almoner, more.as_bytes(), "2", ImportOptions::default()).unwrap();
        assert_eq!(almoner.show_organisation(&ctx(), "A00004").unwrap().organisation.short_name, None);
    });
}

// Proves: ORG-01
#[test]
fn only_the_operator_changes_organisations_and_everybody_sees_them() {
    on_both_databases(|database| {
        let almoner = federation(database);
        with_three(&almoner);
        let actor = Actor::Person { id: AccountId(1), address: "ann@mail.example".to_owned(), grants: Vec::new() };
        let ann = Ctx { actor, ..ctx() };
        assert_eq!(almoner.show_organisation(&ann, "A00001").unwrap().status, "open");
        let no = "your roles do not allow that here (organisations)";
        for answer in [
            almoner.close_organisation(&ann, "A00001", Day::parse("2025-01-01")).map(drop),
            almoner.open_organisation(&ann, "A00002").map(drop),
            almoner.set_successor(&ann, "A00002", "A00001").map(drop),
            almoner.set_short_name(&ann, "A00002", "second").map(drop),
        ] {
            assert_eq!(answer.unwrap_err().to_string(), no);
        }
    });
}
