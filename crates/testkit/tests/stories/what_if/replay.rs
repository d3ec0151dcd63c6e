//! Replay: a past period is played as it was foreseen when it began, and as it went where only time passed.

use domain::account::Account;
use domain::ids::OdsCode;
use domain::time::Day;
use service::account::act::Request;
use service::policy::shipped;
use service::what_if::Question;
use service::what_if::report::{Turn, WhatIf};
use testkit::world::{World, on_both_stores};

use crate::what_if::{
    asked, braked_at_nothing, candidate, everybody, federation, happened, question, table, without_notices,
};

fn replay(after: Day, days: u16, organisation: Option<&str>) -> Question {
    Question { from: Some(after), ..question(&candidate(), days, organisation) }
}

/// All that a comparison says, but for the day on whose end it stands and the memory that it took.
fn said(report: &WhatIf) -> String {
    let sizes = (report.accounts, report.held, report.size.classes, report.begins, report.from, report.to);
    let figures = (table(report, |pair| pair.before), table(report, |pair| pair.after), report.worst_day);
    format!("{sizes:?}\n{figures:?}\n{:?}\n{:?}\n{:?}", report.total, report.by_day, report.by_organisation)
}

// Proves: EXP-02, RUN-09
#[test]
fn where_only_time_passed_a_replay_of_the_adopted_policies_is_what_the_runs_did() {
    on_both_stores(|world| {
        let unbraked = braked_at_nothing(shipped("2018-09").unwrap()).replace("\"2018-09\"", "\"unbraked\"");
        let world = &world.adopt(&unbraked, Some(world.today()));
        federation(world);
        world.weeks_pass(30);
        world.signal("any.p13@mail.example", "password_change");
        world.weeks_pass(70);
        let (first, kept) = (world.today(), everybody(world));
        world.days_pass(60);
        assert_ne!(everybody(world), kept, "the runs have changed them since");
        let whole = world.everything();
        let report = asked(world, &replay(first, 60, None));
        assert_eq!(world.everything(), whole, "nothing is written");
        assert_eq!((report.from, report.to, report.begins), (first.plus_days(1), world.today(), first.plus_days(1)));
        assert_eq!(report.as_of, Some(first));
        let (before, after) = (table(&report, |pair| pair.before), table(&report, |pair| pair.after));
        assert_eq!(before, happened(world, first.plus_days(1)));
        let turns = |turn: Turn| before.keys().filter(|key| key.2 == turn.as_str()).count();
        for turn in [Turn::Notice, Turn::Idle, Turn::Expire, Turn::Purge] {
            assert!(turns(turn) > 0, "{turn} is among what is compared: {before:?}");
        }
        assert_ne!(
            without_notices(&before),
            without_notices(&after),
            "the other policy would have done something else"
        );
    });
}

/// What people do in sixty days: somebody leaves, somebody moves, somebody comes, somebody is seen.
fn people_act(world: &World, moved: &str) {
    world.days_pass(9);
    world.ask("any.p5@mail.example", &Request::MarkLeaver).unwrap();
    world.ask(moved, &Request::Transfer(OdsCode::parse("RX2").unwrap())).unwrap();
    world.user("RX1", "Late", "Comer");
    world.signal("any.p8@mail.example", "mail_sent");
    world.days_pass(50);
}

// Proves: EXP-02, RUN-09
#[test]
fn a_replay_says_what_was_said_on_the_day_itself_whatever_people_did_since() {
    on_both_stores(|world| {
        federation(world);
        let (ended, moved) = (world.today(), "any.p6@mail.example");
        let of = |account: &Account| account.organisation.to_string();
        assert_eq!(of(&world.account(moved)), "RX1");
        world.wait(1);
        let places = [None, Some("RX1"), Some("RX2"), Some("A81001")];
        let then = places.map(|place| said(&asked(world, &question(&candidate(), 60, place))));
        people_act(world, moved);
        assert_eq!(of(&world.account(moved)), "RX2");
        let members = |code: &str| everybody(world).iter().filter(|account| of(account) == code).count() as u64;
        for (place, then) in places.iter().zip(&then) {
            let now = asked(world, &replay(ended, 60, *place));
            assert_eq!(said(&now), *then, "{place:?}");
            if *place == Some("RX2") {
                assert_eq!(now.accounts + 1, members("RX2"), "who was moved counts for the organisation of that day");
            }
        }
        let whole = asked(world, &replay(ended, 60, None));
        assert_eq!(whole.accounts + 1, everybody(world).len() as u64, "who came later was not there");
        assert_ne!(table(&whole, |pair| pair.before), happened(world, ended.plus_days(1)), "people did something");
        let later = asked(world, &replay(ended.plus_days(10), 60, None));
        assert_eq!(later.accounts, everybody(world).len() as u64, "after that day it is seen");
        assert!(later.total.get(Turn::Unjoined).before > whole.total.get(Turn::Unjoined).before);
    });
}

// Proves: RUN-09
#[test]
fn only_a_day_that_ended_in_the_federations_time_is_replayed() {
    on_both_stores(|world| {
        let began = world.today();
        world.user("RX1", "First", "Day");
        world.days_pass(1);
        world.user("RX1", "Second", "Day");
        world.days_pass(2);
        let answer = |asked: &Question| {
            let report = world.almoner.what_if(&world.operator(), asked, &service::progress::Silent);
            report.map_or_else(
                |error| error.to_string(),
                |report| format!("{} of them from {} on", report.accounts, report.from),
            )
        };
        for (day, expected) in [
            (-1, "the federation began on 2019-01-01: --from takes that day or a later one"),
            (0, "1 of them from 2019-01-02 on"),
            (1, "2 of them from 2019-01-03 on"),
            (2, "2 of them from 2019-01-04 on"),
            (3, "2019-01-04 has not ended: --from takes a day before today (2019-01-04)"),
            (4, "2019-01-05 has not ended: --from takes a day before today (2019-01-04)"),
        ] {
            assert_eq!(answer(&replay(began.plus_days(day), 30, None)), expected);
        }
        let begins = Some(began);
        let early = "2019-01-01 is before the days replayed: the policy begins on 2019-01-02 or later";
        assert_eq!(answer(&Question { begins, ..replay(began, 30, None) }), early);
        let begins = Some(began.plus_days(1));
        assert_eq!(answer(&Question { begins, ..replay(began, 30, None) }), "1 of them from 2019-01-02 on");
    });
}
