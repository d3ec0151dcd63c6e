//! Weeks of a small federation, lived day by day.

use serde_json::json;

use crate::{TRUSTS, in_both_worlds};

// Proves: RUN-01, RUN-07, NTC-01, LC-06, EXP-01
#[test]
fn a_leaver_is_told_foreseen_and_deleted_on_the_day_that_was_named() {
    in_both_worlds(|w| {
        w.populated();
        let marked = w.json("2018-09-03", "leaver cy.dee@mail.example --reason moved");
        assert_eq!((&marked["from"], &marked["status"]), (&json!("active"), &json!("leaver")));
        let ahead = w.json("2018-09-03", "forecast --organisation R1A --days 40");
        let step = ahead.as_array().unwrap().iter().find(|f| f["address"] == "cy.dee@mail.example").unwrap();
        assert_eq!(
            (&step["to"], &step["on"], &step["rule"]),
            (&json!("deleted"), &json!("2018-10-03"), &json!("LC-06"))
        );
        let first = w.json("2018-09-19", "run");
        assert_eq!((&first["run"], &first["notices"]), (&json!(1), &json!(1)), "{first}");
        let told = w.json("2018-09-20", "explain cy.dee@mail.example");
        assert_eq!(told["next"]["on"], "2018-10-03");
        assert_eq!(told["next"]["notice_on"], "2018-09-19");
        let mut deleted_on = None;
        for day in ["2018-10-01", "2018-10-02", "2018-10-03"] {
            let run = w.json(day, "run");
            if run["done"]["leaver->deleted"] == 1 {
                deleted_on = Some(day);
            }
        }
        assert_eq!(deleted_on, Some("2018-10-03"));
        let then = w.json("2018-10-04", "explain cy.dee@mail.example --on 2018-09-01");
        assert_eq!(then["status"], "active");
        let history = w.json("2018-10-04", "history cy.dee@mail.example");
        let actions: Vec<&str> = history.as_array().unwrap().iter().map(|l| l["action"].as_str().unwrap()).collect();
        assert_eq!(actions[..2], ["migrated", "marked_leaver"]);
        assert_eq!(actions.last(), Some(&"deleted"));
        let back = w.json("2018-10-05", "restore cy.dee@mail.example");
        assert_eq!(back["status"], "active");
    });
}

// Proves: LC-05
#[test]
fn a_reported_signal_revives_an_inactive_account() {
    in_both_worlds(|w| {
        w.populated();
        w.file("signals.csv", "Address,Signal,Time\nbob.ray@mail.example,mail_sent,2018-09-02T10:00:00Z\n");
        let report = w.json("2018-09-02T18:00:00Z", "signal import signals.csv");
        assert_eq!((&report["lines"], &report["done"]), (&json!(1), &json!(1)), "{report}");
        assert_eq!(w.json("2018-09-02T18:00:00Z", "account show bob.ray@mail.example")["status"], "active");
    });
}

// Proves: CSV-02, RUN-02
#[test]
fn what_is_done_already_is_success_in_files_and_runs() {
    in_both_worlds(|w| {
        w.populated();
        let again = w.json("2018-09-01", "account import people.csv --migrate");
        assert_eq!((&again["created"], &again["unchanged"]), (&json!(0), &json!(3)), "{again}");
        let loaded = w.json("2018-09-01", &format!("org import {TRUSTS} --edition 2022-03"));
        assert_eq!(loaded["repeated"], true);
        w.file("actions.csv", "Address,Action,Argument,Reason\nann.lee@mail.example,disable,,long leave\n");
        for (done, already) in [(1, 0), (0, 1)] {
            let report = w.json("2018-09-01", "bulk actions.csv --out outcome.csv");
            assert_eq!((&report["done"], &report["already"]), (&json!(done), &json!(already)), "{report}");
        }
        assert_eq!(w.json("2018-09-01", "run")["already"], false);
        assert_eq!(w.json("2018-09-01", "run")["already"], true);
    });
}

// Proves: ROLE-01, ROLE-02
#[test]
fn an_administrator_acts_in_their_organisation_and_nowhere_else() {
    in_both_worlds(|w| {
        w.populated();
        w.json("2018-09-01", "grant add ann.lee@mail.example --role local_admin --organisation R1A");
        let as_ann = "--as ann.lee@mail.example";
        assert_eq!(w.json("2018-09-01", &format!("{as_ann} disable bob.ray@mail.example"))["status"], "disabled");
        for (line, sentence) in [
            ("run", "your roles do not allow that here (run)"),
            ("forecast --organisation R0A", "there is no organisation R0A, or you may not see it"),
            ("policy adopt 2021-02", "your roles do not allow that here (policy)"),
        ] {
            let said = w.say(&format!("{as_ann} --now 2018-09-01 {line}"));
            assert_eq!(said.code, 1, "{line}");
            assert!(said.err.starts_with(&format!("error: {sentence}\nhint: ")), "{line}: {}", said.err);
        }
    });
}
