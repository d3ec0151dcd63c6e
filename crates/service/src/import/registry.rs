//! The organisations that lines name, in memory for the length of a file: tens of thousands, whatever the file's length.

use std::collections::HashMap;

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::Organisation;
use domain::rights::{Action, Actor, Denied, Place, may};
use domain::time::Day;

use crate::error::Error;
use crate::federation::Almoner;

/// All organisations, and who asks about them when.
pub(crate) struct Registry {
    by_code: HashMap<OdsCode, Organisation>,
    actor: Actor,
    today: Day,
}

impl Registry {
    pub(crate) fn read(almoner: &Almoner, ctx: &Ctx) -> Result<Self, Error> {
        let listed = store::organisation::all(&mut almoner.store.reader()?)?;
        let by_code = listed.into_iter().map(|l| (l.organisation.code.clone(), l.organisation)).collect();
        Ok(Self { by_code, actor: ctx.actor.clone(), today: almoner.today(ctx) })
    }

    pub(crate) fn today(&self) -> Day {
        self.today
    }

    pub(crate) fn get(&self, code: &OdsCode) -> Option<&Organisation> {
        self.by_code.get(code)
    }

    /// Whether the sender may do all of this there, and by which grant; else why not. What may not be seen is answered
    /// as what does not exist (ROLE-02).
    pub(crate) fn allowed(&self, code: &OdsCode, unit: &str, actions: &[Action]) -> Result<Option<i64>, String> {
        let unseen = || format!("there is no organisation {code}, or you may not see it: correct the code");
        let organisation = self.get(code).ok_or_else(unseen)?;
        let place = Place::Organisation { code, sector: organisation.sector, unit };
        let mut grant = None;
        for action in actions {
            let allowed = may(&self.actor, *action, place).map_err(|denied| match denied {
                Denied::Unseen => unseen(),
                Denied::NotByRole => format!("your roles do not allow you to {action} in {code}"),
            })?;
            grant = grant.or(allowed.grant);
        }
        Ok(grant)
    }

    /// The organisation, if it may take new accounts today (ORG-01, ORG-02, ORG-03); else why not.
    pub(crate) fn takes_accounts(&self, code: &OdsCode) -> Result<&Organisation, String> {
        let organisation =
            self.get(code).ok_or_else(|| format!("there is no organisation {code}: correct the code"))?;
        organisation.takes_accounts(self.today).map_err(|refusal| format!("{refusal} ({})", refusal.rule()))?;
        Ok(organisation)
    }
}
