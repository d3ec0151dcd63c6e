//! `account create|edit|alias|member`: one account at a time, on the command line.

use serde_json::{Value, json};

use crate::{World, in_both_worlds};

const DAY: &str = "2018-09-01";

/// Words that may hold spaces, in a rehearsal's day.
fn asks(w: &World<'_>, words: &[&str]) -> (i32, String) {
    let said = w.say_words(&[&["--now", DAY], words].concat());
    (said.code, format!("{}{}", said.out, said.err))
}

fn create<'a>(first: &'a str, last: &'a str) -> Vec<&'a str> {
    vec!["account", "create", "--organisation", "R1A", "--first-name", first, "--last-name", last]
}

// Proves: JML-03
#[test]
fn an_account_is_created_unless_its_person_has_one() {
    in_both_worlds(|w| {
        w.populated();
        let (code, said) = asks(w, &create("Zoe", "Quill"));
        assert_eq!(code, 0, "{said}");
        for told in ["zoe.quill@mail.example of R1A is pending now", "almoner password zoe.quill@mail.example"] {
            assert!(said.contains(told), "{said}");
        }
        let (code, said) = asks(w, &create("Zoe", "Quil"));
        assert_eq!(code, 1, "{said}");
        for told in ["zoe.quill@mail.example of R1A may be the same person", "JML-03", "--anyway"] {
            assert!(said.contains(told), "{said}");
        }
        let anyway = [create("Zoe", "Quill"), vec!["--anyway"]].concat();
        let (code, said) = asks(w, &anyway);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("zoe.quill1@mail.example"), "{said}");
    });
}

#[test]
fn what_is_wrong_with_a_new_account_is_told_with_what_to_do() {
    in_both_worlds(|w| {
        w.populated();
        let long = "x".repeat(300);
        for (words, told) in [
            (create(&long, "Quill"), "300 characters are too many"),
            (create("Zoe", ""), "error: Last name\nhint: write one"),
            (create("Zoe\u{202e}", "Quill"), "control character"),
            (create("Zoe", "!!!"), "no letter that an address can hold"),
            ([create("Zoe", "Quill"), vec!["--mobile", "ring me"]].concat(), "7 to 15 digits"),
            ([create("Zoe", "Quill"), vec!["--local-id", "1"]].concat(), "the same local id"),
            (
                [create("Zoe", "Quill"), vec!["--local-id", "1", "--anyway"]].concat(),
                "another account of R1A has this number",
            ),
        ] {
            let (code, said) = asks(w, &words);
            assert_eq!(code, 1, "{said}");
            assert!(said.contains(told) && said.contains("hint: "), "{told}: {said}");
        }
        for words in [
            vec!["account", "create", "--organisation", "r1a", "--first-name", "Zoe"],
            vec!["account", "create", "--organisation", "R1A", "--kind", "application"],
            vec!["account", "create", "--organisation", "R1A", "--quota", "0"],
        ] {
            let (code, said) = asks(w, &words);
            assert_eq!(code, 2, "{words:?}: {said}");
        }
    });
}

#[test]
fn an_account_is_edited_by_what_is_named_alone() {
    in_both_worlds(|w| {
        w.populated();
        let edit = ["account", "edit", "ann.lee@mail.example"];
        let changed = [&edit[..], &["--job-title", "Head nurse", "--unit", "Ward 2", "--note", "moved in"]].concat();
        let (code, said) = asks(w, &changed);
        assert_eq!((code, said.trim_end()), (0, "ann.lee@mail.example is changed."));
        let shown = w.json(DAY, "account show ann.lee@mail.example");
        assert_eq!((&shown["job_title"], &shown["unit"]), (&json!("Head nurse"), &json!("Ward 2")));
        assert_eq!((&shown["title"], &shown["name"]), (&json!("Dr"), &json!("Ann Lee")));
        assert_eq!(shown["notes"], json!(["2018-09-01 moved in (operator)"]));
        let (code, said) = asks(w, &[&edit[..], &["--unit", "Ward 2"]].concat());
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("nothing of ann.lee@mail.example is different"), "{said}");
        let (code, said) = asks(w, &[&edit[..], &["--last-name", "Ash", "--new-address"]].concat());
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("ann.ash@mail.example is changed. Its address was ann.lee@mail.example."), "{said}");
        let (code, said) = asks(w, &["account", "edit", "no.one@mail.example", "--unit", "x"]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("or you may not see it") && said.contains("almoner account list"), "{said}");
    });
}

// Proves: LC-21
#[test]
fn further_addresses_are_given_and_taken_away() {
    in_both_worlds(|w| {
        w.populated();
        let ann = "ann.lee@mail.example";
        for (words, code, told) in [
            (["add", ann, "annie"], 0, "has the further address annie"),
            (["add", ann, "annie"], 1, "has the address annie@mail.example already"),
            (["add", "bob.ray@mail.example", "annie"], 1, "never given to somebody else"),
            (["add", ann, "annie@elsewhere.example"], 1, "no address of mail.example"),
            (["remove", ann, ann], 1, "known by stays"),
            (["remove", ann, "annie"], 0, "has no longer the address annie"),
            (["remove", ann, "annie"], 1, "set so already"),
            (["add", "bob.ray@mail.example", "annie"], 1, "never given to somebody else"),
        ] {
            let (found, said) = asks(w, &[&["account", "alias"][..], &words].concat());
            assert_eq!(found, code, "{words:?}: {said}");
            assert!(said.contains(told), "{words:?}: {said}");
        }
        let shown = w.json(DAY, "account show ann.lee@mail.example");
        let kinds: Vec<&Value> = shown["addresses"].as_array().unwrap().iter().map(|a| &a["kind"]).collect();
        assert_eq!(kinds, [&json!("primary"), &json!("reserved")]);
    });
}

// Proves: SM-02
#[test]
fn a_mailbox_is_made_and_its_members_are_named() {
    in_both_worlds(|w| {
        w.populated();
        let make = [
            "account",
            "create",
            "--organisation",
            "R1A",
            "--kind",
            "shared",
            "--display-name",
            "Ward 2",
            "--owner",
            "ann.lee@mail.example",
        ];
        let (code, said) = asks(w, &make);
        assert_eq!(code, 0, "{said}");
        let ward = "r1a.ward-2@mail.example";
        assert!(said.contains(ward) && said.contains("account member list"), "{said}");
        for (words, code, told) in [
            (vec!["set", ward, "bob.ray@mail.example", "--right", "read"], 0, "is member read of"),
            (vec!["set", ward, "bob.ray@mail.example", "--right", "read"], 1, "set so already"),
            (vec!["set", ward, "cy.dee@mail.example", "--owner"], 0, "is owner of"),
            (vec!["set", ward, "no.one@mail.example"], 1, "there is no person"),
            (vec!["set", ward, "cy.dee@mail.example", "--right", "write"], 2, "possible values"),
            (vec!["set", "ann.lee@mail.example", "cy.dee@mail.example"], 1, "there is no mailbox"),
            (vec!["remove", ward, "ann.lee@mail.example"], 0, "is no member of"),
            (vec!["remove", ward, "cy.dee@mail.example"], 1, "nobody would own the mailbox"),
        ] {
            let (found, said) = asks(w, &[&["account", "member"][..], &words].concat());
            assert_eq!(found, code, "{words:?}: {said}");
            assert!(said.contains(told), "{words:?}: {said}");
        }
        let members = w.json(DAY, &format!("account member list {ward}"));
        let told: Vec<_> =
            members.as_array().unwrap().iter().map(|m| (&m["address"], &m["owner"], &m["right"])).collect();
        assert_eq!(
            told,
            [
                (&json!("cy.dee@mail.example"), &json!(true), &json!("full")),
                (&json!("bob.ray@mail.example"), &json!(false), &json!("read")),
            ]
        );
        let (_, said) = asks(w, &["account", "member", "list", ward]);
        assert!(said.contains("member read") && said.contains("inactive"), "{said}");
    });
}
