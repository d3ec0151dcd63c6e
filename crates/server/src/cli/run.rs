//! `run`: the lifecycle of the day, its preview, and the runs that were.

use domain::brake::Stand;
use domain::ids::OdsCode;
use serde::Serialize;
use serde_json::{Value, json};
use service::run::Holder;
use service::run::report::{RunReport, Scored};

use crate::cli::answer::Answer;
use crate::cli::args::{Run, RunWhat};
use crate::cli::failure::{Failure, HELD};
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::{brake, holder, notice, text};
use crate::clock;
use crate::figure::thousands;

/// How many refusals and differences people are shown; JSON has all that the report has.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct RunJson {
    run: Option<i64>,
    day: Option<String>,
    policy: String,
    planned: Value,
    done: Value,
    held: Vec<Value>,
    refused: Vec<Value>,
    notices: i64,
    forecast: Value,
    deferred: i64,
    rescheduled: i64,
    finished: bool,
    already: bool,
    undoes: Option<i64>,
    organisation: Option<String>,
    undone_by: Vec<i64>,
    started_at: Option<String>,
    finished_at: Option<String>,
}

/// Runs, previews, or tells of earlier runs.
pub(crate) fn run(s: &Session, args: &Run) -> Result<Answer, Failure> {
    match &args.what {
        Some(RunWhat::List { limit }) => return list(s, *limit),
        Some(RunWhat::Rollback { id, organisation }) => return rollback(s, *id, organisation.as_ref()),
        Some(RunWhat::Show { id }) => return Ok(tell(s, &s.almoner.run_show(&s.ctx, *id)?, "")),
        Some(RunWhat::Release(args)) => return brake::release(s, args.id, &args.much),
        None => {}
    }
    if args.preview {
        let report = s.almoner.preview(&s.ctx, args.on, &s.bars)?;
        return Ok(tell(s, &report, "Nothing was changed. To do it: almoner run"));
    }
    let report = of_today(s, args.workers)?;
    let reminded = notice::remind_beside_run(s)?;
    let hint = &notice::beside(reminded);
    let hint = &format!("{hint}Who was told:  almoner notice list\nWhat comes:    almoner run --preview --on DATE");
    Ok(tell(s, &report, hint))
}

/// The run of today.
pub(crate) fn of_today(s: &Session, workers: Option<u8>) -> Result<RunReport, Failure> {
    let (name, workers) = (holder::name(), workers.map(usize::from));
    let holder = Holder { name, is_alive: &holder::is_alive, wall: &clock::wall, workers, batch: None };
    Ok(s.almoner.run(&s.ctx, &holder, &s.bars)?)
}

/// Undoes what a run did.
fn rollback(s: &Session, id: i64, organisation: Option<&OdsCode>) -> Result<Answer, Failure> {
    let holder =
        Holder { name: holder::name(), is_alive: &holder::is_alive, wall: &clock::wall, workers: None, batch: None };
    let report = s.almoner.rollback(&s.ctx, id, organisation, &holder, &s.bars)?;
    Ok(tell(s, &report, &format!("To undo the rollback: almoner run rollback {}", report.run.unwrap_or_default())))
}

fn tell(s: &Session, report: &RunReport, hint: &str) -> Answer {
    // What a rollback put back waits as it should.
    let held = report.undoes.is_none() && report.held.iter().any(|part| part.state == Stand::Held);
    let text = format!("{}\n{hint}", describe(s, report));
    let answer = Answer::new(run_json(report), text);
    if held { answer.with_code(HELD) } else { answer }
}

/// A run as people read it.
pub(crate) fn describe(s: &Session, r: &RunReport) -> String {
    let day = r.day.map_or_else(String::new, |day| day.to_string());
    let mut text = match r.run {
        Some(_) if r.undoes.is_some() => return undone(s, r),
        Some(id) if r.already => format!("Run {id} of {day} was finished before; nothing was left to do.\n"),
        Some(id) => format!("Run {id} of {day}, by policy {}, is {}.\n", r.policy, stage(r)),
        None => format!("Preview of {day}, by policy {}.\n", r.policy),
    };
    if let (Some(start), Some(end)) = r.times {
        let at = |t| text::local_time(s.almoner.calendar(), t);
        text.extend([format!("Begun {}, ended {}.\n", at(start), at(end))]);
    }
    text.extend([format!("\n{}\n", counts(r))]);
    text.extend([format!("\nNotices: {}\n", thousands(r.notices))]);
    if r.deferred > 0 {
        text.extend([format!(
            "Deletions that wait for another day because of the daily caps: {}\n",
            thousands(r.deferred)
        )]);
    }
    if r.rescheduled > 0 {
        text.extend([format!("Due dates counted anew: {}\n", thousands(r.rescheduled))]);
    }
    text += &held(r);
    text += &refused(r);
    text += &undone_by(r);
    text + &r.forecast.as_ref().map_or_else(String::new, scored)
}

/// A rollback as people read it.
fn undone(s: &Session, r: &RunReport) -> String {
    let [id, undoes] = [r.run, r.undoes].map(|number| number.map_or_else(String::new, |n| n.to_string()));
    let part = r.organisation.as_ref().map_or_else(String::new, |code| format!(" in {code}"));
    let mut text = if r.already {
        format!("Run {undoes} was rolled back{part} before, by {id}; nothing was changed now.\n")
    } else if r.finished {
        format!("Run {undoes} is rolled back{part}, by {id}.\n")
    } else {
        format!("The rollback {id} of run {undoes}{part} is not finished: ask for it again and it goes on.\n")
    };
    if let (Some(start), Some(end)) = r.times {
        let at = |t| text::local_time(s.almoner.calendar(), t);
        text.extend([format!("Begun {}, ended {}.\n", at(start), at(end))]);
    }
    let rows = r.done.iter().map(|(name, count)| vec![name.replace("->", " > "), thousands(*count)]);
    let headings = [("transition", Align::Left), ("done", Align::Right)];
    let done = table::render(&headings, rows.collect(), "No account was changed.");
    text.extend([format!("\n{done}\n")]);
    text += &held(r);
    text += &refused(r);
    text + &undone_by(r)
}

fn undone_by(r: &RunReport) -> String {
    let ids: Vec<String> = r.undone_by.iter().map(ToString::to_string).collect();
    if ids.is_empty() { String::new() } else { format!("\nRolled back, in whole or in part, by: {}\n", ids.join(", ")) }
}

fn stage(r: &RunReport) -> &'static str {
    if r.finished { "finished" } else { "not finished: run it again and it goes on" }
}

fn counts(r: &RunReport) -> String {
    let mut names: Vec<&String> = r.planned.keys().chain(r.done.keys()).collect();
    names.sort();
    names.dedup();
    let number = |n: Option<&i64>| thousands(n.copied().unwrap_or(0));
    let preview = r.run.is_none();
    let rows = names.iter().map(|name| {
        let mut row = vec![name.replace("->", " > "), number(r.planned.get(*name))];
        row.extend((!preview).then(|| number(r.done.get(*name))));
        row
    });
    let headings = [("transition", Align::Left), ("planned", Align::Right), ("done", Align::Right)];
    let columns = if preview { 2 } else { 3 };
    let headings: Vec<_> = headings.into_iter().take(columns).collect();
    table::render(&headings, rows.collect(), "No account changes its status on this day.")
}

fn held(r: &RunReport) -> String {
    if r.held.is_empty() {
        return String::new();
    }
    let headings = [("part", Align::Right), ("state", Align::Left), ("accounts", Align::Right), ("why", Align::Wrap)];
    let number = |id: Option<i64>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let rows =
        r.held.iter().take(SHOWN).map(|h| vec![number(h.id), h.state.to_string(), thousands(h.count), h.why.clone()]);
    let table = table::render(&headings, rows.collect(), "");
    let waits = r.held.iter().any(|h| h.state == Stand::Held && h.id.is_some());
    let hint = if waits {
        "\nLook:     almoner brake show PART\nRelease:  almoner brake release PART (by two persons)\n"
    } else {
        ""
    };
    format!("\nBrakes (RUN-05, RUN-06)\n{table}\n{}{hint}", more(r.held.len()))
}

fn refused(r: &RunReport) -> String {
    if r.refused.is_empty() {
        return String::new();
    }
    let rows = r.refused.iter().take(SHOWN).map(|one| vec![one.address.clone(), one.why.clone()]);
    let refused = table::render(&[("refused", Align::Left), ("why", Align::Wrap)], rows.collect(), "");
    format!("\n{refused}\n{}", more(r.refused.len()))
}

fn scored(f: &Scored) -> String {
    let mut text = if f.expected == 0 {
        "\nForecast: nothing was expected of this day.\n".to_owned()
    } else {
        format!("\nForecast: {} expected, {} as expected.\n", thousands(f.expected), thousands(f.matched))
    };
    if f.differing() > 0 {
        let rows = f.reasons.iter().map(|(reason, count)| vec![reason.to_string(), thousands(*count)]);
        let reasons = table::render(&[("reason", Align::Left), ("differ", Align::Right)], rows.collect(), "");
        text.extend([format!("Score: {}\n\n{reasons}\n", percent(f))]);
    }
    if !f.differences.is_empty() {
        let word = |status: &Option<String>| status.clone().unwrap_or_else(|| "nothing".to_owned());
        let rows = f
            .differences
            .iter()
            .take(SHOWN)
            .map(|d| vec![d.address.clone(), word(&d.expected), word(&d.happened), d.why.clone()]);
        let headings =
            [("differs", Align::Left), ("expected", Align::Left), ("happened", Align::Left), ("why", Align::Wrap)];
        text.extend([format!("\n{}\n{}", table::render(&headings, rows.collect(), ""), more(f.differences.len()))]);
    }
    text
}

fn percent(f: &Scored) -> String {
    format!("{}.{} %", f.tenths() / 10, f.tenths() % 10)
}

/// Says that a list was cut.
fn more(all: usize) -> String {
    let left = all.saturating_sub(SHOWN);
    if left == 0 { String::new() } else { format!("and {left} more: see them with --json\n") }
}

fn list(s: &Session, limit: u32) -> Result<Answer, Failure> {
    let runs = s.almoner.run_list(&s.ctx, limit)?;
    let headings = [
        ("run", Align::Right),
        ("day", Align::Left),
        ("policy", Align::Left),
        ("planned", Align::Right),
        ("done", Align::Right),
        ("notices", Align::Right),
        ("score", Align::Right),
        ("state", Align::Left),
    ];
    let rows = runs.iter().map(|r| {
        let sum = |counts: &std::collections::BTreeMap<String, i64>| thousands(counts.values().sum());
        vec![
            r.run.map_or_else(String::new, |id| id.to_string()),
            r.day.map_or_else(String::new, |day| day.to_string()),
            r.undoes.map_or_else(|| r.policy.clone(), |run| format!("undoes {run}")),
            sum(&r.planned),
            sum(&r.done),
            thousands(r.notices),
            r.forecast.as_ref().map_or_else(|| "-".to_owned(), percent),
            if r.finished { "finished" } else { "not finished" }.to_owned(),
        ]
    });
    let text = table::render(&headings, rows.collect(), "There was no run yet: begin with `almoner run --preview`");
    Ok(Answer::new(runs.iter().map(run_json).collect::<Vec<_>>(), text))
}

fn forecast_json(f: Option<&Scored>) -> Value {
    let Some(f) = f else {
        return json!({ "expected": 0, "matched": 0, "score": null, "reasons": {}, "differences": [] });
    };
    let differences = f
        .differences
        .iter()
        .map(|d| json!({ "address": d.address, "expected": d.expected, "happened": d.happened, "why": d.why }));
    let reasons: serde_json::Map<String, Value> =
        f.reasons.iter().map(|(reason, count)| (reason.to_string(), json!(count))).collect();
    let score = f64::from(i32::try_from(f.tenths()).unwrap_or(0)) / 10.0;
    json!({
        "expected": f.expected, "matched": f.matched, "score": score, "reasons": reasons,
        "differences": differences.collect::<Vec<_>>(),
    })
}

/// A run as programs read it.
pub(crate) fn run_json(r: &RunReport) -> impl Serialize + use<> {
    let held = r.held.iter().map(|h| {
        json!({
            "id": h.id, "brake": h.brake.as_str(), "organisation": h.group.organisation.as_str(),
            "kind": h.group.kind.as_str(), "action": h.group.action.as_str(), "cause": h.group.rule.as_str(),
            "count": h.count, "why": h.why, "state": h.state.as_str(),
        })
    });
    let refused = r.refused.iter().map(|one| json!({ "address": one.address, "why": one.why }));
    let forecast = forecast_json(r.forecast.as_ref());
    RunJson {
        run: r.run,
        day: r.day.map(|day| day.to_string()),
        policy: r.policy.clone(),
        planned: json!(r.planned),
        done: json!(r.done),
        held: held.collect(),
        refused: refused.collect(),
        notices: r.notices,
        forecast,
        deferred: r.deferred,
        rescheduled: r.rescheduled,
        finished: r.finished,
        already: r.already,
        undoes: r.undoes,
        organisation: r.organisation.clone(),
        undone_by: r.undone_by.clone(),
        started_at: r.times.0.map(|at| at.to_string()),
        finished_at: r.times.1.map(|at| at.to_string()),
    }
}
