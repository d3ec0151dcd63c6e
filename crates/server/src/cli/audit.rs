//! `history` and `audit search`: what happened, who did it.

use domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store::audit::{Line, Search};

use crate::cli::answer::Answer;
use crate::cli::args::AddressOnly;
use crate::cli::args::control::{Audit, AuditSearch};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::{chain, text};

/// The change of one field is shown up to so many characters; JSON has all of it.
const SHOWN: usize = 60;

#[derive(Serialize)]
struct LineJson<'a> {
    id: i64,
    at: String,
    performer: &'a str,
    action: &'a str,
    rule: Option<&'a str>,
    object_type: &'a str,
    object: &'a str,
    organisation: Option<&'a str>,
    run: Option<i64>,
    grant: Option<i64>,
    detail: Value,
}

/// Everything that ever happened to an account, oldest first.
pub(crate) fn history(s: &Session, args: &AddressOnly) -> Result<Answer, Failure> {
    let lines = s.almoner.history(&s.ctx, &args.address)?;
    let headings = [
        ("at", Align::Left),
        ("what", Align::Left),
        ("by", Align::Left),
        ("rule", Align::Left),
        ("run", Align::Right),
        ("changed", Align::Wrap),
    ];
    let rows = lines.iter().map(|line| {
        let run = line.run.map_or_else(String::new, |run| run.to_string());
        let rule = line.rule.clone().unwrap_or_default();
        vec![time(s, line.at), line.action.clone(), line.actor.clone(), rule, run, changes(&detail(line))]
    });
    let text = table::render(&headings, rows.collect(), "Nothing is recorded of it.");
    Ok(Answer::new(lines.iter().map(line_json).collect::<Vec<_>>(), text))
}

/// The audit trail.
pub(crate) fn audit(s: &Session, what: &Audit) -> Result<Answer, Failure> {
    match what {
        Audit::Search(args) => searched(s, args),
        Audit::Verify { roots } => chain::verify(s, roots.as_deref()),
        Audit::Seal => chain::seal(s),
        Audit::Roots { out } => chain::roots(s, out.as_deref()),
        Audit::Proof { organisation, out } => chain::proof(s, organisation, out),
        Audit::CheckProof { file, roots } => chain::check_proof(file, roots.as_deref()),
    }
}

fn searched(s: &Session, args: &AuditSearch) -> Result<Answer, Failure> {
    let lines = s.almoner.search_audit(&s.ctx, &search(s, args))?;
    let headings = [
        ("line", Align::Right),
        ("at", Align::Left),
        ("by", Align::Left),
        ("what", Align::Left),
        ("rule", Align::Left),
        ("to", Align::Wrap),
    ];
    let rows = lines.iter().map(|line| {
        let rule = line.rule.clone().unwrap_or_default();
        vec![line.id.to_string(), time(s, line.at), line.actor.clone(), line.action.clone(), rule, object(line)]
    });
    let mut text = table::render(&headings, rows.collect(), "No line of the audit trail matches.");
    if let Some(last) = lines.last().filter(|_| u32::try_from(lines.len()) == Ok(args.limit)) {
        text.extend([format!("\n\nThere may be more: add --before {}", last.id)]);
    }
    Ok(Answer::new(lines.iter().map(line_json).collect::<Vec<_>>(), text))
}

fn search(s: &Session, args: &AuditSearch) -> Search {
    let start = |day| s.almoner.calendar().start_of(day);
    let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().to_ascii_lowercase();
    // Codes are kept in capitals, addresses in lower case; only an address has an @.
    let target = args.target.clone().map(|t| if t.contains('@') { t.to_ascii_lowercase() } else { t });
    Search {
        actor: lower(&args.performer),
        object: target.unwrap_or_default(),
        organisation: args.organisation.as_ref().map(ToString::to_string).unwrap_or_default(),
        action: lower(&args.action),
        rule: args.rule.map(|rule| rule.to_string()).unwrap_or_default(),
        from: args.from.map_or(Timestamp::from_second(i64::MIN), start),
        until: args.until.map_or(Timestamp::from_second(i64::MAX), start),
        before: args.before.unwrap_or(i64::MAX),
        limit: args.limit,
    }
}

/// An address says what it is; of all else the type is said too.
fn object(line: &Line) -> String {
    if line.object.contains('@') { line.object.clone() } else { format!("{} {}", line.object_type, line.object) }
}

fn time(s: &Session, at: Timestamp) -> String {
    text::local_time(s.almoner.calendar(), at)
}

fn detail(line: &Line) -> Value {
    // What is no JSON is shown as the text that it is.
    serde_json::from_str(&line.detail).unwrap_or_else(|_| line.detail.clone().into())
}

fn line_json(line: &Line) -> LineJson<'_> {
    LineJson {
        id: line.id,
        at: line.at.to_string(),
        performer: &line.actor,
        action: &line.action,
        rule: line.rule.as_deref(),
        object_type: &line.object_type,
        object: &line.object,
        organisation: line.organisation.as_deref(),
        run: line.run,
        grant: line.grant,
        detail: detail(line),
    }
}

/// What a line changed, in short: `status active > leaver; reason: contract ends`.
fn changes(detail: &Value) -> String {
    let field = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.chars().take(SHOWN).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let object = |name: &str| detail.get(name).and_then(Value::as_object);
    let mut told = Vec::new();
    if let (Some(role), Some(scope)) = (detail.get("role"), detail.get("scope")) {
        return format!("role {}; scope {}", field(role), field(scope));
    }
    match (object("before"), object("after")) {
        (Some(before), Some(after)) => {
            for (name, value) in after.iter().filter(told_of) {
                let change = match before.get(name) {
                    Some(was) => format!("{} > {}", field(was), field(value)),
                    None => field(value),
                };
                told.push(format!("{name} {change}"));
            }
        }
        (None, Some(after)) => {
            let first = ["kind", "status", "organisation"];
            told.extend(first.iter().filter_map(|name| Some(format!("{name} {}", field(after.get(*name)?)))));
        }
        (_, None) => {
            let all = detail.as_object().into_iter().flatten().filter(told_of);
            told.extend(all.map(|(name, value)| format!("{name} {}", field(value))));
        }
    }
    told.extend(detail.get("reason").map(|reason| format!("reason: {}", field(reason))));
    told.join("; ")
}

/// The line itself says who and when; a period that ended with the step that it led to needs no word.
fn told_of((name, value): &(&String, &Value)) -> bool {
    match name.as_str() {
        // The hold's reason is told, and a text of a policy is told by `policy show`.
        _ if name.starts_with("hold:") => false,
        "text" | "since" | "notes" | "reason" | "given_by" | "held_since" => false,
        "cause" | "asked_on" | "announced_on" | "announced_for" | "refused_on" => !value.is_null(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_in_short_what_changed() {
        let before = json!({ "status": "active", "since": "x" });
        let cases = [
            (json!({ "before": before, "after": { "status": "leaver", "since": "y" } }), "status active > leaver"),
            (json!({ "before": {}, "after": { "announced_on": "2018-09-01" } }), "announced_on 2018-09-01"),
            (json!({ "before": { "terms": "x" }, "after": { "terms": null } }), "terms x > nothing"),
            (json!({ "after": { "kind": "user", "status": "active", "created": "x" } }), "kind user; status active"),
            (json!({ "before": {}, "after": {}, "reason": "duplicate" }), "reason: duplicate"),
            (json!({ "role": "operator", "scope": "federation" }), "role operator; scope federation"),
        ];
        for (detail, text) in cases {
            assert_eq!(changes(&detail), text);
        }
    }
}
