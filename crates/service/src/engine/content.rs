//! What is in a message, and whether it may go where it is to go: attachments (LIM-01), `[secure]` (SEM-01).

use domain::attachment::Blocked;
use domain::delivery::Reply;
use domain::filter::{Changes, NOT_NOW, Said, Way as Entrance};
use domain::ids::Address;
use domain::secure::{self, Safety, Way};

use crate::engine::filter::Asked;

/// Behind an address that the encryption gateway gets: a domain that nobody has (RFC 2606). The mail server takes it off
/// again when it hands the message over.
const GATEWAY: &str = ".gateway.invalid";

/// Refuses what the policy does not take. Cost: see `wire::attachments::blocked`.
pub(crate) fn attachments(asked: &Asked<'_>, _: &mut Changes) -> Result<(), Said> {
    let policy = asked.almoner.policy_on(asked.almoner.today(asked.ctx)).map_err(|_| NOT_NOW)?;
    let Some(rules) = &policy.attachments else { return Ok(()) };
    match wire::attachments::blocked(asked.message.bytes, rules) {
        None => Ok(()),
        Some(why) => Err(refused(&why)),
    }
}

fn refused(why: &Blocked) -> Said {
    let (code, enhanced) = match why {
        Blocked::Extension(_) | Blocked::Kind(_) | Blocked::Locked | Blocked::Damaged => (550, "5.7.1"),
        Blocked::TooMuch => (552, "5.3.4"),
    };
    Said { code, enhanced, text: why.to_string().into() }
}

/// What a user marks as secret goes to safe addresses, by the gateway to others, or nowhere. Cost: for a marked message
/// some reads by key for each recipient; for another nothing.
pub(crate) fn secure(asked: &Asked<'_>, changes: &mut Changes) -> Result<(), Said> {
    let marked =
        || asked.message.values("subject").any(|value| secure::is_marked(&wire::attachments::subject_of(value)));
    if asked.message.way != Entrance::Submission || !marked() {
        return Ok(());
    }
    for recipient in asked.message.recipients {
        match secure::way(true, &safety(asked, recipient)?, asked.gateway) {
            Way::Plain => (),
            Way::Refused(reply) => return Err(reply.into()),
            Way::Gateway => changes.readdress.push((recipient.clone(), format!("{recipient}{GATEWAY}"))),
        }
    }
    Ok(())
}

/// What is no plain address is nobody's that we know.
fn safety(asked: &Asked<'_>, recipient: &str) -> Result<Safety, Reply> {
    let Some(address) = Address::parse(recipient) else { return Ok(Safety::Unknown) };
    asked.almoner.safety(asked.ctx, &address).map_err(|_| NOT_NOW)
}
