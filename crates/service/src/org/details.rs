//! What an organisation's administrators say of it, and who they are (DIR-04).

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::org::{Organisation, Support};
use domain::rights::{Action, Place, Role, Scope, may};
use store::organisation::Listed;
use store::tx::Audit;

use super::manage::find;
use super::merge::organisation_event;
use crate::error::Error;
use crate::federation::Almoner;

/// Somebody who administers an organisation, as its people find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// Their role.
    pub role: Role,
    /// Their name.
    pub name: String,
    /// Their address.
    pub address: String,
}

/// What somebody may change of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MayChange {
    /// Where its people find help.
    pub support: bool,
    /// Its short name, its successor, and whether it is open.
    pub standing: bool,
}

impl Almoner {
    /// Says where an organisation's people find help. `version` is that of the organisation that was looked at: whoever
    /// comes second sees first what changed.
    pub fn set_support(
        &self,
        ctx: &Ctx,
        code: &str,
        version: Option<i64>,
        support: &Support,
    ) -> Result<Organisation, Error> {
        self.store.write("set_support", |tx| {
            let grant = Self::may_at(tx, ctx, Action::EditOrganisation, code, "")?.1;
            let old = find(tx, code)?;
            if version.is_some_and(|seen| seen != old.organisation.version) {
                return Err(store::error::Error::Stale { table: "organisation" }.into());
            }
            let new = Organisation { support: support.clone(), ..old.organisation.clone() };
            if new == old.organisation {
                return Ok((new, Audit::nothing_changed()));
            }
            let listed = Listed { organisation: new, series: old.series.clone() };
            store::organisation::update(tx, [&listed])?;
            let event = organisation_event(ctx, grant, (Some(&old), &listed), "support_set");
            Ok((listed.organisation, Audit::events(vec![event])?))
        })
    }

    /// What an actor may change of an organisation.
    pub fn may_change_organisation(&self, ctx: &Ctx, organisation: &Organisation) -> MayChange {
        let place = Place::Organisation { code: &organisation.code, sector: organisation.sector, unit: "" };
        MayChange {
            support: may(&ctx.actor, Action::EditOrganisation, place).is_ok(),
            standing: may(&ctx.actor, Action::Organisations, Place::Federation).is_ok(),
        }
    }

    /// Who administers an organisation, for everybody: those whom the directory shows (DIR-03), primary ones first.
    pub fn administrators_of(&self, ctx: &Ctx, code: &str) -> Result<Vec<Administrator>, Error> {
        let mut db = self.store.reader()?;
        let organisation = find(&mut db, code)?.organisation;
        let given = store::grant::over(&mut db, &Scope::Organisation(organisation.code))?;
        let ids: Vec<AccountId> = given.iter().map(|given| given.grant.holder).collect();
        let entries = self.entries(&mut db, ctx, &ids)?;
        let mut found: Vec<Administrator> = Vec::new();
        for given in given {
            let Some(entry) = entries.iter().find(|entry| entry.account.id == given.grant.holder) else { continue };
            found.push(Administrator {
                role: given.grant.role,
                name: entry.profile.full_name(),
                address: entry.account.address.to_string(),
            });
        }
        found.sort_by(|a, b| (a.role, a.name.as_str()).cmp(&(b.role, b.name.as_str())));
        Ok(found)
    }
}
