//! The life of a small federation, command by command: each is tried with a trouble, and begins where the one before it
//! ended undisturbed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use store::db::Store;
use store::db::row::int;
use testkit::databases::Database;

use crate::trouble::{Step, Tally, Trouble, survives};
use crate::{CODES, NOW, TRUSTS, text, whole};

/// A run works in batches of 5,000: more than that are due.
pub(crate) const MANY: usize = 6_000;
/// Files have several batches, a run has one.
pub(crate) const FEW: usize = 2_000;
/// The notice of the deletions that are due.
pub(crate) const AUTUMN: &str = "2018-12-02T12:00:00Z";
/// The deletions.
const CHRISTMAS: &str = "2018-12-20T12:00:00Z";
/// Their end.
const SUMMER: &str = "2019-07-01T12:00:00Z";

/// In place of the number of the last run or rollback.
const LAST: &str = "LAST";
const LAST_NUMBER: &str = "SELECT MAX(n.id) FROM (SELECT id FROM run UNION ALL SELECT id FROM rollback) AS n";

/// How many commands there are.
pub(crate) const STEPS: u32 = 12;

/// What a life is made of; a day for each command.
fn steps(folder: &Path, accounts: usize, postgres: bool) -> Vec<Step> {
    let files = [population(folder, accounts), joiners(folder, 1_200, 400), signals(folder), actions(folder, accounts)];
    let [population, joiners, signals, actions] = files.each_ref().map(|path| text(path));
    let out = folder.join("outcome.csv");
    let out = text(&out);
    vec![
        Step::new("org import", NOW, &["org", "import", TRUSTS, "--edition", "etr 2022-03"]),
        Step::new("account import --migrate", NOW, &["account", "import", population, "--migrate", "--out", out]),
        Step::new("account import", NOW, &["account", "import", joiners, "--out", out]),
        Step::new("signal import", NOW, &["signal", "import", signals, "--out", out]),
        Step::new("run, first day", NOW, &["run"]),
        Step::new("bulk", NOW, &["bulk", actions, "--out", out]),
        Step::new("audit seal", NOW, &["audit", "seal"]),
        // Several share the work, whatever the machine has; SQLite takes one writer.
        Step::new("run, notices", AUTUMN, if postgres { &["run", "--workers", "2"] } else { &["run"] }),
        Step::new("run, deletions", CHRISTMAS, &["run"]),
        Step::new("run rollback", CHRISTMAS, &["run", "rollback", LAST]),
        Step::new("its rollback", CHRISTMAS, &["run", "rollback", LAST]),
        Step::new("run, purges", SUMMER, &["run"]),
    ]
}

/// Lives it on such a store, each command stopped so many times by the trouble. Tells what happened.
pub(crate) fn lived(
    start: Database,
    accounts: usize,
    seed: u64,
    stops: impl Fn(&Step) -> u32,
    trouble: Trouble,
) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    whole(start.url(), NOW, &["init", "--rehearsal", "--policy", text(&policy(folder.path(), "2018-09", "180 days"))]);
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut all = Tally::default();
    let commands = steps(folder.path(), accounts, start.url().starts_with("postgres"));
    let mut store = start;
    for mut step in commands {
        for word in step.words.iter_mut().filter(|word| *word == LAST) {
            let last = Store::open(store.url()).unwrap().reader().unwrap().query(LAST_NUMBER, &[], int).unwrap();
            *word = last.iter().map(ToString::to_string).collect();
        }
        if step.now == AUTUMN {
            // Every stored date is computed anew, before anything moves.
            let other = policy(folder.path(), "2018-12", "170 days");
            whole(store.url(), NOW, &["policy", "adopt", text(&other), "--from", "2018-12-01"]);
        }
        let (after, tally) = survives(&store, &step, stops(&step), &mut dice, trouble);
        println!("{:<26} {:?}", step.name, tally.phases);
        all.add(&tally);
        store = after;
    }
    all
}

/// A population of so many accounts, in all statuses.
pub(crate) fn population(folder: &Path, accounts: usize) -> PathBuf {
    let mut lines = String::from(
        "Address,Kind,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,\
         Unit,Licence,Status,StatusSince,Created,TermsAccepted,PasswordChanged,Notes\n",
    );
    // Status, since when, the last change of the password.
    let kinds = [
        "active,2018-03-01,2017-01-01,2017-01-02,2018-03-01",
        "inactive,2018-05-10,2017-01-01,2017-01-02,2018-02-01",
        "active,2018-08-01,2017-01-01,2017-01-02,2018-08-01",
        "leaver,2018-07-20,2017-01-01,2017-01-02,2018-07-01",
        "deleted,2018-01-10,2017-01-01,2017-01-02,2017-07-01",
        "disabled,2017-01-10,2016-01-01,2016-01-02,2016-07-01",
        "active,2018-03-01,2017-01-01,2017-01-02,2018-03-01",
    ];
    for ((number, code), kind) in (0..accounts).zip(CODES.iter().cycle()).zip(kinds.iter().cycle()) {
        let _ = writeln!(lines, "a{number}@mail.example,user,{number},Dr,Ann,Lee,,,,,,{code},,,{kind},");
    }
    written(folder, "population.csv", &lines)
}

/// An accounts file with so many joiners, each with a number of its own, many of one name. The first one stands there
/// again after so many: two lines about one account never meet in one transaction, so there is one for each part.
pub(crate) fn joiners(folder: &Path, lines: usize, again_after: usize) -> PathBuf {
    let mut text = String::from(
        "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,\
         Licence,Notes\n",
    );
    let names = ["Lee", "Ray", "Dee", "Okafor", "Patel", "Hughes", "Evans", "Khan", "Walsh", "Shah", "Jones"];
    for ((number, code), name) in (0..lines).zip(CODES.iter().cycle()).zip(names.iter().cycle()) {
        let _ = writeln!(text, ",J{number},Dr,Joan,{name},,,,,,{code},,,");
        if number % again_after == again_after - 1 {
            let _ = writeln!(text, ",J0,Dr,Joan,Lee,,,,,,R0A,,,");
        }
    }
    written(folder, "joiners.csv", &text)
}

/// Two sightings of each of a part of the population.
fn signals(folder: &Path) -> PathBuf {
    let mut lines = String::from("Address,Signal,Time\n");
    for (account, day) in (0..1_000).flat_map(|account| [(account, 28), (account, 30)]) {
        let _ = writeln!(lines, "a{account}@mail.example,mail_sent,2018-08-{day}T10:00:00Z");
    }
    written(folder, "signals.csv", &lines)
}

/// Actions of most kinds; 1,000 lines are one transaction, so there are two.
fn actions(folder: &Path, accounts: usize) -> PathBuf {
    let mut lines = String::from("Address,Action,Argument,Reason\n");
    let kinds = ["leaver,", "disable,", "hide,", "transfer,R1A", "delete,", "service-off,chat", "cancel-leaver,"];
    for (number, kind) in (0..accounts).step_by(accounts / 2_000).zip(kinds.iter().cycle()) {
        let _ = writeln!(lines, "a{number}@mail.example,{kind},practice closed");
    }
    written(folder, "actions.csv", &lines)
}

/// The first policy with another name and period. Whole organisations leave at once: brakes would hold them.
pub(crate) fn policy(folder: &Path, name: &str, restore: &str) -> PathBuf {
    let mut text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy/2018-09.toml")).unwrap();
    for (was, is) in [
        ("name = \"2018-09\"", format!("name = \"{name}\"")),
        ("restore = \"180 days\"", format!("restore = \"{restore}\"")),
        ("floor = 5", "floor = 1000000".to_owned()),
        ("clock_jump_days = 7", "clock_jump_days = 365".to_owned()),
    ] {
        assert!(text.contains(was), "{was}");
        text = text.replace(was, &is);
    }
    written(folder, &format!("{name}.toml"), &text)
}

pub(crate) fn written(folder: &Path, name: &str, content: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, content).unwrap();
    file
}
