//! What setup writes: both programs take it without a word, it can be said again, and hands may add to it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::world::{World, said};

/// Both programs read what was written, and have nothing to say about it.
fn accepted(w: &World, how: &str) {
    let postfix = w.at("postfix");
    let conf = w.at("dovecot/dovecot.conf");
    let calls: [(&str, &[&str]); 4] = [
        ("/usr/sbin/postfix", &["-c", &postfix, "check"]),
        ("/usr/sbin/postconf", &["-c", &postfix, "-n"]),
        ("/usr/sbin/postconf", &["-c", &postfix, "-M"]),
        ("/usr/bin/doveconf", &["-c", &conf, "-n"]),
    ];
    for (program, words) in calls {
        let said = said(Command::new(program).args(words));
        // Of the files that may be open, where the tests run with few of them: `mail start` has them raised.
        let told: Vec<_> = said.err.lines().filter(|line| !line.contains("fd limit (ulimit -n)")).collect();
        assert_eq!((said.code, told), (0, vec![]), "{how}: {program} {words:?}: {}", said.out);
    }
    let log = fs::read_to_string(w.at("log/postfix.log")).unwrap_or_default();
    assert!(!log.contains("warning") && !log.contains("fatal"), "{how}: {log}");
}

/// A parameter as Postfix reads it.
fn parameter(w: &World, name: &str) -> String {
    said(Command::new("/usr/sbin/postconf").args(["-c", &w.at("postfix"), "-h", name])).out.trim().to_owned()
}

/// The state of each file, in the document of a setup.
fn states(document: &serde_json::Value, state: &str) -> Vec<String> {
    let files = document["files"].as_array().unwrap().iter();
    files.filter(|file| file["state"] == state).map(|file| file["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn postfix_and_dovecot_have_nothing_to_say_about_what_is_written() {
    let Some(w) = World::new() else { return };
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let tls = format!("--certificate {fixture}/portal.pem --key {fixture}/portal.key");
    for more in [
        "",
        "--plain-on-loopback true --outgoing direct",
        "--plain-on-loopback false --listen 0.0.0.0 --pop3-port 0 --pop3s-port 0 --outgoing relay.example:2525",
        "--listen ::1 --submission-port 0 --host mx.mail.example",
        "--imap-port 0 --imaps-port 0 --listen 127.0.0.1",
        &tls,
    ] {
        w.set_up(more);
        accepted(&w, more);
    }
}

#[test]
fn nobody_is_relayed_for_and_what_is_known_against_smuggling_is_on() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    for (name, value) in [
        ("smtpd_relay_restrictions", "reject_unauth_destination"),
        ("smtpd_forbid_bare_newline", "yes"),
        ("smtpd_forbid_bare_newline_exclusions", ""),
        ("smtpd_forbid_unauth_pipelining", "yes"),
        ("smtpd_tls_protocols", ">=TLSv1.2"),
        ("message_size_limit", "36700160"),
        ("mydestination", ""),
        ("default_transport", "error:5.7.1 this server sends no mail to other domains"),
    ] {
        assert_eq!(parameter(&w, name), value, "{name}");
    }
    assert!(!parameter(&w, "smtpd_banner").contains("mail_version"));
}

#[test]
fn said_again_it_changes_only_what_it_is_told() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    let (certificate, secret) =
        (fs::read(w.at("tls/cert.pem")).unwrap(), fs::read(w.at("dovecot/secret.conf")).unwrap());
    let again = w.mails("setup");
    assert!(again.code == 0 && again.out.contains("Nothing was changed."), "{again:?}");
    let imap = w.port("imap");
    let document = w.json("setup --imap-port 0");
    assert_eq!(states(&document, "changed"), ["dovecot/dovecot.conf", "settings.toml"]);
    assert_eq!(w.json("config")["files"][0]["state"], "same");
    let diff = w.mails(&format!("config --diff --imap-port {imap}"));
    assert!(diff.out.contains("-     port = 0\n") && diff.out.contains(&format!("+     port = {imap}\n")), "{diff:?}");
    assert!(fs::read(w.at("tls/cert.pem")).unwrap() == certificate, "the certificate stays");
    assert!(fs::read(w.at("dovecot/secret.conf")).unwrap() == secret, "so do the secrets");
    let shown = w.mails("config").out;
    let token = String::from_utf8(secret).unwrap().trim().rsplit(' ').next().unwrap().to_owned();
    assert!(token.len() == 48 && !shown.contains(&token), "they are not shown");
}

#[test]
fn what_is_added_by_hand_stays_and_wins() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    fs::write(w.at("postfix/local.cf"), "smtpd_banner = $myhostname\n  hello\nmessage_size_limit = 1000000\n").unwrap();
    fs::write(w.at("dovecot/local.conf"), "login_greeting = Hello.\n").unwrap();
    let document = w.json("setup");
    assert_eq!(states(&document, "changed"), ["postfix/main.cf"]);
    accepted(&w, "with hands");
    assert_eq!(parameter(&w, "message_size_limit"), "1000000");
    let dovecot =
        said(Command::new("/usr/bin/doveconf").args(["-c", &w.at("dovecot/dovecot.conf"), "-h", "login_greeting"]));
    assert_eq!(dovecot.out.trim(), "Hello.");
    fs::write(w.at("postfix/main.cf"), "lost\n").unwrap();
    let mut kept = w.starting();
    let told = kept.line("mail_files_differ");
    assert!(told.contains("files=postfix/main.cf"), "{told}");
    kept.line("engine=postfix");
    kept.signal("TERM");
    kept.line("mail_stopped");
    drop(kept);
    let check = w.json("check");
    let line = check["lines"].as_array().unwrap().iter().find(|line| line["name"] == "files").unwrap();
    assert!(line["state"] == "warn" && line["what"].as_str().unwrap().starts_with("postfix/main.cf"), "{line}");
}

#[test]
fn nobody_but_their_owners_reads_keys_secrets_and_mail() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    let owner = w.json("setup")["mail_uid"].as_u64().unwrap();
    for (name, user, mode) in [
        ("", 0, 0o711),
        ("mail", owner, 0o700),
        ("tls", 0, 0o700),
        ("tls/key.pem", 0, 0o600),
        ("dovecot", 0, 0o700),
        ("dovecot/secret.conf", 0, 0o600),
        ("log", 0, 0o700),
    ] {
        let meta = fs::metadata(w.at(name)).unwrap();
        assert_eq!((u64::from(meta.uid()), meta.permissions().mode() & 0o777), (user, mode), "{name}");
    }
    fs::set_permissions(w.at("mail"), fs::Permissions::from_mode(0o755)).unwrap();
    let said = w.mails("check");
    assert!(said.code == 1 && said.out.contains("has the mode 755, not 700"), "{}", said.out);
    w.mails("setup");
    assert_eq!(fs::metadata(w.at("mail")).unwrap().permissions().mode() & 0o777, 0o700, "setup puts it right");
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let Some(w) = World::new() else { return };
    for (verb, told) in [
        ("start", "no mail engine was set up"),
        ("stop", "no mail engine was set up"),
        ("check", "no mail engine was set up"),
        ("setup --imap-port 993", "two services would listen on port 993"),
        ("setup --mail-uid 0", "mail would belong to root"),
        ("setup --mail-uid 1", "the number 1 belongs to daemon"),
        ("setup --certificate /nowhere.pem --key /nowhere.key", "holds no certificate"),
    ] {
        let said = w.mails(verb);
        assert!(said.code != 0 && said.err.contains(told) && said.err.contains("hint: "), "{verb}: {said:?}");
    }
    let said = w.say("mail setup --folder relative");
    assert!(said.code == 2 && said.err.contains("cannot stand in a configuration"), "{said:?}");
    w.set_up("");
    // Somebody else: a program of theirs, for ours may be in a folder that they do not enter.
    let program = w.mail().join("almoner");
    fs::copy(env!("CARGO_BIN_EXE_almoner"), &program).unwrap();
    for (verb, told) in [("start", "start"), ("setup", "set up")] {
        let mut command = Command::new(&program);
        command
            .args(["mail", verb, "--folder", &w.at("")])
            .current_dir("/")
            .env("ALMONER_STORE", "sqlite:/nowhere.db")
            .uid(65534)
            .gid(65534);
        let said = crate::world::said(&mut command);
        let told = format!("error: only root can {told} the mail engine\nhint: run it as root");
        assert!(said.code == 1 && said.err.starts_with(&told), "{said:?}");
    }
}
