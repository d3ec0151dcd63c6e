//! `mail commands`, `mail kick`, `mail recount`: what the mail engine is told to do, and what comes of it.

use domain::command::Fate;
use serde_json::{Value, json};
use store::outbox::Order;

use crate::cli::answer::Answer;
use crate::cli::args::mail::Commands;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::figure;

/// Lists commands, or decides about one.
pub(crate) fn commands(s: &Session, what: &Commands) -> Result<Answer, Failure> {
    match what {
        Commands::List { state, limit } => Ok(list(s, &s.almoner.commands(&s.ctx, *state, i64::MAX, *limit)?)),
        Commands::Retry { id: Some(id) } => {
            s.almoner.retry_command(&s.ctx, *id)?;
            Ok(Answer::new(json!({ "waiting": 1 }), format!("Command {id} waits again.")))
        }
        Commands::Retry { id: None } => {
            let count = s.almoner.retry_commands(&s.ctx)?;
            let told = figure::count(i64::try_from(count).unwrap_or(i64::MAX), "command");
            Ok(Answer::new(json!({ "waiting": count }), format!("Waiting again: {told}.")))
        }
        Commands::Drop { id } => {
            s.almoner.drop_command(&s.ctx, *id)?;
            Ok(Answer::new(json!({ "dropped": id }), format!("Command {id} is not worked off any more.")))
        }
    }
}

/// Ends the sessions of an account with mail programs.
pub(crate) fn kick(s: &Session, address: &str) -> Result<Answer, Failure> {
    s.almoner.end_mail_sessions(&s.ctx, address)?;
    Ok(asked(address, "Its sessions end within a second, where `almoner mail start` runs."))
}

/// Has what a mailbox takes up counted anew.
pub(crate) fn recount(s: &Session, address: &str) -> Result<Answer, Failure> {
    s.almoner.recount_mailbox(&s.ctx, address)?;
    Ok(asked(address, "What it takes up is counted anew, where `almoner mail start` runs."))
}

fn asked(address: &str, text: &str) -> Answer {
    Answer::new(json!({ "address": address.trim().to_ascii_lowercase() }), text.to_owned())
}

fn list(s: &Session, orders: &[Order]) -> Answer {
    let headings = [
        ("id", Align::Right),
        ("made", Align::Left),
        ("command", Align::Left),
        ("account", Align::Wrap),
        ("state", Align::Left),
        ("tries", Align::Right),
        ("why not", Align::Wrap),
    ];
    let rows = orders.iter().map(|order| {
        let made = s.almoner.calendar().day_of(order.made_at).to_string();
        let (id, tries) = (order.id.to_string(), order.attempts.to_string());
        let command = order.order.command.to_string();
        vec![id, made, command, order.address.clone(), order.fate.to_string(), tries, order.why.clone()]
    });
    let text = table::render(&headings, rows.collect(), "The mail engine was told nothing of this kind.");
    Answer::new(orders.iter().map(shown).collect::<Vec<_>>(), text)
}

fn shown(order: &Order) -> Value {
    json!({
        "id": order.id, "address": order.address, "command": order.order.command.as_str(), "about": order.order.payload,
        "made_at": order.made_at.to_string(), "run": order.run, "state": order.fate.as_str(), "attempts": order.attempts,
        "next_at": (order.fate == Fate::Waiting && order.attempts > 0).then(|| order.next_at.to_string()),
        "done_at": order.done_at.map(|at| at.to_string()), "why": order.why,
    })
}
