//! Messages that nobody writes, before the filter: each is answered, and the next one is taken.

use crate::clients::{Smtp, letter};
use crate::delivery::arrived;
use crate::world::World;

/// A message with other fields, and another body.
fn odd(subject: &str, fields: &str, body: &str) -> String {
    format!("From: <x@elsewhere.example>\r\nSubject: {subject}\r\n{fields}\r\n{body}")
}

#[test]
fn a_message_that_nobody_writes_is_answered_and_the_next_one_is_taken() {
    let Some(world) = World::new() else { return };
    let ann = world.person("Ann", "Lee");
    let kept = world.running();
    let mut mx = Smtp::connect(world.port("smtp"));
    let long = "x".repeat(900);
    let nested = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(2_000);
    let taken = [
        (
            "bytes",
            odd(
                "bytes",
                "X-Odd: \u{e9}\u{0} \u{1}\r\nContent-Type: text/plain; charset=none\r\n",
                "\u{0}\u{ff}\u{1b}\r\n",
            ),
        ),
        ("fields", odd("fields", &format!("X-Y: {long}\r\n").repeat(1_000), "x\r\n")),
        ("folded", odd("folded", &format!("X-Y: a{}\r\n", "\r\n\tb".repeat(20_000)), "x\r\n")),
        ("nested", odd("nested", "MIME-Version: 1.0\r\n", &nested)),
        ("none", odd("none", "", "")),
    ];
    for (name, message) in &taken {
        let answer = mx.send("x@elsewhere.example", &ann, message);
        assert!(answer.starts_with("250 "), "{name}: {answer}");
        arrived(&world, &ann, "INBOX", name);
    }
    let refused = [
        ("many", odd("many", &"X-Y: z\r\n".repeat(4_001), "x\r\n"), "552 5.3.4"),
        ("twenty", odd("twenty", &format!("X-Y: {long}\r\n").repeat(22_000), "x\r\n"), "552 5.3.4"),
    ];
    for (name, message, code) in &refused {
        let answer = mx.send("x@elsewhere.example", &ann, message);
        assert!(answer.starts_with(code) && answer.contains("header"), "{name}: {answer}");
    }
    // 64 MiB, and no size is announced: Postfix reads to the end and refuses.
    for step in ["MAIL FROM:<x@elsewhere.example>".to_owned(), format!("RCPT TO:<{ann}>"), "DATA".to_owned()] {
        mx.ask(&step);
    }
    let answer = mx.ask(&format!("{}\r\n.", format!("X-Y: {long}\r\n").repeat(70_000)));
    assert!(answer.starts_with("552 5.3.4"), "{answer}");
    assert!(mx.send("x@elsewhere.example", &ann, &letter("x@y.example", &ann, "after")).starts_with("250 "));
    arrived(&world, &ann, "INBOX", "after");
    kept.stop();
}
