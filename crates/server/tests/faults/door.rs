//! What is wrong before anything begins: somebody else at work, a store that cannot be used, a file that is a monster.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::process::{Child, Stdio};

use store::db::Store;
use store::error::Error;
use store::event::NewEvent;
use store::tx::Audit;
use testkit::databases::on_both_databases;

use crate::life::joiners;
use crate::state::State;
use crate::{LATER, NOW, almoner, almoner_under, founded, populated, said, sqlite, text, whole};

// Proves: RUN-02
#[test]
fn of_two_runs_at_once_one_works_and_the_other_names_it() {
    on_both_databases(|database| {
        let folder = tempfile::tempdir().unwrap();
        let calm = sqlite(&folder.path().join("calm.db"));
        populated(&calm, folder.path(), 4_000);
        whole(&calm, LATER, &["run"]);
        populated(database.url(), folder.path(), 4_000);
        let start = || {
            let mut command = almoner(database.url(), LATER, &["run"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let both = [start(), start()];
        let ids = [both[0].id(), both[1].id()];
        let [one, other] = both.map(|child: Child| child.wait_with_output().unwrap());
        let codes = [one.status.code(), other.status.code()];
        assert!(codes == [Some(0), Some(1)] || codes == [Some(1), Some(0)], "{one:?} {other:?}");
        let (refused, holder) = if codes[0] == Some(1) { (one, ids[1]) } else { (other, ids[0]) };
        let err = String::from_utf8(refused.stderr).unwrap();
        assert!(err.starts_with("error: `the run` is being done by ") && err.contains(&format!(":{holder}:")), "{err}");
        State::of(database.url()).is(&State::of(&calm));
        whole(database.url(), LATER, &["run"]);
        State::of(database.url()).is(&State::of(&calm));
    });
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    on_both_databases(|database| {
        founded(database.url(), "2018-09");
        let before = State::of(database.url());
        let event = |number: i64| NewEvent {
            at: number,
            actor: "system".to_owned(),
            grant_id: None,
            object_type: "store",
            object: "schema".to_owned(),
            account_id: None,
            organisation: None,
            action: "upgraded",
            rule: None,
            detail: "{}".to_owned(),
            run_id: None,
            request_key: None,
        };
        let mark = "INSERT INTO schema_version (number, name) VALUES (99, 'of tomorrow')";
        let unmark = "DELETE FROM schema_version WHERE number = 99";
        let change = |store: &Store, sql: &'static str| {
            let done = store.write("test", |tx| {
                tx.execute(sql, &[])?;
                Ok::<_, Error>(((), Audit::events(vec![event(1)])?))
            });
            done.unwrap();
        };
        // Opened while it is of this version: afterwards nobody may.
        let store = Store::open(database.url()).unwrap();
        change(&store, mark);
        for command in [["run", "--quiet"].as_slice(), &["init", "--rehearsal"], &["org", "list"]] {
            let refused = said(almoner(database.url(), NOW, command));
            refused.is_refused("the database has schema 99, this version knows");
            assert!(refused.err.contains("\nhint: run the newer version of Almoner"), "{}", refused.err);
        }
        change(&store, unmark);
        assert_eq!(State::of(database.url()).accounts(), before.accounts());
        whole(database.url(), NOW, &["run"]);
    });
}

#[test]
fn a_store_that_cannot_be_used_is_told_in_a_sentence_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let letter = folder.path().join("letter.db");
    let content = "Dear Ann, this is not a database at all. ".repeat(40);
    std::fs::write(&letter, &content).unwrap();
    let lost = sqlite(&folder.path().join("no/such/folder/almoner.db"));
    let cases = [
        (sqlite(&letter), 2, "is not a SQLite database", "name another file"),
        (lost, 2, "there is no folder for the file", "make it, or correct the URL"),
        (sqlite(folder.path()), 2, "is a folder", ""),
        (
            "postgres://ann:sesame@127.0.0.1:1/almoner".to_owned(),
            1,
            "the database cannot be reached",
            "check that it runs",
        ),
        ("postgres://ann:sesame@no-such-host.invalid/almoner".to_owned(), 1, "the database cannot be reached", ""),
        ("postgres://ann:sesame@127.0.0.1:x/almoner".to_owned(), 2, "the PostgreSQL URL cannot be read", ""),
        ("mysql://ann:sesame@127.0.0.1/almoner".to_owned(), 2, "is not known", ""),
    ];
    for (store, code, sentence, hint) in cases {
        for command in [["run"].as_slice(), &["init", "--rehearsal"], &["--json", "org", "list"]] {
            let refused = said(almoner(&store, NOW, command));
            assert_eq!((refused.code, refused.out.as_str()), (Some(code), ""), "{store} {command:?}: {}", refused.err);
            assert!(refused.err.contains(sentence) && refused.err.contains(hint), "{store}: {}", refused.err);
            assert!(!refused.err.contains("sesame"), "{}", refused.err);
        }
    }
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), content);
}

// Proves: CSV-02
#[test]
fn a_line_of_a_gigabyte_is_refused_at_once_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(&folder.path().join("store.db"));
    founded(&store, "2018-09");
    let before = State::of(&store);
    let good = joiners(folder.path(), 20, usize::MAX);
    let monster = folder.path().join("monster.csv");
    std::fs::copy(&good, &monster).unwrap();
    // Nothing is written between the two places, so the file takes no room.
    let mut file = File::options().append(true).open(&monster).unwrap();
    file.write_all(b",J99,Dr,Joan,").unwrap();
    let mut file = File::options().write(true).open(&monster).unwrap();
    file.seek(SeekFrom::Start(1 << 30)).unwrap();
    file.write_all(b",,,,,,R1A,,,\n").unwrap();
    drop(file);
    // All that it may ever have: 300 MiB, five seconds of work.
    let little = "ulimit -v 307200; ulimit -t 5; exec \"$@\"";
    let out = folder.path().join("out.csv");
    let import = ["account", "import", text(&monster), "--out", text(&out)];
    let refused = said(almoner_under("bash", &["-c", little, "bash"], &store, NOW, &import));
    refused.is_refused("line 22: the record that begins here is longer than 65536 bytes");
    assert!(!out.exists());
    State::of(&store).is(&before);
    whole(&store, NOW, &["account", "import", text(&good)]);
    assert_eq!(State::of(&store).accounts(), 20);
}
