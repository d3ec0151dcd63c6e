//! `explain`, `history`, `audit search`: why, and what was.

use expect_test::expect_file;

use crate::federation;

#[test]
fn every_status_of_every_kind_is_explained() {
    let mut d = federation();
    for name in [
        "ann.lee",
        "bob.ray",
        "dot.fay",
        "ed.gil",
        "flo.hay",
        "gus.ivy",
        "hal.joy",
        "ward.two",
        "ward.old",
        "print.app",
        "room.one",
    ] {
        d.says(&format!("explain {name}@mail.example"));
    }
    d.says("explain ann.lee@mail.example --on 2019-06-01");
    d.says("explain ann.lee@mail.example --on 2017-06-01");
    d.says("explain ann.lee@mail.example --on 2016-06-01");
    d.says("explain nobody@mail.example");
    d.on("2018-09-03");
    d.does("run");
    d.says("explain bob.ray@mail.example");
    d.weeks_until("2019-01-10");
    d.says("explain flo.hay@mail.example");
    d.says("explain flo.hay@mail.example --on 2018-09-02");
    d.says("account show flo.hay@mail.example");
    d.says("restore flo.hay@mail.example");
    d.weeks_until("2019-03-10");
    d.says("explain ward.two@mail.example");
    d.says("history ward.two@mail.example");
    expect_file!["explain.txt"].assert_eq(&d.told());
}

#[test]
fn a_whole_life_is_told() {
    let mut d = federation();
    d.does("grant add cy.dee@mail.example --role local_admin --organisation R1A");
    for (day, line) in [
        ("2018-09-02", "leaver cy.dee@mail.example --reason 'contract ends'"),
        ("2018-09-10", "join cy.dee@mail.example --organisation R1C"),
        ("2018-10-01", "disable cy.dee@mail.example --reason 'long leave'"),
        ("2018-11-01", "enable cy.dee@mail.example"),
        ("2018-11-02", "hold cy.dee@mail.example --reason 'matter 2018/114'"),
        ("2018-11-03", "release-hold cy.dee@mail.example"),
        ("2018-11-04", "delete cy.dee@mail.example --reason 'duplicate of cy.dee2'"),
        ("2018-11-05", "restore cy.dee@mail.example"),
    ] {
        d.weeks_until(day);
        d.does(line);
        d.does("run");
    }
    d.says("history cy.dee@mail.example");
    d.says("history hal.joy@mail.example");
    d.says("history nobody@mail.example");
    d.says("audit search --limit 5");
    d.says("audit search --target cy.dee@mail.example --action deleted");
    d.says("audit search --organisation R1C");
    d.says("audit search --rule LC-12 --from 2018-11-01 --until 2018-12-01");
    d.says("audit search --performer system --limit 3");
    d.says("audit search --action danced");
    d.says("audit search --rule LC-99");
    expect_file!["history.txt"].assert_eq(&d.told());
}
