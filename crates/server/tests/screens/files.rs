//! `account import`, `signal import`, `bulk`: files, and what came of each line.

use expect_test::expect_file;

use crate::{HEADINGS, federation};

const JOINERS: &str = "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,\
OrganisationODS,Unit,Licence,Notes
,77,Ms,Lea,Noor,,07700 900456,no,,Nurse,R1A,,,
,78,Mr,Ann,Lee,,,,,,R1A,,,
,,Mr,Max,Oak,,,,,,R1A,,,
,79,Mr,Ned,Poe,,12,,,,R1A,,,
,80,Mr,Odd,Quo,,,,,,r1a,,,
,81,Mr,Pat,Roe,,,,,,ZZZ99,,,
1,1,Dr,Ann,Lee,,07700 900123,yes,,Professor,R1A,Ward 2,,
";

/// Some of its lines.
fn lines(which: &[usize]) -> String {
    let all: Vec<&str> = JOINERS.split_inclusive('\n').collect();
    which.iter().map(|line| all[*line]).collect()
}

#[test]
fn a_file_of_accounts_is_checked_and_taken() {
    let mut d = federation();
    d.file("joiners.csv", JOINERS);
    d.says("account import joiners.csv --check");
    d.says("account import joiners.csv --out outcome.csv");
    d.shows("outcome.csv");
    d.says("account import joiners.csv");
    d.file("one.csv", &lines(&[0, 1]).replace("77", "90"));
    d.says("account import one.csv");
    d.file("none.csv", &lines(&[0]));
    d.says("account import none.csv");
    d.file("mistaken.csv", &lines(&[0, 4]));
    d.says("account import mistaken.csv");
    d.file("headings.csv", "LocalId,ID\n");
    d.says("account import headings.csv");
    d.file("cut.csv", &format!("{JOINERS}\"cut"));
    d.says("account import cut.csv");
    d.says("account import absent.csv");
    d.says("account import joiners.csv --out no/such/folder.csv");
    d.file("migrants.csv", &format!("{HEADINGS}\
        ann.lee@mail.example,user,1,Dr,Ann,Lee,,07700 900123,yes,,Consultant,R1A,Ward 2,,,,2017-01-01,2017-01-02,2018-08-01,\n\
        una.vye@mail.example,user,91,,Una,Vye,,,,,,R1A,,,gone,,,,,\n\
        una.vye@other.example,user,92,,Una,Vye,,,,,,R1A,,,,,,,,\n\
        val.way@mail.example,user,93,,Val,Way,,,,,,R1A,,,inactive,2018-02-31,,,,\n\
        wyn.xue@mail.example,shared,,,,,,,,,,R1A,,,,,,,,\n\
        yan.zed@mail.example,user,94,,Yan,Zed,,,,,,R1A,,,,,,,,\n"));
    d.says("account import migrants.csv --migrate --check");
    d.says("account import migrants.csv --migrate");
    d.file("many.csv", &format!("{}{}", lines(&[0]), ",,,Ann,Bee,,,,,,R1A,,,\n".repeat(25)));
    d.says("account import many.csv");
    expect_file!["import.txt"].assert_eq(&d.told());
}

#[test]
fn signals_and_actions_are_taken_from_files() {
    let mut d = federation();
    d.file(
        "signals.csv",
        "Address,Signal,Time\n\
        ann.lee@mail.example,mail_sent,2018-08-31T10:00:00Z\n\
        bob.ray@mail.example,mailbox_login,2018-08-31T10:00:00Z\n\
        cy.dee@mail.example,password_change,2018-01-01T10:00:00Z\n\
        nobody@mail.example,mail_sent,2018-08-31T10:00:00Z\n\
        ann.lee@mail.example,waved,2018-08-31T10:00:00Z\n\
        ann.lee@mail.example,mail_sent,2018-09-31T10:00:00Z\n\
        ann.lee@mail.example,mail_sent,2019-08-31T10:00:00Z\n",
    );
    d.says("signal import signals.csv --check");
    d.says("signal import signals.csv --out outcome.csv");
    d.shows("outcome.csv");
    d.says("signal import signals.csv");
    d.file(
        "actions.csv",
        "Address,Action,Argument,Reason\n\
        ann.lee@mail.example,disable,,long leave\n\
        ann.lee@mail.example,leaver,,contract ends\n\
        bob.ray@mail.example,delete,,\n\
        cy.dee@mail.example,transfer,R1C,\n\
        cy.dee@mail.example,transfer,,\n\
        dot.fay@mail.example,leaver,,\n\
        hal.joy@mail.example,delete,,duplicate\n\
        ed.gil@mail.example,dance,,\n\
        nobody@mail.example,enable,,\n\
        jo.lowe@mail.example,hide,,\n\
        jo.lowe@mail.example,licence,premium,\n\
        jo.lowe@mail.example,service-off,chat,\n",
    );
    d.says("bulk actions.csv --out outcome.csv --check");
    d.says("bulk actions.csv --out outcome.csv");
    d.shows("outcome.csv");
    d.says("bulk actions.csv --out outcome.csv");
    d.says("account show jo.lowe@mail.example");
    expect_file!["bulk.txt"].assert_eq(&d.told());
}
