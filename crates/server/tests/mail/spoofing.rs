//! Mail that says it is from here and is not, at each stage (SPF-01), by the real engines.

use std::io::Write;
use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::authentic::read;
use crate::clients::{Imap, Smtp, letter};
use crate::delivery::arrived;
use crate::names::Names;
use crate::world::{PASSWORD, World};

/// The shipped policy of the story's time at a stage.
fn at(mut world: World, stage: &str) -> World {
    let (_, text) = wire::policy_file::shipped()[0];
    let text = text
        .replace("name = \"2018-09\"", "name = \"staged\"")
        .replace("stage = \"tag\"", &format!("stage = \"{stage}\""));
    world.federation = world.federation.adopt(&text, None);
    world
}

const WARNING: &str = "Take care with what it asks for.";
const MARK: &str = "X-Almoner-Spoofed: ";

// Proves: SPF-01
#[test]
fn a_spoofed_message_has_a_warning_and_what_is_ours_or_others_own_has_none() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let names = Names::begin();
    world.set_up(&format!("--plain-on-loopback true --dns 127.0.0.1:{}", names.port));
    let said = world.say(&format!("--json mail dkim show --folder {}", world.at("")));
    let keys: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    for key in keys["keys"].as_array().unwrap() {
        names.text(key["name"].as_str().unwrap(), key["record"].as_str().unwrap());
    }
    let kept = world.started();
    let mut mx = Smtp::connect(world.port("smtp"));
    let mut send = |from: &str, message: &str| {
        let answer = mx.send(from, &ben, message);
        assert!(answer.starts_with("250 "), "{answer}");
    };
    send("x@there.example", &letter(&ann, &ben, "unsigned"));
    let message = read(&world, &ben, "INBOX", "unsigned");
    assert!(message.contains(&format!("{MARK}tagged")) && message.contains(WARNING), "{message}");
    let forged = format!("{MARK}junk\r\n{}", letter("x@there.example", &ben, "others"));
    send("x@there.example", &forged);
    let message = read(&world, &ben, "INBOX", "others");
    assert!(!message.contains(MARK) && !message.contains(WARNING), "{message}");
    send(&ann, &letter("x@there.example", &ben, "envelope"));
    assert!(read(&world, &ben, "INBOX", "envelope").contains(&format!("{MARK}tagged")));
    let signed = "--s\r\nContent-Type: text/plain\r\n\r\nSome words.\r\n--s--\r\n";
    let sealed =
        format!("From: <{ann}>\r\nSubject: sealed\r\nContent-Type: multipart/signed; boundary=s\r\n\r\n{signed}");
    send("x@there.example", &sealed);
    let message = read(&world, &ben, "INBOX", "sealed");
    assert!(message.contains(&format!("{MARK}tagged")) && message.contains(signed.trim_end()), "{message}");
    assert!(!message.contains(WARNING), "what somebody signed is not touched");

    // From whoever signed in, and passed on by another server with its signature.
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    assert!(smtp.send(&ann, &ben, &letter(&ann, &ben, "own")).starts_with("250 "));
    let own = read(&world, &ben, "INBOX", "own");
    assert!(!own.contains(MARK), "{own}");
    let raw = own.split_once("}\n").unwrap().1.rsplit_once("\n)").unwrap().0;
    let again = raw[raw.find("DKIM-Signature").unwrap()..].to_owned();
    send("list@there.example", &again);
    // Somebody changed it on the way.
    send("list@there.example", &again.replace("Some words", "Other words"));
    arrived(&world, &ben, "INBOX", "own");
    let mut imap = Imap::open(world.port("imap"), &ben, PASSWORD).unwrap();
    let passed = crate::delivery::until("both", || {
        imap.listen();
        (imap.subjects("INBOX").len() == 7).then(|| [6, 7].map(|at| imap.ask(&format!("FETCH {at} (BODY.PEEK[])"))))
    });
    let marked: Vec<_> = passed.iter().filter(|message| message.contains(MARK)).collect();
    assert!(marked.len() == 1 && marked[0].contains("Other words"), "{passed:?}");

    // Lines that end as some servers do not expect hide no second message (SMTP smuggling).
    let mut smuggler = Smtp::connect(world.port("smtp"));
    for step in ["MAIL FROM:<x@there.example>".to_owned(), format!("RCPT TO:<{ben}>"), "DATA".to_owned()] {
        smuggler.ask(&step);
    }
    let inner = format!("MAIL FROM:<{ann}>\r\nRCPT TO:<{ben}>\r\nDATA\r\n{}", letter(&ann, &ben, "smuggled"));
    let answer = smuggler.ask(&format!("{}\n.\n{inner}\r\n.", letter("x@there.example", &ben, "outer").trim_end()));
    assert!(answer.starts_with("250 "), "all of it is one message: {answer}");
    arrived(&world, &ben, "INBOX", "outer");
    assert!(mx.send("x@there.example", &ben, &letter("x@y.example", &ben, "last")).starts_with("250 "));
    arrived(&world, &ben, "INBOX", "last");
    let mut imap = Imap::open(world.port("imap"), &ben, PASSWORD).unwrap();
    let all = imap.subjects("INBOX");
    assert!(!all.contains(&"smuggled".to_owned()), "{all:?}");
    kept.stop();
}

// Proves: SPF-01
#[test]
fn what_is_spoofed_goes_to_junk_at_that_stage() {
    let Some(world) = World::new() else { return };
    let world = at(world, "junk_internet");
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    world.set_up("--plain-on-loopback true --inside 10.0.0.0/8");
    let kept = world.started();
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.send("x@there.example", &ben, &letter(&ann, &ben, "spoofed")).starts_with("250 "));
    let other = format!("{MARK}junk\r\n{}", letter("x@there.example", &ben, "other"));
    assert!(mx.send("x@there.example", &ben, &other).starts_with("250 "));
    let look = |folder: &str, subject: &str| {
        let fetch = [
            "-c",
            &world.at("dovecot/dovecot.conf"),
            "fetch",
            "-u",
            &ben,
            "hdr",
            "mailbox",
            folder,
            "subject",
            subject,
        ];
        let fetched = Command::new("doveadm").args(fetch).stderr(Stdio::null()).output().unwrap();
        Some(String::from_utf8_lossy(&fetched.stdout).into_owned()).filter(|found| !found.is_empty())
    };
    let found = crate::delivery::until("the spoofed one in Junk", || look("Junk", "spoofed"));
    assert!(found.contains(&format!("{MARK}junk")), "{found}");
    crate::delivery::until("the other one", || look("INBOX", "other"));
    assert!(look("INBOX", "spoofed").is_none() && look("Junk", "other").is_none());
    kept.stop();
}

// Proves: SPF-01
#[test]
fn what_is_spoofed_is_refused_at_the_last_stages_and_its_recipients_are_told() {
    let Some(world) = World::new() else { return };
    let world = at(world, "block_and_tell");
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let kept = world.running();
    let mut mx = Smtp::connect(world.port("smtp"));
    for _ in 0..2 {
        let answer = mx.send("x@there.example", &ben, &letter(&ann, &ben, "spoofed"));
        assert!(answer.starts_with("550 5.7.1 Mail from this domain"), "{answer}");
    }
    let notice = read(&world, &ben, "INBOX", "A message to you was refused");
    assert!(notice.contains("Sender:  x@there.example") && !notice.contains(MARK), "{notice}");
    assert!(mx.send("x@there.example", &ben, &letter("x@there.example", &ben, "other")).starts_with("250 "));
    arrived(&world, &ben, "INBOX", "other");
    let mut imap = Imap::open(world.port("imap"), &ben, PASSWORD).unwrap();
    assert_eq!(imap.subjects("INBOX").len(), 2, "told once, and nothing of the message itself");
    // A connection that breaks off in the middle of a message leaves nothing behind.
    let mut broken = TcpStream::connect(("127.0.0.1", world.port("smtp"))).unwrap();
    broken.write_all(b"EHLO x\r\nMAIL FROM:<>\r\n").unwrap();
    drop(broken);
    assert!(mx.ask("NOOP").starts_with("250 "));
    kept.stop();
}
