//! The real program, killed with SIGKILL at random moments and started again: every account ends where it ends without
//! the kills, every notice is owed once, every audit line is written once (RUN-02, CSV-02).
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use domain::ctx::Ctx;
use domain::rights::Actor;
use domain::time::Timestamp;
use service::federation::Almoner;

const NOW: &str = "2026-11-20T12:00:00Z";
/// Hundred days without a signal: nearly everybody falls due at once, in several batches.
const LATER: &str = "2027-03-01T12:00:00Z";

fn almoner(store: &Path, now: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_almoner"));
    command.arg("--store").arg(format!("sqlite:{}", store.display())).args(["--now", now, "--quiet"]).args(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs to the end.
fn whole(store: &Path, now: &str, arguments: &[&str]) {
    let output = almoner(store, now, arguments).stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Starts, waits so many milliseconds, kills. Says whether it was still at work.
fn killed(store: &Path, now: &str, arguments: &[&str], after_ms: u64) -> bool {
    let mut child = almoner(store, now, arguments).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(after_ms));
    let at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    at_work
}

/// Kills it again and again, each time a little later, until it comes to its end before the kill does: whatever the
/// machine's speed, kills fall on start, plan, batches and end. Says how many came while it was at work.
fn killed_until_done(store: &Path, now: &str, arguments: &[&str], dice: &mut fastrand::Rng) -> u32 {
    let mut after_ms = 8;
    let mut hits = 0;
    while killed(store, now, arguments, after_ms + dice.u64(0..8)) {
        hits += 1;
        after_ms += after_ms / 4;
    }
    hits
}

/// Every account, where it stands, and everything that happened to it; then every notice.
fn everything(store: &Path, organisations: &[String]) -> BTreeMap<String, String> {
    let almoner = Almoner::open(&format!("sqlite:{}", store.display())).unwrap();
    let now = Timestamp::parse(LATER).unwrap();
    let ctx = Ctx { actor: Actor::Console, now, wall: now };
    let mut all = BTreeMap::new();
    for code in organisations {
        for (account, _) in almoner.list_accounts(&ctx, code, None, None, u32::MAX).unwrap() {
            let mut told = format!("{:?} {:?} {:?}\n", account.state, account.announced, account.held);
            for line in almoner.history(&ctx, account.address.as_str()).unwrap() {
                let _ = writeln!(told, "{} {} {} {}", line.at, line.action, line.actor, line.detail);
            }
            for notice in almoner.notices(&ctx, Some(account.address.as_str()), None, 100).unwrap() {
                let _ = writeln!(told, "{} {:?} {:?}", notice.notice.kind, notice.recipient, notice.notice.about);
            }
            all.insert(account.address.to_string(), told);
        }
    }
    all
}

fn organisations(store: &Path) -> Vec<String> {
    let almoner = Almoner::open(&format!("sqlite:{}", store.display())).unwrap();
    let now = Timestamp::parse(NOW).unwrap();
    let ctx = Ctx { actor: Actor::Console, now, wall: now };
    let (mut codes, mut after): (Vec<String>, String) = (Vec::new(), String::new());
    loop {
        let page = almoner.list_organisations(&ctx, service::org::manage::Openness::Any, &after, 1000).unwrap();
        let Some(last) = page.last() else { return codes };
        after = last.code.to_string();
        codes.extend(page.iter().map(|o| o.code.to_string()));
    }
}

// Proves: RUN-02
#[test]
fn a_run_killed_at_random_moments_ends_where_a_whole_one_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (calm, troubled) = (folder.path().join("calm.db"), folder.path().join("troubled.db"));
    whole(&calm, NOW, &["demo", "--accounts", "24000", "--no-run"]);
    // Brakes that hold nothing back: the runs are to have much to do.
    let policy = folder.path().join("unbraked.toml");
    let shipped = include_str!("../../../policy/2018-09.toml").replace("name = \"2018-09\"", "name = \"unbraked\"");
    let unbraked =
        shipped.replace("floor = 5 ", "floor = 1000000 ").replace("clock_jump_days = 7 ", "clock_jump_days = 200 ");
    std::fs::write(&policy, unbraked).unwrap();
    whole(&calm, NOW, &["policy", "adopt", policy.to_str().unwrap(), "--from", "2026-11-20"]);
    std::fs::copy(&calm, &troubled).unwrap();
    let mut dice = fastrand::Rng::with_seed(20_261_120);
    let mut hits = 0;
    for now in [NOW, LATER] {
        whole(&calm, now, &["run"]);
        hits += killed_until_done(&troubled, now, &["run"], &mut dice);
        whole(&troubled, now, &["run"]);
    }
    assert!(hits >= 6, "only {hits} kills came while the run was at work");
    let codes = organisations(&calm);
    let (expected, found) = (everything(&calm, &codes), everything(&troubled, &codes));
    assert!(expected.len() > 23_000, "{}", expected.len());
    for (address, told) in &expected {
        assert_eq!(Some(told), found.get(address), "{address}");
    }
    assert_eq!(expected.len(), found.len());
}

// Proves: CSV-02, RUN-10
#[test]
fn an_actions_file_killed_at_random_moments_and_sent_again_acts_once() {
    let folder = tempfile::tempdir().unwrap();
    let (store, file) = (folder.path().join("bulk.db"), folder.path().join("leavers.csv"));
    whole(&store, NOW, &["demo", "--accounts", "9000", "--no-run"]);
    let almoner = Almoner::open(&format!("sqlite:{}", store.display())).unwrap();
    let now = Timestamp::parse(NOW).unwrap();
    let ctx = Ctx { actor: Actor::Console, now, wall: now };
    // Whole organisations leave at once: what brakes make of that is another test.
    let roomy = service::policy::shipped("2018-09").unwrap().replace("floor = 5", "floor = 1000000");
    almoner.adopt_policy(&ctx, &roomy, None).unwrap();
    let mut text = String::from("Address,Action,Argument,Reason\n");
    let mut wanted = Vec::new();
    for code in organisations(&store) {
        let active = domain::status::Status::Active;
        for (account, _) in almoner.list_accounts(&ctx, &code, Some(active), None, u32::MAX).unwrap() {
            if account.kind == domain::status::Kind::User && account.held.is_none() {
                let _ = writeln!(text, "{},leaver,,practice closed", account.address);
                wanted.push(account.address.to_string());
            }
        }
    }
    std::fs::write(&file, text).unwrap();
    let out = folder.path().join("out.csv");
    let arguments = ["bulk", file.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let mut dice = fastrand::Rng::with_seed(7);
    let hits = killed_until_done(&store, NOW, &arguments, &mut dice);
    assert!(hits >= 3, "only {hits} kills came while the file was at work");
    whole(&store, NOW, &arguments);
    assert!(wanted.len() > 5_000, "{}", wanted.len());
    for address in &wanted {
        let lines = almoner.history(&ctx, address).unwrap();
        assert_eq!(lines.iter().filter(|line| line.action == "marked_leaver").count(), 1, "{address}");
        let notices = almoner.notices(&ctx, Some(address), None, 100).unwrap();
        assert_eq!(notices.len(), 1, "{address}");
    }
}
