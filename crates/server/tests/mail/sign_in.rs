//! Signing in with a mail program, what it leaves behind, and what happens when Almoner is away.

use std::process::Command;

use domain::signal::{Signal, Source};
use service::account::act::Request;
use service::identity::session::Me;
use service::identity::sign_in::{Attempt, SignIn};

use crate::clients::{Imap, Pop, Smtp, letter};
use crate::delivery::{arrived, until};
use crate::world::{PASSWORD, World};

fn me(world: &World, who: &str) -> Me {
    let (almoner, ctx) = (&world.federation.almoner, world.federation.operator());
    let attempt = Attempt { address: who, password: PASSWORD, device: "", agent: "a test" };
    let SignIn::In { token, .. } = almoner.sign_in(&ctx, &attempt, &world.dice).unwrap() else { panic!("{who}") };
    almoner.me(&ctx, &token).unwrap().unwrap()
}

// Proves: MAIL-02, LC-02
#[test]
fn what_was_read_and_sent_is_known_as_signals_when_the_engine_has_stopped() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let kept = world.running();
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    assert!(smtp.send(&ann, &ben, &letter(&ann, &ben, "one")).starts_with("250 "));
    arrived(&world, &ben, "INBOX", "one");
    kept.stop();
    let seen = |who: &str, signal| world.federation.account(who).signals.get(signal).map(|seen| seen.source);
    assert_eq!(seen(&ann, Signal::MailSent), Some(Source::Engine));
    assert_eq!(seen(&ann, Signal::MailboxLogin), None, "sending opens no mailbox");
    assert_eq!(seen(&ben, Signal::MailboxLogin), Some(Source::Engine));
    assert_eq!(seen(&ben, Signal::MailSent), None);
    world.federation.verify();
}

// Proves: MFA-01
#[test]
fn a_password_for_one_program_opens_the_mailbox_until_it_is_removed() {
    let Some(world) = World::new() else { return };
    let ann = world.person("Ann", "Lee");
    let (me, ctx) = (me(&world, &ann), world.federation.operator());
    let almoner = &world.federation.almoner;
    let first = almoner.make_app_password(&ctx, &me, "Telephone", &world.dice).unwrap();
    let second = almoner.make_app_password(&ctx, &me, "Computer", &world.dice).unwrap();
    let kept = world.running();
    for password in [PASSWORD, &first, &second] {
        Imap::open(world.port("imap"), &ann, password).unwrap();
    }
    let id = almoner.app_passwords(&me).unwrap()[0].id;
    almoner.remove_app_password(&ctx, &me, id).unwrap();
    assert!(Imap::open(world.port("imap"), &ann, &first).is_err(), "at once");
    Imap::open(world.port("imap"), &ann, &second).unwrap();
    assert!(Smtp::connect(world.port("submission")).sign_in(&ann, &second).starts_with("235 "));
    assert!(Pop::open(world.port("pop3"), &ann, &second).1.starts_with("+OK"));
    world.federation.ask(&ann, &Request::Disable).unwrap();
    assert!(Imap::open(world.port("imap"), &ann, &second).is_err());
    kept.stop();
}

// Proves: APP-04
#[test]
fn from_outside_the_federations_networks_a_person_does_not_come_in() {
    let Some(world) = World::new() else { return };
    let ann = world.person("Ann", "Lee");
    world.set_up("--plain-on-loopback true --inside 10.0.0.0/8");
    let kept = world.started();
    let answer = Imap::open(world.port("imap"), &ann, PASSWORD).err().unwrap();
    assert!(answer.contains("AUTHENTICATIONFAILED"), "{answer}");
    kept.stop();
}

// Proves: MAIL-03
#[test]
fn without_almoner_everybody_is_asked_to_come_again_and_nothing_is_lost() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let kept = world.running();
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.send("x@elsewhere.example", &ben, &letter("x@y.example", &ben, "before")).starts_with("250 "));
    let left = kept.abandon();
    let answer = mx.send("x@elsewhere.example", &ben, &letter("x@y.example", &ben, "meanwhile"));
    assert!(answer.starts_with("451 4."), "{answer}");
    let answer = mx.send("x@elsewhere.example", "no.body@mail.example", &letter("x@y.example", &ben, "meanwhile"));
    assert!(answer.starts_with("451 4."), "nobody is told that an address is unknown: {answer}");
    let answer = Imap::open(world.port("imap"), &ann, PASSWORD).err().unwrap();
    assert!(answer.contains("UNAVAILABLE"), "{answer}");
    let again = world.started();
    drop(left);
    // What could not be delivered meanwhile is tried again after a minute, or when it is asked for.
    let flushed = Command::new("postqueue").args(["-c", &world.at("postfix"), "-f"]).status().unwrap();
    assert!(flushed.success());
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.send("x@elsewhere.example", &ben, &letter("x@y.example", &ben, "after")).starts_with("250 "));
    for subject in ["before", "after"] {
        arrived(&world, &ben, "INBOX", subject);
    }
    until("a sign-in", || Imap::open(world.port("imap"), &ann, PASSWORD).ok());
    again.stop();
}

// Proves: JML-05
#[test]
fn mail_to_a_former_address_arrives_with_what_stands_behind_the_plus() {
    let Some(world) = World::new() else { return };
    let ann = world.person("Ann", "Lee");
    let former = format!("ann.moss@{}", world.domain());
    world.federation.alias(&ann, &former, None);
    let kept = world.running();
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.send("x@elsewhere.example", &former, &letter("x@y.example", &former, "plain")).starts_with("250 "));
    // Postfix asks for an address in small letters, so here what stands behind the plus comes in small letters, too.
    let news = former.replace('@', "+news@");
    assert!(mx.send("x@elsewhere.example", &news, &letter("x@y.example", &news, "detail")).starts_with("250 "));
    arrived(&world, &ann, "INBOX", "plain");
    arrived(&world, &ann, "news", "detail");
    kept.stop();
}
