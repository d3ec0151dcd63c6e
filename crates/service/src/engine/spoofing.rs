//! Mail that says it is from the federation and is not (SPF-01).

use domain::filter::{Changes, NOT_NOW, Said, Way};
use domain::spoofing::{Effect, SPOOFED, Standing, UNSURE, standing};

use crate::engine::filter::Asked;

/// The field by which the mailbox's rules know such a message. Whoever sends one with it has it taken away.
pub const FIELD: &str = "X-Almoner-Spoofed";
/// What it says where a message goes to Junk.
pub const JUNK: &str = "junk";
const TAGGED: &str = "tagged";

/// Marks a spoofed message, or refuses it; whether its recipients are to be told that it was. Cost: a walk through the fields;
/// for a spoofed message another through its text.
pub(crate) fn check(asked: &Asked<'_>, changes: &mut Changes) -> Result<(), (Said, bool)> {
    let message = asked.message;
    changes.remove_where(message, FIELD, |_| true);
    if message.way == Way::Submission {
        return Ok(());
    }
    let policy = asked.almoner.policy_on(asked.almoner.today(asked.ctx)).map_err(|_| (NOT_NOW.into(), false))?;
    let Some(stage) = policy.spoofing else { return Ok(()) };
    let effect = stage.effect(message.network);
    match (standing(message, asked.authenticity, asked.almoner.domain()), effect) {
        (Standing::Fair, _) => Ok(()),
        (Standing::Unsure, Effect::Refuse | Effect::RefuseAndTell) => Err((UNSURE.into(), false)),
        (Standing::Spoofed, Effect::Refuse | Effect::RefuseAndTell) => {
            Err((SPOOFED.into(), effect == Effect::RefuseAndTell))
        }
        (Standing::Spoofed | Standing::Unsure, Effect::Tag | Effect::Junk) => {
            mark(asked, effect, changes);
            Ok(())
        }
    }
}

/// A field, and a warning in the text. Neither the subject nor anything that its sender signed for people is changed.
fn mark(asked: &Asked<'_>, effect: Effect, changes: &mut Changes) {
    changes.insert.push((FIELD, if effect == Effect::Junk { JUNK } else { TAGGED }.to_owned()));
    let says = format!("This message says that it is from {},", asked.almoner.domain());
    let warning = [says.as_str(), "but nobody who signed in there sent it.", "Take care with what it asks for."];
    let whole = changes.body.is_none();
    if let Some(body) = wire::engine::banner::with_warning(asked.message.bytes, asked.message.body_at, &warning)
        && whole
    {
        changes.body = Some(body);
    }
}
