//! What a mailbox does by itself: out of office, forwarding, scripts of one's own, by the real Dovecot and Postfix.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use service::account::act::Request;

use crate::clients::{Imap, Smtp, letter};
use crate::delivery::{arrived, until};
use crate::world::{PASSWORD, World};

/// Mail from elsewhere, or from whoever is named.
fn sent(world: &World, from: &str, to: &str, subject: &str, more: &str) {
    let message = format!("{more}{}", letter(from, to, subject));
    let answer = Smtp::connect(world.port("smtp")).send(from, to, &message);
    assert!(answer.starts_with("250 "), "{subject}: {answer}");
}

fn inbox(world: &World, who: &str) -> Vec<String> {
    Imap::open(world.port("imap"), who, PASSWORD).unwrap().subjects("INBOX")
}

fn said(world: &World, line: &str) {
    let said = world.say(line);
    assert_eq!(said.code, 0, "{line}: {said:?}");
}

/// Out of office: once for each sender, with the text for those outside; nobody is answered who must not be.
fn away(world: &World, ann: &str, ben: &str) {
    sent(world, ben, ann, "before", "");
    arrived(world, ann, "INBOX", "before");
    said(world, &format!("account away {ann} --text in --outside out --days 3"));
    until("an answer", || {
        sent(world, ben, ann, "hello", "");
        inbox(world, ben).contains(&"Auto: hello".to_owned()).then_some(())
    });
    sent(world, ben, ann, "again", "");
    sent(world, ben, ann, "listed", "List-Id: <x.lists.example>\r\n");
    sent(world, ben, ann, "automatic", "Auto-Submitted: auto-generated\r\n");
    sent(world, "", ann, "returned", "");
    arrived(world, ann, "INBOX", "returned");
    let heard = inbox(world, ben);
    assert_eq!(heard.iter().filter(|subject| subject.starts_with("Auto:")).count(), 1, "{heard:?}");
    let mut imap = Imap::open(world.port("imap"), ben, PASSWORD).unwrap();
    imap.subjects("INBOX");
    let text = imap.ask("FETCH 1 (BODY[])");
    assert!(text.contains("\nin\n") || text.contains("\r\nin\r\n"), "{text}");
    assert!(text.contains("Auto-Submitted: auto-replied") && text.contains(&format!("From: <{ann}>")), "{text}");
    said(world, &format!("account away {ann} --off"));
}

/// Forwarding: with a copy and without, stopped by a status, never out of the federation, never round in a ring.
fn forwarded(world: &World, ann: &str, ben: &str) {
    let out = "x@elsewhere.example";
    said(world, &format!("account forward {ann} --to {ben} --keep"));
    until("a copy there", || {
        sent(world, out, ann, "first", "");
        inbox(world, ben).contains(&"first".to_owned()).then_some(())
    });
    arrived(world, ann, "INBOX", "first");
    said(world, &format!("account forward {ann} --to {ben}"));
    until("nothing is kept", || {
        let before = inbox(world, ann).len();
        sent(world, out, ann, "second", "");
        arrived(world, ben, "INBOX", "second");
        (inbox(world, ann).len() == before).then_some(())
    });
    sent(world, out, ann, "round", &format!("X-Sieve-Redirected-From: {ann}\r\n"));
    arrived(world, ann, "INBOX", "round");
    assert!(!inbox(world, ben).contains(&"round".to_owned()));
    let almoner = &world.federation.almoner;
    almoner.act(&world.federation.operator(), ben, &Request::Delete, "a duplicate").unwrap();
    until("it stays, as nobody else takes it", || {
        sent(world, out, ann, "closed", "");
        inbox(world, ann).contains(&"closed".to_owned()).then_some(())
    });
    said(world, &format!("account forward {ann} --off"));
}

/// A script of one's own runs behind ours, and sends on no further.
fn own_script(world: &World, ann: &str, cy: &str) {
    let script = format!(
        "require [\"fileinto\", \"mailbox\"];\nif header :contains \"Subject\" \"out\" {{ redirect \"x@elsewhere.example\"; }}\n\
         elsif header :contains \"Subject\" \"on\" {{ redirect \"{cy}\"; }}\nelse {{ fileinto :create \"Sorted\"; }}\n"
    );
    let stream = TcpStream::connect(("127.0.0.1", world.port("sieve"))).unwrap();
    let mut lines = BufReader::new(stream);
    let mut ask = |text: &str| {
        lines.get_mut().write_all(text.as_bytes()).unwrap();
        loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0);
            if ["OK", "NO", "BYE"].iter().any(|word| line.starts_with(word)) {
                return line;
            }
        }
    };
    assert!(ask("").starts_with("OK"));
    let secret = |password: &str| STANDARD.encode(format!("\0{ann}\0{password}"));
    assert!(ask(&format!("AUTHENTICATE \"PLAIN\" \"{}\"\r\n", secret("wrong"))).starts_with("NO"));
    assert!(ask(&format!("AUTHENTICATE \"PLAIN\" \"{}\"\r\n", secret(PASSWORD))).starts_with("OK"));
    let put = |text: &str| format!("PUTSCRIPT \"mine\" {{{}+}}\r\n{text}\r\n", text.len());
    assert!(ask(&put("require \"enotify\";\n")).starts_with("NO"), "nothing that tells others by itself");
    assert!(ask(&put(&script)).starts_with("OK"));
    assert!(ask("SETACTIVE \"mine\"\r\n").starts_with("OK"));
    sent(world, "x@elsewhere.example", ann, "sorted", "");
    arrived(world, ann, "Sorted", "sorted");
    sent(world, "x@elsewhere.example", ann, "move on", "");
    arrived(world, cy, "INBOX", "move on");
    sent(world, "x@elsewhere.example", ann, "go out", "");
    arrived(world, ann, "INBOX", "go out");
}

// Proves: OOO-01
#[test]
fn a_mailbox_answers_and_sends_on_by_itself_as_it_was_told_a_moment_ago() {
    let Some(world) = World::new() else { return };
    let (ann, ben, cy) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"), world.person("Cy", "Day"));
    world.set_up("--plain-on-loopback true");
    let kept = world.started();
    away(&world, &ann, &ben);
    own_script(&world, &ann, &cy);
    forwarded(&world, &cy, &ben);
    let mut strange = Smtp::connect(world.port("rules"));
    assert!(strange.ask("MAIL FROM:<>").starts_with("250 "));
    // Who began the connection is root here, as Almoner itself is; a recipient of nobody is refused all the same.
    assert!(strange.ask(&format!("RCPT TO:<no.body@{}>", world.domain())).starts_with("550 "));
    kept.stop();
}
