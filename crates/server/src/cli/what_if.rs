//! `what-if`: what a policy would do to everyone, before it is adopted, or would have done from a past day on.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use domain::policy::Policy;
use serde_json::{Map, Value, json};
use service::what_if::Question;
use service::what_if::report::{Counts, OfOrganisation, Pair, Turn, WhatIf, WorstDay};
use wire::policy_file;

use crate::cli::answer::Answer;
use crate::cli::args::WhatIf as Asked;
use crate::cli::failure::Failure;
use crate::cli::policy;
use crate::cli::session::Session;
use crate::cli::spark::{self, Marks};
use crate::cli::table::{self, Align};
use crate::cli::text;
use crate::figure::{self, thousands};

/// How many organisations people are shown; JSON has all.
const SHOWN: usize = 10;
/// What the figures leave aside.
const OF_DAYS_TO_COME: &str = "Everything is taken to happen on the day it falls due, and nothing else to happen: \
    daily caps and brakes may spread it, and signals, people and new accounts change it.";
const OF_A_REPLAY: &str = "Both sides are plays: everything is taken to happen on the day it falls due, without daily \
    caps and brakes. What people did meanwhile is not replayed; what really happened is in `almoner run list`.";
/// Marks in a line of them.
const CELLS: usize = 60;

/// Compares, and writes the rows of `--csv`.
pub(crate) fn what_if(s: &Session, json: bool, asked: &Asked) -> Result<Answer, Failure> {
    let to_stdout = asked.csv.as_deref() == Some(Path::new("-"));
    if to_stdout && json {
        return Err(Failure::wrong_use("--json and --csv - both want standard output", "give --csv a file"));
    }
    let policy = match candidate(s, &asked.policy)? {
        Ok(policy) => policy,
        Err(mistakes) => return Ok(mistakes),
    };
    let organisation = asked.organisation.as_ref().map(ToString::to_string);
    let question = Question {
        policy,
        from: asked.from,
        begins: asked.begins,
        days: asked.days,
        organisations: organisation.iter().cloned().collect(),
    };
    let report = s.almoner.what_if(&s.ctx, &question, &s.bars)?;
    let found = document(&report, organisation.as_deref());
    match asked.csv.as_deref() {
        Some(place) if to_stdout => {
            rows(&report, io::stdout().lock()).map_err(|error| Failure::file(place, &error))?;
            Ok(Answer::new(found, ""))
        }
        Some(place) => {
            file(&report, place).map_err(|error| Failure::file(place, &error))?;
            Ok(Answer::new(found, format!("{}\nEvery organisation and day: {}", screen(&report), place.display())))
        }
        None => Ok(Answer::new(found, screen(&report))),
    }
}

/// An adopted policy, else a shipped one, else a file; or everything that is wrong with it.
fn candidate(s: &Session, name: &str) -> Result<Result<Policy, Answer>, Failure> {
    if let Some(adopted) = s.almoner.policies().iter().rfind(|policy| policy.name == name) {
        return Ok(Ok(adopted.clone()));
    }
    match policy_file::parse(&policy::text_of(name)?) {
        Ok(policy) => Ok(Ok(policy)),
        Err(_) => policy::check(name).map(Err),
    }
}

fn document(r: &WhatIf, organisation: Option<&str>) -> Value {
    let by_day = r
        .by_day
        .iter()
        .zip(0..)
        .map(|(counts, n)| json!({ "day": r.from.plus_days(n).to_string(), "total": total(counts) }));
    let by_organisation = r.by_organisation.iter().map(|one| {
        json!({
            "organisation": one.code.as_str(), "name": one.name, "accounts": one.accounts,
            "total": total(&one.total), "differs": one.differs, "worst_day": one.worst_day.as_ref().map(worst),
        })
    });
    json!({
        "policy": r.policy, "begins": r.begins.to_string(), "organisation": organisation,
        "as_of": r.as_of.map(|day| day.to_string()),
        "from": r.from.to_string(), "to": r.to.to_string(), "days": r.by_day.len(), "accounts": r.accounts,
        "total": total(&r.total), "by_day": by_day.collect::<Vec<_>>(),
        "by_organisation": by_organisation.collect::<Vec<_>>(),
        "worst_day": r.worst_day.as_ref().map(worst), "held": pair(r.held),
        "classes": pair(r.size.classes), "bytes": r.size.bytes,
    })
}

fn pair(pair: Pair) -> Value {
    json!([pair.before, pair.after])
}

fn total(counts: &Counts) -> Value {
    Value::Object(counts.taken().map(|(turn, both)| (turn.as_str().to_owned(), pair(both))).collect::<Map<_, _>>())
}

fn worst(day: &WorstDay) -> Value {
    json!({ "day": day.on.to_string(), "total": total(&day.counts) })
}

/// The rows of a file: sorted, written one by one.
fn rows(r: &WhatIf, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let written = writeln!(out, "Organisation,Day,Transition,Before,After").and_then(|()| {
        r.rows(|code, day, turn, Pair { before, after }| writeln!(out, "{code},{day},{turn},{before},{after}"))
    });
    match written.and_then(|()| out.flush()) {
        // A reader who has seen enough is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Written beside its place and moved there when it is whole.
fn file(r: &WhatIf, place: &Path) -> io::Result<()> {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = place.with_file_name(name);
    let made = fs::File::create(&part).and_then(|file| rows(r, file)).and_then(|()| fs::rename(&part, place));
    if made.is_err() {
        // Nothing is left to remove when it could not be made.
        drop(fs::remove_file(&part));
    }
    made
}

fn screen(r: &WhatIf) -> String {
    let days = figure::count(i64::try_from(r.by_day.len()).unwrap_or(i64::MAX), "day");
    let accounts = figure::count(i64::try_from(r.accounts).unwrap_or(i64::MAX), "account");
    let (came, accounts) = match r.as_of {
        Some(day) => ("had come", format!("{accounts} as at the end of {day}")),
        None => ("came", accounts),
    };
    let mut out = text::wrapped(&format!("What if {} {came} into force on {}?", r.policy, r.begins));
    out += &text::wrapped(&format!("{accounts}, {days} from {} to {}. Nothing was changed.", r.from, r.to));
    out.extend([format!("\n{}\n", totals(r))]);
    if r.begins > r.to {
        out += &text::wrapped(&format!("{} begins after these days: ask for more, or give --begins.", r.policy));
    }
    out += &marks(r);
    if let Some(day) = &r.worst_day {
        out += "\n";
        out += &text::wrapped(&format!("Worst day with {}: {}", r.policy, told(day)));
    }
    out += &organisations(r);
    if r.held != Pair::default() {
        let Pair { before, after } = r.held;
        out += "\n";
        out += &text::wrapped(&format!(
            "Kept by a legal hold, and deleted or purged without it: {} as it stands, {} with {}.",
            thousands(before.into()),
            thousands(after.into()),
            r.policy
        ));
    }
    out += "\n";
    out + &text::wrapped(if r.as_of.is_some() { OF_A_REPLAY } else { OF_DAYS_TO_COME })
}

fn totals(r: &WhatIf) -> String {
    let rows = r.total.taken().map(|(turn, Pair { before, after })| {
        let (before, after) = (i64::from(before), i64::from(after));
        vec![turn.as_str().replace("->", " > "), thousands(before), thousands(after), signed(after - before)]
    });
    let headings = [
        ("transition", Align::Left),
        ("as it stands", Align::Right),
        ("with it", Align::Right),
        ("difference", Align::Right),
    ];
    table::render(&headings, rows.collect(), "Nothing falls due in these days, with it or without it.")
}

fn signed(number: i64) -> String {
    if number > 0 { format!("+{}", thousands(number)) } else { thousands(number) }
}

/// The changes of status over time, as it stands above and with the candidate below, on one scale.
fn marks(r: &WhatIf) -> String {
    let width = if r.by_day.len() <= CELLS { 1 } else { r.by_day.len().div_ceil(CELLS).max(7) };
    let sums = |of: fn(Pair) -> u32| -> Vec<u64> {
        let cells = r.by_day.chunks(width);
        cells.map(|days| days.iter().map(|counts| u64::from(of(counts.moves()))).sum()).collect()
    };
    let (before, after) = (sums(|pair| pair.before), sums(|pair| pair.after));
    let most = before.iter().chain(&after).copied().max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let each = if width == 1 { "a day".to_owned() } else { format!("{width} days") };
    let line = |cells: &[u64]| spark::line(cells, most, Marks::of_terminal());
    let most = thousands(i64::try_from(most).unwrap_or(i64::MAX));
    format!(
        "\nChanges of status; each mark is {each}, the highest {most}\n  as it stands  |{}|\n  with it       |{}|\n",
        line(&before),
        line(&after)
    )
}

fn told(day: &WorstDay) -> String {
    let counts = day.counts.taken().filter(|(turn, pair)| *turn != Turn::Notice && pair.after > 0);
    let parts: Vec<String> = counts
        .map(|(turn, pair)| format!("{} {}", turn.as_str().replace("->", " > "), thousands(pair.after.into())))
        .collect();
    let moves = figure::count(day.counts.moves().after.into(), "change");
    let before = thousands(day.counts.moves().before.into());
    format!("{}, {moves} of status ({before} as it stands): {}", day.on, parts.join(", "))
}

fn organisations(r: &WhatIf) -> String {
    let headings = [
        ("organisation", Align::Left),
        ("accounts", Align::Right),
        ("as it stands", Align::Right),
        ("with it", Align::Right),
        ("on other days", Align::Right),
        ("worst day", Align::Left),
        ("name", Align::Wrap),
    ];
    let differing: Vec<&OfOrganisation> = r.by_organisation.iter().filter(|one| one.differs > 0).collect();
    if differing.is_empty() {
        return String::new();
    }
    let rows = differing.iter().take(SHOWN).map(|one| {
        let Pair { before, after } = one.total.moves();
        let worst = one.worst_day.as_ref().map_or_else(String::new, |day| day.on.to_string());
        let number = |n: u32| thousands(n.into());
        vec![
            one.code.to_string(),
            number(one.accounts),
            number(before),
            number(after),
            number(one.differs),
            worst,
            one.name.clone(),
        ]
    });
    let left = differing.len().saturating_sub(SHOWN);
    let left = if left == 0 { String::new() } else { format!("and {left} more: see them with --json or --csv\n") };
    format!(
        "\nChanges of status, the largest difference first\n{}\n{left}",
        table::render(&headings, rows.collect(), "")
    )
}
