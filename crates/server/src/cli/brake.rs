//! `brake`: what is held and why, and letting it happen or not.

use domain::brake::{Source, Stand, over};
use serde::Serialize;
use serde_json::{Value, json};
use service::brake::release::Release;
use service::brake::see::{Listed, Seen, Whole, why};
use store::brake::Part;

use crate::braked;
use crate::cli::answer::Answer;
use crate::cli::args::control::{Brake, HowMuch};
use crate::cli::chosen;
use crate::cli::failure::{Failure, HELD};
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text::{card, local_time, wrapped};
use crate::figure::{count, thousands};

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
    left: i64,
    done_today: i64,
    allowed: i64,
    over: i64,
    population: i64,
    forecast: Option<i64>,
    policy: Option<String>,
    floor: Option<i64>,
    share_percent: Option<i64>,
    forecast_percent: Option<i64>,
    source: &'static str,
    run: Option<i64>,
    asked_by: Option<String>,
    file: Option<String>,
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
    noted: u64,
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
            Ok(list(s, &s.almoner.brakes_before(&s.ctx, code, *all, i64::MAX, *limit)?, *all))
        }
        Brake::Show { id, after, limit } => {
            let whole = s.almoner.brake_whole(&s.ctx, *id)?;
            Ok(show(s, &whole, &s.almoner.brake(&s.ctx, *id, *after, *limit)?.1, *limit))
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
    let choice = chosen::choice(much)?;
    Ok(released(&[s.almoner.release_brake(&s.ctx, id, &choice, &s.bars)?], false))
}

fn list(s: &Session, parts: &[Listed], all: bool) -> Answer {
    let headings = [
        ("part", Align::Right),
        ("held since", Align::Left),
        ("left", Align::Right),
        ("over", Align::Right),
        ("lapses on", Align::Left),
        ("state", Align::Left),
        ("why", Align::Wrap),
    ];
    let rows = parts.iter().map(|Listed { part, left }| {
        vec![
            part.id.to_string(),
            s.almoner.calendar().day_of(part.held.made_at).to_string(),
            thousands(*left),
            thousands(over(&part.held.tripped, part.held.measure)),
            part.held.expires_on.to_string(),
            part.state.to_string(),
            format!("{}; wanted by {}", why(part), braked::wanted_by(part)),
        ]
    });
    let none = if all { "No brake has held anything yet." } else { "No brake holds anything." };
    let mut text = table::render(&headings, rows.collect(), none);
    if parts.iter().any(|one| one.part.state == Stand::Held) {
        text += "\n\nWho is in it:  almoner brake show PART\nTo let it be:  almoner brake release PART";
    }
    Answer::new(parts.iter().map(|one| part_json(&one.part, one.left)).collect::<Vec<_>>(), text)
}

fn show(s: &Session, whole: &Whole, accounts: &[Seen], limit: u32) -> Answer {
    let (calendar, part) = (s.almoner.calendar(), &whole.part);
    let mut text = wrapped(&format!("Part {}: {}.", part.id, why(part)));
    let since = local_time(calendar, part.held.made_at);
    text += &wrapped(&format!("Wanted by {}; held since {since}.", braked::wanted_by(part)));
    text += &wrapped(&stands(s, whole));
    text.push('\n');
    text += &card(&lines(whole));
    let headings = [("address", Align::Left), ("asked", Align::Left), ("state", Align::Left), ("reason", Align::Wrap)];
    let rows = accounts.iter().map(|one| {
        let (asked, reason) = one.asked.clone().unwrap_or_default();
        let asked = one.to.as_ref().map_or_else(|| asked.to_owned(), |to| format!("{asked} to {to}"));
        vec![one.address.clone(), asked, one.state.to_string(), reason]
    });
    text.extend([format!("\n{}", table::render(&headings, rows.collect(), "There are no accounts behind that."))]);
    if let Some(last) = accounts.last().filter(|_| u32::try_from(accounts.len()) == Ok(limit)) {
        text.extend([format!("\n\n{}; the next page: --after {}", count(i64::from(limit), "account"), last.id)]);
    }
    let items = accounts.iter().map(|one| {
        let (asked, reason) = one.asked.clone().unzip();
        let (file, line) = one.origin.clone().unzip();
        json!({
            "item": one.id, "address": one.address, "asked": asked, "to": one.to, "reason": reason, "file": file,
            "line": line, "state": one.state.as_str(), "first_released_by": one.first,
        })
    });
    let stands = whole.stands.iter().map(|(state, count)| json!({ "state": state.as_str(), "count": count }));
    let firsts =
        whole.firsts.iter().map(|(by, count)| json!({ "by": by.name, "at": by.at.to_string(), "count": count }));
    let json = json!({
        "part": part_json(part, whole.left()), "stands": stands.collect::<Vec<_>>(),
        "firsts": firsts.collect::<Vec<_>>(), "accounts": items.collect::<Vec<_>>(),
    });
    Answer::new(json, text)
}

/// The brake, its figures, and how the accounts stand.
fn lines(whole: &Whole) -> Vec<(&'static str, String)> {
    let part = &whole.part;
    let mut lines = vec![
        ("Organisation", format!("{} {}", part.held.group.organisation, whole.organisation)),
        ("Brake", braked::which(part.held.tripped.brake).to_owned()),
    ];
    lines.extend(braked::figures(part));
    let stands = whole.stands.iter().map(|(state, count)| format!("{} {state}", thousands(*count)));
    lines.push(("Accounts now", stands.collect::<Vec<_>>().join(", ")));
    lines
}

/// Where a part stands, and what that means.
fn stands(s: &Session, whole: &Whole) -> String {
    let (part, lapses) = (&whole.part, whole.part.held.expires_on);
    let ended = part
        .ended
        .as_ref()
        .map_or_else(String::new, |(by, at)| format!(" by {by} on {}", local_time(s.almoner.calendar(), *at)));
    match part.state {
        Stand::Held if !whole.open => format!("Nobody released it in time: its last day was over on {lapses}."),
        Stand::Held => {
            let said = whole.firsts.iter().map(|(by, n)| {
                format!("{} released {} first; another person must do so too. ", by.name, count(*n, "account"))
            });
            let then = braked::then(part.held.source);
            format!("{}It waits for a second person, and lapses on {lapses}; then {then}.", said.collect::<String>())
        }
        Stand::Released => format!("It was released{ended}; the next run does it."),
        Stand::Done => format!("It was released{ended}, and nothing of it is left."),
        Stand::Refused => format!("It was refused{ended}."),
        Stand::Lapsed => format!("Nobody released it in time; it lapsed{ended}."),
    }
}

fn released(all: &[Release], is_run: bool) -> Answer {
    let json: Vec<ReleaseJson> = all.iter().map(release_json).collect();
    let text: Vec<String> = all.iter().map(told).collect();
    let waits = all.iter().any(|one| one.noted > 0);
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
            "Part {id} is a run's: you are the first of two for {}. Another person must release the same, before {}.",
            thousands_of(one.noted),
            one.part.held.expires_on
        ));
    }
    let mut said = Vec::new();
    if one.noted > 0 {
        said.push(format!("you are the first of two for {}", thousands_of(one.noted)));
    }
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
        noted: one.noted,
        done: one.done,
        for_run: one.for_run,
        refused: one.refused.iter().map(|(address, why)| json!({ "address": address, "why": why })).collect(),
        left: one.left,
    }
}

fn part_json(part: &Part, left: i64) -> PartJson {
    let (held, group, budget) = (&part.held, &part.held.group, part.held.budget.as_ref());
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
        left,
        done_today: held.measure.done_today,
        allowed: held.tripped.limit,
        over: over(&held.tripped, held.measure),
        population: held.measure.population,
        forecast: held.measure.forecast,
        policy: budget.map(|budget| budget.policy.clone()),
        floor: budget.map(|budget| budget.floor),
        share_percent: budget.map(|budget| budget.share_percent),
        forecast_percent: budget.map(|budget| budget.forecast_percent),
        source: held.source.as_str(),
        run: held.run,
        asked_by: (held.source != Source::Run).then(|| held.asked_by.clone()),
        file: (!held.asked_in.is_empty()).then(|| held.asked_in.clone()),
        since: held.made_at.to_string(),
        lapses_on: held.expires_on.to_string(),
        first_released_by: part.first.as_ref().map(|by| by.name.clone()),
        ended_by: part.ended.as_ref().map(|(by, _)| by.clone()),
        ended_at: part.ended.as_ref().map(|(_, at)| at.to_string()),
    }
}
