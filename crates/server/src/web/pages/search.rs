//! Searching accounts: filters, the columns that one chooses, searches kept by name, the result as a file.

use std::io;
use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use domain::status::{Kind, Status};
use domain::time::Calendar;
use service::account::search::{Behind, Found, Wanted};
use service::error::Error;
use wire::sheet::Sheet;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::stream::Producer;
use crate::web::visit::Visit;
use crate::web::words;

/// Rows of a page.
const PAGE: u32 = 50;
/// Rows that are read at a time for a file.
const AHEAD: u32 = 500;

/// A column: its word in links, its heading, shown when nothing was chosen.
struct Column {
    word: &'static str,
    heading: &'static str,
    usual: bool,
    cell: fn(&Found, &Calendar) -> String,
}

const fn column(
    word: &'static str,
    heading: &'static str,
    usual: bool,
    cell: fn(&Found, &Calendar) -> String,
) -> Column {
    Column { word, heading, usual, cell }
}

/// All columns but the address, which always stands first.
const COLUMNS: &[Column] = &[
    column("name", "Name", true, |f, _| f.profile.full_name()),
    column("organisation", "Organisation", true, |f, _| f.organisation.clone()),
    column("unit", "Unit", false, |f, _| f.profile.unit.clone()),
    column("kind", "Kind", true, |f, _| f.account.kind.to_string()),
    column("status", "Status", true, |f, _| f.account.status().to_string()),
    column("next", "Next", true, |f, _| {
        f.next.as_ref().map_or_else(String::new, |step| format!("{} on {}", step.to, words::day(step.on)))
    }),
    column("job", "Job title", false, |f, _| f.profile.job_title.clone()),
    column("telephone", "Telephone", false, |f, _| f.profile.telephone.clone()),
    column("mobile", "Mobile", false, |f, _| f.profile.mobile.clone()),
    column("number", "Local id", false, |f, _| f.profile.local_id.clone()),
    column("licence", "Licence", false, |f, _| f.profile.licence.clone()),
    column("quota", "Quota in MiB", false, |f, _| f.profile.quota_mib.to_string()),
    column("hidden", "Hidden", false, |f, _| if f.profile.hidden { "yes".to_owned() } else { String::new() }),
    column("created", "Created", false, |f, calendar| words::day(calendar.day_of(f.account.created_at))),
    column("since", "Status since", false, |f, calendar| words::day(calendar.day_of(f.account.state.since()))),
];

struct Row {
    address: String,
    cells: Vec<String>,
}

/// A column as a box: its word, its heading, ticked.
struct Tick {
    word: &'static str,
    heading: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage<'v> {
    frame: Frame,
    text: &'v str,
    organisation: &'v str,
    unit: &'v str,
    status: &'v str,
    kind: &'v str,
    statuses: &'static [Status],
    kinds: &'static [Kind],
    columns: Vec<Tick>,
    headings: Vec<&'static str>,
    asked: bool,
    rows: Vec<Row>,
    next: String,
    file: String,
    /// What is asked, as it stands in links.
    query: String,
    /// Name and link of the searches that were kept.
    kept: Vec<(String, String)>,
    problem: String,
}

fn wanted(visit: &Visit, limit: u32) -> Wanted {
    Wanted {
        text: visit.query("q").to_owned(),
        organisation: visit.query("organisation").trim().to_ascii_uppercase(),
        unit: visit.query("unit").trim().to_owned(),
        status: Status::parse(visit.query("status")),
        kind: Kind::parse(visit.query("kind")),
        after: Behind::parse(visit.query("after")),
        limit,
    }
}

/// The columns that were chosen, or the usual ones.
fn chosen(visit: &Visit) -> Vec<&'static Column> {
    let asked = |column: &&Column| visit.query.iter().any(|(name, value)| name == "col" && value == column.word);
    let some: Vec<&Column> = COLUMNS.iter().filter(asked).collect();
    if some.is_empty() { COLUMNS.iter().filter(|column| column.usual).collect() } else { some }
}

/// What is asked, page aside, as it stands in a link.
fn query(visit: &Visit) -> String {
    let asked = ["q", "organisation", "unit", "status", "kind"].map(|name| (name, visit.query(name)));
    let columns = if visit.query.iter().any(|(name, _)| name == "col") { chosen(visit) } else { Vec::new() };
    link::query(asked.into_iter().chain(columns.into_iter().map(|column| ("col", column.word))))
}

/// Searches within the actor's scope.
pub(crate) fn search(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let found = visit.almoner.search_accounts(&visit.ctx, &wanted(visit, PAGE))?;
    let (query, columns, calendar) = (query(visit), chosen(visit), visit.portal.calendar());
    let next = found.next.map_or_else(String::new, |after| format!("/accounts?{query}&after={after}"));
    let rows = found.rows.iter().map(|row| Row {
        address: row.account.address.to_string(),
        cells: columns.iter().map(|column| (column.cell)(row, &calendar)).collect(),
    });
    let ticks = COLUMNS.iter().map(|column| Tick {
        word: column.word,
        heading: column.heading,
        on: columns.iter().any(|shown| shown.word == column.word),
    });
    let kept = visit.almoner.kept_searches(&visit.ctx)?;
    let page = AccountsPage {
        frame: Frame::new(visit, "Accounts"),
        text: visit.query("q"),
        organisation: visit.query("organisation"),
        unit: visit.query("unit"),
        status: visit.query("status"),
        kind: visit.query("kind"),
        statuses: Status::ALL,
        kinds: Kind::ALL,
        columns: ticks.collect(),
        headings: columns.iter().map(|column| column.heading).collect(),
        asked: !visit.query.is_empty(),
        rows: rows.collect(),
        next,
        file: format!("/accounts.csv?{query}"),
        query,
        kept: kept.into_iter().map(|(name, query)| (name, format!("/accounts?{query}"))).collect(),
        problem,
    };
    Answer::page_with(status, &page)
}

/// The whole result as a file, written while it is read.
pub(crate) fn csv(visit: &Visit) -> Result<Answer, Trouble> {
    let (mut wanted, columns, calendar) = (wanted(visit, AHEAD), chosen(visit), visit.portal.calendar());
    wanted.after = None;
    // What may not be searched is told before the file begins.
    visit.almoner.search_accounts(&visit.ctx, &Wanted { limit: 1, ..wanted.clone() })?;
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    let write = move |out: &mut dyn io::Write| {
        let headings = columns.iter().map(|column| column.heading);
        let mut sheet = Sheet::new(out, std::iter::once("Address").chain(headings))?;
        loop {
            let page = almoner.search_accounts(&ctx, &wanted).map_err(|error| io::Error::other(error.to_string()))?;
            for row in &page.rows {
                let mut cells = vec![row.account.address.to_string()];
                cells.extend(columns.iter().map(|column| (column.cell)(row, &calendar)));
                sheet.line(&cells)?;
            }
            let Some(next) = page.next else { return sheet.end() };
            wanted.after = Some(next);
        }
    };
    Ok(Answer::csv("accounts.csv", Producer(Box::new(write))))
}

/// Keeps a search under a name, or forgets one.
pub(crate) fn keep(visit: &Visit) -> Result<Answer, Trouble> {
    let (name, asked) = (visit.field("name"), visit.field("query"));
    let done = if visit.field("do") == "forget" {
        visit.almoner.forget_search(&visit.ctx, name)
    } else {
        visit.almoner.keep_search(&visit.ctx, name, asked)
    };
    match done {
        Ok(()) => Ok(Answer::see(format!("/accounts?{}", form_only(asked)))),
        Err(Error::Input(text)) => page(visit, text),
        Err(other) => Err(other.into()),
    }
}

/// A query that leads nowhere else, whatever was sent.
fn form_only(query: &str) -> String {
    let pairs = form_urlencoded::parse(query.as_bytes());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
