//! `almoner-sim`: plays any number of made-up lives on real stores; what breaks a promise is made short and shown.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use testkit::databases::Database;
use testkit::sim::failure::Failure;
use testkit::sim::generate::{Shape, generate};
use testkit::sim::life::Stats;
use testkit::sim::op::Op;
use testkit::sim::play::play_with;
use testkit::sim::shrink::shrink;
use testkit::sim::text::{parse, print};

const EXAMPLES: &str = "Examples:
  almoner-sim --seeds 100                        a hundred lives on SQLite
  almoner-sim --seeds 20 --from 500 --ops 5000   longer ones, from seed 500 on
  almoner-sim --postgres postgres://almoner@127.0.0.1:5432/postgres
  almoner-sim --replay crates/testkit/tests/shrunk/NAME.txt

Exit: 0 every promise was kept, 1 one was broken (the shortest list of operations is shown), 2 wrong use.
Databases are made in the folder that TMPDIR names; one in memory is faster.";

/// Plays random lives of a federation and checks after each step what the rules promise.
#[derive(Debug, Parser)]
#[command(name = "almoner-sim", after_help = EXAMPLES)]
struct Args {
    /// How many seeds to play
    #[arg(long, default_value_t = 10)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Operations in each life, besides those that make its accounts
    #[arg(long, default_value_t = 1500)]
    ops: usize,
    /// Accounts at the beginning of each life
    #[arg(long, default_value_t = 60)]
    accounts: u32,
    /// Play on this PostgreSQL server, where databases may be made, instead of SQLite
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Play the operations of a file instead of seeds
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seeds", "from"])]
    replay: Option<PathBuf>,
    /// At most so many attempts to make a failure shorter
    #[arg(long, default_value_t = 2000)]
    attempts: usize,
    /// Write the result as JSON
    #[arg(long)]
    json: bool,
}

/// What came of it.
struct Outcome {
    stats: Stats,
    lives: u64,
    seconds: f64,
    failed: Option<(Option<u64>, Failure, Vec<Op>)>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{elapsed} {msg}") {
        bar.set_style(style);
    }
    let replayed = match args.replay.as_deref().map(read).transpose() {
        Ok(lives) => lives,
        Err(told) => {
            eprintln!("almoner-sim: {told}");
            return ExitCode::from(2);
        }
    };
    let outcome = play_all(&args, replayed, &bar);
    bar.finish_and_clear();
    if args.json {
        println!("{}", as_json(&outcome));
    } else {
        tell(&outcome);
    }
    if outcome.failed.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn read(file: &Path) -> Result<Vec<Op>, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("{} cannot be read ({error}): check its name", file.display()))?;
    parse(&text).map_err(|told| format!("{}: {told}", file.display()))
}

fn play_all(args: &Args, replayed: Option<Vec<Op>>, bar: &ProgressBar) -> Outcome {
    let shape = Shape { accounts: args.accounts, ops: args.ops };
    let seeds = if args.replay.is_some() { 0..0 } else { args.from..args.from.saturating_add(args.seeds) };
    let lives =
        replayed.into_iter().map(|ops| (None, ops)).chain(seeds.map(|seed| (Some(seed), generate(seed, shape))));
    let mut outcome = Outcome { stats: Stats::default(), lives: 0, seconds: 0.0, failed: None };
    for (seed, ops) in lives {
        let name = seed.map_or_else(|| "the file".to_owned(), |seed| format!("seed {seed}"));
        let before = outcome.stats.days;
        let played = play_with(&database(args), &ops, None, &mut |stats| {
            bar.set_message(format!("{name}, day {}, operation {}; {before} days before", stats.days, stats.ops));
            bar.tick();
        });
        outcome.seconds = bar.elapsed().as_secs_f64();
        match played {
            Ok(stats) => {
                outcome.stats += stats;
                outcome.lives += 1;
            }
            Err(failure) => {
                bar.println(format!("{name}: {failure}"));
                let (failure, ops) = shortened(args, failure, &ops, bar);
                outcome.failed = Some((seed, failure, ops));
                break;
            }
        }
    }
    outcome
}

/// The shortest list that breaks the same promise, and how.
fn shortened(args: &Args, failure: Failure, ops: &[Op], bar: &ProgressBar) -> (Failure, Vec<Op>) {
    // Each attempt may panic as the first did; once is told enough.
    std::panic::set_hook(Box::new(|_| {}));
    let mut last = failure;
    let promise = last.broken.promise;
    let mut tried = 0;
    let shortest = shrink(ops, args.attempts, |ops| {
        tried += 1;
        bar.set_message(format!("making it short: attempt {tried}, {} operations", ops.len()));
        bar.tick();
        let failed =
            play_with(&database(args), ops, None, &mut |_| {}).err().filter(|f| f.broken.promise == promise)?;
        let at = failed.at;
        last = failed;
        Some(at)
    });
    (last, shortest)
}

fn database(args: &Args) -> Database {
    match &args.postgres {
        Some(server) => Database::postgres_at(server),
        None => Database::sqlite(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "days are counted in millions at most")]
fn speed(outcome: &Outcome) -> f64 {
    outcome.stats.days as f64 / outcome.seconds.max(0.001)
}

fn tell(outcome: &Outcome) {
    let (s, lives) = (outcome.stats, outcome.lives);
    println!(
        "{lives} lives kept every promise: {} operations, {} days ({:.0} a second), {} runs, {} deletions by the system, {} purges, {} accounts put back, {} steps as foreseen",
        s.ops,
        s.days,
        speed(outcome),
        s.runs,
        s.deleted,
        s.purged,
        s.restored,
        s.foreseen
    );
    let Some((seed, failure, ops)) = &outcome.failed else { return };
    let name = seed.map_or_else(|| "The file".to_owned(), |seed| format!("Seed {seed}"));
    println!("\n{name} breaks a promise.\n{failure}\n\n{}", print(ops));
    println!("To keep it: write these lines to crates/testkit/tests/shrunk/NAME.txt; a test plays every file there.");
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    let s = outcome.stats;
    let failed = outcome.failed.as_ref().map(|(seed, failure, ops)| {
        json!({
            "seed": seed, "promise": failure.broken.promise.as_str(), "day": failure.day,
            "operation": failure.at + 1, "told": failure.broken.told,
            "operations": ops.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    });
    json!({
        "lives": outcome.lives, "operations": s.ops, "days": s.days, "seconds": outcome.seconds,
        "days_a_second": speed(outcome), "runs": s.runs, "done": s.done, "refused": s.refused,
        "deleted": s.deleted, "purged": s.purged, "restored": s.restored, "foreseen": s.foreseen, "failed": failed,
    })
}
