//! The right that each request needs, and over which organisation; what may not be seen is not told of.

use std::collections::{HashMap, HashSet};

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::org::Organisation;
use domain::rights::{Action, Actor, Place, may};
use domain::status::Status;
use store::tx::Reader;

use crate::account::act::{Asked, Request};
use crate::account::setting::Setting;
use crate::error::Error;
use crate::federation::Almoner;

/// The right that a request needs, over the account's organisation; a join needs it over the new one (JML-03), a
/// transfer over both (JML-06).
pub(crate) fn allowed(
    actor: &Actor,
    asked: &Asked,
    home: &Organisation,
    target: Option<&Organisation>,
    unit: &str,
) -> Result<Option<i64>, Error> {
    let action = match &asked.request {
        Request::MarkLeaver | Request::CancelLeaver => Action::MarkLeaver,
        Request::Join(_) => Action::Join,
        Request::Transfer(_) => Action::Transfer,
        Request::Disable | Request::Enable => Action::Disable,
        Request::Delete => Action::Delete,
        Request::Restore => Action::Restore,
        Request::Hold | Request::ReleaseHold => Action::Hold,
        Request::AcceptTerms | Request::Set(Setting::Hidden(_)) => Action::Edit,
        Request::Confirm => Action::Confirm,
        Request::Set(Setting::Licence(_) | Setting::Service { .. }) => Action::Services,
    };
    let unseen = || Error::not_found("account", &asked.address);
    let at_home = || Almoner::may(actor, action, place(home, unit), unseen);
    let there =
        |o: &Organisation| Almoner::may(actor, action, place(o, ""), || Error::not_found("organisation", &o.code));
    Ok(match (&asked.request, target) {
        (Request::Join(_), Some(target)) => there(target)?.grant,
        (Request::Transfer(_), Some(target)) => {
            at_home()?;
            there(target)?.grant
        }
        _ => at_home()?.grant,
    })
}

fn place<'a>(organisation: &'a Organisation, unit: &'a str) -> Place<'a> {
    Place::Organisation { code: &organisation.code, sector: organisation.sector, unit }
}

/// The mailboxes that a person is asked about and owns: an owner needs no role to confirm one (LC-14).
pub(crate) fn owned(
    db: &mut Reader<'_>,
    ctx: &Ctx,
    asked: &[Asked],
    found: &HashMap<String, Account>,
) -> Result<HashSet<AccountId>, Error> {
    let Actor::Person { id, .. } = &ctx.actor else { return Ok(HashSet::new()) };
    let confirmed = asked.iter().filter(|a| a.request == Request::Confirm);
    let mailboxes: Vec<AccountId> = confirmed.filter_map(|a| found.get(&a.address).map(|account| account.id)).collect();
    let owners = store::member::owners(db, &mailboxes)?;
    Ok(owners.into_iter().filter(|(_, owner)| owner == id).map(|(mailbox, _)| mailbox).collect())
}

/// The right to join is over the new organisation, so it is known before the account is looked at: the answer to those
/// who have none is the same whether the account exists or not (ROLE-02).
pub(crate) fn may_join(ctx: &Ctx, asked: &Asked, organisations: &HashMap<String, Organisation>) -> Result<(), Error> {
    let Request::Join(code) = &asked.request else { return Ok(()) };
    let unseen = || Error::not_found("organisation", code);
    let target = organisations.get(code.as_str()).ok_or_else(unseen)?;
    Almoner::may(&ctx.actor, Action::Join, place(target, ""), unseen).map(drop)
}

/// A join reaches the leavers of others (JML-03); that another account exists which the actor may not see is not told.
pub(crate) fn told(
    error: Error,
    ctx: &Ctx,
    asked: &Asked,
    account: &Account,
    organisations: &HashMap<String, Organisation>,
) -> Error {
    let joins = matches!((&asked.request, &error), (Request::Join(_), Error::Refused(_)));
    let home = organisations.get(account.organisation.as_str());
    let seen = |home| may(&ctx.actor, Action::SeeAccount, place(home, "")).is_ok();
    if !joins || account.status() == Status::Leaver || home.is_some_and(seen) {
        return error;
    }
    Error::not_found("account", &asked.address)
}

#[cfg(test)]
#[path = "right_tests.rs"]
mod tests;
