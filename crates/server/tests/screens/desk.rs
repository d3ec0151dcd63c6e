//! A desk: a folder with a store in it, the day on its calendar, and a transcript of what was said there.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use domain::ids::AccountId;
use domain::profile::Profile;
use domain::time::Day;
use serde_json::Value;
use store::db::Store;
use store::error::Error;
use store::event::NewEvent;
use store::tx::Audit;
use tempfile::TempDir;

/// What a command answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// How it ended.
    pub(crate) code: i32,
    /// On standard output.
    pub(crate) out: String,
    /// On standard error.
    pub(crate) err: String,
}

/// A folder, a day, a transcript.
pub(crate) struct Desk {
    folder: TempDir,
    day: String,
    told: String,
}

impl Desk {
    /// Nothing yet.
    pub(crate) fn empty() -> Self {
        Self { folder: TempDir::new().unwrap(), day: String::new(), told: String::new() }
    }

    /// The same files, the same day, an empty transcript.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self { day: self.day.clone(), ..Self::empty() };
        for file in fs::read_dir(self.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        copy
    }

    /// Where its files are.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    /// Changes the first account's title past Almoner: no event tells of it.
    pub(crate) fn spoil(&self) {
        let store = Store::open(&format!("sqlite:{}", self.path().join("almoner.db").display())).unwrap();
        let spoilt = store.write("spoil", |tx| {
            let id = AccountId(1);
            let profile = Profile { title: "Mr".to_owned(), ..store::profile::get(tx, id)? };
            store::profile::update(tx, [(id, &profile)])?;
            let event = NewEvent {
                at: 0,
                actor: "somebody".to_owned(),
                grant_id: None,
                object_type: "store",
                object: "almoner.db".to_owned(),
                account_id: None,
                organisation: None,
                action: "spoilt",
                rule: None,
                detail: "{}".to_owned(),
                run_id: None,
                request_key: None,
            };
            Ok::<_, Error>(((), Audit::events(vec![event])?))
        });
        spoilt.unwrap();
    }

    /// Turns the calendar.
    pub(crate) fn on(&mut self, day: &str) {
        if !self.told.is_empty() {
            writeln!(self.told, "--- {day} ---\n").unwrap();
        }
        day.clone_into(&mut self.day);
    }

    /// Turns the calendar with a run each week and one on the last day: for brakes the clock never jumps.
    pub(crate) fn weeks_until(&mut self, day: &str) {
        let last = Day::parse(day).unwrap();
        let mut at = Day::parse(&self.day).unwrap();
        while at < last {
            at = at.plus_days(7).min(last);
            self.day = at.to_string();
            self.does("run");
        }
        self.on(day);
    }

    /// Runs a command; no word of it is kept.
    pub(crate) fn asks(&self, line: &str) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_almoner"))
            .args(["--now", &self.day])
            .args(words(line))
            .current_dir(self.path())
            .env_remove("ALMONER_STORE")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs a command that must succeed; no word of it is kept.
    pub(crate) fn does(&self, line: &str) -> String {
        let said = self.asks(line);
        assert_eq!(said.code, 0, "{line}: {said:?}");
        said.out
    }

    /// Runs a command that must print one document, on standard output or, when it fails, on standard error.
    pub(crate) fn json(&self, line: &str) -> Value {
        let said = self.asks(&format!("--json {line}"));
        let document = if said.out.is_empty() { &said.err } else { &said.out };
        serde_json::from_str(document).unwrap_or_else(|error| panic!("{line}: {error}: {said:?}"))
    }

    /// Runs a command and keeps what it says.
    pub(crate) fn says(&mut self, line: &str) {
        let said = self.asks(line);
        fits(&said.out);
        let (shown, out) = (short(line), format!("{}{}", said.out, said.err));
        let exit = if said.code == 0 { String::new() } else { format!("[exit {}]\n", said.code) };
        writeln!(self.told, "$ almoner {shown}\n{out}{exit}").unwrap();
    }

    /// Keeps the text of a file.
    pub(crate) fn shows(&mut self, name: &str) {
        let text = fs::read_to_string(self.path().join(name)).unwrap();
        writeln!(self.told, "$ cat {name}\n{text}").unwrap();
    }

    /// What was said.
    pub(crate) fn told(self) -> String {
        self.told
    }
}

/// Answers fit on a screen; only the name of a store is as long as it is. What is said on standard error is left to
/// the terminal: programs look for it line by line.
fn fits(out: &str) {
    let wide = |line: &&str| line.chars().count() > 80 && !line.contains("ALMONER_STORE=");
    assert_eq!(out.lines().find(wide), None, "wider than 80 columns");
}

/// Splits at spaces; words in single quotes stay together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Without the folders of this machine.
fn short(line: &str) -> String {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    line.replace(data, "")
}
