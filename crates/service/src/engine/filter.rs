//! Every check of a whole message, in one place: each sees the message as it came and what those before it change; the
//! first that refuses it ends it.

use domain::ctx::Ctx;
use domain::filter::{Changes, Message, Said, Verdict};

use crate::engine::{Engine, content};
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
}

/// Looks at a message: refuses it, or adds what it changes.
type Check = fn(&Asked<'_>, &mut Changes) -> Result<(), Said>;

/// All of them, in their order.
const CHECKS: [Check; 2] = [content::attachments, content::secure];

/// What is done with a message. Cost: see each check.
pub fn verdict(asked: &Asked<'_>) -> Verdict {
    let mut changes = Changes::default();
    for check in CHECKS {
        if let Err(said) = check(asked, &mut changes) {
            return Verdict::Refuse(said);
        }
    }
    Verdict::Pass(changes)
}
