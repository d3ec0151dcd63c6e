//! The real program where the world around it fails: a full disk, a file that may only be read, a server that goes away,
//! kills, two at once, a wrong store. Each test ends with the same command sent again, and compares the store with an
//! undisturbed one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod cluster;
mod disk;
mod door;
mod kills;
mod read_only;
mod restart;
mod state;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
    /// It was refused, in a sentence that has this part.
    fn is_refused(&self, part: &str) {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{self:?}");
        assert!(self.err.starts_with("error: ") && self.err.contains("\nhint: "), "{}", self.err);
        assert!(self.err.contains(part), "{part}: {}", self.err);
    }
}

/// Beside its files, what a test runs.
fn almoner(store: &str, now: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_almoner"));
    command.args(words(store, now, arguments)).stdin(Stdio::null());
    command
}

/// The same, started by a shell that first does something to itself, as to limit what it may use.
fn almoner_after(shell: &str, store: &str, now: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{shell}; exec \"$@\""), "bash", env!("CARGO_BIN_EXE_almoner")]);
    command.args(words(store, now, arguments)).stdin(Stdio::null());
    command
}

fn words<'w>(store: &'w str, now: &'w str, arguments: &[&'w str]) -> Vec<&'w str> {
    ["--store", store, "--now", now, "--quiet"].iter().chain(arguments).copied().collect()
}

/// Runs it to its end, whatever that is.
fn said(mut command: Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs it to its end, which must be good.
fn whole(store: &str, now: &str, arguments: &[&str]) {
    let said = said(almoner(store, now, arguments));
    assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.err);
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A federation of trusts without accounts. Its brakes hold nothing back: runs are to have much to do.
fn founded(store: &str) {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("unbraked.toml");
    let shipped = include_str!("../../../../policy/2018-09.toml");
    std::fs::write(&policy, shipped.replace("floor = 5 ", "floor = 1000000 ")).unwrap();
    whole(store, NOW, &["init", "--rehearsal", "--policy", text(&policy)]);
    whole(store, NOW, &["org", "import", TRUSTS, "--edition", "etr 2022-03"]);
}

/// A federation with so many accounts, half of them active, the others leaving, inactive or disabled.
fn populated(store: &str, folder: &Path, accounts: usize) {
    founded(store);
    let mut lines = String::from(
        "Address,Kind,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,\
         Unit,Licence,Status,StatusSince,Created,TermsAccepted,PasswordChanged,Notes\n",
    );
    let states = ["active,2018-08-01", "inactive,2018-08-10", "active,2018-08-01", "leaver,2018-08-28"];
    for ((number, code), state) in (0..accounts).zip(CODES.iter().cycle()).zip(states.iter().cycle()) {
        let _ = writeln!(
            lines,
            "a{number}@mail.example,user,{number},Dr,Ann,Lee,,,,,,{code},,,{state},2017-01-01,2017-01-02,2018-08-01,"
        );
    }
    let file = folder.join("population.csv");
    std::fs::write(&file, lines).unwrap();
    whole(store, NOW, &["account", "import", text(&file), "--migrate"]);
}

/// An accounts file with so many joiners, each with a number of its own, many of one name.
fn joiners(folder: &Path, lines: usize) -> PathBuf {
    let mut text = String::from(
        "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,\
         Licence,Notes\n",
    );
    let names = ["Lee", "Ray", "Dee", "Okafor", "Patel", "Hughes", "Evans", "Khan", "Walsh", "Shah", "Jones"];
    for ((number, code), name) in (0..lines).zip(CODES.iter().cycle()).zip(names.iter().cycle()) {
        let _ = writeln!(text, ",J{number},Dr,Joan,{name},,,,,,{code},,,");
    }
    let file = folder.join("joiners.csv");
    std::fs::write(&file, text).unwrap();
    file
}
