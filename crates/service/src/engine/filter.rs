//! Every check of a whole message, in one place: each sees the message as it came and what those before it change; the
//! first that refuses it ends it.

use domain::ctx::Ctx;
use domain::delivery::Reply;
use domain::filter::{Changes, Message, Verdict};

use crate::engine::Engine;
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
    /// The message.
    pub message: &'a Message<'a>,
}

/// Looks at a message: refuses it, or adds what it changes.
type Check = fn(&Asked<'_>, &mut Changes) -> Result<(), Reply>;

/// All of them, in their order.
const CHECKS: [Check; 0] = [];

/// What is done with a message. Cost: see each check.
pub fn verdict(asked: &Asked<'_>) -> Verdict {
    let mut changes = Changes::default();
    for check in CHECKS {
        if let Err(reply) = check(asked, &mut changes) {
            return Verdict::Refuse(reply);
        }
    }
    Verdict::Pass(changes)
}
