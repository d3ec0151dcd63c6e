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
use crate::detail::{changes, detail};

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
