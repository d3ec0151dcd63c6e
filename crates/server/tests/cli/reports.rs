//! `almoner report`: by page, sorted, as JSON and as a file.

use serde_json::json;

use crate::in_both_worlds;

// Proves: REP-01
#[test]
fn a_report_is_shown_by_page_sorted_and_written_whole() {
    in_both_worlds(|w| {
        w.populated();
        let day = "2018-09-01";
        let names = |said: &serde_json::Value| {
            let lines = said["lines"].as_array().unwrap().iter();
            lines.map(|line| line["address"].as_str().unwrap()[..3].to_owned()).collect::<Vec<_>>().join(" ")
        };
        let first = w.json(day, "report mailbox --limit 2");
        assert_eq!((names(&first), &first["report"]), ("ann bob".to_owned(), &json!("mailbox")));
        let next = first["next"].as_str().unwrap();
        let second = w.json(day, &format!("report mailbox --limit 2 --after {next}"));
        assert_eq!((names(&second), &second["next"]), ("cy.".to_owned(), &json!(null)));
        let sorted = w.json(day, "report mailbox --organisation R1A --sort -address --limit 2");
        assert_eq!((names(&sorted), &sorted["of"]), ("cy. bob".to_owned(), &json!(3)));
        assert_eq!(names(&w.json(day, "report mailbox --words ray")), "bob");
        let line = &first["lines"][1];
        assert_eq!(
            (&line["status"], &line["next_step"], &line["quota_mib"]),
            (&json!("inactive"), &json!("deleted"), &json!(4096))
        );
        assert_eq!((&line["used_mib"], &line["held"]), (&json!(null), &json!("no")));
        let told = w.json(day, "report mailbox --csv all.csv");
        assert_eq!(told, json!({ "report": "mailbox", "file": "all.csv" }));
        let file = std::fs::read_to_string(w.folder.path().join("all.csv")).unwrap();
        assert!(file.starts_with("address,name,kind,organisation,") && file.lines().count() == 4, "{file}");
        let said = w.say(&format!("--now {day} report mailbox --csv -"));
        assert_eq!((said.code, said.out), (0, file), "{}", said.err);
        assert_eq!(w.json(day, "report forecast --organisation R1A --days 400")["lines"][0]["organisation"], "R1A");
        let screen = w.say(&format!("--now {day} report mailbox --limit 1"));
        assert!(screen.out.contains("There may be more: add --after "), "{}", screen.out);
        assert!(!screen.out.contains("USED MIB"), "what nobody knows has no column: {}", screen.out);
        assert!(w.say(&format!("--now {day} report ownerless")).out.contains("No line matches."));
    });
}

#[test]
fn what_cannot_be_reported_is_told_with_what_to_write() {
    in_both_worlds(|w| {
        w.populated();
        for (line, code, told) in [
            ("report mailbox --sort colour", 2, "its columns: address, name, kind,"),
            ("report mailbox --after here", 2, "copy it from the page before"),
            ("report nothing", 2, "possible values: mailbox, forecast"),
            ("report mailbox --organisation ZZZ99", 1, "there is no organisation ZZZ99"),
            ("report mailbox --csv no/such/folder.csv", 1, "check the path"),
            ("report mailbox --sort address --csv x.csv", 2, "cannot be used with"),
            ("report forecast --days 401", 2, "1..=400"),
            ("--as ann.lee@mail.example report mailbox", 1, "your roles do not allow that here (report)"),
            ("--as ann.lee@mail.example report mailbox --csv x.csv", 1, "your roles do not allow that here (report)"),
        ] {
            let said = w.say(&format!("--now 2018-09-01 {line}"));
            assert_eq!(said.code, code, "{line}: {}{}", said.out, said.err);
            assert!(said.err.contains(told), "{line}: {}", said.err);
        }
        let left: Vec<_> =
            std::fs::read_dir(w.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
    });
}
