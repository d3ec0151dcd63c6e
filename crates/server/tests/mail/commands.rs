//! What the mail engine is told to do, by the real programs: sessions that end, mailboxes that are destroyed for good.

use std::fs;
use std::path::{Path, PathBuf};

use domain::status::Status;
use service::account::act::Request;

use crate::clients::{Imap, Pop, Smtp, letter};
use crate::delivery::{arrived, until};
use crate::world::{PASSWORD, World};

/// Files below some folders in which a text stands.
fn files_with(folders: &[PathBuf], text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut rest: Vec<PathBuf> = folders.to_vec();
    while let Some(folder) = rest.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                rest.push(path);
            } else if kind.is_file() && has(&path, text) {
                found.push(path);
            }
        }
    }
    found
}

fn has(path: &Path, text: &str) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

pub(crate) fn commands(world: &World, state: &str) -> Vec<String> {
    let said = world.say(&format!("--json mail commands list --state {state}"));
    let all: serde_json::Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    let line = |one: &serde_json::Value| format!("{} {}", one["command"], one["address"]).replace('"', "");
    all.as_array().unwrap().iter().map(line).collect()
}

// Proves: MAIL-03, PWD-03
#[test]
fn sessions_end_when_their_account_may_not_work_any_more() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let kept = world.running();
    let open = |who: &str| {
        let (pop, answer) = Pop::open(world.port("pop3"), who, PASSWORD);
        assert!(answer.starts_with("+OK"), "{answer}");
        (Imap::open(world.port("imap"), who, PASSWORD).unwrap(), pop)
    };
    let ended = |(mut imap, mut pop): (Imap, Pop)| {
        until("an end of IMAP", || {
            imap.listen();
            (!imap.ask("NOOP").contains("a OK")).then_some(())
        });
        until("an end of POP", || (!pop.ask("NOOP").starts_with("+OK")).then_some(()));
    };
    let mut other = Imap::open(world.port("imap"), &ben, PASSWORD).unwrap();
    let sessions = open(&ann);
    assert_eq!(world.say(&format!("disable {ann}")).code, 0);
    ended(sessions);
    assert!(Imap::open(world.port("imap"), &ann, PASSWORD).is_err());
    assert_eq!(world.say(&format!("enable {ann}")).code, 0);
    let sessions = until("a session", || Imap::open(world.port("imap"), &ann, PASSWORD).ok().map(|_| open(&ann)));
    assert_eq!(world.say(&format!("mail kick {ann}")).code, 0);
    ended(sessions);
    assert!(other.ask("NOOP").contains("a OK"), "nobody else is cut off");
    until("all done", || commands(&world, "waiting").is_empty().then_some(()));
    kept.stop();
}

// Proves: MAIL-05
#[test]
fn a_purged_mailbox_is_nowhere_any_more_and_a_restored_one_has_its_mail() {
    let Some(world) = World::new() else { return };
    let (ann, ben, cy) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"), world.person("Cy", "Dee"));
    let federation = &world.federation;
    let (delete, operator) = (&Request::Delete, federation.operator());
    world.set_up("--plain-on-loopback true");
    fs::write(world.mail().join("postfix/local.cf"), "header_checks = regexp:{{/^Subject: held-/ HOLD}}\n").unwrap();
    world.set_up("");
    let kept = world.started();
    let mut mx = Smtp::connect(world.port("smtp"));
    for (who, subject) in [(&ann, "secret-one"), (&ben, "kept-one")] {
        let answer = mx.send("x@elsewhere.example", who, &letter("x@y.example", who, subject));
        assert!(answer.starts_with("250 "), "{answer}");
        arrived(&world, who, "INBOX", subject);
    }
    // Mail for her that cannot be delivered waits in the queue; some of it is for others as well.
    mx.ask("MAIL FROM:<x@elsewhere.example>");
    for who in [&ann, &cy] {
        assert!(mx.ask(&format!("RCPT TO:<{who}>")).starts_with("250 "));
    }
    mx.ask("DATA");
    mx.ask(&format!("{}\r\n.", letter("x@y.example", &ann, "held-for-both").trim_end()));
    let detail = ann.replace('@', "+News@");
    let held = letter("x@y.example", &ann, "held-secret-two");
    assert!(mx.send("x@elsewhere.example", &detail, &held).starts_with("250 "));
    let folders = ["mail", "queue"].map(|name| world.mail().join(name));
    let secret = || files_with(&folders, "secret-").len();
    let before = secret();
    assert!(before >= 2, "in the mailbox and in the queue");
    for who in [&ann, &ben] {
        federation.almoner.act(&operator, who, delete, "a duplicate").unwrap();
    }
    until("all done", || commands(&world, "waiting").is_empty().then_some(()));
    assert_eq!(secret(), before, "deleted is not destroyed");
    federation.days_pass(100);
    federation.ask(&ben, &Request::Restore).unwrap();
    federation.days_pass(100);
    assert_eq!(federation.status(&ann), Status::Purged);
    until("all done", || commands(&world, "waiting").is_empty().then_some(()));
    assert!(commands(&world, "done").contains(&format!("purge {ann}")));
    assert_eq!(files_with(&folders, "secret-"), Vec::<PathBuf>::new());
    arrived(&world, &ben, "INBOX", "kept-one");
    assert_eq!(files_with(&folders, "held-for-both").len(), 1, "it is for somebody else, too");
    kept.stop();
    federation.verify();
}

// Proves: MAIL-05
#[test]
fn a_purge_that_was_killed_in_the_middle_is_done_again() {
    let Some(world) = World::new() else { return };
    let ann = world.person("Ann", "Lee");
    let federation = &world.federation;
    let kept = world.running();
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.send("x@elsewhere.example", &ann, &letter("x@y.example", &ann, "secret")).starts_with("250 "));
    arrived(&world, &ann, "INBOX", "secret");
    let id = federation.account(&ann).id.0;
    let home = world.mail().join("mail").join(format!("{:02x}", id & 0xff)).join(id.to_string());
    let many = home.join("many");
    fs::create_dir(&many).unwrap();
    for number in 0..30_000 {
        fs::write(many.join(number.to_string()), "").unwrap();
    }
    federation.almoner.act(&federation.operator(), &ann, &Request::Delete, "a duplicate").unwrap();
    federation.days_pass(200);
    let left = || fs::read_dir(&many).map_or(0, Iterator::count);
    until("a beginning", || (left() < 30_000).then_some(()));
    let engines = kept.abandon();
    drop(engines);
    let again = world.started();
    until("all done", || commands(&world, "waiting").is_empty().then_some(()));
    assert!(!home.exists(), "what was begun is ended");
    assert!(files_with(&[world.mail().join("mail"), world.mail().join("queue")], "secret").is_empty());
    again.stop();
    federation.verify();
}
