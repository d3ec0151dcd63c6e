//! Reports (REP-01): on screen a page at a time, sorted and filtered; as a file whole, written while it is read.

use std::io;
use std::sync::Arc;

use askama::Template;
use domain::rights::{Action, Place, may};
use service::report::cell::Cell;
use service::report::screen::{Page, Sort, Which};
use service::report::{Asked, Column, Key, Report};

use crate::sheet;
use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::stream::Producer;
use crate::web::visit::Visit;
use crate::web::words;

/// Lines of a page.
const PAGE: usize = 50;
/// Days that a forecast looks ahead when nothing else is said, and at most.
const DAYS: (u16, u16) = (30, 400);

/// What each is called, and what it is for.
const fn told(report: Report) -> (&'static str, &'static str) {
    match report {
        Report::Mailbox => ("Mailboxes", "Every mailbox: its status, when it was last used, what comes next and when."),
        Report::Forecast => ("Forecast", "What will happen on which day, by which rule, and what would change it."),
        Report::Run => ("Runs", "What each run planned, did, held and refused, and how its forecast came out."),
        Report::Duplicates => {
            ("Possible duplicates", "Accounts of one name with more in common: perhaps one person's.")
        }
        Report::Protocols => (
            "Protocol use",
            "By which protocol, and from inside or the internet, mail programs came in, and when last.",
        ),
        Report::Ownerless => ("Ownerless", "Shared mailboxes, resources and applications without an owner in use."),
        Report::Readiness => (
            "Sign-in and reset",
            "What each person signs in with, who administers without a second factor (owed), and who could not choose a new \
             password alone.",
        ),
        Report::Administrators => ("Administrators", "Who holds which role, who gave it, when it was last used."),
        Report::Spoofing => (
            "Spoofing",
            "Who sent mail that said it was from here, of nobody who signed in: each day, by domain and network, how many.",
        ),
        Report::Closed => ("Closed organisations", "What is left of organisations that closed."),
    }
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    frame: Frame,
    /// Word, name, what it is for.
    reports: Vec<(&'static str, &'static str, &'static str)>,
}

/// Which there are.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let wide = may(&visit.ctx.actor, Action::Report, Place::Federation).is_ok();
    let reports = Report::ALL.iter().filter(|report| wide || !report.is_federal());
    let reports = reports.map(|report| (report.as_str(), told(*report).0, told(*report).1)).collect();
    Answer::page(&ReportsPage { frame: Frame::new(visit, "Reports"), reports })
}

struct Head {
    title: String,
    number: bool,
    /// Sorts by it, or turns it round.
    link: String,
    /// `ascending`, `descending` or nothing.
    sorted: &'static str,
}

struct Shown {
    text: String,
    /// Leads to what it names.
    link: String,
    number: bool,
}

struct Choice {
    name: &'static str,
    title: String,
    words: Vec<&'static str>,
    chosen: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: Frame,
    word: &'static str,
    title: &'static str,
    what: &'static str,
    federal: bool,
    ahead: bool,
    days: u16,
    organisation: String,
    text: String,
    sort: String,
    choices: Vec<Choice>,
    heads: Vec<Head>,
    rows: Vec<Vec<Shown>>,
    caption: String,
    too_long: bool,
    next: String,
    csv: String,
    problem: String,
}

fn report(visit: &Visit) -> Result<Report, Trouble> {
    Report::parse(visit.param("report")).ok_or(Trouble::NotFound)
}

fn asked(visit: &Visit, report: Report) -> Asked {
    let chosen = report.columns().iter().filter(|column| !(column.choices)().is_empty());
    let only = chosen.map(|column| (column.name.to_owned(), visit.query(column.name).to_owned()));
    Asked {
        report,
        organisation: visit.query("organisation").trim().to_ascii_uppercase(),
        days: visit.number::<u16>("days").unwrap_or(DAYS.0).clamp(1, DAYS.1),
        words: visit.query("q").trim().to_owned(),
        only: only.filter(|(_, value)| !value.is_empty()).collect(),
    }
}

/// The query of a link: what is asked, and these besides.
fn query(asked: &Asked, more: &[(&str, &str)]) -> String {
    let days = if asked.report.looks_ahead() { asked.days.to_string() } else { String::new() };
    let named = [("organisation", asked.organisation.as_str()), ("days", &days), ("q", &asked.words)];
    let only = asked.only.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    link::query(named.into_iter().chain(only).chain(more.iter().copied()))
}

/// The column that `on` or `-on` names.
fn sort(text: &str, columns: &[Column]) -> Option<Sort> {
    let name = text.strip_prefix('-').unwrap_or(text);
    let column = columns.iter().position(|column| column.name == name)?;
    Some(Sort { column, descending: text.starts_with('-') })
}

/// One report.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let report = report(visit)?;
    let (asked, columns) = (asked(visit, report), report.columns());
    let by = visit.query("sort");
    let which = Which {
        sort: sort(by, columns),
        after: Key::parse(visit.query("after")),
        before: visit.number("before").unwrap_or(0),
        limit: PAGE,
    };
    let (page, problem) = match visit.almoner.report_page(&visit.ctx, &asked, &which) {
        Ok(page) => (page, String::new()),
        Err(service::error::Error::Input(what)) => (Page::default(), what),
        Err(other) => return Err(other.into()),
    };
    let path = format!("/reports/{report}");
    let (title, what) = told(report);
    let shown = ReportPage {
        frame: Frame::new(visit, title),
        word: report.as_str(),
        title,
        what,
        federal: report.is_federal(),
        ahead: report.looks_ahead(),
        days: asked.days,
        heads: columns.iter().map(|column| head(column, by, &path, &asked)).collect(),
        rows: page
            .lines
            .iter()
            .map(|line| columns.iter().zip(line).map(|(c, cell)| cell_of(c, cell)).collect())
            .collect(),
        caption: caption(&page, &which, columns),
        too_long: page.too_long,
        next: next(&page, by).map_or_else(String::new, |more| {
            let more: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
            format!("{path}?{}", query(&asked, &more))
        }),
        csv: format!("{path}/csv?{}", query(&asked, &[])),
        choices: choices(&asked, columns),
        sort: by.to_owned(),
        organisation: asked.organisation,
        text: asked.words,
        problem,
    };
    Answer::page(&shown)
}

fn next(page: &Page, by: &str) -> Option<Vec<(&'static str, String)>> {
    let before = page.next_before.map(|before| vec![("sort", by.to_owned()), ("before", before.to_string())]);
    before.or_else(|| page.next.as_ref().map(|key| vec![("after", key.to_string())]))
}

fn choices(asked: &Asked, columns: &[Column]) -> Vec<Choice> {
    let chosen = |name: &str| asked.only.iter().find(|(of, _)| of == name).map_or_else(String::new, |(_, v)| v.clone());
    let all = columns.iter().map(|column| (column.name, (column.choices)()));
    let some = all.filter(|(_, words)| !words.is_empty());
    some.map(|(name, words)| Choice { name, title: words::label(name), words, chosen: chosen(name) }).collect()
}

fn head(column: &Column, by: &str, path: &str, asked: &Asked) -> Head {
    let (sorted, other) = match by.strip_prefix('-') {
        Some(name) if name == column.name => ("descending", column.name.to_owned()),
        None if by == column.name => ("ascending", format!("-{by}")),
        Some(_) | None => ("", column.name.to_owned()),
    };
    let link = format!("{path}?{}", query(asked, &[("sort", &other)]));
    Head { title: words::label(column.name), number: column.number, link, sorted }
}

fn cell_of(column: &Column, cell: &Cell) -> Shown {
    let text = match cell {
        Cell::Day(day) => words::day(*day),
        Cell::Nothing | Cell::Text(_) | Cell::Number(_) => cell.text(),
    };
    let link = match column.name {
        "address" | "account" if !text.is_empty() => format!("/accounts/{}", link::part(&text)),
        "run" => format!("/runs/{}", link::part(&text)),
        _ => String::new(),
    };
    Shown { text, link, number: column.number }
}

fn caption(page: &Page, which: &Which, columns: &[Column]) -> String {
    let order = which.sort.filter(|_| !page.too_long).and_then(|sort| Some((columns.get(sort.column)?, sort)));
    let order = order.map_or_else(
        || "in the report's own order".to_owned(),
        |(column, sort)| {
            let turned = if sort.descending { ", the last first" } else { "" };
            format!("sorted by {}{turned}", words::label(column.name).to_lowercase())
        },
    );
    let of = page.of.map_or_else(String::new, |of| format!(" of {of}"));
    format!("{}{of} shown, {order}", page.lines.len())
}

/// The whole report as a file.
pub(crate) fn csv(visit: &Visit) -> Result<Answer, Trouble> {
    let report = report(visit)?;
    let asked = asked(visit, report);
    visit.almoner.check_report(&visit.ctx, &asked)?;
    let of = if asked.organisation.is_empty() { String::new() } else { format!("-{}", asked.organisation) };
    let name = format!("{report}{of}-{}.csv", visit.almoner.today(&visit.ctx));
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    let write = move |out: &mut dyn io::Write| sheet::report(&almoner, &ctx, &asked, out);
    Ok(Answer::csv(&name, Producer(Box::new(write))))
}
