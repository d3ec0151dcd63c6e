//! Out of office and forwarding: who sets them, for whom, where mail may go, and what holds at each moment.

use domain::delivery::NOT_ALLOWED;
use domain::ids::OdsCode;
use domain::mail_rule::{Away, NOT_FORWARDED};
use domain::rights::Role;
use domain::time::Day;
use service::account::act::Request;
use service::engine::rules::Handed;
use service::error::Error;
use testkit::world::{World, on_both_stores};

use crate::mail::Elsewhere;

fn away(text: &str, from: Option<Day>, until: Option<Day>) -> Away {
    Away { from, until, text: text.into(), outside: Some("Write to the ward.".into()), days: 7 }
}

fn script(elsewhere: &Elsewhere, world: &World, who: &str) -> String {
    elsewhere.follow(world);
    let found = elsewhere.engine.script(&elsewhere.almoner, &world.operator(), who).unwrap();
    found.map_or_else(String::new, |script| script.text)
}

fn handed(elsewhere: &Elsewhere, world: &World, sender: &str, recipient: &str) -> Result<(), domain::delivery::Reply> {
    elsewhere.follow(world);
    let mail = Handed { sender, recipient, size: 100 };
    elsewhere.engine.hands_over(&elsewhere.almoner, &world.operator(), &mail).unwrap()
}

fn told(error: Result<domain::account::Account, Error>) -> String {
    error.map_or_else(|error| error.to_string(), |_| String::new())
}

// Proves: OOO-01
#[test]
fn a_person_is_away_from_a_day_until_another_and_every_process_knows() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let me = world.person(&ann);
        let elsewhere = Elsewhere::start(world);
        assert_eq!(script(&elsewhere, world, &ann), "");
        let today = world.today();
        let rule = away("I am \"away\".", Some(today.plus_days(1)), Some(today.plus_days(3)));
        world.almoner.set_away(&me, &ann, Some(rule.clone())).unwrap();
        assert_eq!(script(&elsewhere, world, &ann), "", "not before the day");
        world.wait(1);
        let text = script(&elsewhere, world, &ann.to_uppercase());
        assert!(text.contains("vacation :days 7") && text.contains(r#""I am \"away\".""#), "{text}");
        assert!(text.contains(r#"envelope :domain :is "from" "mail.example""#) && text.contains(&ann), "{text}");
        assert!(told(world.almoner.set_away(&me, &ann, Some(rule))).contains("already"), "the same again");
        world.wait(2);
        assert_eq!(script(&elsewhere, world, &ann), "", "the day one is back");
        let shown = world.almoner.mail_rules(&world.person(&ann), &ann).unwrap();
        assert!(!shown.answers && shown.rules.away.is_some());
        world.almoner.set_away(&world.person(&ann), &ann, None).unwrap();
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let set: Vec<_> = lines.iter().filter(|line| line.action == "rules_set").collect();
        assert_eq!(set.len(), 2);
        assert!(set.iter().all(|line| !line.detail.contains("I am")), "the trail has a digest: {}", set[0].detail);
        world.verify();
    });
}

// Proves: OOO-01, ROLE-02
#[test]
fn administrators_in_scope_set_it_for_somebody_away_and_nobody_else_does() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"));
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let desk = world.admin(Role::Helpdesk, "RX1", "Desk");
        let stranger = world.admin(Role::LocalAdmin, "RX2", "Stranger");
        let national = world.admin(Role::NationalHelpdesk, "RX1", "National");
        let rule = || Some(away("Away.", None, None));
        let set = |who: &str| world.almoner.set_away(&world.person(who), &ann, rule());
        assert!(matches!(set(&ben), Err(Error::NotFound { .. })), "a colleague");
        assert!(matches!(set(&stranger), Err(Error::NotFound { .. })));
        assert!(matches!(set(&national), Err(Error::NotAllowed(_) | Error::NotFound { .. })));
        set(&desk).unwrap();
        world.almoner.set_forward(&world.person(&admin), &ann, Some((&ben, true))).unwrap();
        let shown = world.almoner.mail_rules(&world.person(&ann), &ann).unwrap();
        assert_eq!(shown.rules.away.unwrap().by, desk, "the person sees who");
        assert_eq!(shown.rules.forward.unwrap().by, admin);
        for who in [&ben, &stranger] {
            assert!(matches!(world.almoner.mail_rules(&world.person(who), &ann), Err(Error::NotFound { .. })));
        }
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        assert!(world.almoner.set_away(&world.person(&ann), &ward, rule()).is_err(), "an owner has members alone");
        world.almoner.set_away(&world.person(&admin), &ward, rule()).unwrap();
        world.verify();
    });
}

// Proves: OOO-01
#[test]
fn mail_is_forwarded_to_whoever_gets_it_and_never_in_a_ring() {
    on_both_stores(|world| {
        let people: Vec<String> = ["Ann", "Ben", "Cy"].iter().map(|first| world.user("RX1", first, "Lee")).collect();
        let [ann, ben, cy] = [&people[0], &people[1], &people[2]];
        let forward =
            |who: &String, to: &str, keep| world.almoner.set_forward(&world.person(who), who, Some((to, keep)));
        forward(ann, &ben.to_uppercase(), false).unwrap();
        forward(ben, cy, true).unwrap();
        assert!(told(forward(cy, ann, true)).contains("ring"));
        assert!(told(forward(ann, ann, true)).contains("itself"));
        assert!(told(forward(cy, "no.body@mail.example", true)).contains("nobody has"));
        assert!(told(forward(cy, "x@elsewhere.example", true)).contains("not forwarded to elsewhere.example"));
        for wrong in ["", "x", "a b@mail.example", "x@localhost"] {
            assert!(told(forward(cy, wrong, true)).contains("no address"), "{wrong}");
        }
        world.almoner.act(&world.operator(), cy, &Request::Delete, "a duplicate").unwrap();
        assert!(told(forward(ann, cy, false)).contains("closed"));
        let elsewhere = Elsewhere::start(world);
        assert_eq!(script(&elsewhere, world, ann), format!("redirect \"{ben}\";\n"));
        assert_eq!(script(&elsewhere, world, ben), format!("require [\"copy\"];\nredirect :copy \"{cy}\";\n"));
        assert!(handed(&elsewhere, world, ann, ben).is_ok());
        assert!(handed(&elsewhere, world, ben, cy).is_err(), "it is closed meanwhile: the mail stays");
        world.almoner.set_forward(&world.person(ann), ann, None).unwrap();
        assert_eq!(script(&elsewhere, world, ann), "");
        world.verify();
    });
}

/// Decisions 6 and 10.
// Proves: OOO-01, MAIL-03
#[test]
fn a_status_stops_what_a_person_set_and_leaves_what_an_administrator_set() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"));
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let elsewhere = Elsewhere::start(world);
        world.almoner.set_away(&world.person(&ann), &ann, Some(away("Away.", None, None))).unwrap();
        world.almoner.set_forward(&world.person(&ann), &ann, Some((&ben, true))).unwrap();
        let act = |request: &Request| world.almoner.act(&world.operator(), &ann, request, "a reason").unwrap();
        let sends_on = || script(&elsewhere, world, &ann).contains("redirect");
        let answers = || script(&elsewhere, world, &ann).contains("vacation");
        assert!(sends_on() && answers() && handed(&elsewhere, world, &ann, &ben).is_ok());
        act(&Request::Disable);
        assert!(!sends_on() && answers(), "who is kept out gets no mail elsewhere; who writes is still answered");
        assert_eq!(handed(&elsewhere, world, &ann, &ben), Err(NOT_ALLOWED), "nor by a script of their own");
        assert!(!world.almoner.mail_rules(&world.operator(), &ann).unwrap().forwards);
        world.almoner.set_forward(&world.person(&admin), &ann, Some((&ben, false))).unwrap();
        assert!(sends_on() && handed(&elsewhere, world, &ann, &ben).is_ok(), "an administrator's works");
        act(&Request::Enable);
        act(&Request::Transfer(OdsCode::parse("RX2").unwrap()));
        assert!(!sends_on() && answers(), "in another organisation its old administrator has no say");
        act(&Request::Delete);
        assert!(!sends_on() && !answers());
        act(&Request::Restore);
        assert!(answers(), "a restore brings it back");
        world.verify();
    });
}

// Proves: OOO-01
#[test]
fn what_a_rule_sends_out_of_the_federation_is_the_policys_to_allow() {
    on_both_stores(|world| {
        let text = service::policy::shipped("2018-09").unwrap();
        let lets = "outside = \"allowed\"\ndomains = [\"partner.example\"]";
        let ann = world.user("RX1", "Ann", "Lee");
        let elsewhere = Elsewhere::start(world);
        let out = |to: &str| handed(&elsewhere, world, &ann, to);
        assert_eq!(out("x@partner.example"), Err(NOT_FORWARDED));
        assert_eq!(handed(&elsewhere, world, "", "x@partner.example"), Ok(()), "an answer goes to whoever wrote");
        assert_eq!(handed(&elsewhere, world, "x@partner.example", "y@partner.example"), Err(NOT_ALLOWED));
        assert_eq!(handed(&elsewhere, world, "", "no address"), Err(NOT_FORWARDED));
        let later = world.adopt(&text.replace("outside = \"never\"", lets).replace("\"2018-09\"", "\"later\""), None);
        let me = later.person(&ann);
        assert!(
            told(later.almoner.set_forward(&me, &ann, Some(("x@other.example", true)))).contains("partner.example")
        );
        later.almoner.set_forward(&me, &ann, Some(("x@partner.example", true))).unwrap();
        let elsewhere = Elsewhere::start(&later);
        assert!(script(&elsewhere, &later, &ann).contains("redirect :copy \"x@partner.example\""));
        assert_eq!(handed(&elsewhere, &later, &ann, "x@partner.example"), Ok(()));
        assert_eq!(handed(&elsewhere, &later, &ann, "x@third.example"), Err(NOT_FORWARDED));
        later.verify();
    });
}

// Proves: LC-11
#[test]
fn a_purge_takes_the_rules_away() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"));
        world.almoner.set_away(&world.person(&ann), &ann, Some(away("Away.", None, None))).unwrap();
        world.almoner.set_forward(&world.person(&ann), &ann, Some((&ben, true))).unwrap();
        world.almoner.act(&world.operator(), &ann, &Request::Delete, "a duplicate").unwrap();
        world.weeks_pass(200);
        assert_eq!(world.status(&ann), domain::status::Status::Purged);
        assert!(world.almoner.mail_rules(&world.operator(), &ann).unwrap().rules.away.is_none());
        world.verify();
    });
}
