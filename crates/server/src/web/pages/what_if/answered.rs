//! The answer: each transition before and after, by day, the worst day, the organisations that differ most.

use askama::Template;
use axum::http::StatusCode;
use service::what_if::report::{Counts, Pair, Turn, WhatIf};

use crate::web::answer::{Answer, Trouble};
use crate::web::chart::{self, Chart, Series};
use crate::web::errands::{Job, Task};
use crate::web::frame::Frame;
use crate::web::pages::forecast::step_words;
use crate::web::pages::policies::may_adopt;
use crate::web::visit::Visit;
use crate::web::words;

/// Points of a chart; more days than these are gathered.
const POINTS: usize = 100;
/// Rows of the table of days.
const ROWS: usize = 60;
/// Organisations that are listed; the file has all.
const LISTED: usize = 20;

/// A number before and after.
struct Figures {
    name: String,
    before: String,
    after: String,
    /// With its sign.
    more: String,
}

/// An organisation.
struct Affected {
    code: String,
    name: String,
    accounts: String,
    figures: Figures,
    bars: String,
    worst: String,
}

#[derive(Template)]
#[template(path = "what_if_answer.html")]
struct AnswerPage {
    frame: Frame,
    id: u64,
    problem: String,
    policy: String,
    begins: String,
    late: bool,
    days: (String, String, usize),
    accounts: String,
    codes: String,
    totals: Vec<Figures>,
    /// What the charts show: its word, its name, whether it is this.
    turns: Vec<(&'static str, String, bool)>,
    shown: String,
    chart: Chart,
    /// How many days a row has.
    each: usize,
    by_day: Vec<Figures>,
    worst: Option<(String, String, Vec<Figures>)>,
    held: Option<Figures>,
    affected: Vec<Affected>,
    others: usize,
    may_propose: bool,
    note: String,
}

fn figures(name: impl Into<String>, pair: Pair) -> Figures {
    let Pair { before, after } = pair;
    let more = i64::from(after) - i64::from(before);
    let sign = if more > 0 { "+" } else { "" };
    let (more, name) = (format!("{sign}{}", words::number(more)), name.into());
    Figures { name, before: words::number(before.into()), after: words::number(after.into()), more }
}

fn turn_words(turn: Turn) -> String {
    if turn == Turn::Notice { "notices of deletion".to_owned() } else { step_words(turn) }
}

fn of_turns(counts: &Counts) -> Vec<Figures> {
    counts.taken().map(|(turn, pair)| figures(turn_words(turn), pair)).collect()
}

/// The page.
pub(super) fn page(visit: &Visit, job: &Job, report: &WhatIf, problem: String) -> Result<Answer, Trouble> {
    let Task::WhatIf { codes, .. } = &job.task else { return Err(Trouble::NotFound) };
    let shown = Turn::parse(visit.query("step"));
    let pick = |counts: &Counts| shown.map_or_else(|| counts.moves(), |turn| counts.get(turn));
    let (chart, each, by_day) = by_day(report, &pick);
    let listed: Vec<_> = report.by_organisation.iter().filter(|one| one.differs > 0).collect();
    let most =
        listed.iter().take(LISTED).map(|one| one.total.moves()).map(|p| p.before.max(p.after)).max().unwrap_or(0);
    let affected = listed.iter().take(LISTED).map(|one| {
        let moves = one.total.moves();
        let worst = one.worst_day.as_ref();
        Affected {
            code: one.code.to_string(),
            name: one.name.clone(),
            accounts: words::number(one.accounts.into()),
            figures: figures("", moves),
            bars: chart::pair(moves.before.into(), moves.after.into(), most.into()),
            worst: worst.map_or_else(String::new, |d| format!("{}: {}", words::day(d.on), d.counts.moves().after)),
        }
    });
    let all = std::iter::once(("", "all changes of status".to_owned(), shown.is_none()));
    let turns = report.total.taken().map(|(turn, _)| (turn.as_str(), turn_words(turn), shown == Some(turn)));
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = AnswerPage {
        frame: Frame::new(visit, format!("What if {}", report.policy)),
        id: job.id,
        problem,
        policy: report.policy.clone(),
        begins: words::day(report.begins),
        late: report.begins > report.to,
        days: (words::day(report.from), words::day(report.to), report.by_day.len()),
        accounts: words::number(i64::try_from(report.accounts).unwrap_or(i64::MAX)),
        codes: codes.join(", "),
        totals: of_turns(&report.total),
        turns: all.chain(turns).collect(),
        shown: shown.map_or_else(|| "all changes of status".to_owned(), turn_words),
        chart,
        each,
        by_day,
        worst: report
            .worst_day
            .as_ref()
            .map(|day| (words::day(day.on), words::number(day.counts.moves().after.into()), of_turns(&day.counts))),
        held: (report.held != Pair::default()).then(|| figures("", report.held)),
        affected: affected.collect(),
        others: listed.len().saturating_sub(LISTED),
        may_propose: codes.is_empty() && may_adopt(visit),
        note: visit.field("note").to_owned(),
    };
    Answer::page_with(status, &page)
}

/// Both over time: a chart, and a table with as many days in a row as a page can hold.
fn by_day(report: &WhatIf, pick: &dyn Fn(&Counts) -> Pair) -> (Chart, usize, Vec<Figures>) {
    let sides: [Vec<u64>; 2] = [
        report.by_day.iter().map(|counts| u64::from(pick(counts).before)).collect(),
        report.by_day.iter().map(|counts| u64::from(pick(counts).after)).collect(),
    ];
    let [before, after] = sides.each_ref().map(|side| chart::gathered(side, POINTS).0);
    let series = vec![
        Series { class: "before", name: "as it stands".to_owned(), values: before },
        Series { class: "after", name: format!("with {}", report.policy), values: after },
    ];
    let below = vec![words::day(report.from), words::day(report.to)];
    let told = "The dashed line is how it stands, the full line is with the policy. The table below says the same.";
    let chart = chart::lines("days", "Changes over time, before and after", told, series, below);
    let [(before, each), (after, _)] = sides.each_ref().map(|side| chart::gathered(side, ROWS));
    let rows = before.into_iter().zip(after).zip(0..).map(|((before, after), at)| {
        let first = report.from.plus_days(at * i32::try_from(each).unwrap_or(1));
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        figures(words::day(first), Pair { before: number(before), after: number(after) })
    });
    (chart, each, rows.collect())
}
