//! The lifecycle's runs: what was planned, done, held and refused, account by account, and how the forecast came out.

use std::collections::BTreeMap;

use askama::Template;
use domain::rights::{Action, Place, may};
use service::run::report::RunReport;
use service::run::touched::Step;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::visit::Visit;
use crate::web::words;

/// Runs of a page.
const PAGE: u32 = 60;
/// Accounts of a page, differences and refusals that are shown.
const ACCOUNTS: usize = 100;

struct Row {
    id: i64,
    day: String,
    what: String,
    policy: String,
    done: String,
    held: String,
    score: String,
}

/// A transition, as it was planned and done.
pub(crate) struct Moves {
    /// From which status to which.
    pub(crate) name: String,
    /// So many planned,
    pub(crate) planned: String,
    /// so many done.
    pub(crate) done: String,
}

fn row(report: &RunReport) -> Row {
    let kind = report.undoes.map_or_else(
        || if report.finished { "Run".to_owned() } else { "Run, not finished".to_owned() },
        |of| format!("Rollback of {of}"),
    );
    let part = report.organisation.as_ref().map_or_else(String::new, |code| format!(" in {code}"));
    let undone = if report.undone_by.is_empty() { "" } else { ", rolled back" };
    Row {
        id: report.run.unwrap_or(0),
        day: report.day.map_or_else(String::new, words::day),
        what: format!("{kind}{part}{undone}"),
        policy: report.policy.clone(),
        done: words::number(report.done.values().sum()),
        held: words::number(report.held.iter().map(|part| part.count).sum()),
        score: report
            .forecast
            .as_ref()
            .map_or_else(|| "none".to_owned(), |s| format!("{}.{} %", s.tenths() / 10, s.tenths() % 10)),
    }
}

/// The transitions of a run, or of its preview.
pub(crate) fn moves(report: &RunReport) -> Vec<Moves> {
    let mut names: Vec<&String> = report.planned.keys().chain(report.done.keys()).collect();
    names.sort();
    names.dedup();
    let of = |counts: &BTreeMap<String, i64>, name: &str| words::number(counts.get(name).copied().unwrap_or(0));
    let moves = names.into_iter().map(|name| Moves {
        name: name.replace("->", " to "),
        planned: of(&report.planned, name),
        done: of(&report.done, name),
    });
    moves.collect()
}

fn may_run(visit: &Visit) -> bool {
    may(&visit.ctx.actor, Action::Run, Place::Federation).is_ok()
}

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage {
    frame: Frame,
    rows: Vec<Row>,
    runs: bool,
    today: String,
}

/// The latest.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let reports = visit.almoner.run_list(&visit.ctx, PAGE)?;
    let page = RunsPage {
        frame: Frame::new(visit, "Runs"),
        rows: reports.iter().map(row).collect(),
        runs: may_run(visit),
        today: words::day(visit.almoner.today(&visit.ctx)),
    };
    Answer::page(&page)
}

struct Held {
    id: Option<i64>,
    why: String,
    state: &'static str,
}

struct Differs {
    address: String,
    expected: String,
    happened: String,
    why: String,
}

#[derive(Template)]
#[template(path = "run.html")]
struct RunPage {
    frame: Frame,
    row: Row,
    done: bool,
    runs: bool,
    times: String,
    undoes: Option<i64>,
    undone_by: Vec<i64>,
    moves: Vec<Moves>,
    notices: String,
    deferred: String,
    held: Vec<Held>,
    refused: Vec<(String, String)>,
    more_refused: usize,
    expected: i64,
    matched: i64,
    reasons: Vec<(String, String)>,
    differences: Vec<Differs>,
    more_differences: i64,
}

/// One run.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let id = visit.param("run").parse().map_err(|_| Trouble::NotFound)?;
    let report = visit.almoner.run_show(&visit.ctx, id)?;
    let row = row(&report);
    let differing = report.forecast.as_ref().map_or(0, service::run::report::Scored::differing);
    let differences = differences(&report);
    let page = RunPage {
        frame: Frame::new(visit, format!("Run {id}")),
        row,
        done: visit.query("done") == "yes",
        runs: may_run(visit),
        moves: moves(&report),
        times: times(visit, &report),
        undoes: report.undoes,
        undone_by: report.undone_by.clone(),
        notices: words::number(report.notices),
        deferred: words::number(report.deferred),
        held: report
            .held
            .iter()
            .map(|part| Held { id: part.id, why: part.why.clone(), state: part.state.as_str() })
            .collect(),
        refused: report.refused.iter().take(ACCOUNTS).map(|r| (r.address.clone(), r.why.clone())).collect(),
        more_refused: report.refused.len().saturating_sub(ACCOUNTS),
        expected: report.forecast.as_ref().map_or(0, |s| s.expected),
        matched: report.forecast.as_ref().map_or(0, |s| s.matched),
        reasons: report
            .forecast
            .iter()
            .flat_map(|s| s.reasons.iter().map(|(reason, count)| (reason.to_string(), words::number(*count))))
            .collect(),
        more_differences: differing - i64::try_from(differences.len()).unwrap_or(0),
        differences,
    };
    Answer::page(&page)
}

fn times(visit: &Visit, report: &RunReport) -> String {
    let calendar = visit.portal.calendar();
    let time = |at| words::time(&calendar, at);
    match report.times {
        (Some(begun), Some(ended)) => format!("Begun {}, ended {}", time(begun), time(ended)),
        (Some(begun), None) => format!("Begun {}, not ended: ask for it again and it goes on", time(begun)),
        (None, _) => String::new(),
    }
}

fn differences(report: &RunReport) -> Vec<Differs> {
    let word = |status: &Option<String>| status.clone().unwrap_or_else(|| "nothing".to_owned());
    let all = report.forecast.iter().flat_map(|scored| scored.differences.iter()).take(ACCOUNTS);
    let differs = all.map(|d| Differs {
        address: d.address.clone(),
        expected: word(&d.expected),
        happened: word(&d.happened),
        why: d.why.clone(),
    });
    differs.collect()
}

#[derive(Template)]
#[template(path = "run_accounts.html")]
struct AccountsPage {
    frame: Frame,
    id: i64,
    steps: Vec<Step>,
    next: Option<i64>,
}

/// What a run or a rollback did, account by account.
pub(crate) fn accounts(visit: &Visit) -> Result<Answer, Trouble> {
    let id = visit.param("run").parse().map_err(|_| Trouble::NotFound)?;
    let after = visit.number("after").unwrap_or(0);
    let (steps, next) = visit.almoner.run_steps(&visit.ctx, id, after, ACCOUNTS)?;
    let frame = Frame::new(visit, format!("Accounts of run {id}"));
    Answer::page(&AccountsPage { frame, id, steps, next })
}
