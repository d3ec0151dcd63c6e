//! The names and types in the JSON of every command: others rely on them.

use std::fmt::Write;

use expect_test::expect_file;
use serde_json::Value;
use tempfile::TempDir;

use crate::{World, in_both_worlds};

/// A document with types for values; an array shows its first element. What depends on data, or on what exists now,
/// keeps its names.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        Value::Object(fields) => {
            let named: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {}", shape(value))).collect();
            format!("{{{}}}", named.join(", "))
        }
    }
}

/// Commands in an order in which each finds something to show.
const COMMANDS: [&str; 46] = [
    "org show R1A",
    "org list --limit 1",
    "org succeed R1A --by R0A",
    "org close R0B",
    "account list --organisation R1A",
    "account show ann.lee@mail.example",
    "account create --organisation R1A --first-name Zoe --last-name Quill",
    "account edit zoe.quill@mail.example --job-title Nurse",
    "account alias add zoe.quill@mail.example zoeq",
    "signal import signals.csv",
    "bulk actions.csv --out outcome.csv",
    "run --preview",
    "run",
    "run list",
    "run show 1",
    "report mailbox --organisation R1A --sort address",
    "report mailbox --organisation R1A --csv mailboxes.csv",
    "forecast --organisation R1A --days 100",
    "what-if --policy 2022-12 --begins 2018-09-01 --days 100",
    "explain bob.ray@mail.example",
    "history ann.lee@mail.example",
    "leaver cy.dee@mail.example",
    "join cy.dee@mail.example --organisation R0A",
    "hold ann.lee@mail.example --reason matter",
    "release-hold ann.lee@mail.example",
    "grant add ann.lee@mail.example --role local_admin --organisation R1A",
    "grant list --organisation R1A",
    "grant end 1",
    "policy check 2018-09",
    "policy show 2018-09",
    "policy diff 2018-09 2021-02",
    "policy adopt 2021-02 --from 2021-02-01",
    "policy list",
    "policy propose 2022-12 --from 2022-12-01",
    "policy proposals",
    "policy drop 1",
    "waves",
    "notice list",
    "notice remind",
    "audit search --limit 1 --action marked_leaver",
    "mail secure add trust.example --reference 7",
    "mail secure renew trust.example",
    "mail secure list",
    "mail secure ask ann@trust.example",
    "config show",
    "config check",
];

fn shapes(w: &World<'_>) -> String {
    let made = w.say("--json --now 2018-09-01 init --rehearsal");
    let mut all = format!("init\n  {}\n", shape(&serde_json::from_str(&made.out).unwrap()));
    w.file("people.csv", crate::POPULATION);
    w.file("signals.csv", "Address,Signal,Time\nann.lee@mail.example,mail_sent,2018-08-31T10:00:00Z\nx,y,z\n");
    w.file("actions.csv", "Address,Action,Argument,Reason\nann.lee@mail.example,hide,,\n");
    let import = format!("org import {} --edition 2022-03", crate::TRUSTS);
    let first = [(import.as_str(), "org import"), ("account import people.csv --migrate", "account import")];
    for (line, name) in first.into_iter().chain(COMMANDS.map(|line| (line, line))) {
        writeln!(all, "{name}\n  {}", shape(&w.json("2018-09-01", line))).unwrap();
    }
    all
}

#[test]
fn the_json_of_every_command_keeps_its_names_and_types() {
    in_both_worlds(|w| expect_file!["shapes.txt"].assert_eq(&shapes(w)));
}

#[test]
fn the_demo_is_a_federation_to_look_at() {
    let folder = TempDir::new().unwrap();
    let database = testkit::databases::Database::sqlite();
    let w = World { database: &database, folder };
    let made = w.json("2019-06-03", "demo --accounts 300");
    assert_eq!(made["accounts"], 300);
    assert_eq!(made["run"]["finished"], true);
    let again = w.say("demo --accounts 300");
    assert!(again.code == 1 && again.err.starts_with("error: the store has a federation already"), "{again:?}");
}
