//! What a brake holds, and its release by a second person (RUN-05).

use std::fmt::Write as _;

use askama::Template;
use domain::brake::Stand;
use service::brake::release::Choice;
use service::brake::see::why;
use service::progress::Silent;
use store::brake::Part;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::visit::Visit;
use crate::web::words;

/// Parts and accounts of a page.
const PAGE: u32 = 100;

struct Row {
    id: i64,
    organisation: String,
    why: String,
    made: String,
    state: &'static str,
    count: i64,
}

#[derive(Template)]
#[template(path = "held.html")]
struct HeldPage {
    frame: Frame,
    organisation: String,
    mine: Vec<String>,
    all: bool,
    rows: Vec<Row>,
}

fn row(visit: &Visit, part: &Part) -> Row {
    Row {
        id: part.id,
        organisation: part.held.group.organisation.to_string(),
        why: why(part),
        made: words::time(&visit.portal.calendar(), part.held.made_at),
        state: part.state.as_str(),
        count: part.held.measure.planned,
    }
}

/// The parts that the actor may see: of one organisation, or of all that they administer.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let (organisation, all) = (visit.query("organisation").trim(), visit.query("all") == "yes");
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let mut parts = Vec::new();
    if !organisation.is_empty() {
        parts = visit.almoner.brakes(&visit.ctx, Some(&organisation.to_ascii_uppercase()), all, PAGE)?;
    } else if mine.is_empty() {
        parts = visit.almoner.brakes(&visit.ctx, None, all, PAGE)?;
    } else {
        for code in &mine {
            parts.extend(visit.almoner.brakes(&visit.ctx, Some(code), all, PAGE)?);
        }
    }
    let rows = parts.iter().map(|part| row(visit, part)).collect();
    Answer::page(&HeldPage {
        frame: Frame::new(visit, "Held by a brake"),
        organisation: organisation.to_owned(),
        mine,
        all,
        rows,
    })
}

#[derive(Template)]
#[template(path = "part.html")]
struct PartPage {
    frame: Frame,
    row: Row,
    first: String,
    ended: String,
    open: bool,
    accounts: Vec<(String, String, &'static str)>,
    next: Option<i64>,
    done: String,
}

/// One part, and its accounts.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn number(visit: &Visit) -> Result<i64, Trouble> {
    visit.param("part").parse().map_err(|_| Trouble::NotFound)
}

fn page(visit: &Visit, done: String) -> Result<Answer, Trouble> {
    let id = number(visit)?;
    let (part, seen) = visit.almoner.brake(&visit.ctx, id, visit.number("after").unwrap_or(0), PAGE)?;
    let calendar = visit.portal.calendar();
    let full = u32::try_from(seen.len()).is_ok_and(|count| count == PAGE);
    let accounts = seen.iter().map(|one| {
        let asked = one.asked.as_ref().map_or_else(String::new, |(word, reason)| {
            if reason.is_empty() { (*word).to_owned() } else { format!("{word}: {reason}") }
        });
        (one.address.clone(), asked, one.state.as_str())
    });
    let page = PartPage {
        frame: Frame::new(visit, format!("Held part {id}")),
        row: row(visit, &part),
        first: part.first.as_ref().map_or_else(String::new, |by| {
            format!(
                "{} released it first, {}. A second person must release it too.",
                by.name,
                words::time(&calendar, by.at)
            )
        }),
        ended: part
            .ended
            .as_ref()
            .map_or_else(String::new, |(who, at)| format!("{who}, {}", words::time(&calendar, *at))),
        open: part.state == Stand::Held,
        next: seen.last().filter(|_| full).map(|last| last.id),
        accounts: accounts.collect(),
        done,
    };
    Answer::page(&page)
}

/// Releases all of it, or so many.
pub(crate) fn release(visit: &Visit) -> Result<Answer, Trouble> {
    let choice = match visit.field("count").trim() {
        "" => Choice::All,
        text => Choice::Count(text.parse().map_err(|_| {
            Trouble::Refused(service::error::Error::Input(format!(
                "{text:?} is no number: write how many, or nothing for all"
            )))
        })?),
    };
    let released = visit.almoner.release_brake(&visit.ctx, number(visit)?, &choice, &Silent)?;
    let mut done = if released.first_only {
        "Your release is noted. A second person must release it too.".to_owned()
    } else {
        format!("{} done, {} left to the next run, {} still held.", released.done, released.for_run, released.left)
    };
    for (address, why) in &released.refused {
        let _ = write!(done, " {address}: {why}.");
    }
    page(visit, done)
}

/// Drops what is still held.
pub(crate) fn refuse(visit: &Visit) -> Result<Answer, Trouble> {
    let dropped = visit.almoner.refuse_brake(&visit.ctx, number(visit)?)?;
    page(visit, format!("{dropped} dropped. Nothing is done with them."))
}
