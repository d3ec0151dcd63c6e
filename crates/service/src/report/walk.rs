//! Going through the accounts of a reader's scope, behind a key: the whole federation by number, else organisation by
//! organisation.

use std::collections::HashMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::org::{Organisation, Sector};
use domain::profile::Profile;
use domain::rights::{Action, Actor, Place, Scope, may};
use domain::status::Status;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::report::Key;

/// What a reader may see of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Over {
    /// The federation.
    Everything,
    /// These organisations, by code; of some perhaps single units only.
    Codes(Vec<OdsCode>),
}

/// An account with what a report tells of it.
pub(crate) struct Seen {
    pub(crate) account: Account,
    pub(crate) profile: Profile,
    pub(crate) home: Organisation,
}

/// A part of a walk: whom it met, how many rows it looked at, where to go on.
pub(crate) type Walked = (Vec<Seen>, usize, Option<Key>);

/// Whether somebody may do something in an organisation, or in a unit of it.
pub(crate) fn may_within(actor: &Actor, action: Action, code: &OdsCode, sector: Sector) -> bool {
    let at = |unit: &str| may(actor, action, Place::Organisation { code, sector, unit }).is_ok();
    let Actor::Person { grants, .. } = actor else { return at("") };
    let units = grants.iter().filter_map(|grant| match &grant.scope {
        Scope::Unit(of, unit) if of == code => Some(unit.as_str()),
        Scope::Unit(..) | Scope::Organisation(_) | Scope::Sector(_) | Scope::Federation => None,
    });
    at("") || units.into_iter().any(at)
}

impl Over {
    /// What somebody may see: of one organisation, or of all where none is named.
    pub(crate) fn of(db: &mut Reader<'_>, ctx: &Ctx, action: Action, organisation: &str) -> Result<Self, Error> {
        if organisation.is_empty() {
            if may(&ctx.actor, action, Place::Federation).is_ok() {
                return Ok(Self::Everything);
            }
            let all = store::organisation::sectors(db)?.into_iter();
            let parsed = all.filter_map(|(code, sector)| Some((OdsCode::parse(&code).ok()?, sector)));
            let held = parsed.filter(|(code, sector)| may_within(&ctx.actor, action, code, *sector));
            let mut codes: Vec<OdsCode> = held.map(|(code, _)| code).collect();
            codes.sort();
            return if codes.is_empty() { Err(Error::NotAllowed(action.as_str())) } else { Ok(Self::Codes(codes)) };
        }
        let code = OdsCode::parse(organisation).map_err(|error| Error::input(error.to_string()))?;
        let unknown = || Error::not_found("organisation", &code);
        let home = store::organisation::get(db, &code)?.ok_or_else(unknown)?;
        if !may_within(&ctx.actor, action, &code, home.sector) {
            let place = Place::Organisation { code: &code, sector: home.sector, unit: "" };
            Almoner::may(&ctx.actor, action, place, unknown)?;
        }
        Ok(Self::Codes(vec![code]))
    }

    /// The next accounts behind a key that the reader may see; those that are gone for good are left out. About `size`
    /// rows are looked at.
    pub(crate) fn walk(&self, db: &mut Reader<'_>, ctx: &Ctx, after: &Key, size: u32) -> Result<Walked, Error> {
        let wanted = usize::try_from(size).unwrap_or(usize::MAX);
        let (mut accounts, mut looked, mut next) = (Vec::new(), 0, None);
        match self {
            Self::Everything => {
                let page = store::account::page(db, AccountId(after.id), size)?;
                looked = page.len();
                let last = page.last().filter(|_| looked == wanted);
                next = last.map(|(account, _)| Key { place: String::new(), id: account.id.0 });
                accounts.extend(page.into_iter().map(|(account, _)| account));
            }
            Self::Codes(codes) => {
                for code in codes.iter().filter(|code| code.as_str() >= after.place.as_str()) {
                    let behind = if code.as_str() == after.place { after.id } else { 0 };
                    let room = u32::try_from(wanted.saturating_sub(looked)).unwrap_or(size);
                    let page = store::account::of_organisation(db, code, AccountId(behind), room)?;
                    looked += page.len();
                    let last = page.last().map_or(behind, |account| account.id.0);
                    accounts.extend(page);
                    if looked >= wanted {
                        next = Some(Key { place: code.to_string(), id: last });
                        break;
                    }
                }
            }
        }
        accounts.retain(|account| account.status() != Status::Purged);
        Ok((seen(db, ctx, accounts)?, looked, next))
    }
}

/// The accounts that the reader may have in a report, with what is told of them.
pub(crate) fn seen(db: &mut Reader<'_>, ctx: &Ctx, accounts: Vec<Account>) -> Result<Vec<Seen>, Error> {
    let homes = homes(db, accounts.iter().map(|account| &account.organisation))?;
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let mut profiles: HashMap<AccountId, Profile> = store::profile::by_ids(db, &ids)?.into_iter().collect();
    let mut seen = Vec::with_capacity(accounts.len());
    for account in accounts {
        let Some(home) = homes.get(account.organisation.as_str()) else { continue };
        let profile = profiles.remove(&account.id).unwrap_or_default();
        let place = Place::Organisation { code: &home.code, sector: home.sector, unit: &profile.unit };
        if may(&ctx.actor, Action::Report, place).is_ok() {
            seen.push(Seen { account, profile, home: home.clone() });
        }
    }
    Ok(seen)
}

/// Organisations by their codes.
pub(crate) fn homes<'c>(
    db: &mut Reader<'_>,
    codes: impl Iterator<Item = &'c OdsCode>,
) -> Result<HashMap<String, Organisation>, Error> {
    let mut codes: Vec<&str> = codes.map(OdsCode::as_str).collect();
    codes.sort_unstable();
    codes.dedup();
    let listed = store::organisation::by_codes(db, &codes)?.into_iter();
    Ok(listed.map(|listed| (listed.organisation.code.to_string(), listed.organisation)).collect())
}

/// The key of an account in a walk.
pub(crate) fn key(over: &Over, account: &Account) -> Key {
    let place = match over {
        Over::Everything => String::new(),
        Over::Codes(_) => account.organisation.to_string(),
    };
    Key { place, id: account.id.0 }
}
