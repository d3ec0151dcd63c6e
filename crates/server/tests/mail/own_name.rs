//! Whoever signs in writes under names of their own.

use crate::clients::{Smtp, letter};
use crate::world::{PASSWORD, World};

// Proves: APP-04, SM-01
#[test]
fn what_readers_see_as_the_sender_is_the_one_who_signed_in_or_a_mailbox_of_theirs() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let ward = world.federation.shared("RX1", "Ward 2", &[&ann]);
    let kept = world.running();
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    let mut says = |head: &str| {
        let answer = smtp.send(&ann, &ben, &format!("{head}To: <{ben}>\r\nSubject: one\r\n\r\nSome words.\r\n"));
        answer[..9].to_owned()
    };
    for (head, answer) in [
        (format!("From: Ann <{ann}>\r\n"), "250 2.0.0"),
        (format!("From: Ann\r\n <{}>\r\n", ann.to_uppercase()), "250 2.0.0"),
        (format!("From: Ward <{ward}>\r\n"), "250 2.0.0"),
        (format!("From: {ann}, {ward}\r\n"), "250 2.0.0"),
        (format!("From: Ann <{ben}>\r\n"), "550 5.7.1"),
        (format!("From: \"{ann}\" <{ben}>\r\n"), "550 5.7.1"),
        (format!("From: {ann}, {ben}\r\n"), "550 5.7.1"),
        ("From: Ann <ann@elsewhere.example>\r\n".to_owned(), "550 5.7.1"),
        (format!("From: {ann}\r\nFrom: {ben}\r\n"), "550 5.6.0"),
        // Postfix makes an address of it, which is nobody's.
        ("From: Ann\r\n".to_owned(), "550 5.7.1"),
    ] {
        assert_eq!(says(&head), answer, "{head:?}");
    }
    // Nobody signs in where mail comes from others: what claims to be ours there is another check's.
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.send("x@elsewhere.example", &ben, &letter("y@elsewhere.example", &ben, "other")).starts_with("250 "));
    kept.stop();
}
