//! The program `almoner-sim`: what it prints, and how it ends.

use std::process::{Command, Output};

fn sim(args: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_almoner-sim")).args(args).env("COLUMNS", "80").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn lives_that_keep_every_promise_end_well() {
    let (code, out, err) = sim(&["--seeds", "2", "--from", "3", "--ops", "40", "--accounts", "8"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("2 lives kept every promise: "), "{out}");
}

#[test]
fn the_same_as_json() {
    let (code, out, _) = sim(&["--seeds", "1", "--ops", "40", "--accounts", "8", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &told["lives"], &told["failed"]), (Some(0), &1.into(), &serde_json::Value::Null));
    let names: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "lives",
        "operations",
        "days",
        "seconds",
        "days_a_second",
        "runs",
        "done",
        "refused",
        "deleted",
        "purged",
        "restored",
        "foreseen",
        "failed",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_file_is_played_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("life.txt");
    std::fs::write(&file, "# a note\nuser 1 1\nask 1 leaver\nwait 31\nrun\nexplain 1\n").unwrap();
    let (code, out, _) = sim(&["--replay", file.to_str().unwrap()]);
    assert_eq!(code, Some(0));
    assert!(out.contains("5 operations, 31 days"), "{out}");
    std::fs::write(&file, "user 1 1\nfly\n").unwrap();
    let (code, _, err) = sim(&["--replay", file.to_str().unwrap()]);
    assert_eq!(code, Some(2));
    assert!(err.contains("line 2: `fly` is no operation"), "{err}");
    let (code, _, err) = sim(&["--replay", "no-such-file.txt"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("check its name"), "{err}");
}

#[test]
fn the_help_has_examples_and_says_how_it_ends() {
    let (code, out, _) = sim(&["--help"]);
    assert_eq!(code, Some(0));
    for part in ["--seeds", "--from", "--ops", "--accounts", "--postgres", "--replay", "--json", "Examples:", "Exit: 0"]
    {
        assert!(out.contains(part), "{part} is missing: {out}");
    }
    assert!(out.lines().all(|line| line.len() <= 80), "{out}");
}
