//! A message from a mail program to a mailbox and back, and what each status does to it, by the real Postfix and Dovecot.

use std::fmt::Write as _;

use expect_test::expect_file;
use service::account::act::Request;

use crate::clients::{Imap, Pop, Smtp, letter};
use crate::world::{PASSWORD, World};

/// Mail that is not there after so many looks is lost.
const LOOKS: usize = 2_000;

/// Asks again and again until it is so.
pub(crate) fn until<T>(what: &str, mut so: impl FnMut() -> Option<T>) -> T {
    (0..LOOKS).find_map(|_| so()).unwrap_or_else(|| panic!("never: {what}"))
}

/// Waits until a message is there, on one connection.
pub(crate) fn arrived(world: &World, who: &str, folder: &str, subject: &str) {
    found(&mut Imap::open(world.port("imap"), who, PASSWORD).unwrap(), folder, subject);
}

/// Waits until a message is in a folder of whoever signed in.
pub(crate) fn found(imap: &mut Imap, folder: &str, subject: &str) {
    until(&format!("{subject} in {folder}"), || {
        imap.listen();
        imap.subjects(folder).contains(&subject.to_owned()).then_some(())
    });
}

// Proves: MAIL-01
#[test]
fn a_message_goes_from_one_person_to_another_and_is_read_by_imap_and_pop() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let kept = world.running();
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, "wrong").starts_with("535 "), "a wrong password is refused for good");
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    let answer = smtp.send(&ann, &ben, &letter(&ann, &ben, "first"));
    assert!(answer.starts_with("250 "), "{answer}");
    arrived(&world, &ben, "INBOX", "first");
    let (mut pop, answer) = Pop::open(world.port("pop3"), &ben, PASSWORD);
    assert!(answer.starts_with("+OK"), "{answer}");
    assert!(pop.ask("STAT").starts_with("+OK 1 "));
    let answer = smtp.send(&ben, &ann, &letter(&ben, &ann, "false"));
    assert!(answer.starts_with("553 5.7.1"), "as somebody else: {answer}");
    let detail = ben.replace('@', "+News@");
    assert!(smtp.send(&ann, &detail, &letter(&ann, &ben, "second")).starts_with("250 "));
    arrived(&world, &ben, "News", "second");
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.ask("MAIL FROM:<x@elsewhere.example>").starts_with("250 "));
    let answer = mx.ask("RCPT TO:<y@elsewhere.example>");
    assert!(answer.starts_with("554 5.7.1"), "nothing is relayed: {answer}");
    assert!(mx.ask(&format!("RCPT TO:<no.body@{}>", world.domain())).starts_with("550 5.1.1"));
    kept.stop();
}

/// What a mail server, a mail program that sends and one that reads are answered.
fn answers(world: &World, who: &str, other: &str) -> [String; 3] {
    let arrives =
        Smtp::connect(world.port("smtp")).send("x@elsewhere.example", who, &letter("x@y.example", who, "one"));
    let mut smtp = Smtp::connect(world.port("submission"));
    let sign_in = smtp.sign_in(who, PASSWORD);
    let sends = if sign_in.starts_with("235 ") { smtp.send(who, other, &letter(who, other, "two")) } else { sign_in };
    let reads = match Imap::open(world.port("imap"), who, PASSWORD) {
        Ok(_) => "OK".to_owned(),
        Err(answer) => answer.lines().last().unwrap_or_default().trim_start_matches("a ").to_owned(),
    };
    let plain = |answer: String| {
        let answer = answer.split(": queued as ").next().unwrap().replace(who, "ADDRESS").replace(other, "OTHER");
        answer.replace("Recipient address rejected: ", "")
    };
    [plain(arrives), plain(sends), reads]
}

/// A person for each status, and a mailbox without one.
fn population(world: &World) -> Vec<(&'static str, String)> {
    let federation = &world.federation;
    let delete = |who: &str| {
        federation.almoner.act(&federation.operator(), who, &Request::Delete, "a duplicate").unwrap();
    };
    let purged = world.person("Una", "Purged");
    delete(&purged);
    federation.days_pass(100);
    let inactive = world.person("Ina", "Active");
    federation.days_pass(95);
    let person = |first: &str, requests: &[Request]| {
        let who = world.person(first, "Lee");
        for request in requests {
            federation.ask(&who, request).unwrap();
        }
        who
    };
    let active = person("Ann", &[]);
    let deleted = person("Eve", &[]);
    delete(&deleted);
    vec![
        ("pending", federation.try_user("RX1", "Pia", "Lee").unwrap()),
        ("active", active.clone()),
        ("inactive, its password expired", inactive),
        ("leaver", person("Ben", &[Request::MarkLeaver])),
        ("leaver, disabled", person("Cy", &[Request::MarkLeaver, Request::Disable])),
        ("disabled", person("Dan", &[Request::Disable])),
        ("deleted", deleted),
        ("purged", purged),
        ("shared mailbox", federation.shared("RX1", "Ward 2", &[&active])),
    ]
}

const YES: &str = "250 2.0.0 Ok";
const NO: &str = "535 5.7.8 Error: authentication failed: (reason unavailable)";
const SHUT: &str = "NO [AUTHENTICATIONFAILED] Authentication failed.";

// Proves: MAIL-03, LC-08, LC-09, LC-13, SM-01
#[test]
fn each_status_has_its_answers() {
    let Some(world) = World::new() else { return };
    let people = population(&world);
    let other = world.person("Olga", "Other");
    let statuses: Vec<String> = people.iter().map(|(_, who)| world.federation.status(who).to_string()).collect();
    assert_eq!(
        statuses.join(" "),
        "pending active inactive leaver leaver disabled deleted purged active",
        "the last is the shared mailbox"
    );
    let kept = world.running();
    let mut table = String::from(include_str!("delivery_head.md"));
    for (name, who) in &people {
        let [arrives, sends, reads] = answers(&world, who, &other);
        let expected = match *name {
            "active" | "leaver" => [YES, YES, "OK"],
            "deleted" => ["550 5.2.1 <ADDRESS>: This mailbox is closed", NO, SHUT],
            "purged" => ["550 5.1.1 <ADDRESS>: User unknown", NO, SHUT],
            _ => [YES, NO, SHUT],
        };
        assert_eq!([arrives.as_str(), sends.as_str(), reads.as_str()], expected, "{name}");
        writeln!(table, "| {name} | {arrives} | {sends} | {reads} |").unwrap();
    }
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/generated/delivery.md")].assert_eq(&table);
    kept.stop();
}

// Proves: MAIL-03
#[test]
fn a_status_changed_while_somebody_is_connected_holds_for_the_next_command() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let kept = world.running();
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    let mut sends = || smtp.send(&ann, &ben, &letter(&ann, &ben, "one"));
    assert!(sends().starts_with("250 "));
    assert_eq!(world.say(&format!("disable {ann}")).code, 0);
    let refused = until("a refusal", || Some(sends()).filter(|answer| !answer.starts_with("250 ")));
    assert!(refused.starts_with("550 5.7.1") && refused.contains("may not send"), "{refused}");
    assert_eq!(world.say(&format!("enable {ann}")).code, 0);
    until("a yes", || Some(sends()).filter(|answer| answer.starts_with("250 ")));
    let said = world.federation.almoner.act(&world.federation.operator(), &ben, &Request::Delete, "a duplicate");
    assert!(said.is_ok());
    // The map of recipients may know of it in the same moment, between two questions of one command.
    until("a refusal", || Some(sends()).filter(|answer| answer.starts_with("550 5.2.1")));
    kept.stop();
}
