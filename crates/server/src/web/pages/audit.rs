//! Who did what (AUD-01): searched, shown a page at a time, taken away as a file.

use std::io;
use std::sync::Arc;

use askama::Template;
use domain::rights::{Action, Place, may};
use domain::time::Day;
use service::audit::search::{AuditPage, By, Group, TYPES, Wanted};
use store::audit::Line;

use crate::detail::detail;
use crate::sheet;
use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::stream::Producer;
use crate::web::told;
use crate::web::visit::Visit;
use crate::web::words;

/// Lines of a page.
const PAGE: usize = 100;

struct Row {
    at: String,
    actor: String,
    kind: String,
    object: String,
    organisation: String,
    action: String,
    rule: String,
    grant: String,
    detail: String,
}

/// Something to choose: its word, its label, whether it is chosen.
type Choice = (&'static str, String, bool);

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPageShown<'v> {
    frame: Frame,
    wanted: &'v Wanted,
    from: &'v str,
    until: &'v str,
    mine: Vec<String>,
    groups: Vec<Choice>,
    types: Vec<Choice>,
    by: Vec<Choice>,
    rows: Vec<Row>,
    next: String,
    csv: String,
    wide: bool,
    problem: String,
}

/// What is asked; whoever holds single organisations and names nothing asks about the first.
fn wanted(visit: &Visit, mine: &[String]) -> Wanted {
    let text = |name: &str| visit.query(name).trim().to_owned();
    let lower = |name: &str| text(name).to_ascii_lowercase();
    let target = text("object");
    let mut wanted = Wanted {
        performer: lower("actor"),
        by: By::parse(visit.query("by")),
        target: if target.contains('@') { target.to_ascii_lowercase() } else { target },
        organisation: text("organisation").to_ascii_uppercase(),
        group: Group::parse(visit.query("group")),
        action: lower("action").replace(' ', "_"),
        object_type: text("type"),
        from: Day::parse(visit.query("from")),
        until: Day::parse(visit.query("until")),
    };
    if wanted.organisation.is_empty() && wanted.performer.is_empty() && wanted.target.is_empty() {
        wanted.organisation = mine.first().cloned().unwrap_or_default();
    }
    wanted
}

fn query(visit: &Visit, wanted: &Wanted, before: Option<i64>) -> String {
    let before = before.map_or_else(String::new, |id| id.to_string());
    let word = |word: Option<&'static str>| word.unwrap_or_default();
    link::query([
        ("organisation", wanted.organisation.as_str()),
        ("actor", &wanted.performer),
        ("by", word(wanted.by.map(By::as_str))),
        ("object", &wanted.target),
        ("group", word(wanted.group.map(Group::as_str))),
        ("type", &wanted.object_type),
        ("action", &wanted.action),
        ("from", visit.query("from")),
        ("until", visit.query("until")),
        ("before", &before),
    ])
}

/// Searches within the actor's scope, newest first.
pub(crate) fn search(visit: &Visit) -> Result<Answer, Trouble> {
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let wanted = wanted(visit, &mine);
    let wide = may(&visit.ctx.actor, Action::SearchAudit, Place::Federation).is_ok();
    let nothing = wanted.organisation.is_empty() && wanted.performer.is_empty() && wanted.target.is_empty();
    let (page, problem) = if nothing && !wide {
        (AuditPage::default(), "Name an organisation, a person or what it was done to.".to_owned())
    } else {
        found(visit, &wanted)?
    };
    let (calendar, named) = (visit.portal.calendar(), visit.almoner.named(&page.lines)?);
    let reader = told::Reader { calendar: &calendar, named: &named };
    let next = page.before.map_or_else(String::new, |id| format!("/audit?{}", query(visit, &wanted, Some(id))));
    let shown = AuditPageShown {
        frame: Frame::new(visit, "Audit"),
        from: visit.query("from"),
        until: visit.query("until"),
        mine,
        groups: Group::ALL.iter().map(|g| (g.as_str(), words::label(g.as_str()), wanted.group == Some(*g))).collect(),
        types: TYPES.iter().map(|word| (*word, kind(word), wanted.object_type == *word)).collect(),
        by: By::ALL.iter().map(|by| (by.as_str(), words::label(by.as_str()), wanted.by == Some(*by))).collect(),
        rows: page.lines.iter().map(|line| row(&reader, line)).collect(),
        csv: format!("/audit/csv?{}", query(visit, &wanted, None)),
        wanted: &wanted,
        next,
        wide,
        problem,
    };
    Answer::page(&shown)
}

fn found(visit: &Visit, wanted: &Wanted) -> Result<(AuditPage, String), Trouble> {
    let before = visit.number("before").unwrap_or(i64::MAX);
    match visit.almoner.audit_page(&visit.ctx, wanted, before, PAGE) {
        Ok(page) => Ok((page, String::new())),
        Err(service::error::Error::Input(what)) => Ok((AuditPage::default(), what)),
        Err(other) => Err(other.into()),
    }
}

/// The kind of thing that a line is about.
fn kind(word: &str) -> String {
    match word {
        "user" | "shared" => format!("{} mailbox", words::label(word)),
        _ => words::label(word),
    }
}

fn row(reader: &told::Reader<'_>, line: &Line) -> Row {
    Row {
        at: words::time(reader.calendar, line.at),
        actor: line.actor.clone(),
        kind: kind(&line.object_type),
        object: line.object.clone(),
        organisation: line.organisation.clone().unwrap_or_default(),
        action: words::label(&line.action),
        rule: line.rule.clone().unwrap_or_default(),
        grant: line.grant.map_or_else(String::new, |grant| grant.to_string()),
        detail: reader.changes(&detail(line)),
    }
}

/// Everything that was found, as a file.
pub(crate) fn csv(visit: &Visit) -> Result<Answer, Trouble> {
    let wanted = wanted(visit, &visit.almoner.organisations_held(&visit.ctx));
    visit.almoner.check_audit(&visit.ctx, &wanted)?;
    let name = format!("audit-{}.csv", visit.almoner.today(&visit.ctx));
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    let write = move |out: &mut dyn io::Write| sheet::audit(&almoner, &ctx, &wanted, out);
    Ok(Answer::csv(&name, Producer(Box::new(write))))
}
