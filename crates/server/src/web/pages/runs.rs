//! The lifecycle's runs: what was planned, done, held and refused, and how the forecast came out.

use askama::Template;
use service::run::report::RunReport;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::visit::Visit;
use crate::web::words;

/// Runs of a page.
const PAGE: u32 = 60;

struct Row {
    id: i64,
    day: String,
    what: String,
    policy: String,
    done: i64,
    held: i64,
    score: String,
}

fn row(report: &RunReport) -> Row {
    let kind = report.undoes.map_or_else(
        || if report.finished { "Run".to_owned() } else { "Run, not finished".to_owned() },
        |of| format!("Rollback of {of}"),
    );
    let undone = if report.undone_by.is_empty() { "" } else { ", rolled back" };
    Row {
        id: report.run.unwrap_or(0),
        day: report.day.map_or_else(String::new, words::day),
        what: format!("{kind}{undone}"),
        policy: report.policy.clone(),
        done: report.done.values().sum(),
        held: report.held.iter().map(|part| part.count).sum(),
        score: report
            .forecast
            .as_ref()
            .map_or_else(|| "none".to_owned(), |s| format!("{}.{} %", s.tenths() / 10, s.tenths() % 10)),
    }
}

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage {
    frame: Frame,
    rows: Vec<Row>,
}

/// The latest.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let reports = visit.almoner.run_list(&visit.ctx, PAGE)?;
    Answer::page(&RunsPage { frame: Frame::new(visit, "Runs"), rows: reports.iter().map(row).collect() })
}

#[derive(Template)]
#[template(path = "run.html")]
struct RunPage {
    frame: Frame,
    row: Row,
    times: String,
    /// Transition, planned, done.
    moves: Vec<(String, i64, i64)>,
    notices: i64,
    deferred: i64,
    held: Vec<(Option<i64>, String, &'static str)>,
    refused: Vec<(String, String)>,
    expected: i64,
    matched: i64,
    reasons: Vec<(String, i64)>,
}

/// One run.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let id = visit.param("run").parse().map_err(|_| Trouble::NotFound)?;
    let report = visit.almoner.run_show(&visit.ctx, id)?;
    let calendar = visit.portal.calendar();
    let time = |at| words::time(&calendar, at);
    let times = match report.times {
        (Some(begun), Some(ended)) => format!("Begun {}, ended {}", time(begun), time(ended)),
        (Some(begun), None) => format!("Begun {}, not ended", time(begun)),
        (None, _) => String::new(),
    };
    let mut names: Vec<&String> = report.planned.keys().chain(report.done.keys()).collect();
    names.sort();
    names.dedup();
    let of = |counts: &std::collections::BTreeMap<String, i64>, name: &str| counts.get(name).copied().unwrap_or(0);
    let moves =
        names.iter().map(|name| (name.replace("->", " to "), of(&report.planned, name), of(&report.done, name)));
    let page = RunPage {
        frame: Frame::new(visit, format!("Run {id}")),
        moves: moves.collect(),
        times,
        notices: report.notices,
        deferred: report.deferred,
        held: report.held.iter().map(|part| (part.id, part.why.clone(), part.state.as_str())).collect(),
        refused: report.refused.iter().map(|r| (r.address.clone(), r.why.clone())).collect(),
        expected: report.forecast.as_ref().map_or(0, |s| s.expected),
        matched: report.forecast.as_ref().map_or(0, |s| s.matched),
        reasons: report
            .forecast
            .as_ref()
            .map_or_else(Vec::new, |s| s.reasons.iter().map(|(reason, count)| (reason.to_string(), *count)).collect()),
        row: row(&report),
    };
    Answer::page(&page)
}
