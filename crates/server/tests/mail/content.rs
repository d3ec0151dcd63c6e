//! What is in a message, and whether it may go where it is to go.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use service::secure::Accreditation;

use crate::clients::{Smtp, letter};
use crate::delivery::arrived;
use crate::world::{Kept, PASSWORD, World};

/// A mail server that takes one message after the other: its port, and what it was told of each.
fn sink() -> (u16, Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (send, receive) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            reader.get_mut().write_all(b"220 gateway.example ESMTP\r\n").unwrap();
            let (mut heard, mut in_message) = (Vec::new(), false);
            while let Some(Ok(line)) = reader.by_ref().lines().next() {
                let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
                let answer = match word.as_str() {
                    "." => Some("250 taken"),
                    _ if in_message => None,
                    "DATA" => Some("354 go on"),
                    "QUIT" => Some("221 bye"),
                    _ => Some("250 yes"),
                };
                in_message = if word == "DATA" { true } else { in_message && word != "." };
                heard.push(line);
                if let Some(answer) = answer {
                    reader.get_mut().write_all(format!("{answer}\r\n").as_bytes()).unwrap();
                }
            }
            if send.send(heard).is_err() {
                return;
            }
        }
    });
    (port, receive)
}

/// Mail for others goes there, and what is marked as secret as well.
fn secured<'w>(world: &'w World, outgoing: u16, gateway: &str) -> Kept<'w> {
    world.set_up(&format!("--plain-on-loopback true --outgoing 127.0.0.1:{outgoing} --secure-gateway {gateway}"));
    world.started()
}

fn with_file(from: &str, name: &str, bytes: &str) -> String {
    format!(
        "From: <{from}>\r\nSubject: {name}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n\
         Content-Type: application/octet-stream; name=\"{name}\"\r\n\r\n{bytes}\r\n--b--\r\n"
    )
}

// Proves: LIM-01, SEM-01
#[test]
fn what_nobody_may_send_is_refused_and_what_is_secret_goes_to_safe_addresses_or_by_the_gateway() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let federation = &world.federation;
    let told = Accreditation { pattern: "trust.example", on: None, reference: "" };
    federation.almoner.add_secure_domain(&federation.operator(), &told).unwrap();
    let (outgoing, others) = sink();
    let kept = secured(&world, outgoing, "none");
    let mut mx = Smtp::connect(world.port("smtp"));
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    for (name, bytes, answer) in [
        ("a.exe", "x", "550 5.7.1 Attachments of this type are not taken: .exe"),
        ("a.txt", "\u{7f}ELF", "550 5.7.1 Attachments of this type are not taken: a Linux program"),
        ("a.zip", "PK\u{3}\u{4}", "550 5.7.1 An attached archive cannot be read"),
        ("a.txt", "x", "250 2.0.0"),
    ] {
        let from = "x@elsewhere.example";
        let said = mx.send(from, &ben, &with_file(from, name, bytes));
        assert!(said.starts_with(answer), "{name}: {said}");
        let said = smtp.send(&ann, &ben, &with_file(&ann, name, bytes));
        assert!(said.starts_with(answer), "{name}: {said}");
    }
    let marked = |to: &str| letter(&ann, to, "=?utf-8?q?=5BSecure=5D?=_x");
    for (to, answer) in [
        (ben.as_str(), "250 "),
        ("bo@trust.example", "250 "),
        ("bo@firm.cjsm.net", "250 "),
        ("bo@x.example", "550 5.7.4 "),
    ] {
        let said = smtp.send(&ann, to, &marked(to));
        assert!(said.starts_with(answer), "{to}: {said}");
    }
    for _ in 0..2 {
        let heard = others.recv_timeout(Duration::from_secs(30)).unwrap();
        assert!(heard.iter().any(|line| line.contains("bo@trust.example") || line.contains("bo@firm.cjsm.net")));
    }
    let said = mx.send("x@elsewhere.example", &ben, &letter("x@elsewhere.example", &ben, "[secure]-y"));
    assert!(said.starts_with("250 "), "what others write there is theirs: {said}");
    kept.stop();

    let (port, receive) = sink();
    let kept = secured(&world, outgoing, &format!("127.0.0.1:{port}"));
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    for line in
        [format!("MAIL FROM:<{ann}>"), format!("RCPT TO:<{ben}>"), "RCPT TO:<bo+x@x.example>".into(), "DATA".into()]
    {
        let said = smtp.ask(&line);
        assert!(said.starts_with(['2', '3']), "{line}: {said}");
    }
    let said = smtp.ask(&format!("{}\r\n.", letter(&ann, "bo+x@x.example", "[secure]-z").trim_end()));
    assert!(said.starts_with("250 "), "{said}");
    arrived(&world, &ben, "INBOX", "[secure]-z");
    let heard = receive.recv_timeout(Duration::from_secs(30)).unwrap();
    let envelope: Vec<_> = heard.iter().filter(|line| line.starts_with("RCPT TO:")).collect();
    assert_eq!(envelope.len(), 1, "{heard:?}");
    assert!(envelope[0].starts_with("RCPT TO:<bo+x@x.example>"), "as it was written: {heard:?}");
    assert!(heard.contains(&"Subject: [secure]-z".to_owned()) && heard.contains(&"To: <bo+x@x.example>".to_owned()));
    kept.stop();
}
