//! What somebody had typed when their session ended: kept for them, sealed, for an hour.

use domain::ctx::Ctx;

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::session::Me;

/// Seconds that a form is kept.
pub const KEPT_SECONDS: i64 = 3600;

impl Almoner {
    /// Keeps a sealed form for whoever has said their password, in the place of the one before it.
    pub fn keep_form(&self, ctx: &Ctx, me: &Me, sealed: &str) -> Result<(), Error> {
        Ok(self.store.keep_form(me.account.id, sealed, ctx.wall.plus_seconds(KEPT_SECONDS), ctx.wall)?)
    }

    /// The sealed form that is kept for a person.
    pub fn kept_form(&self, ctx: &Ctx, me: &Me) -> Result<Option<String>, Error> {
        Ok(store::kept_form::get(&mut self.store.reader()?, me.account.id, ctx.wall)?)
    }

    /// Forgets it.
    pub fn drop_form(&self, me: &Me) -> Result<(), Error> {
        Ok(self.store.drop_form(me.account.id)?)
    }
}
