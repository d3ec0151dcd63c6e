//! Grants as of a day, from their lines.

use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::rights::{Action, Grant, Role, Scope};
use domain::time::{Day, Timestamp};
use store::grant::Given;

use crate::error::Error;
use crate::federation::Almoner;
use crate::fields::Fields;
use crate::grant::scope_of;
use crate::history::stream::of_account;

/// A grant as its lines tell it; `None` when a field is missing or unreadable.
pub(crate) fn given(id: i64, holder: AccountId, facts: &Fields) -> Option<Given> {
    let get = |name: &str| facts.get(name).map(String::as_str);
    let (role, scope) = (Role::parse(get("role")?)?, scope_of(get("scope")?)?);
    let (by, at) = (get("given_by")?.to_owned(), Timestamp::parse(get("given_at")?)?);
    Some(Given { grant: Grant { id, holder, role, scope }, by, at })
}

/// Whether a grant was in force: it began and had not ended.
fn in_force(facts: &Fields) -> bool {
    facts.contains_key("role") && !facts.contains_key("ended_at")
}

impl Almoner {
    /// The grants that an account held at the end of a day. Cost: the account's lines.
    pub fn grants_of_on(&self, ctx: &Ctx, address: &str, day: Day) -> Result<Vec<Given>, Error> {
        let account = self.account(ctx, address)?;
        let end = self.calendar().start_of(day.plus_days(1));
        let told = of_account(&mut self.store.reader()?, account.id, end)?.unwrap_or_default();
        let held = told.grants.iter().filter(|(_, facts)| in_force(facts));
        held.map(|(id, facts)| given(*id, account.id, facts).ok_or_else(corrupt)).collect()
    }

    /// The grants in force over an organisation at the end of a day, with their holders' addresses of now. Cost: all
    /// lines of the organisation, some seconds for the largest.
    pub fn grants_over_on(&self, ctx: &Ctx, code: &OdsCode, day: Day) -> Result<Vec<(Given, String)>, Error> {
        let mut db = self.store.reader()?;
        Self::may_in(&mut db, ctx, Action::Report, code.as_str())?;
        let end = self.calendar().start_of(day.plus_days(1));
        let mut found: Vec<Given> = Vec::new();
        let mut holders: Vec<AccountId> = Vec::new();
        store::audit::grants_of_organisation(&mut db, code, end, |holder| {
            holders.push(holder);
            Ok(())
        })?;
        holders.sort_unstable();
        holders.dedup();
        for holder in &holders {
            let told = of_account(&mut db, *holder, end)?.unwrap_or_default();
            for (id, facts) in told.grants.iter().filter(|(_, facts)| in_force(facts)) {
                let given = given(*id, *holder, facts).ok_or_else(corrupt)?;
                found.extend(Some(given).filter(|given| given.grant.scope == Scope::Organisation(code.clone())));
            }
        }
        found.sort_by_key(|given| given.grant.id);
        let accounts = store::account::by_ids(&mut db, &holders)?;
        let address = |id| accounts.iter().find(|a| a.id == id).map_or_else(String::new, |a| a.address.to_string());
        Ok(found.into_iter().map(|given| (given.clone(), address(given.grant.holder))).collect())
    }
}

fn corrupt() -> Error {
    store::error::Error::Corrupt("event.detail").into()
}
