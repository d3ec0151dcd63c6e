//! `grant`, `policy`: who may, and by which rules.

use expect_test::expect_file;

use crate::federation;

#[test]
fn grants_are_given_listed_and_ended() {
    let mut d = federation();
    d.says("grant list --organisation R1A");
    d.says("grant list --address ann.lee@mail.example");
    d.says("grant add ann.lee@mail.example --role local_admin --organisation R1A");
    d.says("grant add ann.lee@mail.example --role local_admin --organisation R1A");
    d.says("grant add bob.ray@mail.example --role helpdesk --organisation R1A");
    d.says("grant add cy.dee@mail.example --role helpdesk --organisation R1A --unit 'Ward 2'");
    d.says("grant add cy.dee@mail.example --role sector_admin --sector trust");
    d.says("grant add jo.lowe@mail.example --role operator --federation");
    d.says("grant add jo.lowe@mail.example --role operator --organisation R1A");
    d.says("grant add jo.lowe@mail.example --role helpdesk --organisation ZZZ99");
    d.says("grant add ward.two@mail.example --role helpdesk --organisation R1A");
    d.says("grant add dot.fay@mail.example --role helpdesk --organisation R1A");
    d.says("grant add nobody@mail.example --role helpdesk --organisation R1A");
    d.says("grant add ann.lee@mail.example --role chief --federation");
    d.says("grant list --organisation R1A");
    d.says("grant list --address cy.dee@mail.example");
    d.says("grant list --organisation R1A --on 2018-08-31");
    d.says("grant list --organisation R1A --on 2018-09-30");
    d.says("--as ann.lee@mail.example grant list --address cy.dee@mail.example");
    d.says("grant end 1");
    d.says("grant end 1");
    d.says("grant end 99");
    d.says("--as nobody@mail.example org list");
    d.says("--as bob.ray@mail.example run");
    expect_file!["grants.txt"].assert_eq(&d.told());
}

#[test]
fn policies_are_checked_compared_and_adopted() {
    let mut d = federation();
    let shipped = include_str!("../../../../policy/2018-09.toml");
    d.file("bad.toml", &shipped.replace("14 ", "13 ").replace("\"90 days\"", "\"90 dyas\"").replace("hidden", "hiden"));
    d.file("one.toml", &shipped.replace("before_deletion_days = 14", "before_deletion_days = 13"));
    d.file("none.toml", "name = ");
    d.says("policy list");
    d.says("policy check 2021-02");
    d.says("policy check bad.toml");
    d.says("policy check one.toml");
    d.says("policy check none.toml");
    d.says("policy check absent.toml");
    d.says("policy show");
    d.says("policy show one.toml");
    d.says("policy show none");
    d.says("policy diff 2018-09 2021-02");
    d.says("policy diff 2018-09 2018-09");
    d.says("policy adopt one.toml");
    d.says("policy adopt 2018-09");
    d.says("policy adopt 2021-02 --from 2018-01-01");
    d.says("policy adopt 2021-02 --from 2018-12-01");
    d.says("policy adopt 2022-12 --from 2018-11-01");
    d.says("policy list");
    expect_file!["policies.txt"].assert_eq(&d.told());
}

#[test]
fn a_policy_is_proposed_by_one_operator_and_put_in_force_by_another() {
    let mut d = federation();
    for address in ["ann.lee@mail.example", "jo.lowe@mail.example"] {
        d.does(&format!("grant add {address} --role operator --federation"));
    }
    d.says("policy proposals");
    d.says("--as ann.lee@mail.example policy adopt 2021-02");
    d.says("--as ann.lee@mail.example policy propose 2021-02 --from 2021-02-01 --note 'as decided in June'");
    d.says("--as ann.lee@mail.example policy accept 1");
    d.says("--as cy.dee@mail.example policy accept 1");
    d.says("--as jo.lowe@mail.example policy accept 1");
    d.says("--as jo.lowe@mail.example policy accept 1");
    d.says("policy propose 2022-12 --from 2022-12-01");
    d.says("--as ann.lee@mail.example policy drop 2");
    d.says("policy propose modern --from 2023-12-01");
    d.says("policy drop 3");
    d.says("policy propose 2018-09");
    d.says("policy propose none.toml");
    d.says("policy proposals");
    d.says("policy proposals 2");
    d.says("policy proposals 9");
    d.says("policy list");
    expect_file!["proposals.txt"].assert_eq(&d.told());
}

// Proves: EXP-02
#[test]
fn the_store_is_checked_against_its_events() {
    let mut d = federation();
    d.says("verify");
    d.spoil();
    d.says("verify");
    d.says("--as cy.dee@mail.example verify");
    expect_file!["verify.txt"].assert_eq(&d.told());
}
