//! A mailbox that is full, by what Dovecot counts.

use domain::profile::Profile;
use service::account::edit::Edit;

use crate::clients::{Imap, Smtp, letter};
use crate::delivery::{arrived, until};
use crate::world::{PASSWORD, World};

fn give(world: &World, who: &str, quota_mib: u32) {
    let (almoner, ctx) = (&world.federation.almoner, world.federation.operator());
    let seen = almoner.show(&ctx, who).unwrap();
    let wanted = Profile { quota_mib: quota_mib.into(), ..seen.profile.clone() };
    let (version, note) = (seen.account.version, String::new());
    almoner.edit_account(&ctx, who, &Edit { version, seen: seen.profile, wanted, note, new_address: false }).unwrap();
}

fn large(from: &str, to: &str, subject: &str) -> String {
    let line = format!("{}\r\n", "x".repeat(76));
    format!("{}{}", letter(from, to, subject), line.repeat(20_000))
}

// Proves: MAIL-04
#[test]
fn a_full_mailbox_takes_and_sends_nothing_until_something_is_deleted() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    give(&world, &ann, 4);
    let kept = world.running();
    let mut mx = Smtp::connect(world.port("smtp"));
    assert!(mx.send("x@elsewhere.example", &ann, &large("x@y.example", &ann, "large")).starts_with("250 "));
    arrived(&world, &ann, "INBOX", "large");
    let mut announced = |size: u32| {
        mx.ask(&format!("MAIL FROM:<x@elsewhere.example> SIZE={size}"));
        let answer = mx.ask(&format!("RCPT TO:<{ann}>"));
        mx.ask("RSET");
        answer
    };
    assert!(announced(1_000_000).starts_with("250 "));
    let full =
        until("room that is counted", || Some(announced(3_500_000)).filter(|answer| !answer.starts_with("250 ")));
    assert!(full.starts_with("552 5.2.2") && full.contains("is full"), "{full}");
    give(&world, &ann, 1);
    let full = until("a smaller room", || Some(announced(0)).filter(|answer| !answer.starts_with("250 ")));
    assert!(full.starts_with("552 5.2.2"), "{full}");
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "), "one may still sign in");
    let answer = smtp.send(&ann, &ben, &letter(&ann, &ben, "one"));
    assert!(answer.starts_with("552 5.2.2") && answer.contains("Your mailbox is full"), "{answer}");
    let mut imap = Imap::open(world.port("imap"), &ann, PASSWORD).unwrap();
    imap.ask("SELECT INBOX");
    assert!(imap.ask("STORE 1 +FLAGS (\\Deleted)").contains("a OK"));
    assert!(imap.ask("EXPUNGE").contains("a OK"));
    until("room to send", || Some(smtp.send(&ann, &ben, &letter(&ann, &ben, "two"))).filter(|a| a.starts_with("250 ")));
    kept.stop();
}
