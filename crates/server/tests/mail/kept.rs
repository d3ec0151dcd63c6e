//! Both programs at work: they greet, they are mended, they end; and without Almoner nobody hears a wrong answer.

use std::fs;

use crate::world::{Kept, PORTS, World, alive};

/// The states of a check that are not in order.
fn wrong(w: &World) -> Vec<String> {
    let document = w.json("check");
    let lines = document["lines"].as_array().unwrap().iter();
    lines.filter(|line| line["state"] != "ok" && line["name"] != "disk").map(ToString::to_string).collect()
}

/// Without Almoner: mail is asked to come again, and nobody is told that a password is wrong.
fn everybody_waits(w: &World) {
    let refused =
        w.talk("smtp", &[("", "220 "), ("EHLO there.example\r\n", "250 "), ("MAIL FROM:<a@there.example>\r\n", "")]);
    assert!(refused.last().unwrap().starts_with("451 4."), "{refused:?}");
    let submission = w.talk("submission", &[("", "")]);
    assert!(submission[0].starts_with("451 4.3.5 "), "before a password can be called wrong: {submission:?}");
    // From an address to itself Dovecot takes passwords without TLS.
    let imap = w.talk("imap", &[("", "* OK "), ("a LOGIN ann@mail.example secret\r\n", "a ")]);
    assert!(imap.last().unwrap().starts_with("a NO [UNAVAILABLE] Temporary"), "{imap:?}");
    let pop3 = w.talk("pop3", &[("", "+OK "), ("USER ann@mail.example\r\n", "+OK"), ("PASS secret\r\n", "-ERR")]);
    assert!(pop3.last().unwrap().starts_with("-ERR [SYS/TEMP] Temporary"), "{pop3:?}");
}

#[test]
fn every_port_greets_and_a_stop_leaves_nobody_behind() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    let down = w.mails("check");
    assert!(down.code == 1 && down.out.contains("nobody keeps it running"), "{}", down.out);
    let kept = w.started();
    let document = w.json("check");
    let lines = document["lines"].as_array().unwrap();
    // The two are for this machine's own programs.
    for name in PORTS.iter().filter(|name| !["auth", "rules"].contains(name)) {
        let line = lines.iter().find(|line| line["name"] == *name).unwrap();
        assert!(line["state"] == "ok" || line["what"].as_str().unwrap().ends_with("it has no answers"), "{line}");
        assert!(!line["what"].as_str().unwrap().contains("3.7"), "no version is told: {line}");
    }
    let second = w.mails("start");
    assert!(second.code == 1 && second.err.contains("is kept running already as process"), "{second:?}");
    assert!(second.err.contains("almoner mail stop"), "{second:?}");
    // Somebody who says nothing holds up no stop.
    let held = ["smtp", "submission", "imap", "pop3"].map(|name| w.open(name));
    kept.stop();
    drop(held);
    let again = w.mails("stop");
    assert_eq!((again.code, again.out.trim()), (0, "Nothing was running."), "{again:?}");
}

#[test]
fn an_engine_that_is_killed_is_started_again() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    let mut kept = w.started();
    for number in ["queue/pid/master.pid", "run/dovecot/master.pid"] {
        Kept::kill(&fs::read_to_string(w.at(number)).unwrap());
        let ended = kept.line("engine_ended");
        assert!(ended.contains("signal: 9"), "{ended}");
        kept.line("mail_ready");
    }
    assert!(wrong(&w).iter().all(|line| line.contains("answers")), "{:?}", wrong(&w));
    kept.stop();
}

#[test]
fn a_new_certificate_is_shown_after_a_signal_and_nobody_is_cut_off() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    let mut kept = w.started();
    let before = wrong(&w);
    let held = w.open("smtp");
    fs::remove_file(w.at("tls/cert.pem")).unwrap();
    let made = w.json("setup");
    assert!(made["files"].to_string().contains("tls/cert.pem"), "{made}");
    let other = wrong(&w);
    assert!(other.iter().any(|line| line.contains("shows another certificate than the file has")), "{other:?}");
    kept.signal("HUP");
    kept.line("mail_reads_its_files_again");
    // Each look takes its time; processes that serve somebody now are told when they are done.
    let settled = (0..200).any(|_| wrong(&w) == before);
    assert!(settled, "{:?}", wrong(&w));
    drop(held);
    kept.stop();
}

#[test]
fn who_kept_it_running_is_killed_and_the_next_one_takes_over() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    let left = w.started().abandon();
    assert!(left.0.iter().all(|group| !alive(*group).is_empty()), "both still run");
    everybody_waits(&w);
    let kept = w.started();
    assert!(left.0.iter().all(|group| alive(*group).is_empty()), "those before are gone");
    kept.stop();
}

#[test]
fn a_port_that_somebody_else_has_is_named_until_it_is_free() {
    let Some(w) = World::new() else { return };
    w.set_up("");
    let taken = std::net::TcpListener::bind(("127.0.0.1", w.port("submission"))).unwrap();
    let mut kept = w.starting();
    let ended = kept.line("engine_ended");
    assert!(ended.contains("engine=postfix") && ended.contains("Address already in use"), "{ended}");
    drop(taken);
    kept.line("mail_ready");
    kept.stop();
}
