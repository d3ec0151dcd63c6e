//! A federation, a folder for its mail, and the process that keeps the engine running.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use domain::ctx::Ctx;
use serde_json::Value;
use service::identity::password::Changed;
use service::identity::sign_in::{Attempt, SignIn};
use tempfile::TempDir;
use testkit::databases::Database;
use testkit::dice::Seeded;
use testkit::world::World as Federation;

use crate::commands::commands;
use crate::delivery::until;

/// Everybody's.
pub(crate) const PASSWORD: &str = "three red kettles";

/// What the tests need of the system.
const NEEDED: [&str; 7] = [
    "/usr/sbin/postfix",
    "/usr/sbin/dovecot",
    "/usr/lib/dovecot/imap",
    "/usr/lib/dovecot/pop3",
    "/usr/lib/dovecot/lmtp",
    "/usr/bin/sievec",
    "/usr/lib/dovecot/managesieve",
];

/// The services, in the order of their ports.
pub(crate) const PORTS: [&str; 10] =
    ["smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s", "sieve", "auth", "rules"];

/// A federation and a folder for its mail.
pub(crate) struct World {
    /// The federation, as the library has it; commands and the engine are of the same moment.
    pub(crate) federation: Federation,
    _database: Database,
    pub(crate) dice: Seeded,
    folder: TempDir,
    ports: Vec<u16>,
}

/// What a command answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// A new one; nothing where this machine cannot have it, which a build server must.
    pub(crate) fn new() -> Option<Self> {
        let missing: Vec<_> = NEEDED.into_iter().filter(|file| !Path::new(file).exists()).collect();
        let root = fs::read_to_string("/proc/self/status").unwrap().contains("Uid:\t0\t");
        if !missing.is_empty() || !root {
            let told = format!("not tested: mail needs root, and `./dev test` installs what is missing: {missing:?}");
            assert!(std::env::var_os("CI").is_none(), "{told}");
            drop(writeln!(std::io::stderr(), "{told}"));
            return None;
        }
        // A short path: unix sockets below it have little room.
        let folder = tempfile::Builder::new().prefix("alm-").tempdir_in("/tmp").unwrap();
        let free = || TcpListener::bind("127.0.0.1:0").unwrap();
        let held: Vec<_> = PORTS.iter().map(|_| free()).collect();
        let ports = held.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        let database = Database::sqlite();
        let world =
            Self { federation: Federation::new(&database), _database: database, dice: Seeded::new(11), folder, ports };
        fs::set_permissions(world.folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
        Some(world)
    }

    /// An active person with a password of their own.
    pub(crate) fn person(&self, first: &str, last: &str) -> String {
        let (world, dice) = (&self.federation, &self.dice);
        let address = world.user("RX1", first, last);
        let temporary = world.almoner.reset_password(&world.operator(), &address, dice).unwrap();
        let attempt = Attempt { address: &address, password: &temporary, device: "", agent: "a test" };
        let SignIn::In { token, .. } = world.almoner.sign_in(&world.operator(), &attempt, dice).unwrap() else {
            panic!("{address} cannot sign in")
        };
        let me = world.almoner.me(&world.operator(), &token).unwrap().unwrap();
        let ctx = Ctx { actor: me.actor.clone(), ..world.operator() };
        let words = (temporary.as_str(), PASSWORD);
        let changed = world.almoner.change_password(&ctx, &me.account, words, &me.session.id, dice).unwrap();
        assert_eq!(changed, Changed::Done);
        address
    }

    /// The federation's domain.
    pub(crate) fn domain(&self) -> &str {
        self.federation.almoner.domain()
    }

    /// Where the mail engine is.
    pub(crate) fn mail(&self) -> PathBuf {
        self.folder.path().join("m")
    }

    /// Something of it.
    pub(crate) fn at(&self, name: &str) -> String {
        self.mail().join(name).display().to_string()
    }

    /// A port by its service.
    pub(crate) fn port(&self, name: &str) -> u16 {
        self.ports[PORTS.iter().position(|known| *known == name).unwrap()]
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almoner"));
        command.args(["--store", self.federation.url(), "--now", &self.federation.operator().now.to_string()]);
        command.args(line.split_whitespace()).current_dir(self.folder.path()).env_remove("ALMONER_STORE");
        command.stdin(Stdio::null());
        command
    }

    /// Runs `almoner`.
    pub(crate) fn say(&self, line: &str) -> Said {
        said(&mut self.command(line))
    }

    /// Runs `almoner mail VERB` for the folder.
    pub(crate) fn mails(&self, verb: &str) -> Said {
        self.say(&format!("mail {verb} --folder {}", self.at("")))
    }

    /// The same, as a document.
    pub(crate) fn json(&self, verb: &str) -> Value {
        let said = self.say(&format!("--json mail {verb} --folder {}", self.at("")));
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
    }

    /// Sets it up on free ports.
    pub(crate) fn set_up(&self, more: &str) -> Said {
        let ports: Vec<_> =
            PORTS.iter().zip(&self.ports).map(|(name, port)| (format!("--{name}-port "), port)).collect();
        let left = ports.into_iter().filter(|(option, _)| !more.contains(option.as_str()));
        let mut ports: Vec<_> = left.map(|(option, port)| format!("{option}{port}")).collect();
        if !more.contains("--dns") {
            ports.push("--dns none".to_owned());
        }
        let said = self.mails(&format!("setup {} {more}", ports.join(" ")));
        assert_eq!(said.code, 0, "{said:?}");
        said
    }

    /// Keeps it running, and waits until every port greets.
    pub(crate) fn started(&self) -> Kept<'_> {
        let mut kept = self.starting();
        kept.line("mail_ready");
        // People who got a password are still to have their sessions ended: not those that a test opens.
        until("an end of what was asked before", || commands(self, "waiting").is_empty().then_some(()));
        kept
    }

    /// Sets it up for programs without TLS, and keeps it running.
    pub(crate) fn running(&self) -> Kept<'_> {
        self.set_up("--plain-on-loopback true");
        self.started()
    }

    /// Keeps it running.
    pub(crate) fn starting(&self) -> Kept<'_> {
        self.keeping(&mut self.command(&format!("mail start --folder {}", self.at(""))))
    }

    /// Begins a command that keeps the folder's engine running.
    pub(crate) fn keeping(&self, command: &mut Command) -> Kept<'_> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Kept { world: self, child, err, groups: Vec::new() }
    }

    /// A connection on which nothing was said.
    pub(crate) fn open(&self, service: &str) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port(service))).unwrap()
    }

    /// Says something to a port, and reads until a line begins with a word.
    pub(crate) fn talk(&self, service: &str, lines: &[(&str, &str)]) -> Vec<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port(service))).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut heard = Vec::new();
        for (say, until) in lines {
            stream.write_all(say.as_bytes()).unwrap();
            loop {
                let mut line = String::new();
                assert_ne!(reader.read_line(&mut line).unwrap(), 0, "{say:?}: hung up after {heard:?}");
                heard.push(line.trim_end().to_owned());
                if line.starts_with(until) {
                    break;
                }
            }
        }
        heard
    }
}

/// A process that keeps the engine running.
pub(crate) struct Kept<'a> {
    world: &'a World,
    child: Child,
    err: BufReader<ChildStderr>,
    /// The first process of each engine that was started.
    groups: Vec<i32>,
}

impl Kept<'_> {
    /// Reads the log up to a word.
    pub(crate) fn line(&mut self, word: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.err.read_line(&mut line).unwrap(), 0, "it ended without {word}: {all}");
            if let Some((_, number)) = line.trim().split_once("what=\"process ") {
                self.groups.push(number.trim_end_matches('"').parse().unwrap());
            }
            if line.contains(word) {
                return line;
            }
            all += &line;
        }
    }

    /// Tells the process something.
    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Ends a process at once.
    pub(crate) fn kill(number: &str) {
        assert!(Command::new("kill").args(["-9", number.trim()]).status().unwrap().success());
    }

    /// Ends the process itself at once, and leaves the engines as they are.
    pub(crate) fn abandon(mut self) -> Left {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        Left(std::mem::take(&mut self.groups))
    }

    /// Stops it by `almoner mail stop`; it ends well, and nobody is left.
    pub(crate) fn stop(mut self) {
        let said = self.world.mails("stop");
        assert_eq!(said.code, 0, "{said:?}");
        let mut rest = String::new();
        self.err.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("mail_stopped"), "{rest}");
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{rest}");
        let groups = std::mem::take(&mut self.groups);
        assert!(groups.len() >= 2 && groups.iter().all(|group| alive(*group).is_empty()), "{groups:?}");
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        drop(self.child.kill());
        drop(self.child.wait());
        drop(Left(std::mem::take(&mut self.groups)));
    }
}

/// Engines that nobody keeps running.
pub(crate) struct Left(pub(crate) Vec<i32>);

impl Drop for Left {
    fn drop(&mut self) {
        for group in &self.0 {
            drop(Command::new("kill").args(["-9", "--", &format!("-{group}")]).stderr(Stdio::null()).status());
        }
    }
}

/// The processes of a group that live.
pub(crate) fn alive(group: i32) -> Vec<String> {
    let stats = fs::read_dir("/proc").unwrap().flatten();
    let stats = stats.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    stats
        .filter(|stat| {
            let fields: Vec<_> = stat.rsplit_once(')').map_or("", |(_, behind)| behind).split_whitespace().collect();
            fields.len() > 2 && fields[0] != "Z" && fields[2] == group.to_string()
        })
        .collect()
}

/// What a program said.
pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}
