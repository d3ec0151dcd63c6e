//! A policy that one person proposes and another puts in force.

use askama::Template;
use axum::http::StatusCode;
use domain::rights::Actor;
use domain::time::Day;
use service::error::Error;
use service::policy::parse;
use service::what_if::summary::Summary;
use store::proposal::{Proposal, Stage};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::pages::policies::{Differs, differences, may_adopt};
use crate::web::visit::Visit;
use crate::web::words;

/// Sections of a page.
#[derive(Template)]
#[template(path = "proposal.html")]
struct ProposalPage {
    frame: Frame,
    problem: String,
    id: i64,
    name: String,
    by: String,
    note: Vec<String>,
    begins: String,
    stage: Stage,
    ended: String,
    own: bool,
    may: bool,
    against: String,
    differs: Vec<Differs>,
    summary: Option<Summary>,
    text: String,
}

/// One proposal, with what it would do and what it changes.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn number(visit: &Visit) -> Result<i64, Trouble> {
    visit.param("proposal").parse().map_err(|_| Trouble::NotFound)
}

fn is_own(visit: &Visit, proposal: &Proposal) -> bool {
    matches!(&visit.ctx.actor, Actor::Person { id, .. } if proposal.proposed_id == Some(*id))
}

fn page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let proposal = visit.almoner.proposal(&visit.ctx, number(visit)?)?;
    let calendar = visit.portal.calendar();
    let today = visit.almoner.today(&visit.ctx);
    let policy = parse(&proposal.text)?;
    let day = proposal.from.unwrap_or_else(|| policy.from.max(today));
    let now = visit.almoner.policy_on(day)?;
    let begins = match proposal.from {
        Some(day) => words::day(day),
        None if policy.from > today => words::day(policy.from),
        None => "the day on which it is put in force".to_owned(),
    };
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ProposalPage {
        frame: Frame::new(visit, format!("Proposal {}", proposal.id)),
        problem,
        id: proposal.id,
        own: is_own(visit, &proposal),
        by: format!("{}, {}", proposal.proposed_by, words::time(&calendar, proposal.proposed_at)),
        note: proposal.note.lines().map(str::to_owned).collect(),
        begins,
        stage: proposal.stage,
        ended: proposal
            .ended
            .as_ref()
            .map_or_else(String::new, |(at, who)| format!("by {who}, {}", words::time(&calendar, *at))),
        may: may_adopt(visit),
        against: format!("{}, which holds on {}", now.name, words::day(day)),
        differs: differences(now, &policy),
        summary: Summary::of_text(&proposal.summary).map(readable),
        text: proposal.text,
        name: proposal.name,
    };
    Answer::page_with(status, &page)
}

/// Days as people read them.
fn readable(summary: Summary) -> Summary {
    let day = |text: &str| Day::parse(text).map_or_else(|| text.to_owned(), words::day);
    Summary {
        begins: day(&summary.begins),
        days: (day(&summary.days.0), day(&summary.days.1)),
        worst: summary.worst.as_ref().map(|(on, count)| (day(on), *count)),
        total: summary.total.iter().map(|(turn, was, will)| (turn.replace("->", " to "), *was, *will)).collect(),
        ..summary
    }
}

/// Puts it in force: never the person who proposed it.
pub(crate) fn adopt(visit: &Visit) -> Result<Answer, Trouble> {
    match visit.almoner.adopt_proposal(&visit.ctx, number(visit)?) {
        Ok(_) => Ok(Answer::see("/policies?done=adopted")),
        Err(Error::Input(what)) => page(visit, what),
        Err(other) => Err(other.into()),
    }
}

/// Takes it back, or refuses it.
pub(crate) fn end(visit: &Visit) -> Result<Answer, Trouble> {
    match visit.almoner.drop_proposal(&visit.ctx, number(visit)?) {
        Ok(stage) => Ok(Answer::see(format!("/policies?done={stage}"))),
        Err(Error::Input(what)) => page(visit, what),
        Err(other) => Err(other.into()),
    }
}
