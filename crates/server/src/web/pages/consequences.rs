//! What an action would do to this one account: the rights that end by name, the mailboxes it stays in, the dates.

use domain::status::{Kind, Status};
use service::account::many::{Would, request};
use service::account::see::Shown;
use service::error::Error;

use crate::web::pages::mailboxes::right_name;
use crate::web::visit::Visit;
use crate::web::words;

/// In sentences; nothing where the action says all there is, or asks for more first.
pub(crate) fn of(visit: &Visit, shown: &Shown, word: &str) -> Result<Vec<String>, Error> {
    let address = shown.account.address.to_string();
    let Ok(wanted) = request(word, visit.field("organisation")) else { return Ok(Vec::new()) };
    let reason = match visit.field("reason") {
        // What would come of it does not depend on the words.
        "" => "a reason",
        given => given,
    };
    let foreseen = visit.almoner.would(&visit.ctx, std::slice::from_ref(&address), &wanted, reason)?;
    let Some(outcome) = foreseen.into_iter().next().map(|one| one.outcome) else { return Ok(Vec::new()) };
    let would = match outcome {
        Ok(would) => would,
        Err(why) => return Ok(vec![format!("As things stand it would be refused: {why}.")]),
    };
    let mut all = Vec::new();
    if would.ends_grants {
        all.extend(rights(visit, &address)?);
    }
    if shown.account.kind == Kind::User && would.after.status() != would.before.status() {
        all.extend(mailboxes(visit, &address, would.after.status())?);
    }
    all.extend(dates(&would));
    Ok(all)
}

/// ROLE-06: which rights end.
fn rights(visit: &Visit, address: &str) -> Result<Vec<String>, Error> {
    let ending = visit.almoner.grants_ending(&visit.ctx, address)?;
    if ending.is_empty() {
        return Ok(vec!["It holds no administration rights that could end.".to_owned()]);
    }
    let named = ending
        .into_iter()
        .map(|(role, over)| format!("Ends: {} over {over} (ROLE-06).", words::label(role.as_str()).to_lowercase()));
    Ok(named.collect())
}

/// JML-02: the mailboxes that it stays in, or is without effect in.
fn mailboxes(visit: &Visit, address: &str, status: Status) -> Result<Vec<String>, Error> {
    let all = visit.almoner.memberships(&visit.ctx, address)?;
    let told = all.into_iter().map(|(mailbox, name, standing)| {
        let who = if standing.owner { "an owner" } else { "a member" };
        match status {
            Status::Deleted | Status::Purged => {
                format!(
                    "It has no effect any more as {who} of {name} ({}); a restore brings that back.",
                    mailbox.address
                )
            }
            Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled => {
                let right = right_name(standing.right).to_lowercase();
                format!(
                    "It stays {who} of {name} ({}), until an owner ends it; it may do there: {right} (JML-02).",
                    mailbox.address
                )
            }
        }
    });
    Ok(told.collect())
}

/// The dates by the policy in force, and what would change them.
fn dates(would: &Would) -> Vec<String> {
    let Some(step) = would.next else { return Vec::new() };
    let unless = would
        .unless
        .iter()
        .map(|one| words::sentence(one.split(": ").next().unwrap_or(one)))
        .collect::<Vec<_>>()
        .join("; or ");
    let unless = if unless.is_empty() { String::new() } else { format!(", unless {unless}") };
    vec![format!("If nothing else is done, it is {} on {} ({}){unless}.", step.to, words::day(step.on), step.rule)]
}
