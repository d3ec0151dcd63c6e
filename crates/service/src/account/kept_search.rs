//! Searches that people keep under a name, for themselves.

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::rights::Actor;
use wire::text::{NAME, fault};

use crate::error::Error;
use crate::federation::Almoner;

/// So many are kept of one person.
const MOST: usize = 30;
/// A search is no longer than this.
const LONGEST: usize = 2_000;

fn own(ctx: &Ctx) -> Result<AccountId, Error> {
    match ctx.actor {
        Actor::Person { id, .. } => Ok(id),
        Actor::Console | Actor::System => Err(Error::input("searches are kept for people")),
    }
}

impl Almoner {
    /// One's own searches: name and what is asked.
    pub fn kept_searches(&self, ctx: &Ctx) -> Result<Vec<(String, String)>, Error> {
        Ok(store::saved::of_account(&mut self.store.reader()?, own(ctx)?)?)
    }

    /// Keeps a search under a name; one of that name is replaced.
    pub fn keep_search(&self, ctx: &Ctx, name: &str, query: &str) -> Result<(), Error> {
        let (account, name) = (own(ctx)?, name.trim());
        if let Some(why) = fault(name, NAME) {
            return Err(Error::input(format!("Name: {why}")));
        }
        if name.is_empty() || query.len() > LONGEST {
            return Err(Error::input("a search that is kept has a name, and is not longer than a page asks for"));
        }
        let known = self.kept_searches(ctx)?;
        if known.len() >= MOST && known.iter().all(|(other, _)| other != name) {
            return Err(Error::input(format!("you keep {MOST} searches: forget one first")));
        }
        Ok(self.store.keep_search(account, name, query)?)
    }

    /// Forgets a search.
    pub fn forget_search(&self, ctx: &Ctx, name: &str) -> Result<(), Error> {
        Ok(self.store.forget_search(own(ctx)?, name)?)
    }
}
