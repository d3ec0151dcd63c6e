//! `almoner check` as a timer or a person calls it.

use serde_json::Value;
use testkit::databases::Database;

use crate::{World, in_both_worlds};

fn states(said: &crate::Said) -> Vec<(String, String)> {
    let told: Value = serde_json::from_str(&said.out).unwrap();
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    told["lines"].as_array().unwrap().iter().map(|line| (text(line, "name"), text(line, "state"))).collect()
}

fn state_of(said: &crate::Said, name: &str) -> String {
    states(said).into_iter().find(|(known, _)| known == name).map_or_else(String::new, |(_, state)| state)
}

#[test]
fn a_federation_in_order_is_told_so_line_by_line() {
    in_both_worlds(|w| {
        w.populated();
        w.json("2018-09-01", "run");
        let said = w.say("--now 2018-09-01T20:00:00Z --json check");
        let names: Vec<_> = states(&said).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "configuration",
                "key file",
                "tls",
                "disk",
                "store",
                "policy",
                "operators",
                "clock",
                "run",
                "brakes",
                "outbox",
                "notices"
            ]
        );
        for name in ["configuration", "tls", "store", "policy", "clock", "run", "brakes", "outbox", "notices"] {
            assert_eq!(state_of(&said, name), "ok", "{}", said.out);
        }
        assert_eq!(state_of(&said, "operators"), "warn", "nobody is one");
        let late = w.say("--now 2018-09-04 --json check");
        assert_eq!((late.code, state_of(&late, "run").as_str()), (1, "fail"), "{}", late.out);
        let back = w.say("--now 2018-08-01 --json check");
        assert_eq!((back.code, state_of(&back, "clock").as_str()), (1, "fail"), "{}", back.out);
    });
}

#[test]
fn what_is_missing_is_a_failure_with_what_to_do() {
    let database = Database::sqlite();
    let w = World::new(&database);
    let said = w.say("check");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("there is no federation in it") && said.out.contains("set one up"), "{}", said.out);
    w.file("bad.toml", "[limits]\npages = 0\n[tls]\nkey = \"k\"\n");
    let said = w.say("--config bad.toml --json check");
    assert_eq!(said.code, 1);
    assert!(states(&said).iter().all(|line| *line == ("configuration".to_owned(), "fail".to_owned())), "{}", said.out);
    let said = w.say("--store postgres://almoner@127.0.0.1:1/x --json check");
    assert_eq!(
        (said.code, state_of(&said, "store").as_str(), state_of(&said, "key file").as_str()),
        (1, "fail", "fail")
    );
}

#[test]
fn a_key_that_others_read_and_a_certificate_that_is_over_are_failures() {
    let database = Database::sqlite();
    let w = World::new(&database);
    w.populated();
    w.file("almoner.key", &"0".repeat(64));
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    for (certificate, key, state) in
        [("portal.pem", "portal.key", "ok"), ("expired.pem", "portal.key", "fail"), ("portal.pem", "other.key", "fail")]
    {
        let tls = format!("[tls]\ncertificate = \"{fixture}/{certificate}\"\nkey = \"{fixture}/{key}\"\n");
        w.file("c.toml", &format!("key_file = \"almoner.key\"\n{tls}"));
        let said = w.say("--config c.toml --json check");
        assert_eq!(state_of(&said, "tls"), state, "{certificate} {key}: {}", said.out);
        assert_eq!((said.code, state_of(&said, "key file").as_str()), (1, "fail"), "anybody may read it");
    }
}
