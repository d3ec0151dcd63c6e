//! What an operator sees: every readable output of `almoner mail`, at 80 columns.

use expect_test::expect_file;

use crate::world::{PORTS, World};

/// Runs them in order; what differs from run to run is put under a name of the same length.
fn told(w: &World, lines: &[&str]) -> String {
    let mut all = String::new();
    for line in lines {
        let said = w.mails(line);
        let out = format!("{}{}", said.out, said.err);
        all.extend(["$ almoner mail ", line, "\n", &out, &format!("exit {}\n\n", said.code)]);
    }
    let folder = w.at("").trim_end_matches('/').to_owned();
    let mut all = all.replace(&folder, "/srv/alm-folder");
    for (name, known) in PORTS.iter().zip(10001..) {
        all = all.replace(&w.port(name).to_string(), &known.to_string());
    }
    let versions = ["Postfix 3.", "Dovecot 2."];
    let changes = |line: &&str| !line.contains("MiB are free") && !versions.iter().any(|name| line.contains(name));
    all.lines().filter(changes).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn every_screen_of_the_mail_engine() {
    let Some(w) = World::new() else { return };
    let before = told(&w, &["check", "stop"]);
    w.set_up("--mail-uid 8899");
    let after = told(
        &w,
        &[
            "setup",
            "setup --pop3-port 0 --pop3s-port 0",
            "config --diff --pop3-port 10001 --outgoing relay.example:25",
            "config --diff",
            "stop",
            "units",
            "setup --plain-on-loopback true --listen 0.0.0.0",
            "setup --outgoing elsewhere",
        ],
    );
    expect_file!["screens.txt"].assert_eq(&format!("{before}{after}"));
}
