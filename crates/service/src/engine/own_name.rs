//! Whoever signed in writes under names of their own only: what a reader is shown as the sender is one that the envelope
//! could have, too (APP-04, SM-01).

use domain::delivery::{NO_FROM, NOT_YOURS_INSIDE};
use domain::filter::{Changes, Said, Way};

use crate::engine::filter::Asked;

/// Refuses a message of somebody signed in whose From names anybody else, or nobody. Cost: a look in memory for each address.
pub(crate) fn check(asked: &Asked<'_>, _: &mut Changes) -> Result<(), Said> {
    let message = asked.message;
    if message.way != Way::Submission {
        return Ok(());
    }
    let mut fields = message.values("from");
    // Of several fields each program shows another.
    let (Some(value), None) = (fields.next(), fields.next()) else { return Err(NO_FROM.into()) };
    let named = wire::mailbox_list::addresses(value);
    if named.is_empty() {
        return Err(NO_FROM.into());
    }
    let (login, today) = (message.login.to_ascii_lowercase(), asked.almoner.today(asked.ctx));
    let own = |address: &String| asked.engine.senders(address, today).contains(&login);
    if named.iter().all(own) { Ok(()) } else { Err(NOT_YOURS_INSIDE.into()) }
}
