//! `almoner notice`: templates of one's own are checked and shown without a store.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::{World, in_both_worlds};

// Proves: NTC-05
#[test]
fn a_run_tells_administrators_of_mailboxes_without_owner_and_a_second_pass_nobody() {
    in_both_worlds(|w| {
        w.populated();
        let day = "2018-09-01";
        w.json(day, "grant add ann.lee@mail.example --role local_admin --organisation R1A");
        w.json(day, "account create --organisation R1A --kind shared --display-name Ward --owner bob.ray@mail.example");
        assert_eq!(w.json(day, "notice remind"), json!({ "passwords": 0, "ownerless": 0 }));
        let said = w.say(&format!("--now {day} notice remind"));
        assert_eq!(said.out, "Nobody is to be reminded today, or everybody was.\n");
        w.json(day, "delete bob.ray@mail.example --reason gone");
        let said = w.say("--now 2018-10-01 run");
        assert!(said.out.contains("Lists of mailboxes without owner: 1\n"), "{said:?}");
        let again = w.say("--now 2018-10-01 run");
        assert!(!again.out.contains("Lists of mailboxes"), "{again:?}");
        let told = w.json("2018-10-01", "notice list");
        let one = told.as_array().unwrap().iter().find(|one| one["kind"] == "ownerless").unwrap();
        assert_eq!((&one["recipient"], &one["rule"]), (&json!("ann.lee@mail.example"), &json!("NTC-05")));
    });
}

// Proves: NTC-06
#[test]
fn a_folder_of_templates_is_checked_and_shown() {
    let database = testkit::databases::Database::sqlite();
    let w = World { database: &database, folder: TempDir::new().unwrap() };
    let shipped = w.say("notice check");
    assert_eq!((shipped.code, shipped.out.as_str()), (0, "The templates that come with Almoner are good.\n"));
    let folder = w.folder.path().join("texts");
    fs::create_dir(&folder).unwrap();
    let bad = "Subject: {{ acount }}\n\nDear {{ name }},\n";
    fs::write(folder.join("moved.txt"), bad).unwrap();
    fs::write(folder.join("notes.md"), "not a template").unwrap();
    let checked = w.say("notice check texts");
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(checked.out.starts_with("moved.txt, line 1: acount is no fact"), "{}", checked.out);
    assert!(checked.out.ends_with("1 mistake.\n"), "{}", checked.out);
    let refused = w.say("notice preview moved --folder texts");
    assert!(refused.code == 1 && refused.err.contains("moved.txt, line 1"), "{refused:?}");
    fs::write(folder.join("moved.txt"), "Subject: Hello {{ name }}\n\nIt moved.\n").unwrap();
    assert_eq!(w.say("notice check texts").out, "texts has 1 template; all are good.\n");
    assert_eq!(w.say("notice preview moved --folder texts").out, "Subject: Hello Ann Lee\n\nIt moved.\n");
    let gone = w.say("notice check nowhere");
    assert!(gone.code == 1 && gone.err.starts_with("error: nowhere cannot be used"), "{gone:?}");
    let unknown = w.say("notice preview farewell");
    assert!(unknown.code == 2 && unknown.err.contains("leaver_marked"), "{unknown:?}");
}
