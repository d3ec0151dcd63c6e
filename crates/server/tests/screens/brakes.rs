//! `brake`: what is held, and letting it happen or not.

use std::fmt::Write;

use expect_test::expect_file;

use crate::desk::Desk;
use crate::{HEADINGS, federation};

/// Twelve more people of R1A, and a file that would make all of them leavers; a brake holds it as part 1.
pub(crate) fn closing(d: &Desk) {
    let mut people = HEADINGS.to_owned();
    let mut leavers = "Address,Action,Argument,Reason\n".to_owned();
    for n in 1..=12 {
        writeln!(people, "p{n}.mo@mail.example,user,m{n},,Pia,Mo,,,,,,R1A,,,,,2017-01-01,2017-01-02,2018-08-30,")
            .unwrap();
        writeln!(leavers, "p{n}.mo@mail.example,leaver,,closing").unwrap();
    }
    d.file("more.csv", &people);
    d.file("closing.csv", &leavers);
    d.does("account import more.csv --migrate");
    assert_eq!(d.asks("bulk closing.csv --out outcome.csv").code, 3);
}

#[test]
fn a_held_part_is_listed_shown_released_and_refused() {
    let mut d = federation();
    d.says("brake list");
    closing(&d);
    d.says("bulk closing.csv --out outcome.csv");
    d.says("brake list");
    d.says("brake show 1");
    d.says("brake show 1 --limit 2");
    d.says("brake show 2");
    d.says("explain p1.mo@mail.example");
    d.says("account show p1.mo@mail.example");
    d.says("brake release 1");
    d.does("grant add ann.lee@mail.example --role primary_local_admin --organisation R1A --confirmed-as head_of_hr --confirmed-by Head");
    d.does("grant add jo.lowe@mail.example --role primary_local_admin --organisation R0A --confirmed-as head_of_hr --confirmed-by Head");
    d.says("brake release 1 --as jo.lowe@mail.example");
    d.says("brake list --as ann.lee@mail.example");
    d.says("brake list --as ann.lee@mail.example --organisation R1A");
    d.says("brake release 1 --count 2 --as ann.lee@mail.example");
    d.does("disable p3.mo@mail.example");
    d.says("run release 1 --account p3.mo@mail.example --account p4.mo@mail.example --as ann.lee@mail.example");
    d.says("brake release 1 --account p4.mo@mail.example --as ann.lee@mail.example");
    d.says("brake show 1 --limit 5");
    d.says("brake refuse 1");
    d.says("brake refuse 1");
    d.says("brake release --run 7");
    d.says("brake release");
    d.says("brake list --all");
    d.says("notice list --limit 1 --address p1.mo@mail.example");
    for n in 5..=10 {
        d.says(&format!("delete p{n}.mo@mail.example --reason duplicate"));
    }
    d.says("--json delete p11.mo@mail.example --reason duplicate");
    expect_file!["brakes.txt"].assert_eq(&d.told());
}

#[test]
fn some_of_a_held_part_is_released_by_a_file_or_by_what_stays() {
    let mut d = federation();
    closing(&d);
    d.does("grant add ann.lee@mail.example --role primary_local_admin --organisation R1A --confirmed-as head_of_hr --confirmed-by Head");
    d.file("agreed.txt", "p1.mo@mail.example\np2.mo@mail.example\n");
    d.file("typo.csv", "address,why\np3.mo@mail.example,agreed\np4.m@mail.example,agreed\n");
    d.file("nobody.txt", "\n");
    d.says("brake release 1 --only agreed.txt --as ann.lee@mail.example");
    d.says("brake release 1 --only typo.csv --as ann.lee@mail.example");
    d.says("brake release 1 --all-but typo.csv --as ann.lee@mail.example");
    d.says("brake release 1 --all-but nobody.txt --as ann.lee@mail.example");
    d.says("brake release 1 --all-but gone.txt --as ann.lee@mail.example");
    d.says("brake release 1 --except p3.mo@mail.example --count 2");
    d.says("brake release 1 --except p3.mo@mail.example --except p4.mo@mail.example --as ann.lee@mail.example");
    d.says("brake show 1 --limit 4");
    d.says("audit search --action released --limit 2");
    expect_file!["releases.txt"].assert_eq(&d.told());
}
