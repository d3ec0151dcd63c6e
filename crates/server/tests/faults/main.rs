//! The real program where the world around it fails: a full disk, a file that may only be read, a server that goes away,
//! kills, two at once, a wrong store. Each test ends with the same command sent again, and compares the store with an
//! undisturbed one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod cluster;
mod disk;
mod door;
mod fsync;
mod kills;
mod life;
mod read_only;
mod restart;
mod state;
mod trouble;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::life::{policy, population};

/// The organisations that the tests load.
const TRUSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/ods/etr_2022-03.csv");
/// A few of them.
const CODES: [&str; 8] = ["R0A", "R0B", "R0D", "R1A", "R1C", "R1D", "R1F", "R1H"];
/// When the population is brought over.
const NOW: &str = "2018-09-01T12:00:00Z";
/// Half a year without a signal: everybody is due.
const LATER: &str = "2019-03-01T12:00:00Z";

/// What a command answered; a signal has no code.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// It was refused, in a sentence that has this part.
    fn is_refused(&self, part: &str) {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{self:?}");
        assert!(self.err.starts_with("error: ") && self.err.contains("\nhint: "), "{}", self.err);
        assert!(self.err.contains(part), "{part}: {}", self.err);
    }
}

/// Beside its files, what a test runs.
fn almoner(store: &str, now: &str, arguments: &[impl AsRef<str>]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_almoner"));
    command.args(words(store, now, arguments)).stdin(Stdio::null());
    command
}

/// The same, started by another program, as a shell that limits what it may use or a tracer.
fn almoner_under(program: &str, its_own: &[&str], store: &str, now: &str, arguments: &[impl AsRef<str>]) -> Command {
    let mut command = Command::new(program);
    command.args(its_own).arg(env!("CARGO_BIN_EXE_almoner")).args(words(store, now, arguments)).stdin(Stdio::null());
    command
}

fn words<'w>(store: &'w str, now: &'w str, arguments: &'w [impl AsRef<str>]) -> Vec<&'w str> {
    ["--store", store, "--now", now, "--quiet"].into_iter().chain(arguments.iter().map(AsRef::as_ref)).collect()
}

/// Runs it to its end, whatever that is.
fn said(mut command: Command) -> Said {
    Said::of(command.output().unwrap())
}

/// Runs it to its end, which must be good.
fn whole(store: &str, now: &str, arguments: &[impl AsRef<str>]) {
    let said = said(almoner(store, now, arguments));
    assert_eq!(said.code, Some(0), "{:?}: {}", words(store, now, arguments), said.err);
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A federation of trusts without accounts.
fn founded(store: &str, policy: &str) {
    whole(store, NOW, &["init", "--rehearsal", "--policy", policy]);
    whole(store, NOW, &["org", "import", TRUSTS, "--edition", "etr 2022-03"]);
}

/// A federation with so many accounts, which may all move at once.
fn populated(store: &str, folder: &Path, accounts: usize) {
    founded(store, text(&policy(folder, "2018-09", "180 days")));
    whole(store, NOW, &["account", "import", text(&population(folder, accounts)), "--migrate"]);
}
