//! Files: `account import`, `signal import` and `bulk`. What each line came to is in the file that `--out` names.

use serde::Serialize;
use serde_json::{Value, json};
use service::import::FileReport;

use crate::cli::answer::Answer;
use crate::cli::args::records::{AccountImport, Bulk, Signal};
use crate::cli::failure::{Failure, HELD, REFUSED};
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::figure::thousands;

/// How many problems people are shown; JSON has a thousand, the outcome file all.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct FileJson {
    lines: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    done: u64,
    already: u64,
    held: u64,
    refused: u64,
    rejected: u64,
    good: u64,
    problems: Vec<Value>,
    more: u64,
    out: Option<String>,
}

/// Creates, edits or brings over accounts.
pub(crate) fn accounts(s: &Session, args: &AccountImport) -> Result<Answer, Failure> {
    let (file, out) = (args.file.as_path(), args.out.as_deref());
    let report = if args.migrate {
        s.almoner.import_migration(&s.ctx, file, out, args.check, &s.bars)?
    } else {
        s.almoner.import_accounts(&s.ctx, file, out, args.check, &s.bars)?
    };
    Ok(answer(&report, args.check, "See what is ahead of them with `almoner run --preview`"))
}

/// Records activity.
pub(crate) fn signal(s: &Session, what: &Signal) -> Result<Answer, Failure> {
    let Signal::Import { file, out, check } = what;
    let report = s.almoner.import_signals(&s.ctx, file, out.as_deref(), *check, &s.bars)?;
    Ok(answer(&report, *check, "See what is ahead of the accounts with `almoner run --preview`"))
}

/// Does what a file of actions asks for.
pub(crate) fn bulk(s: &Session, args: &Bulk) -> Result<Answer, Failure> {
    let report = s.almoner.bulk(&s.ctx, &args.file, Some(&args.out), args.check, &s.bars)?;
    Ok(answer(&report, args.check, "The same file may be sent again: what was done stays done, once"))
}

/// A file of which no line took effect, now or before, did nothing.
fn answer(report: &FileReport, check: bool, hint: &str) -> Answer {
    let nothing = report.lines > 0 && report.effective() == 0;
    let hint = match (check, nothing) {
        _ if report.held > 0 => "A second person can release what is held: see it with `almoner brake list`",
        (true, _) => "Nothing was changed. To do it: the same without --check",
        (false, true) => "Nothing was done. Put the lines right and send the file again",
        (false, false) => hint,
    };
    let answer = Answer::new(file_json(report), text(report, hint));
    match (report.held, nothing) {
        (1.., _) => answer.with_code(HELD),
        (0, true) => answer.with_code(REFUSED),
        (0, false) => answer,
    }
}

fn file_json(r: &FileReport) -> FileJson {
    let problem = |p: &service::import::LineProblem| json!({ "line": p.line, "column": p.column, "value": p.value, "why": p.why });
    FileJson {
        lines: r.lines,
        created: r.created,
        updated: r.updated,
        unchanged: r.unchanged,
        done: r.done,
        already: r.already,
        held: r.held,
        refused: r.refused,
        rejected: r.rejected,
        good: r.good,
        problems: r.problems.iter().map(problem).collect(),
        more: r.more,
        out: r.out.as_ref().map(|path| path.display().to_string()),
    }
}

fn text(r: &FileReport, hint: &str) -> String {
    let counts = [
        ("created", r.created),
        ("updated", r.updated),
        ("done", r.done),
        ("unchanged", r.unchanged),
        ("done before, or so already", r.already),
        ("good", r.good),
        ("held by a brake", r.held),
        ("refused by a rule", r.refused),
        ("rejected", r.rejected),
    ];
    let number = |n: u64| thousands(i64::try_from(n).unwrap_or(i64::MAX));
    let told = counts.into_iter().filter(|(_, n)| *n > 0).map(|(what, n)| vec![what.to_owned(), number(n)]);
    let headings = [("lines", Align::Left), ("", Align::Right)];
    let mut text = table::render(&headings, told.collect(), "The file has headings and no line.");
    if !r.problems.is_empty() {
        let rows = r
            .problems
            .iter()
            .take(SHOWN)
            .map(|p| vec![p.line.to_string(), p.column.to_owned(), p.value.clone(), p.why.clone()]);
        let headings = [("line", Align::Right), ("column", Align::Left), ("value", Align::Wrap), ("why", Align::Wrap)];
        text.extend([format!("\n\n{}", table::render(&headings, rows.collect(), ""))]);
        let left = r.problems.len().saturating_sub(SHOWN) as u64 + r.more;
        if left > 0 {
            text.extend([format!("\nand {} more: see them in the file that --out names", number(left))]);
        }
    }
    if let Some(path) = &r.out {
        text.extend([format!("\n\nEvery line with its outcome: {}", path.display())]);
        return format!("{text}\n{hint}");
    }
    format!("{text}\n\n{hint}")
}
