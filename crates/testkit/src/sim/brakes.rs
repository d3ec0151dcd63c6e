//! What a brake holds: it is not done before a second person releases it.

use std::collections::HashSet;

use domain::brake::Stand;
use domain::ids::AccountId;
use domain::lifecycle::change::Action;
use service::brake::choice::Choice;
use service::error::Error;
use service::progress::Silent;
use store::brake::Part;

use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::life::Life;
use crate::sim::mirror::laid_out;
use crate::sim::op::Number;

/// Parts that are read.
const MOST: u32 = 10_000;

impl Life {
    /// Somebody releases or refuses the part that stands at a place among those held, oldest first.
    pub(crate) fn release(&mut self, part: u8, by: Option<Number>, release: bool) -> Result<(), Broken> {
        let (Some(part), Some(ctx)) = (self.held_part(part)?, self.actor(by)) else { return Ok(()) };
        let done = if release {
            self.world.almoner.release_brake(&ctx, part.id, &Choice::All, &Silent).map(|told| told.done + told.for_run)
        } else {
            self.world.almoner.refuse_brake(&ctx, part.id).map(|_| 0)
        };
        match done {
            Ok(done) => {
                let own = part.held.asked_by == ctx.actor.name();
                keeps(!own || done == 0, Promise::Brake, || {
                    format!("{} releases {done} of what they asked for: {part:?}", ctx.actor.name())
                })
            }
            Err(Error::Refused(_) | Error::NotAllowed(_) | Error::NotFound { .. } | Error::Input(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn held_part(&self, place: u8) -> Result<Option<Part>, Broken> {
        let mut parts = self.world.almoner.brakes(&self.world.operator(), None, false, MOST)?;
        parts.sort_by_key(|part| part.id);
        Ok(usize::from(place).checked_sub(1).and_then(|at| parts.into_iter().nth(at)))
    }

    /// What a brake holds is as it was.
    pub(crate) fn unchanged(&self, id: AccountId) -> Result<(), Broken> {
        let account = store::account::get(&mut self.store.reader()?, id)?;
        let told = self.mirror.facts.get(&id);
        let same = account
            .as_ref()
            .map(laid_out)
            .is_some_and(|is| is.iter().all(|(name, text)| told.and_then(|told| told.get(name)) == Some(text)));
        keeps(same, Promise::Brake, || format!("held and changed: {account:?}"))
    }

    /// Accounts in parts of runs that nobody has released, and for what they wait.
    pub(crate) fn held_of_runs(&self) -> Result<HashSet<(AccountId, Action)>, Broken> {
        let mut held = HashSet::new();
        store::brake::of_runs(&mut self.store.reader()?, Stand::Held, |item| {
            held.insert((item.account, item.action));
            Ok(())
        })?;
        Ok(held)
    }

    /// Whether an account is or was in a part.
    pub(crate) fn was_held(&self, part: i64, id: AccountId) -> Result<bool, Broken> {
        let items = store::brake::items(&mut self.store.reader()?, part, i64::MIN, MOST)?;
        Ok(items.iter().any(|item| item.held.account == id))
    }
}
