//! Single actions: each done, and each refused in every way that a person meets.

use std::fmt::Write;

use expect_test::expect_file;

use crate::federation;

/// From a status that allows it.
const DONE: [&str; 18] = [
    "leaver ann.lee --reason 'contract ends'",
    "leaver gus.ivy",
    "cancel-leaver dot.fay",
    "join dot.fay --organisation R1C",
    "transfer ann.lee --organisation R1C",
    "transfer ward.two --organisation R1C",
    "disable ann.lee --reason 'long leave'",
    "disable bob.ray",
    "enable ed.gil",
    "enable bob.ray",
    "delete ann.lee --reason 'duplicate of ann.lee2'",
    "delete ward.two --reason 'ward closed'",
    "restore flo.hay",
    "restore ward.old",
    "hold ann.lee --reason 'matter 2018/115'",
    "hold flo.hay --reason 'matter 2018/115'",
    "release-hold hal.joy",
    "accept-terms gus.ivy",
];

/// What is refused, whatever it is asked of.
const EVERYWHERE: [&str; 12] = [
    "leaver WHO",
    "cancel-leaver WHO",
    "join WHO --organisation R1C",
    "transfer WHO --organisation R1A",
    "disable WHO",
    "enable WHO",
    "delete WHO --reason x",
    "restore WHO",
    "hold WHO --reason x",
    "release-hold WHO",
    "accept-terms WHO",
    "confirm WHO",
];

const WHO: [&str; 9] =
    ["ann.lee", "bob.ray", "dot.fay", "ed.gil", "flo.hay", "gus.ivy", "hal.joy", "ward.two", "room.one"];

/// With whole addresses.
fn whole(line: &str) -> String {
    let (verb, rest) = line.split_once(' ').unwrap();
    let (who, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    format!("{verb} {who}@mail.example {rest}").trim_end().to_owned()
}

#[test]
fn an_action_says_what_came_of_it() {
    let start = federation();
    let mut all = String::new();
    for line in DONE {
        let mut d = start.copy();
        d.says(&whole(line));
        all += &d.told();
    }
    expect_file!["actions.txt"].assert_eq(&all);
}

#[test]
fn a_refused_action_says_why_and_what_to_do_instead() {
    let start = federation();
    start.does("org close R1D");
    start.does("org close R1F");
    start.does("org succeed R1F --by R1C");
    let mut all = String::new();
    let special = [
        "transfer ann.lee --organisation R1D",
        "transfer ann.lee --organisation R1F",
        "transfer ann.lee --organisation ZZZ99",
        "join dot.fay --organisation R1A",
        "delete ann.lee --reason ''",
        "hold ann.lee --reason ''",
        "disable nobody",
        "enable purged",
    ];
    let everywhere = WHO.iter().flat_map(|who| EVERYWHERE.map(|line| line.replace("WHO", who)));
    let mut last = String::new();
    for line in everywhere.chain(special.map(str::to_owned)) {
        let said = start.copy().asks(&whole(&line));
        if said.code == 0 {
            continue;
        }
        let who = line.split_whitespace().nth(1).unwrap().to_owned();
        if who != last {
            let status = start.json(&format!("account show {who}@mail.example"))["status"].clone();
            writeln!(all, "== {who}, {}", status.as_str().unwrap_or("not there")).unwrap();
            last = who;
        }
        writeln!(all, "{line}  [exit {}]\n{}", said.code, said.err.replace("error: ", "  ").replace("hint: ", "  > "))
            .unwrap();
    }
    expect_file!["refusals.txt"].assert_eq(&all);
}
