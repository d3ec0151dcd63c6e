//! The program `almoner` as people and scripts use it: real processes on both databases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod check;
mod config;
mod failures;
mod help;
mod notices;
mod people;
mod reports;
mod serving;
mod shapes;
mod story;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testkit::databases::{Database, on_both_databases};

/// The organisations that the tests load.
const TRUSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/ods/etr_2022-03.csv");

/// A population of three, as another system hands it over.
const POPULATION: &str = "\
Address,Kind,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,\
Licence,Status,StatusSince,Created,TermsAccepted,PasswordChanged,Notes
ann.lee@mail.example,user,1,Dr,Ann,Lee,,,,,,R1A,,,,,2017-01-01,2017-01-02,2018-08-01,
bob.ray@mail.example,user,2,Mr,Bob,Ray,,,,,,R1A,,,inactive,2018-08-01,2017-01-01,2017-01-02,2018-01-01,
cy.dee@mail.example,user,3,Mr,Cy,Dee,,,,,,R1A,,,,,2017-01-01,2017-01-02,2018-08-20,
";

/// A store, and files beside it.
struct World<'a> {
    database: &'a Database,
    folder: TempDir,
}

/// What a command answered.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl World<'_> {
    fn new(database: &Database) -> World<'_> {
        World { database, folder: TempDir::new().unwrap() }
    }

    /// Runs `almoner` with words that hold no spaces, in the folder of this world.
    fn say(&self, line: &str) -> Said {
        self.say_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    fn say_words(&self, words: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_almoner"))
            .args(words)
            .current_dir(self.folder.path())
            .env("ALMONER_STORE", self.database.url())
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs `almoner --json` on a day, which must do it, and reads the document.
    fn json(&self, day: &str, line: &str) -> Value {
        let said = self.say(&format!("--json --now {day} {line}"));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{line}: {}", said.out);
        serde_json::from_str(&said.out).unwrap()
    }

    /// A file in the folder.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A rehearsal on 1 September 2018 with the trusts and three people.
    fn populated(&self) {
        let made = self.say("--now 2018-09-01 init --rehearsal");
        assert_eq!(made.code, 0, "{}", made.err);
        self.json("2018-09-01", &format!("org import {TRUSTS} --edition 2022-03"));
        self.file("people.csv", POPULATION);
        let brought = self.json("2018-09-01", "account import people.csv --migrate");
        assert_eq!(brought["created"], 3, "{brought}");
    }
}

/// Runs a test in an empty world on each database.
fn in_both_worlds(test: impl Fn(&World<'_>)) {
    on_both_databases(|database| test(&World::new(database)));
}
