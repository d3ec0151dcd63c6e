//! `init`, `org`, `demo`: how a federation begins.

use expect_test::expect_file;

use crate::desk::Desk;
use crate::{LATER_TRUSTS, TRUSTS, federation};

#[test]
fn a_federation_is_made_and_loaded() {
    let mut d = Desk::empty();
    d.on("2022-04-01");
    d.says("org list");
    d.says("init --rehearsal --policy 2021-02");
    d.says("init");
    d.says("org list");
    d.says(&format!("org import {TRUSTS} --edition 2022-03 --lines 219"));
    d.says(&format!("org import {TRUSTS} --edition 2022-03 --lines 218"));
    d.says(&format!("org import {TRUSTS} --edition 2022-03"));
    d.says("org list --limit 3");
    d.says("org list --after R0D --limit 2 --open");
    d.says("org show R1A");
    d.says("org close R1A");
    d.says("org close R1A");
    d.says("org succeed R1A --by R1C");
    d.says("org succeed R1A --by R1A");
    d.says("org show R1A");
    d.says("org list --closed");
    d.says("org open R1A");
    d.says("org open R1A");
    d.says("org short-name R1A worcester");
    d.says("org short-name R1C worcester");
    d.says("org short-name R1C 'Not One'");
    d.says("org close R1D");
    d.on("2025-01-10");
    d.says(&format!("org import {LATER_TRUSTS} --edition 2022-03"));
    d.says(&format!("org import {LATER_TRUSTS} --edition 2024-12"));
    d.says(&format!("org import {LATER_TRUSTS} --edition 2024-12 --accept-missing"));
    d.file("bad.csv", "\"R0A\",\"CUT\n");
    d.says("org import bad.csv --edition 2025-01");
    d.file("people.csv", "Address,Kind\nann@mail.example,user\n");
    d.says("org import people.csv --edition 2025-01");
    let broken = std::fs::read_to_string(LATER_TRUSTS).unwrap().replacen("20171001", "20171301", 1);
    d.file("broken.csv", &broken);
    d.says("org import broken.csv --edition 2025-01");
    d.says("org show ZZZ99");
    d.says("org show r1a");
    expect_file!["federation.txt"].assert_eq(&d.told());
}

#[test]
fn the_demo_says_what_to_look_at() {
    let mut d = Desk::empty();
    d.on("2019-06-03");
    d.says("demo --accounts 500 --seed 1");
    d.says("demo --accounts 500 --seed 1");
    d.says("--store sqlite:a-name-of-a-store-that-somebody-made-rather-long.db demo --accounts 1 --no-run");
    expect_file!["demo.txt"].assert_eq(&d.told());
}

#[test]
fn a_federation_lists_and_shows_its_accounts() {
    let mut d = federation();
    d.says("account list --organisation R1A");
    d.says("account list --organisation R1A --status leaver");
    d.says("account list --organisation R1A --status purged");
    d.says("account list --organisation R1C");
    d.says("account list --organisation R1A --limit 2");
    d.says("account list --organisation R1A --limit 1");
    d.says("account show ann.lee@mail.example");
    d.says("account show ANN.LEE@mail.example");
    d.says("account show hal.joy@mail.example");
    d.says("account show ward.two@mail.example");
    d.says("account show nobody@mail.example");
    d.says("account show nobody");
    d.says("org show R1A");
    expect_file!["accounts.txt"].assert_eq(&d.told());
}
