//! Where messages come from: what their domains say, what is said of it in the message, what is signed.

use serde_json::Value;

use crate::clients::{Imap, Smtp, letter};
use crate::delivery::{arrived, until};
use crate::names::Names;
use crate::world::{PASSWORD, World};

/// A message as it lies in somebody's inbox.
pub(crate) fn read(world: &World, who: &str, folder: &str, subject: &str) -> String {
    let mut imap = Imap::open(world.port("imap"), who, PASSWORD).unwrap();
    until(&format!("{subject} in {folder}"), || {
        imap.listen();
        imap.message(folder, subject)
    })
}

/// What is behind the literal of an answer, as another server would send it on.
fn raw(message: &str) -> String {
    let (_, text) = message.split_once("}\n").unwrap();
    text.rsplit_once("\n)").unwrap().0.to_owned()
}

fn keys(world: &World, verb: &str) -> Vec<Value> {
    let said = world.say(&format!("--json mail dkim {verb} --folder {}", world.at("")));
    assert_eq!(said.code, 0, "{said:?}");
    serde_json::from_str::<Value>(&said.out).unwrap()["keys"].as_array().unwrap().clone()
}

fn publish(names: &Names, keys: &[Value]) {
    for key in keys {
        names.text(key["name"].as_str().unwrap(), key["record"].as_str().unwrap());
    }
}

/// The results that a message has, on one line.
fn results(message: &str) -> String {
    let (_, behind) = message.split_once("Authentication-Results: ").unwrap_or_default();
    let lines = behind.lines().enumerate().take_while(|(at, line)| *at == 0 || line.starts_with('\t'));
    lines.map(|(_, line)| line.trim()).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_people_send_is_signed_and_what_others_send_is_looked_up() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let names = Names::begin();
    names.text("there.example", "v=spf1 ip4:127.0.0.1 -all");
    names.text("evil.example", "v=spf1 -all");
    names.text("_dmarc.there.example", "v=DMARC1; p=reject");
    world.set_up(&format!("--plain-on-loopback true --dns 127.0.0.1:{}", names.port));
    let made = keys(&world, "show");
    assert_eq!(made.iter().map(|key| key["algorithm"].as_str().unwrap()).collect::<Vec<_>>(), ["ed25519", "rsa"]);
    assert!(made.iter().all(|key| key["signs"] == true));
    publish(&names, &made);
    let kept = world.started();
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    let forged = format!("Authentication-Results: (a) {}; dkim=pass\r\n{}", world.domain(), letter(&ann, &ben, "own"));
    assert!(smtp.send(&ann, &ben, &forged).starts_with("250 "));
    let own = raw(&read(&world, &ben, "INBOX", "own"));
    assert_eq!(own.matches("DKIM-Signature: v=1;").count(), 2, "{own}");
    assert!(!own.contains("Authentication-Results"), "{own}");

    // Sent on by another server, as it lies there.
    let mut mx = Smtp::connect(world.port("smtp"));
    let again = own[own.find("DKIM-Signature").unwrap()..].to_owned();
    assert!(mx.send("x@there.example", &ben, &again).starts_with("250 "));
    let foreign = letter("x@there.example", &ben, "foreign");
    let said = "Authentication-Results: there.example; spf=pass\r\n";
    let ours = format!("Authentication-Results: {}; spf=pass\r\n", world.domain());
    assert!(mx.send("x@there.example", &ben, &format!("{ours}{said}{ours}{foreign}")).starts_with("250 "));
    let message = read(&world, &ben, "INBOX", "foreign");
    let found = results(&message);
    let expected = format!("{}; spf=pass", world.domain());
    assert!(found.starts_with(&expected) && found.contains("dmarc=pass header.from=there.example"), "{message}");
    assert_eq!(message.matches("Authentication-Results: mail.example;").count(), 1, "{message}");
    assert!(message.contains(said.trim_end()), "what others say stays: {message}");
    assert!(mx.send("x@evil.example", &ben, &letter("x@there.example", &ben, "evil")).starts_with("250 "));
    let found = results(&read(&world, &ben, "INBOX", "evil"));
    assert!(found.contains("spf=fail") && found.contains("dmarc=fail"), "{found}");
    let signed = until("the message that was sent on", || {
        let mut imap = Imap::open(world.port("imap"), &ben, PASSWORD).unwrap();
        imap.subjects("INBOX");
        Some(imap.ask("FETCH 2 (BODY.PEEK[])")).filter(|message| message.contains("Subject: own"))
    });
    let found = results(&signed);
    assert_eq!(found.matches("dkim=pass").count(), 2, "{found}");
    kept.stop();
}

#[test]
fn keys_are_changed_while_mail_is_running() {
    let Some(world) = World::new() else { return };
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let mut kept = world.running();
    let again = world.say(&format!("mail dkim make --folder {}", world.at("")));
    assert_eq!(again.code, 1, "two a day: {again:?}");
    let made = keys(&world, "show");
    let rsa = made[1]["selector"].as_str().unwrap().to_owned();
    let said = world.say(&format!("mail dkim remove {rsa} --folder {}", world.at("")));
    assert!(said.code == 1 && said.err.contains("signs what is sent"), "{said:?}");
    let unknown = world.say(&format!("mail dkim use other --folder {}", world.at("")));
    assert!(unknown.code == 1 && unknown.err.contains("no key other"), "{unknown:?}");
    let ed = made[0]["selector"].as_str().unwrap().to_owned();
    assert_eq!(keys(&world, &format!("use {ed}")).iter().filter(|key| key["signs"] == true).count(), 1);
    kept.signal("HUP");
    kept.line("mail_reads_its_files_again");
    assert_eq!(keys(&world, &format!("remove {rsa}")).len(), 1);
    let mut smtp = until("a greeting", || Smtp::greeted(world.port("submission")));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    until("one signature", || {
        assert!(smtp.send(&ann, &ben, &letter(&ann, &ben, "one")).starts_with("250 "));
        arrived(&world, &ben, "INBOX", "one");
        let mut imap = Imap::open(world.port("imap"), &ben, PASSWORD).unwrap();
        let count = imap.subjects("INBOX").len();
        let last = imap.ask(&format!("FETCH {count} (BODY.PEEK[])"));
        (last.matches("DKIM-Signature: v=1; a=ed25519-sha256").count() == 1 && !last.contains("rsa-sha256"))
            .then_some(())
    });
    kept.stop();
}
