//! What brakes hold (RUN-05, RUN-06): the list. One part, and its release, are below.

pub(crate) mod deciding;
pub(crate) mod part;

use askama::Template;
use domain::brake::{over, would};
use domain::rights::{Action, Place, may};
use service::brake::see::Listed;

use crate::braked;
use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::visit::Visit;
use crate::web::words;

/// Parts of a page.
const PAGE: u32 = 50;

struct Row {
    id: i64,
    state: &'static str,
    organisation: String,
    what: String,
    brake: &'static str,
    asked: String,
    allowed: String,
    over: String,
    left: String,
    by: String,
    since: String,
    lapses: String,
}

#[derive(Template)]
#[template(path = "held.html")]
struct HeldPage {
    frame: Frame,
    organisation: String,
    mine: Vec<String>,
    wide: bool,
    all: bool,
    rows: Vec<Row>,
    next: String,
    problem: &'static str,
}

fn row(visit: &Visit, one: &Listed) -> Row {
    let (held, measure) = (&one.part.held, one.part.held.measure);
    Row {
        id: one.part.id,
        state: one.part.state.as_str(),
        organisation: held.group.organisation.to_string(),
        what: would(&held.group),
        brake: braked::which(held.tripped.brake),
        asked: words::number(measure.planned),
        allowed: words::number(held.tripped.limit),
        over: words::number(over(&held.tripped, measure)),
        left: words::number(one.left),
        by: braked::wanted_by(&one.part),
        since: words::time(&visit.portal.calendar(), held.made_at),
        lapses: words::day(held.expires_on),
    }
}

/// The parts that the actor may see: of one organisation, or of all that they administer.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let (organisation, all) = (visit.query("organisation").trim().to_ascii_uppercase(), visit.query("all") == "yes");
    let before = visit.number("before").unwrap_or(i64::MAX);
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let wide = may(&visit.ctx.actor, Action::Report, Place::Federation).is_ok();
    let page = |code: Option<&str>| visit.almoner.brakes_before(&visit.ctx, code, all, before, PAGE);
    let mut parts = Vec::new();
    let mut problem = "";
    if !organisation.is_empty() {
        parts = page(Some(&organisation))?;
    } else if wide {
        parts = page(None)?;
    } else if mine.is_empty() {
        problem = "Name an organisation: you hold no single ones.";
    } else {
        for code in &mine {
            parts.extend(page(Some(code))?);
        }
    }
    parts.sort_by_key(|one| std::cmp::Reverse(one.part.id));
    parts.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let full = u32::try_from(parts.len()).is_ok_and(|count| count == PAGE);
    let next = parts.last().filter(|_| full).map_or_else(String::new, |last| {
        let (all, before) = (if all { "yes" } else { "" }, last.part.id.to_string());
        format!("/held?{}", link::query([("organisation", organisation.as_str()), ("all", all), ("before", &before)]))
    });
    let rows = parts.iter().map(|one| row(visit, one)).collect();
    Answer::page(&HeldPage {
        frame: Frame::new(visit, "Held by a brake"),
        organisation,
        mine,
        wide,
        all,
        rows,
        next,
        problem,
    })
}
