//! What mailboxes take up: told by the mail store after each message, known in memory at once, kept every few seconds.

use std::collections::HashMap;

use domain::ctx::Ctx;
use domain::ids::AccountId;
use store::mailbox_use::Use;

use crate::engine::{Engine, of};
use crate::error::Error;
use crate::federation::Almoner;

/// What was told and not kept yet.
#[derive(Debug, Default)]
pub(crate) struct Uses(HashMap<AccountId, Use>);

impl Engine {
    /// Takes in what an address's mailbox takes up now; an address that is nobody's is passed over.
    pub fn use_told(&self, almoner: &Almoner, ctx: &Ctx, address: &str, (bytes, messages): (u64, u64)) {
        let mut book = self.book.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = book.find(&address.to_ascii_lowercase(), almoner.today(ctx)).map(|record| record.id);
        let Some(id) = found else { return };
        book.use_of(id, bytes);
        drop(book);
        of(&self.uses).0.insert(id, Use { bytes, messages, at: ctx.now });
    }

    /// A mailbox is gone: nothing of it takes up anything.
    pub(crate) fn forget_use(&self, id: AccountId) {
        self.book.write().unwrap_or_else(std::sync::PoisonError::into_inner).use_of(id, 0);
        of(&self.uses).0.remove(&id);
    }

    /// Keeps what was told since the last time; how many mailboxes. What cannot be kept waits for the next time; a crash
    /// loses at most what was told since, which the next message of the mailbox tells again.
    pub fn keep_uses(&self, almoner: &Almoner) -> Result<usize, Error> {
        let told: Vec<(AccountId, Use)> = of(&self.uses).0.drain().collect();
        if let Err(error) = almoner.store.keep_use(&told) {
            let mut uses = of(&self.uses);
            for (id, found) in told {
                uses.0.entry(id).or_insert(found);
            }
            return Err(error.into());
        }
        Ok(told.len())
    }
}
