//! What people ask for about one account: every single action, and every line of an actions file, comes through here.

use std::collections::{HashMap, HashSet};

use domain::account::Account;
use domain::brake::Source;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::apply::{Event, HomeOpen, Target, apply};
use domain::lifecycle::change::Change;
use domain::lifecycle::task::next_task;
use domain::org::Organisation;
use domain::profile::Profile;
use domain::rights::{Actor, Scope};
use domain::time::Day;
use store::hold::Hold;
use store::tx::{Audit, Reader, WriteTx};

use crate::account::belongings::{hold_fact, release_fact};
use crate::account::decided::Decided;
use crate::account::right::{allowed, may_join, owned, told};
use crate::account::setting::Setting;
use crate::account::{moving, save};
use crate::brake::gate::Gate;
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
    /// Does one thing, or keeps it for a second person where a brake holds it (`Error::Held`). Cost: one transaction of
    /// about ten statements.
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
            let (held, events) = Gate::new(self, ctx, Source::Person, "")?.hold(tx, ctx, &[(&asked, &decided)])?;
            if let Some(held) = held.into_iter().flatten().next() {
                return Ok((Err(Error::Held(held)), Audit::if_any(events)));
            }
            let mut decided = [decided];
            moving::rename_moved(tx, &mut decided)?;
            for one in &mut decided {
                keep_holds(tx, ctx, &asked, one)?;
            }
            let events = save::save(self, tx, ctx, &mut decided, None)?;
            let [decided] = decided;
            Ok((Ok(Acted { before: decided.before, change: decided.change }), Audit::events(events)?))
        })?
    }

    /// Decides a batch of requests about different accounts, in their order; changes nothing.
    pub(crate) fn decide(
        &self,
        db: &mut Reader<'_>,
        ctx: &Ctx,
        asked: &[Asked],
    ) -> Result<Vec<Result<Decided, Error>>, Error> {
        let ctx = &Ctx { actor: Self::actor_now(db, &ctx.actor)?, ..ctx.clone() };
        let addresses: Vec<&str> = asked.iter().map(|a| a.address.as_str()).collect();
        let found: HashMap<String, Account> = store::account::by_addresses(db, &addresses)?.into_iter().collect();
        let organisations = Self::organisations_of(db, asked, &found)?;
        let profiles = profiles_needed(db, ctx, asked, &found)?;
        let owned = owned(db, ctx, asked, &found)?;
        let mut outcomes = Vec::with_capacity(asked.len());
        for one in asked {
            let decision = may_join(ctx, one, &organisations).and_then(|()| {
                let unknown = || Error::not_found("account", &one.address);
                let account = found.get(&one.address).ok_or_else(unknown)?;
                let profile = profiles.get(&account.id);
                self.decide_one(ctx, one, account, &organisations, profile, &owned)
                    .map_err(|error| told(error, ctx, one, account, &organisations))
            });
            outcomes.push(decision);
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
        let (before, released_by, belongings) = (account.clone(), None, Vec::new());
        Ok(Decided { before, change, next, grant, reason, request_key, profile, released_by, belongings })
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

/// Places or releases holds, and adds them to what the decision tells.
fn keep_holds(tx: &mut WriteTx<'_>, ctx: &Ctx, asked: &Asked, decided: &mut Decided) -> Result<(), Error> {
    let account = decided.before.id;
    if asked.request == Request::ReleaseHold {
        for hold in store::hold::of_account(tx, account)? {
            let (name, text) = release_fact(hold.id, ctx.actor.name(), ctx.now);
            decided.belongings.push((name.into(), None, Some(text)));
        }
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
    let hold = Hold { id, account, reason, placed_by, placed_at: ctx.now };
    store::hold::place(tx, &hold)?;
    let (name, text) = hold_fact(&hold);
    decided.belongings.push((name.into(), None, Some(text)));
    Ok(())
}
