//! `brake`: what is held and why, and letting it happen or not.

use domain::brake::{Source, Stand};
use serde::Serialize;
use serde_json::{Value, json};
use service::brake::release::{Choice, Release};
use service::brake::see::{Seen, why};
use store::brake::Part;

use crate::cli::answer::Answer;
use crate::cli::args::control::{Brake, HowMuch};
use crate::cli::failure::{Failure, HELD};
use crate::cli::session::Session;
use crate::cli::table::{self, Align, thousands};
use crate::cli::text::{count, local_time, wrapped};

/// How many requests that no longer apply people are shown; JSON has all.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct PartJson {
    part: i64,
    state: &'static str,
    day: String,
    organisation: String,
    kind: &'static str,
    action: &'static str,
    rule: &'static str,
    brake: &'static str,
    why: String,
    accounts: i64,
    done_today: i64,
    allowed: i64,
    population: i64,
    forecast: Option<i64>,
    source: &'static str,
    run: Option<i64>,
    asked_by: Option<String>,
    since: String,
    lapses_on: String,
    first_released_by: Option<String>,
    ended_by: Option<String>,
    ended_at: Option<String>,
}

#[derive(Serialize)]
struct ReleaseJson {
    part: i64,
    state: &'static str,
    first_only: bool,
    done: u64,
    for_run: u64,
    refused: Vec<Value>,
    left: i64,
}

/// Lists, shows, releases, refuses.
pub(crate) fn brake(s: &Session, what: &Brake) -> Result<Answer, Failure> {
    match what {
        Brake::List { organisation, all, limit, open: _ } => {
            let code = organisation.as_ref().map(domain::ids::OdsCode::as_str);
            Ok(list(s, &s.almoner.brakes(&s.ctx, code, *all, *limit)?, *all))
        }
        Brake::Show { id, after, limit } => {
            let (part, accounts) = s.almoner.brake(&s.ctx, *id, *after, *limit)?;
            Ok(show(s, &part, &accounts, *limit))
        }
        Brake::Release { part } => match (part.id, part.run) {
            (Some(id), _) => release(s, id, &part.much),
            (None, Some(run)) => Ok(released(&s.almoner.release_run(&s.ctx, run, &s.bars)?, true)),
            (None, None) => Err(Failure::wrong_use("no part is named", "give its number, or a run with --run")),
        },
        Brake::Refuse { id } => {
            let dropped = s.almoner.refuse_brake(&s.ctx, *id)?;
            let text = format!("Part {id} is refused; {} dropped.", thousands_of(dropped));
            Ok(Answer::new(json!({ "part": id, "dropped": dropped }), text))
        }
    }
}

/// Releases one part, or some of it.
pub(crate) fn release(s: &Session, id: i64, much: &HowMuch) -> Result<Answer, Failure> {
    let choice = match (much.count, much.accounts.as_slice()) {
        (Some(count), _) => Choice::Count(count),
        (None, []) => Choice::All,
        (None, accounts) => Choice::Accounts(accounts.to_vec()),
    };
    Ok(released(&[s.almoner.release_brake(&s.ctx, id, &choice, &s.bars)?], false))
}

fn list(s: &Session, parts: &[Part], all: bool) -> Answer {
    let headings = [
        ("part", Align::Right),
        ("held since", Align::Left),
        ("accounts", Align::Right),
        ("lapses on", Align::Left),
        ("state", Align::Left),
        ("why", Align::Wrap),
    ];
    let rows = parts.iter().map(|part| {
        vec![
            part.id.to_string(),
            s.almoner.calendar().day_of(part.held.made_at).to_string(),
            thousands(part.held.measure.planned),
            part.held.expires_on.to_string(),
            part.state.to_string(),
            why(part),
        ]
    });
    let none = if all { "No brake has held anything yet." } else { "No brake holds anything." };
    let mut text = table::render(&headings, rows.collect(), none);
    if parts.iter().any(|part| part.state == Stand::Held) {
        text += "\n\nWho is in it:  almoner brake show PART\nTo let it be:  almoner brake release PART";
    }
    Answer::new(parts.iter().map(part_json).collect::<Vec<_>>(), text)
}

fn show(s: &Session, part: &Part, accounts: &[Seen], limit: u32) -> Answer {
    let calendar = s.almoner.calendar();
    let from = match (part.held.source, part.held.run) {
        (Source::Run, Some(run)) => format!("planned by run {run}"),
        (source, _) => format!("asked for by {} ({source})", part.held.asked_by),
    };
    let mut text = wrapped(&format!("Part {}: {}.", part.id, why(part)));
    text += &wrapped(&format!("It was {from} on {}.", local_time(calendar, part.held.made_at)));
    text += &wrapped(&stands(s, part));
    let headings = [("address", Align::Left), ("asked", Align::Left), ("state", Align::Left), ("reason", Align::Wrap)];
    let rows = accounts.iter().map(|one| {
        let (asked, reason) = one.asked.clone().unwrap_or_default();
        vec![one.address.clone(), asked.to_owned(), one.state.to_string(), reason]
    });
    text.extend([format!("\n{}", table::render(&headings, rows.collect(), "There are no accounts behind that."))]);
    if let Some(last) = accounts.last().filter(|_| u32::try_from(accounts.len()) == Ok(limit)) {
        text.extend([format!("\n\n{}; the next page: --after {}", count(i64::from(limit), "account"), last.id)]);
    }
    let items = accounts.iter().map(|one| {
        let (asked, reason) = one.asked.clone().unzip();
        json!({ "item": one.id, "address": one.address, "asked": asked, "reason": reason, "state": one.state.as_str() })
    });
    let json = json!({ "part": part_json(part), "accounts": items.collect::<Vec<_>>() });
    Answer::new(json, text)
}

/// Where a part stands, and what that means.
fn stands(s: &Session, part: &Part) -> String {
    let ended = part
        .ended
        .as_ref()
        .map_or_else(String::new, |(by, at)| format!(" by {by} on {}", local_time(s.almoner.calendar(), *at)));
    match (part.state, &part.first) {
        (Stand::Held, Some(first)) => {
            format!("{} released it first; another person must do so too, before {}.", first.name, part.held.expires_on)
        }
        (Stand::Held, None) => format!("It waits for a second person, and lapses on {}.", part.held.expires_on),
        (Stand::Released, _) => format!("It was released{ended}; the next run does it."),
        (Stand::Done, _) => format!("It was released{ended}, and nothing of it is left."),
        (Stand::Refused, _) => format!("It was refused{ended}."),
        (Stand::Lapsed, _) => "Nobody released it in time; it lapsed.".to_owned(),
    }
}

fn released(all: &[Release], is_run: bool) -> Answer {
    let json: Vec<ReleaseJson> = all.iter().map(release_json).collect();
    let text: Vec<String> = all.iter().map(told).collect();
    let waits = all.iter().any(|one| one.first_only);
    let mut text = text.join("\n");
    if all.iter().any(|one| one.for_run > 0) {
        text += "\nThe next run does what is released: almoner run does it at once.";
    }
    let mut json = json;
    let answer = match json.pop() {
        Some(only) if !is_run => Answer::new(only, text),
        last => {
            json.extend(last);
            Answer::new(json, text)
        }
    };
    if waits { answer.with_code(HELD) } else { answer }
}

fn told(one: &Release) -> String {
    let id = one.part.id;
    if one.first_only {
        return wrapped(&format!(
            "Part {id} is a run's: you are the first of two. Another person must release it too, before {}.",
            one.part.held.expires_on
        ));
    }
    let mut said = Vec::new();
    if one.done > 0 {
        said.push(format!("{} done", thousands_of(one.done)));
    }
    if one.for_run > 0 {
        said.push(format!("{} released for the run", thousands_of(one.for_run)));
    }
    if !one.refused.is_empty() {
        said.push(format!("{} no longer apply", one.refused.len()));
    }
    if said.is_empty() {
        said.push("nothing was left to release".to_owned());
    }
    said.push(if one.left == 0 {
        "none is held any more".to_owned()
    } else {
        format!("{} still held", thousands(one.left))
    });
    let mut text = wrapped(&format!("Part {id}: {}.", said.join(", ")));
    if !one.refused.is_empty() {
        let rows = one.refused.iter().take(SHOWN).map(|(address, why)| vec![address.clone(), why.clone()]);
        text.extend([table::render(&[("not done", Align::Left), ("why", Align::Wrap)], rows.collect(), "")]);
        let left = one.refused.len().saturating_sub(SHOWN);
        if left > 0 {
            text.extend([format!("\nand {left} more: see them with --json")]);
        }
    }
    text
}

fn thousands_of(number: u64) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX), "account")
}

fn release_json(one: &Release) -> ReleaseJson {
    ReleaseJson {
        part: one.part.id,
        state: one.part.state.as_str(),
        first_only: one.first_only,
        done: one.done,
        for_run: one.for_run,
        refused: one.refused.iter().map(|(address, why)| json!({ "address": address, "why": why })).collect(),
        left: one.left,
    }
}

fn part_json(part: &Part) -> PartJson {
    let (held, group) = (&part.held, &part.held.group);
    PartJson {
        part: part.id,
        state: part.state.as_str(),
        day: held.day.to_string(),
        organisation: group.organisation.to_string(),
        kind: group.kind.as_str(),
        action: group.action.as_str(),
        rule: group.rule.as_str(),
        brake: held.tripped.brake.as_str(),
        why: why(part),
        accounts: held.measure.planned,
        done_today: held.measure.done_today,
        allowed: held.tripped.limit,
        population: held.measure.population,
        forecast: held.measure.forecast,
        source: held.source.as_str(),
        run: held.run,
        asked_by: (held.source != Source::Run).then(|| held.asked_by.clone()),
        since: held.made_at.to_string(),
        lapses_on: held.expires_on.to_string(),
        first_released_by: part.first.as_ref().map(|by| by.name.clone()),
        ended_by: part.ended.as_ref().map(|(by, _)| by.clone()),
        ended_at: part.ended.as_ref().map(|(_, at)| at.to_string()),
    }
}
