//! Who did what (AUD-01).

use askama::Template;
use domain::time::{Day, Timestamp};
use store::audit::Search;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::visit::Visit;
use crate::web::words;

/// Lines of a page.
const PAGE: u32 = 100;

struct Row {
    at: String,
    actor: String,
    kind: String,
    object: String,
    organisation: String,
    action: String,
    rule: String,
    grant: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage<'v> {
    frame: Frame,
    actor: &'v str,
    object: &'v str,
    organisation: String,
    action: &'v str,
    from: &'v str,
    until: &'v str,
    mine: Vec<String>,
    rows: Vec<Row>,
    next: String,
}

/// Searches within the actor's scope, newest first.
pub(crate) fn search(visit: &Visit) -> Result<Answer, Trouble> {
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let asked = visit.query("organisation").trim().to_ascii_uppercase();
    let organisation = if asked.is_empty() { mine.first().cloned().unwrap_or_default() } else { asked };
    let (actor, object, action) = (visit.query("actor").trim(), visit.query("object").trim(), visit.query("action"));
    let (from, until) = (visit.query("from"), visit.query("until"));
    let calendar = visit.portal.calendar();
    let start = |text: &str, next: i32, open: i64| {
        Day::parse(text).map_or(Timestamp::from_second(open), |day| calendar.start_of(day.plus_days(next)))
    };
    let search = Search {
        actor: actor.to_ascii_lowercase(),
        object: object.to_ascii_lowercase(),
        organisation: organisation.clone(),
        action: action.to_owned(),
        rule: String::new(),
        from: start(from, 0, 0),
        until: start(until, 1, i64::MAX),
        before: visit.number("before").unwrap_or(i64::MAX),
        limit: PAGE,
    };
    let lines = visit.almoner.search_audit(&visit.ctx, &search)?;
    let full = u32::try_from(lines.len()).is_ok_and(|count| count == PAGE);
    let next = lines.last().filter(|_| full).map_or_else(String::new, |last| {
        let mut query = form_urlencoded::Serializer::new(String::from("/audit?"));
        for (name, value) in [("organisation", organisation.as_str()), ("actor", actor), ("object", object)] {
            query.append_pair(name, value);
        }
        for (name, value) in [("action", action), ("from", from), ("until", until)] {
            query.append_pair(name, value);
        }
        query.append_pair("before", &last.id.to_string()).finish()
    });
    let rows = lines.into_iter().map(|line| Row {
        at: words::time(&calendar, line.at),
        actor: line.actor,
        kind: words::label(&line.object_type),
        object: line.object,
        organisation: line.organisation.unwrap_or_default(),
        action: words::label(&line.action),
        rule: line.rule.unwrap_or_default(),
        grant: line.grant.map_or_else(String::new, |grant| grant.to_string()),
    });
    let rows = rows.collect();
    let frame = Frame::new(visit, "Audit");
    Answer::page(&AuditPage { frame, actor, object, organisation, action, from, until, mine, rows, next })
}
