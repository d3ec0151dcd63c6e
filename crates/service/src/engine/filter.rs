//! Every check of a whole message, in one place: each sees the message as it came and what those before it change; the
//! first that refuses it ends it.

use domain::ctx::Ctx;
use domain::filter::{Authenticity, Changes, Message, Said, Verdict, Way};
use wire::engine::results;

use crate::engine::{Engine, content, own_name, spoofing};
use crate::federation::Almoner;

/// A message, and what a check may ask about it.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The accounts in memory.
    pub engine: &'a Engine,
    /// The federation.
    pub almoner: &'a Almoner,
    /// When.
    pub ctx: &'a Ctx,
    /// A gateway encrypts what goes to others (SEM-01).
    pub gateway: bool,
    /// The message.
    pub message: &'a Message<'a>,
    /// What was found out about where it comes from.
    pub authenticity: &'a Authenticity,
    /// What our mail server calls itself.
    pub host: &'a str,
}

/// Looks at a message: refuses it, or adds what it changes.
type Check = fn(&Asked<'_>, &mut Changes) -> Result<(), Said>;

/// All of them, in their order.
const CHECKS: [Check; 3] = [own_name::check, content::attachments, content::secure];

/// What is done with a message, and whether those who would have got it are told that it was refused. Cost: see each check.
pub fn verdict(asked: &Asked<'_>) -> (Verdict, bool) {
    let mut changes = Changes::default();
    say_results(asked, &mut changes);
    for check in CHECKS {
        if let Err(said) = check(asked, &mut changes) {
            return (Verdict::Refuse(said), false);
        }
    }
    match spoofing::check(asked, &mut changes) {
        Ok(()) => (Verdict::Pass(changes), false),
        Err((said, tell)) => (Verdict::Refuse(said), tell),
    }
}

/// What others say in our name about where a message comes from is taken away; what we found is said (RFC 8601 5).
/// Cost: a walk through the fields.
fn say_results(asked: &Asked<'_>, changes: &mut Changes) {
    let ours = |value: &[u8]| results::is_of(value, &[asked.host, asked.almoner.domain()]);
    changes.remove_where(asked.message, results::NAME, ours);
    if asked.message.way == Way::Incoming {
        changes.insert.push((results::NAME, asked.authenticity.report.clone()));
    }
}
