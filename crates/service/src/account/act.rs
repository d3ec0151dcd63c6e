//! What people ask for about one account: every single action, and every line of an actions file, comes through here.

use std::collections::{HashMap, HashSet};

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::apply::{Event, HomeOpen, Target, apply};
use domain::lifecycle::change::Change;
use domain::lifecycle::task::next_task;
use domain::org::Organisation;
use domain::profile::Profile;
use domain::rights::{Action, Actor, Place, Scope, may};
use domain::status::Status;
use domain::time::Day;
use store::hold::Hold;
use store::tx::{Audit, Reader, WriteTx};

use crate::account::decided::Decided;
use crate::account::setting::Setting;
use crate::account::{moving, save};
use crate::error::Error;
use crate::federation::Almoner;

/// Something that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Give it up.
    MarkLeaver,
    /// Take that back.
    CancelLeaver,
    /// Take it in, to this organisation.
    Join(OdsCode),
    /// Move it in one step.
    Transfer(OdsCode),
    /// Refuse sign-in.
    Disable,
    /// Allow it again.
    Enable,
    /// Delete at once; the reason is `Asked::reason`.
    Delete,
    /// Give it back.
    Restore,
    /// Place a legal hold; the reason is `Asked::reason`.
    Hold,
    /// Release all holds.
    ReleaseHold,
    /// Its terms of use were accepted.
    AcceptTerms,
    /// An owner confirms a shared mailbox.
    Confirm,
    /// Change directory data, licence or services.
    Set(Setting),
}

impl Request {
    /// The organisation it is to go to, for a join or a transfer.
    pub(crate) fn target(&self) -> Option<&OdsCode> {
        match self {
            Self::Join(code) | Self::Transfer(code) => Some(code),
            Self::MarkLeaver
            | Self::CancelLeaver
            | Self::Disable
            | Self::Enable
            | Self::Delete
            | Self::Restore
            | Self::Hold
            | Self::ReleaseHold
            | Self::AcceptTerms
            | Self::Confirm
            | Self::Set(_) => None,
        }
    }
}

/// A request about an account.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The account's address (any of its addresses).
    pub address: String,
    /// What.
    pub request: Request,
    /// Why, where a reason is given.
    pub reason: String,
    /// Makes it happen once, however often it is asked for.
    pub request_key: Option<String>,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub struct Acted {
    /// The account as it was.
    pub before: Account,
    /// What changed.
    pub change: Change,
}

impl Almoner {
    /// Does one thing. Cost: one transaction of about ten statements.
    pub fn act(&self, ctx: &Ctx, address: &str, request: &Request, reason: &str) -> Result<Acted, Error> {
        let asked = Asked {
            address: address.to_ascii_lowercase(),
            request: request.clone(),
            reason: reason.trim().to_owned(),
            request_key: None,
        };
        self.store.write("act", |tx| {
            let mut outcomes = self.decide(tx, ctx, std::slice::from_ref(&asked))?;
            let Some(outcome) = outcomes.pop() else { return Err(Error::not_found("account", address)) };
            let decided = outcome?;
            let events = save::save(self, tx, ctx, std::slice::from_ref(&decided), None)?;
            keep_holds(tx, ctx, &asked, decided.before.id)?;
            let acted = Acted { before: decided.before.clone(), change: decided.change };
            Ok((acted, Audit::events(events)?))
        })
    }

    /// Decides a batch of requests about different accounts, in their order; saves nothing.
    pub(crate) fn decide(
        &self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        asked: &[Asked],
    ) -> Result<Vec<Result<Decided, Error>>, Error> {
        let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
        let addresses: Vec<&str> = asked.iter().map(|a| a.address.as_str()).collect();
        let found: HashMap<String, Account> = store::account::by_addresses(tx, &addresses)?.into_iter().collect();
        let organisations = Self::organisations_of(tx, asked, &found)?;
        let profiles = profiles_needed(tx, ctx, asked, &found)?;
        let owned = owned(tx, ctx, asked, &found)?;
        let mut outcomes = Vec::with_capacity(asked.len());
        for one in asked {
            let decision = may_join(ctx, one, &organisations).and_then(|()| {
                let unknown = || Error::not_found("account", &one.address);
                let account = found.get(&one.address).ok_or_else(unknown)?;
                let profile = profiles.get(&account.id);
                self.decide_one(ctx, one, account, &organisations, profile, &owned)
                    .map_err(|error| told(error, ctx, one, account, &organisations))
            });
            outcomes.push(match decision {
                Ok(mut decided) => {
                    rename_moved(tx, &mut decided, &organisations)?;
                    Ok(decided)
                }
                Err(error) => Err(error),
            });
        }
        Ok(outcomes)
    }

    fn organisations_of(
        db: &mut Reader<'_>,
        asked: &[Asked],
        found: &HashMap<String, Account>,
    ) -> Result<HashMap<String, Organisation>, Error> {
        let targets = asked.iter().filter_map(|a| a.request.target().map(OdsCode::as_str));
        let mut codes: Vec<&str> = found.values().map(|a| a.organisation.as_str()).chain(targets).collect();
        codes.sort_unstable();
        codes.dedup();
        let listed = store::organisation::by_codes(db, &codes)?;
        Ok(listed.into_iter().map(|l| (l.organisation.code.to_string(), l.organisation)).collect())
    }

    fn decide_one(
        &self,
        ctx: &Ctx,
        asked: &Asked,
        account: &Account,
        organisations: &HashMap<String, Organisation>,
        profile: Option<&Profile>,
        owned: &HashSet<AccountId>,
    ) -> Result<Decided, Error> {
        let unseen = || Error::not_found("account", &asked.address);
        let home = organisations.get(account.organisation.as_str()).ok_or_else(unseen)?;
        let find =
            |code: &OdsCode| organisations.get(code.as_str()).ok_or_else(|| Error::not_found("organisation", code));
        let target = asked.request.target().map(find).transpose()?;
        let unit = profile.map_or("", |p| p.unit.as_str());
        let own = asked.request == Request::Confirm && owned.contains(&account.id);
        let grant = if own { None } else { allowed(&ctx.actor, asked, home, target, unit)? };
        let today = self.today(ctx);
        let terms = self.terms(account.kind, home.sector, today)?;
        let (change, profile) = match (event(asked, home, target, today), &asked.request, profile) {
            (Some(event), ..) => (apply(account, &event, &terms, ctx.now)?, None),
            (None, Request::Set(setting), Some(profile)) => setting.decide(account, profile)?,
            (None, ..) => return Err(store::error::Error::Corrupt("profile.account_id").into()),
        };
        let sector = target.map_or(home.sector, |t| t.sector);
        let next = next_task(&change.account, &self.terms(account.kind, sector, today)?);
        let (reason, request_key) = (asked.reason.clone(), asked.request_key.clone());
        Ok(Decided { before: account.clone(), change, next, grant, reason, request_key, profile })
    }
}

/// The lifecycle's event for a request; none where only directory data changes.
fn event(asked: &Asked, home: &Organisation, target: Option<&Organisation>, today: Day) -> Option<Event> {
    let as_target = |o: &Organisation| Target {
        code: o.code.clone(),
        open: o.is_open(today),
        short_name: o.short_name.clone(),
        successor: o.successor.clone(),
    };
    let home_open = if home.is_open(today) { HomeOpen::Yes } else { HomeOpen::No };
    Some(match &asked.request {
        Request::MarkLeaver => Event::MarkLeaver,
        Request::CancelLeaver => Event::CancelLeaver,
        Request::Join(_) => Event::Join(as_target(target?), home_open),
        Request::Transfer(_) => Event::Transfer(as_target(target?)),
        Request::Disable => Event::Disable,
        Request::Enable => Event::Enable,
        Request::Delete => Event::Delete(asked.reason.clone()),
        Request::Restore => Event::Restore(as_target(home)),
        Request::Hold => Event::Hold,
        Request::ReleaseHold => Event::ReleaseHold,
        Request::AcceptTerms => Event::AcceptTerms,
        Request::Confirm => Event::Confirm,
        Request::Set(_) => return None,
    })
}

/// The right that a request needs, over the account's organisation; a join needs it over the new one (JML-03), a
/// transfer over both (JML-06).
fn allowed(
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
fn owned(
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
fn may_join(ctx: &Ctx, asked: &Asked, organisations: &HashMap<String, Organisation>) -> Result<(), Error> {
    let Request::Join(code) = &asked.request else { return Ok(()) };
    let unseen = || Error::not_found("organisation", code);
    let target = organisations.get(code.as_str()).ok_or_else(unseen)?;
    Almoner::may(&ctx.actor, Action::Join, place(target, ""), unseen).map(drop)
}

/// A join reaches the leavers of others (JML-03); that another account exists which the actor may not see is not told.
fn told(
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

/// Profiles are read only where a request changes them, or a grant is over a unit.
fn profiles_needed(
    db: &mut Reader<'_>,
    ctx: &Ctx,
    asked: &[Asked],
    found: &HashMap<String, Account>,
) -> Result<HashMap<AccountId, Profile>, Error> {
    let by_unit = match &ctx.actor {
        Actor::Person { grants, .. } => grants.iter().any(|g| matches!(g.scope, Scope::Unit(..))),
        Actor::Console | Actor::System => false,
    };
    let wanted = asked.iter().filter(|a| by_unit || matches!(a.request, Request::Set(_)));
    let ids: Vec<AccountId> = wanted.filter_map(|a| found.get(&a.address).map(|account| account.id)).collect();
    Ok(store::profile::by_ids(db, &ids)?.into_iter().collect())
}

/// SM-04: a mailbox without a person takes its new organisation's prefix.
fn rename_moved(
    tx: &mut WriteTx<'_>,
    decided: &mut Decided,
    organisations: &HashMap<String, Organisation>,
) -> Result<(), Error> {
    let Some(moved) = &decided.change.moved else { return Ok(()) };
    let short = |code: &OdsCode| organisations.get(code.as_str()).and_then(|o| o.short_name.as_deref());
    let (Some(old), Some(new)) = (short(&moved.from), short(&decided.change.account.organisation)) else {
        return Ok(());
    };
    match moving::new_prefix(&decided.before.address, old, new) {
        Some(address) => moving::rename(tx, decided, address),
        None => Ok(()),
    }
}

fn keep_holds(tx: &mut WriteTx<'_>, ctx: &Ctx, asked: &Asked, account: AccountId) -> Result<(), Error> {
    if asked.request == Request::ReleaseHold {
        store::hold::release(tx, account, ctx.actor.name(), ctx.now)?;
    }
    if asked.request != Request::Hold {
        return Ok(());
    }
    if asked.reason.is_empty() {
        return Err(Error::input("a hold needs a reason: say which matter it is for, with --reason"));
    }
    let (reason, placed_by) = (asked.reason.clone(), ctx.actor.name().to_owned());
    let id = tx.next_ids("hold", 1)?;
    Ok(store::hold::place(tx, &Hold { id, account, reason, placed_by, placed_at: ctx.now })?)
}
