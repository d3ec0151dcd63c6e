//! `policy check|show|diff|propose|adopt|list`: policies as data. Only what is adopted needs a store.

use std::fs;

use domain::policy::Policy;
use serde::Serialize;
use serde_json::{Map, Value, json};
use service::federation::Almoner;
use service::policy::shipped;
use wire::policy_file::{self, Mistake};

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::args::control::Policy as Verb;
use crate::cli::failure::{Failure, REFUSED};
use crate::cli::proposal;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text;
use crate::figure;

#[derive(Serialize)]
struct PolicyJson {
    name: String,
    title: String,
    from: String,
    until: Option<String>,
    source: &'static str,
    fields: Value,
}

#[derive(Serialize)]
struct MistakeJson {
    line: usize,
    key: String,
    what: String,
    write: String,
}

/// A policy, and where it was found.
struct Found {
    policy: Policy,
    source: &'static str,
}

/// Checks, shows, compares, adopts, lists.
pub(crate) fn policy(cli: &Cli, what: &Verb) -> Result<Answer, Failure> {
    match what {
        Verb::Check { policy } => check(policy),
        Verb::Show { policy: Some(name) } => Ok(show(&find(cli, name)?)),
        Verb::Show { policy: None } => {
            let s = Session::open(cli)?;
            let policy = s.almoner.policy_on(s.almoner.today(&s.ctx))?.clone();
            Ok(show(&Found { policy, source: "adopted" }))
        }
        Verb::Diff { one, other } => Ok(diff(&find(cli, one)?.policy, &find(cli, other)?.policy)),
        Verb::Adopt { policy, from } => {
            let s = Session::open(cli)?;
            let adopted = s.almoner.adopt_policy(&s.ctx, &text_of(policy)?, *from)?;
            let until = adopted.until.map(|day| day.to_string());
            let json = json!({ "name": adopted.name, "from": adopted.from.to_string(), "until": until });
            let text = format!(
                "Policy {} {} in force from {}.\n\
                 Nobody has moved. What a run does then: almoner run --preview --on {}",
                adopted.name,
                if adopted.from > s.almoner.today(&s.ctx) { "will be" } else { "is" },
                adopted.from,
                adopted.from
            );
            Ok(Answer::new(json, text))
        }
        Verb::Propose { policy, from, note } => proposal::propose(&Session::open(cli)?, policy, *from, note),
        Verb::Proposals { id } => proposal::proposals(&Session::open(cli)?, *id),
        Verb::Accept { id } => proposal::accept(&Session::open(cli)?, *id),
        Verb::Drop { id } => proposal::end(&Session::open(cli)?, *id),
        Verb::List => list(&Session::open(cli)?),
    }
}

/// The text of a shipped policy or of a file.
pub(crate) fn text_of(name: &str) -> Result<String, Failure> {
    if let Some(text) = shipped(name) {
        return Ok(text.to_owned());
    }
    fs::read_to_string(name).map_err(|error| {
        let known: Vec<&str> = policy_file::shipped().iter().map(|(name, _)| *name).collect();
        let hint = format!("name a TOML file or one of {}", known.join(", "));
        Failure::refused(format!("{name} is no shipped policy, and no file that can be read ({error})"), hint)
    })
}

/// An adopted policy, else a shipped one, else a file.
fn find(cli: &Cli, name: &str) -> Result<Found, Failure> {
    // Without a store there are shipped policies and files still.
    let adopted = Almoner::open(&cli.config.store).ok();
    let adopted = adopted.and_then(|almoner| almoner.policies().iter().rfind(|policy| policy.name == name).cloned());
    if let Some(policy) = adopted {
        return Ok(Found { policy, source: "adopted" });
    }
    let source = if shipped(name).is_some() { "shipped" } else { "file" };
    let policy = policy_file::parse(&text_of(name)?).map_err(|mistakes| {
        let hint = format!("see them with `almoner policy check {name}`");
        Failure::refused(format!("{name} has {}", mistakes_in(&mistakes)), hint)
    })?;
    Ok(Found { policy, source })
}

/// Everything that is wrong with a policy.
pub(crate) fn check(name: &str) -> Result<Answer, Failure> {
    let text = text_of(name)?;
    let mistakes = policy_file::parse(&text).err().unwrap_or_default();
    let listed: Vec<MistakeJson> = mistakes.iter().map(mistake_json).collect();
    let json = json!({ "policy": name, "good": listed.is_empty(), "mistakes": listed });
    if mistakes.is_empty() {
        return Ok(Answer::new(json, format!("{name} is a good policy.")));
    }
    let lines: Vec<String> = mistakes.iter().map(|mistake| told(name, mistake)).collect();
    let summary = format!("{}; the policy cannot be adopted.", mistakes_in(&mistakes));
    Ok(Answer::new(json, format!("{}\n{summary}", lines.join("\n"))).with_code(REFUSED))
}

/// Where it is, what is wrong, and a line to write instead, in a piece if it can be.
fn told(name: &str, mistake: &Mistake) -> String {
    let Mistake { line, key, what, write } = mistake;
    let key = if key.is_empty() { String::new() } else { format!(", {key}") };
    let place = text::wrapped(&format!("{name}, line {line}{key}:"));
    format!("{place}{}{}", text::hanging("    ", what), text::hanging("    write ", write))
}

fn mistakes_in(mistakes: &[Mistake]) -> String {
    figure::count(i64::try_from(mistakes.len()).unwrap_or(i64::MAX), "mistake")
}

fn mistake_json(mistake: &Mistake) -> MistakeJson {
    let Mistake { line, key, what, write } = mistake.clone();
    MistakeJson { line, key, what, write }
}

fn show(found: &Found) -> Answer {
    let policy = &found.policy;
    let fields = policy_file::fields(policy);
    let json = PolicyJson {
        name: policy.name.clone(),
        title: policy.title.clone(),
        from: policy.from.to_string(),
        until: policy.until.map(|day| day.to_string()),
        source: found.source,
        fields: fields
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.clone())))
            .collect::<Map<_, _>>()
            .into(),
    };
    let rows = fields.into_iter().map(|(key, value)| vec![key, value]).collect();
    Answer::new(json, table::render(&[("key", Align::Left), ("value", Align::Wrap)], rows, ""))
}

fn diff(one: &Policy, other: &Policy) -> Answer {
    let differences = policy_file::diff(one, other);
    let lines = differences.iter().map(|d| json!({ "key": d.key, "before": d.before, "after": d.after }));
    let json = json!({ "one": one.name, "other": other.name, "differences": lines.collect::<Vec<_>>() });
    let headings = [("key", Align::Left), (one.name.as_str(), Align::Wrap), (other.name.as_str(), Align::Wrap)];
    let rows = differences.iter().map(|d| vec![d.key.clone(), d.before.clone(), d.after.clone()]).collect();
    Answer::new(json, table::render(&headings, rows, "The two policies are the same."))
}

fn list(s: &Session) -> Result<Answer, Failure> {
    let in_force = s.almoner.policy_on(s.almoner.today(&s.ctx))?;
    let is_in_force = |policy: &Policy| policy.from == in_force.from;
    let until = |policy: &Policy| policy.until.map(|day| day.to_string());
    let policies = s.almoner.policies();
    let json = policies.iter().map(|p| {
        let (from, until) = (p.from.to_string(), until(p));
        json!({ "name": p.name, "title": p.title, "from": from, "until": until, "in_force": is_in_force(p) })
    });
    let headings = [
        ("policy", Align::Left),
        ("from", Align::Left),
        ("until", Align::Left),
        ("now", Align::Left),
        ("title", Align::Wrap),
    ];
    let rows = policies.iter().map(|p| {
        let now = if is_in_force(p) { "in force" } else { "" };
        vec![p.name.clone(), p.from.to_string(), until(p).unwrap_or_default(), now.to_owned(), p.title.clone()]
    });
    let text = table::render(&headings, rows.collect(), "No policy is adopted.");
    Ok(Answer::new(json.collect::<Vec<_>>(), text))
}
