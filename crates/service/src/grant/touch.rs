//! "What may X touch?" and "who may touch Y, and why?" (ROLE-09).

use std::collections::BTreeMap;

use domain::confirmation::Confirmation;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::org::Organisation;
use domain::rights::{Action, Place, Role, Scope, may};
use domain::time::Timestamp;
use store::grant::Given;
use store::tx::Reader;

use super::first;
use crate::error::Error;
use crate::federation::Almoner;
use crate::history::stream::ALWAYS;
use crate::report::walk::may_within;

/// A grant with its holder and its use.
#[derive(Debug, Clone)]
pub struct Held {
    /// The grant.
    pub given: Given,
    /// The holder's address.
    pub holder: String,
    /// When it last allowed something; never, where absent.
    pub used: Option<Timestamp>,
    /// The actor may end it.
    pub may_end: bool,
}

/// Who may touch something.
#[derive(Debug, Clone)]
pub struct Touching {
    /// Where it is.
    pub organisation: Organisation,
    /// By a grant over its organisation or unit; over its sector or the federation, for those who see these.
    pub named: Vec<Held>,
    /// The others, counted by role: `(role, sector or federation, how many)`.
    pub counted: Vec<(Role, &'static str, usize)>,
}

impl Almoner {
    /// Everything that somebody may touch: their grants in force, with the last use of each.
    pub fn may_touch(&self, ctx: &Ctx, address: &str) -> Result<Vec<Held>, Error> {
        let account = self.account(ctx, address)?;
        let mut db = self.store.reader()?;
        let given = store::grant::of_accounts(&mut db, &[account.id])?;
        held(&mut db, ctx, given)
    }

    /// Everybody who may touch an account or an organisation, and by which grant.
    pub fn who_may_touch(&self, ctx: &Ctx, what: &str) -> Result<Touching, Error> {
        let mut db = self.store.reader()?;
        let (organisation, unit) = if what.contains('@') {
            let (account, organisation) = Self::find(&mut db, ctx, what)?;
            let profile = store::profile::get(&mut db, account.id)?;
            (organisation, Some(profile.unit))
        } else {
            let code = OdsCode::parse(what).map_err(|error| Error::input(error.to_string()))?;
            let unknown = || Error::not_found("organisation", &code);
            let organisation = store::organisation::get(&mut db, &code)?.ok_or_else(unknown)?;
            if !may_within(&ctx.actor, Action::Report, &code, organisation.sector) {
                return Err(unknown());
            }
            (organisation, None)
        };
        let code = organisation.code.clone();
        let mut named = store::grant::over(&mut db, &Scope::Organisation(code.clone()))?;
        let of_units = store::grant::over(&mut db, &Scope::Unit(code, String::new()))?;
        named.extend(of_units.into_iter().filter(|given| match (&given.grant.scope, &unit) {
            (Scope::Unit(_, of), Some(unit)) => of == unit,
            (Scope::Unit(..), None) => true,
            (Scope::Organisation(_) | Scope::Sector(_) | Scope::Federation, _) => false,
        }));
        let mut counted: BTreeMap<(Role, &'static str), usize> = BTreeMap::new();
        let wide = may(&ctx.actor, Action::Report, Place::Federation).is_ok();
        for (name, scope) in [("sector", Scope::Sector(organisation.sector)), ("federation", Scope::Federation)] {
            let over = store::grant::over(&mut db, &scope)?;
            if wide {
                named.extend(over);
            } else {
                for given in over {
                    *counted.entry((given.grant.role, name)).or_default() += 1;
                }
            }
        }
        let counted = counted.into_iter().map(|((role, scope), count)| (role, scope, count)).collect();
        Ok(Touching { organisation, named: held(&mut db, ctx, named)?, counted })
    }

    /// One grant in force, and the confirmation that was recorded with it (ROLE-04).
    pub fn show_grant(&self, ctx: &Ctx, id: i64) -> Result<(Held, Option<Confirmation>), Error> {
        let mut db = self.store.reader()?;
        let unknown = || Error::not_found("grant", id);
        let given = store::grant::get(&mut db, id)?.ok_or_else(unknown)?;
        Self::may_see_scope(&mut db, ctx, &given.grant.scope).map_err(|_| unknown())?;
        let lines = store::audit::of_account(&mut db, given.grant.holder, 0, ALWAYS, u32::MAX)?;
        let number = id.to_string();
        let line = lines.iter().find(|l| l.object_type == "grant" && l.action == "granted" && l.object == number);
        let confirmation = line.and_then(first::of_line);
        let held = held(&mut db, ctx, vec![given])?.pop().ok_or_else(unknown)?;
        Ok((held, confirmation))
    }
}

fn held(db: &mut Reader<'_>, ctx: &Ctx, given: Vec<Given>) -> Result<Vec<Held>, Error> {
    let ids: Vec<AccountId> = given.iter().map(|given| given.grant.holder).collect();
    let holders = store::account::by_ids(db, &ids)?;
    let grants: Vec<i64> = given.iter().map(|given| given.grant.id).collect();
    let used = store::audit::last_uses(db, &grants)?;
    let mut all = Vec::with_capacity(given.len());
    for given in given {
        let holder = holders.iter().find(|a| a.id == given.grant.holder);
        all.push(Held {
            holder: holder.map_or_else(String::new, |a| a.address.to_string()),
            used: used.iter().find(|(id, _)| *id == given.grant.id).map(|(_, at)| *at),
            may_end: Almoner::may_grant(db, ctx, given.grant.role, &given.grant.scope).is_ok(),
            given,
        });
    }
    Ok(all)
}
