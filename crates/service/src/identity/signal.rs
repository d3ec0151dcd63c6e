//! What the portal and the mail engine see of people: a sign-in, a changed password, a message. One change an account, day and signal is kept.

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::task::next_task;
use domain::signal::{Seen, Signal, Source};
use domain::status::Status;
use domain::time::Timestamp;
use store::event::NewEvent;
use store::tx::WriteTx;

use crate::account::decided::Decided;
use crate::account::save;
use crate::error::Error;
use crate::federation::Almoner;

/// A signal that the portal sees.
pub(crate) fn here(signal: Signal, at: Timestamp) -> (Signal, Seen) {
    (signal, Seen { at, source: Source::Portal })
}

/// Records a signal; the lines that tell of it. An inactive account may be revived by it (LC-05).
/// Cost: two reads by key; a write at most once a day for an account that is in use.
pub(crate) fn seen(
    almoner: &Almoner,
    tx: &mut WriteTx<'_>,
    ctx: &Ctx,
    id: AccountId,
    (signal, seen): (Signal, Seen),
) -> Result<Vec<NewEvent>, Error> {
    let corrupt = |what| store::error::Error::Corrupt(what);
    let account = store::account::get(tx, id)?.ok_or_else(|| corrupt("session.account_id"))?;
    let today = almoner.today(ctx);
    let of_today = account.signals.get(signal).is_some_and(|seen| almoner.calendar().day_of(seen.at) == today);
    if of_today && account.status() != Status::Inactive && signal != Signal::PasswordChange {
        return Ok(Vec::new());
    }
    let home = store::organisation::get(tx, &account.organisation)?.ok_or_else(|| corrupt("account.organisation"))?;
    let terms = almoner.terms(account.kind, home.sector, today)?;
    let change = apply(&account, &Event::Signal(signal, seen), &terms, ctx.now)?;
    if change.account == account {
        return Ok(Vec::new());
    }
    let next = next_task(&change.account, &terms);
    save::save(almoner, tx, ctx, &mut [Decided::by_system(account, change, next)], None)
}
