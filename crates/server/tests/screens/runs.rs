//! `run` and `forecast`: the lifecycle day by day.

use std::fmt::Write;

use expect_test::expect_file;

use crate::desk::Desk;
use crate::{HEADINGS, TRUSTS, federation};

#[test]
fn the_lifecycle_is_run_day_by_day() {
    let mut d = federation();
    d.says("run list");
    d.says("run show 1");
    d.says("forecast --organisation R1A");
    d.says("forecast --organisation R1A --days 120");
    d.says("forecast --organisation R1C");
    d.says("forecast --organisation R1C --days 1");
    d.says("run --preview");
    d.says("run --preview --on 2018-09-20");
    d.says("run --preview --on 2018-08-20");
    d.says("run");
    d.says("run");
    for day in ["2018-09-08", "2018-09-15"] {
        d.on(day);
        d.says("run");
    }
    d.does("hold bob.ray@mail.example --reason 'matter 2018/115'");
    d.does("cancel-leaver dot.fay@mail.example");
    d.on("2018-11-19");
    d.says("run");
    d.says("run show 4");
    d.says("run list");
    d.says("forecast --organisation R1A --days 60");
    d.on("2018-11-10");
    d.says("run");
    d.says("notice list");
    d.says("notice list --run 1");
    d.says("notice list --run 99");
    d.says("notice list --limit 1");
    d.says("notice list --address ira.kay@mail.example");
    d.says("notice list --address jo.lowe@mail.example");
    expect_file!["runs.txt"].assert_eq(&d.told());
}

#[test]
fn caps_and_brakes_and_new_policies_show_in_a_run() {
    let mut d = Desk::empty();
    d.on("2018-09-01");
    let shipped = include_str!("../../../../policy/2018-09.toml");
    let slow = shipped.replace("deletions_per_organisation_per_day = 500", "deletions_per_organisation_per_day = 1");
    d.file("slow.toml", &slow);
    d.does("init --rehearsal --policy slow.toml");
    d.does(&format!("org import {TRUSTS} --edition 2022-03"));
    let mut people = HEADINGS.to_owned();
    for n in 1..=6 {
        let since = if n < 4 { "2018-06-20" } else { "2018-08-20" };
        writeln!(people, "p{n}.x@mail.example,user,{n},,P{n},X,,,,,,R1A,,,inactive,{since},2017-01-01,2017-01-02,,")
            .unwrap();
    }
    d.file("people.csv", &people);
    d.does("account import people.csv --migrate");
    d.does("run");
    d.on("2018-09-04");
    d.says("run");
    d.on("2018-09-11");
    d.does("run");
    d.on("2018-09-18");
    d.says("run --preview");
    d.says("run");
    let quick = slow.replace("2018-09\"", "quick\"").replace("inactive = \"90 days\"", "inactive = \"60 days\"");
    d.file(
        "quick.toml",
        &quick.replace("from = \"2018-09-01\"                           #", "from = \"2018-09-20\" #"),
    );
    d.says("policy adopt quick.toml --from 2018-09-20");
    d.says("run --preview --on 2018-09-20");
    d.on("2018-09-19");
    d.says("run");
    d.on("2018-09-20");
    d.says("run");
    d.says("forecast --organisation R1A");
    d.says("run list");
    expect_file!["caps.txt"].assert_eq(&d.told());
}

#[test]
fn a_policy_is_tried_on_everyone_before_it_is_adopted() {
    let mut d = federation();
    d.says("what-if --policy 2021-02");
    d.says("what-if --policy 2021-02 --begins 2018-09-01 --days 365");
    let quick = include_str!("../../../../policy/2018-09.toml").replace("\"2018-09\"", "\"quick\"");
    let quick = quick.replace("inactive = \"90 days\"", "inactive = \"30 days\"");
    d.file("quick.toml", &quick);
    d.says("what-if --policy quick.toml --days 60 --csv rows.csv");
    d.shows("rows.csv");
    d.says("what-if --policy quick.toml --days 30 --organisation R0A");
    d.says("what-if --policy quick.toml --days 20 --organisation R0A --csv -");
    d.says("what-if --policy quick.toml --organisation R1C");
    d.says("what-if --policy quick.toml --organisation ZZZ99");
    d.says("what-if --policy quick.toml --begins 2018-08-31");
    d.says("what-if --policy quick.toml --days 0");
    d.says("what-if --policy quick.toml --csv nowhere/rows.csv");
    d.says("--json what-if --policy quick.toml --csv -");
    d.says("--json what-if --policy quick.toml --days 2 --organisation R0A");
    d.file("bad.toml", &quick.replace("idle = \"90 days\"", "idle = \"90 dayz\"").replace("restore = ", "restored = "));
    d.says("what-if --policy bad.toml");
    d.says("what-if --policy nothing.toml");
    d.says("--as jo.lowe@mail.example what-if --policy quick.toml");
    d.says("policy list");
    d.does("run");
    d.on("2018-10-01");
    d.does("transfer ann.lee@mail.example --organisation R1C");
    d.says("what-if --policy quick.toml --from 2018-09-01 --days 30");
    d.says("what-if --policy quick.toml --from 2018-09-01 --days 30 --organisation R1C");
    d.says("--json what-if --policy quick.toml --from 2018-09-01 --days 1 --organisation R0A");
    d.says("what-if --policy quick.toml --from 2018-08-31");
    d.says("what-if --policy quick.toml --from 2018-10-01");
    d.says("what-if --policy quick.toml --from 2018-09-20 --begins 2018-09-20");
    expect_file!["what_if.txt"].assert_eq(&d.told());
}

// Proves: RUN-08
#[test]
fn a_run_is_rolled_back() {
    let mut d = federation();
    for day in ["2018-09-01", "2018-09-08", "2018-09-15", "2018-09-19"] {
        d.on(day);
        d.does("run");
    }
    d.says("run rollback 4");
    d.says("run rollback 3");
    d.says("brake list");
    d.on("2018-09-20");
    d.says("run rollback 3 --organisation R1A");
    d.says("run rollback 6");
    d.says("run rollback 9");
    d.says("--as cy.dee@mail.example run rollback 3");
    d.says("run list");
    d.says("run show 3");
    d.says("run show 6");
    d.says("verify");
    expect_file!["rollback.txt"].assert_eq(&d.told());
}
