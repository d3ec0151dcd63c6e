//! What a command says when it does not do what was asked, and the code it ends with.

use std::io::Read;
use std::process::{Command, Stdio};

use store::db::Store;

use crate::{World, in_both_worlds};

#[test]
fn the_exit_code_tells_wrong_use_from_refusal() {
    in_both_worlds(|w| {
        w.populated();
        let cases = [
            ("frobnicate", 2, "unrecognized subcommand"),
            ("explain", 2, "required arguments were not provided"),
            ("--now 2018-02-31 run", 2, "not a time that exists"),
            ("--now yesterday run", 2, "not a time that exists"),
            ("run --preview --on 2018-13-01", 2, "not a day that exists"),
            ("org show r1a", 2, "ODS codes are in capitals: write R1A"),
            ("account list --organisation R1A --status gone", 2, "invalid value 'gone'"),
            ("init --zone Mars/Olympus", 2, "Mars/Olympus is no time zone"),
            ("--store mysql:x run", 2, "which is not known"),
            ("--store sqlite:absent.db run", 1, "the database has no Almoner schema"),
            ("init", 1, "the store has a federation already"),
            ("explain nobody@mail.example", 1, "there is no account nobody@mail.example"),
            ("org show ZZZ99", 1, "there is no organisation ZZZ99"),
            ("--now 2018-09-01 enable ann.lee@mail.example", 1, "the account is active"),
            ("org import absent.csv --edition x", 1, "absent.csv cannot be used"),
            ("account import absent.csv", 1, "absent.csv"),
            ("policy check absent.toml", 1, "absent.toml is no shipped policy"),
            ("run show 99", 1, "there is no run 99"),
        ];
        for (line, code, part) in cases {
            let said = w.say(line);
            assert_eq!((said.code, said.out.as_str()), (code, ""), "{line}: {}", said.err);
            assert!(said.err.contains(part), "{line}: {}", said.err);
        }
    });
}

#[test]
fn a_failure_is_json_on_stderr_when_json_is_asked_for() {
    in_both_worlds(|w| {
        w.populated();
        let said = w.say("--json org show ZZZ99");
        let failure: serde_json::Value = serde_json::from_str(&said.err).unwrap();
        assert_eq!((said.code, said.out.as_str(), &failure["exit"]), (1, "", &serde_json::json!(1)));
        assert_eq!(failure["error"], "there is no organisation ZZZ99, or you may not see it");
        assert!(failure["hint"].as_str().unwrap().contains("almoner org list"));
    });
}

#[test]
fn nobody_states_the_time_of_a_real_federation() {
    in_both_worlds(|w| {
        let refused = "error: this federation is real, and in a real one nobody states the time\nhint: ";
        let said = w.say("--now 2018-09-01 init");
        assert!(said.code == 1 && said.err.starts_with(refused), "{said:?}");
        assert_eq!(w.say("init").code, 0);
        for line in ["run --preview", "org list", "explain ann.lee@mail.example", "policy list"] {
            let said = w.say(&format!("--now 2018-09-01 {line}"));
            assert!(said.code == 1 && said.err.starts_with(refused), "{line}: {said:?}");
        }
    });
}

#[test]
fn every_mistake_of_a_policy_is_told_at_once() {
    in_both_worlds(|w| {
        w.file("bad.toml", "name = \"x\"\n");
        let said = w.say("--json policy check bad.toml");
        let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((said.code, &told["good"]), (1, &serde_json::json!(false)));
        assert!(told["mistakes"].as_array().unwrap().len() > 5, "{told}");
        assert_eq!(w.say("policy check 2018-09").code, 0);
    });
}

// Proves: RUN-02
#[test]
fn a_second_run_says_who_holds_the_lease() {
    in_both_worlds(|w| {
        w.populated();
        let store = Store::open(w.database.url()).unwrap();
        // Far in the future on the wall, held by another machine, of which nobody knows whether it lives.
        store.acquire_lease("the run", "elsewhere:7:1", 10_000_000_000, 60, &|_| true).unwrap();
        let said = w.say("--now 2018-09-01 run");
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.err.contains("is being done by elsewhere:7:1"), "{}", said.err);
    });
}

// Proves: RUN-02
#[test]
fn two_runs_at_once_do_the_day_once() {
    in_both_worlds(|w| {
        w.populated();
        let start = |w: &World<'_>| {
            Command::new(env!("CARGO_BIN_EXE_almoner"))
                .args(["--json", "--now", "2018-12-01", "run"])
                .env("ALMONER_STORE", w.database.url())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        for child in [start(w), start(w)] {
            let output = child.wait_with_output().unwrap();
            let err = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success() || err.contains("is being done by"), "{err}");
        }
        assert_eq!(w.json("2018-12-01", "run list").as_array().unwrap().len(), 1);
        let inactivated = w.json("2018-12-01", "audit search --action inactivated");
        assert_eq!(inactivated.as_array().unwrap().len(), 2, "{inactivated}");
    });
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    in_both_worlds(|w| {
        w.populated();
        let mut child = Command::new(env!("CARGO_BIN_EXE_almoner"))
            .args(["org", "list", "--json", "--limit", "1000"])
            .env("ALMONER_STORE", w.database.url())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
    });
}
