//! The demonstration with mail.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::clients::{Imap, Smtp, letter};
use crate::delivery::found;
use crate::world::World;

/// The first of eight free ports in a row.
fn eight() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let first = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::iter::repeat_with(first).find(|first| *first < 65_000 && (*first..first + 8).all(free)).unwrap()
}

fn demo(world: &World, more: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_almoner"));
    let store = format!("sqlite:{}", world.mail().with_file_name("demo.db").display());
    command.args(["--store", &store, "demo", "--accounts", "1000", "--mail", "--mail-folder", &world.at("")]);
    command.args(more.split_whitespace()).env_remove("ALMONER_STORE").stdin(Stdio::null());
    command
}

#[test]
fn the_two_people_of_a_demonstration_write_to_each_other() {
    let Some(world) = World::new() else { return };
    let ports = eight();
    let mut kept = world.keeping(&mut demo(&world, &format!("--mail-ports {ports}")));
    kept.line("Two people have passwords");
    let mut person = || {
        let line = kept.line("@mail.example  ");
        let mut words = line.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.next().unwrap())
    };
    let ((ann, hers), (ben, his)) = (person(), person());
    kept.line("info mail_ready");
    let mut smtp = Smtp::connect(ports + 1);
    assert!(smtp.sign_in(&ann, &hers).starts_with("235 "));
    assert!(smtp.send(&ann, &ben, &letter(&ann, &ben, "hello")).starts_with("250 "));
    let mut imap = Imap::open(ports + 3, &ben, &his).unwrap();
    found(&mut imap, "INBOX", "hello");
    // A second one does not find the mail of the first.
    let again = demo(&world, "").output().unwrap();
    let told = String::from_utf8(again.stderr).unwrap();
    assert!(again.status.code() == Some(1) && told.contains("is there already"), "{told}");
    kept.stop();
}
