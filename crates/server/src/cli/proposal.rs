//! `policy propose|proposals|accept|drop`: a policy that one person proposes and another puts in force.

use std::path::Path;

use domain::time::Day;
use serde_json::{Map, Value, json};
use service::policy::parse;
use service::policy::proposal::Draft;
use service::what_if::summary::Summary;
use service::what_if::{MOST_DAYS, Question};
use store::proposal::{Proposal, Stage};

use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::policy::text_of;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text::{card, local_time, wrapped};
use crate::figure::thousands;

/// Days that a proposal looks ahead from the day on which it begins.
const AHEAD: u16 = 365;

/// Proposes a policy with what it would do in its first year.
pub(crate) fn propose(s: &Session, policy: &Path, from: Option<Day>, note: &str) -> Result<Answer, Failure> {
    let text = text_of(&policy.to_string_lossy())?;
    let policy = parse(&text)?;
    let today = s.almoner.today(&s.ctx);
    // The year behind the day on which it begins, and what stands before that day.
    let waits = from.unwrap_or(policy.from).max(today).number() - today.number();
    let days = AHEAD.saturating_add(u16::try_from(waits).unwrap_or(u16::MAX)).min(MOST_DAYS);
    let question = Question { policy, from: None, begins: from, days, organisations: Vec::new() };
    let summary = s.almoner.what_if(&s.ctx, &question, &s.bars)?.summary().to_text();
    let id = s.almoner.propose_policy(&s.ctx, &Draft { text, from, note: note.to_owned(), summary })?;
    let proposal = s.almoner.proposal(&s.ctx, id)?;
    let then = format!("Nothing has changed. Another operator puts it in force with `almoner policy accept {id}`.");
    Ok(Answer::new(document(&proposal), format!("{}\n{}", screen(s, &proposal), wrapped(&then))))
}

/// The latest proposals, newest first; or one.
pub(crate) fn proposals(s: &Session, id: Option<i64>) -> Result<Answer, Failure> {
    if let Some(id) = id {
        let proposal = s.almoner.proposal(&s.ctx, id)?;
        return Ok(Answer::new(document(&proposal), screen(s, &proposal)));
    }
    let all = s.almoner.proposals(&s.ctx)?;
    let headings = [
        ("id", Align::Right),
        ("policy", Align::Left),
        ("from", Align::Left),
        ("state", Align::Left),
        ("proposed by", Align::Left),
        ("note", Align::Wrap),
    ];
    let rows = all.iter().map(|one| {
        let from = one.from.map_or_else(String::new, |day| day.to_string());
        let state = one.stage.to_string();
        vec![one.id.to_string(), one.name.clone(), from, state, one.proposed_by.clone(), one.note.clone()]
    });
    let text = table::render(&headings, rows.collect(), "No policy was proposed yet.");
    Ok(Answer::new(all.iter().map(document).collect::<Vec<_>>(), text))
}

/// Puts in force what another person proposed.
pub(crate) fn accept(s: &Session, id: i64) -> Result<Answer, Failure> {
    let adopted = s.almoner.adopt_proposal(&s.ctx, id)?;
    let proposal = s.almoner.proposal(&s.ctx, id)?;
    let is = if adopted.from > s.almoner.today(&s.ctx) { "will be" } else { "is" };
    let text = format!(
        "Policy {} {is} in force from {}.\nNobody has moved. What a run does then: almoner run --preview --on {}",
        adopted.name, adopted.from, adopted.from
    );
    Ok(Answer::new(document(&proposal), text))
}

/// Refuses what another person proposed, or takes one's own proposal back.
pub(crate) fn end(s: &Session, id: i64) -> Result<Answer, Failure> {
    let stage = s.almoner.drop_proposal(&s.ctx, id)?;
    let proposal = s.almoner.proposal(&s.ctx, id)?;
    let text = if stage == Stage::Withdrawn {
        format!("Proposal {id} is taken back. Nothing has changed.")
    } else {
        format!("Proposal {id} is refused. Nothing has changed.")
    };
    Ok(Answer::new(document(&proposal), text))
}

fn document(proposal: &Proposal) -> Value {
    let summary = Summary::of_text(&proposal.summary);
    let total = summary.as_ref().map(|summary| {
        let all = summary.total.iter().map(|(turn, before, after)| (turn.clone(), json!([before, after])));
        Value::Object(all.collect::<Map<_, _>>())
    });
    let ended = proposal.ended.as_ref();
    json!({
        "proposal": proposal.id,
        "policy": proposal.name,
        "from": proposal.from.map(|day| day.to_string()),
        "state": proposal.stage.as_str(),
        "note": proposal.note,
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at.to_string(),
        "ended_by": ended.map(|(_, who)| who),
        "ended_at": ended.map(|(at, _)| at.to_string()),
        "begins": summary.as_ref().map(|summary| &summary.begins),
        "to": summary.as_ref().map(|summary| &summary.days.1),
        "total": total,
    })
}

fn screen(s: &Session, proposal: &Proposal) -> String {
    let calendar = s.almoner.calendar();
    let told = |at, who: &str| format!("{who}, {}", local_time(calendar, at));
    let summary = Summary::of_text(&proposal.summary);
    let lines = [
        ("proposal", proposal.id.to_string()),
        ("policy", proposal.name.clone()),
        ("from", proposal.from.map_or_else(|| "its own day".to_owned(), |day| day.to_string())),
        ("state", proposal.stage.to_string()),
        ("proposed by", told(proposal.proposed_at, &proposal.proposed_by)),
        ("ended by", proposal.ended.as_ref().map_or_else(String::new, |(at, who)| told(*at, who))),
        ("note", proposal.note.clone()),
        ("looked at", summary.as_ref().map_or_else(String::new, |one| format!("{} to {}", one.days.0, one.days.1))),
    ];
    let headings = [("transition", Align::Left), ("as it stands", Align::Right), ("with it", Align::Right)];
    let rows = summary.iter().flat_map(|summary| &summary.total).map(|(turn, before, after)| {
        vec![turn.replace("->", " > "), thousands((*before).into()), thousands((*after).into())]
    });
    let none = if summary.is_some() { "Nobody would change status in these days, with it or without." } else { "" };
    format!("{}\n{}\n", card(&lines), table::render(&headings, rows.collect(), none))
}
