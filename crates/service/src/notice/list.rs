//! Looking at notices, and putting failed ones back into the queue.

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::notice::Delivery;
use domain::rights::{Action, Actor};
use serde_json::json;
use store::event::NewEvent;
use store::notice::{Notice, Search};
use store::tx::{Audit, Reader};
use wire::notice_text::{Message, Templates};

use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::notice::letter::{Around, Sender};

impl Almoner {
    /// Notices, newest first: of an account, of a run, or all (who may see the federation).
    pub fn notices(
        &self,
        ctx: &Ctx,
        address: Option<&str>,
        run: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Notice>, Error> {
        let account = if let Some(address) = address {
            Some(self.account(ctx, address)?.id)
        } else {
            Self::may_federation(&ctx.actor, Action::Report)?;
            None
        };
        Ok(store::notice::list(&mut self.store.reader()?, account, run, i64::MAX, limit)?)
    }

    /// Notices that match, newest first. Whoever does not see the whole federation names an organisation of theirs; of
    /// accounts that left it since, it tells nothing.
    pub fn search_notices(&self, ctx: &Ctx, search: &Search) -> Result<Vec<Notice>, Error> {
        let mut db = self.store.reader()?;
        if search.organisation.is_empty() {
            Self::may_federation(&ctx.actor, Action::Report)?;
        } else {
            Self::may_in(&mut db, ctx, Action::Report, &search.organisation)?;
        }
        Ok(store::notice::search(&mut db, search)?)
    }

    /// The notices to a person, newest first. Cost: one read by index.
    pub fn own_notices(&self, me: AccountId, before: i64, limit: u32) -> Result<Vec<Notice>, Error> {
        Ok(store::notice::of_recipient(&mut self.store.reader()?, me, before, limit)?)
    }

    /// How many of a person's notices they have not opened. Cost: one read by index.
    pub fn unread_notices(&self, me: AccountId) -> Result<i64, Error> {
        Ok(store::notice::unread(&mut self.store.reader()?, me)?)
    }

    /// One of a person's own notices with its text; it counts as read from now on.
    pub fn own_notice(
        &self,
        ctx: &Ctx,
        id: i64,
        texts: &Templates,
        sender: &Sender,
    ) -> Result<(Notice, Message), Error> {
        let unseen = || Error::not_found("notice", id);
        let Actor::Person { id: me, .. } = &ctx.actor else { return Err(unseen()) };
        let mut db = self.store.reader()?;
        let found = store::notice::get(&mut db, id)?.filter(|notice| notice.notice.recipient == Some(*me));
        let told = self.with_text(&mut db, found.ok_or_else(unseen)?, texts, sender)?;
        drop(db);
        if told.0.read_at.is_none() {
            self.store.read_notice(id, ctx.now)?;
        }
        Ok(told)
    }

    /// A notice with its text, for administrators.
    pub fn notice(&self, ctx: &Ctx, id: i64, texts: &Templates, sender: &Sender) -> Result<(Notice, Message), Error> {
        let mut db = self.store.reader()?;
        let (notice, _) = Self::seen_notice(&mut db, ctx, id, Action::Report)?;
        self.with_text(&mut db, notice, texts, sender)
    }

    fn with_text(
        &self,
        db: &mut Reader<'_>,
        notice: Notice,
        texts: &Templates,
        sender: &Sender,
    ) -> Result<(Notice, Message), Error> {
        let around = Around::read(db, std::slice::from_ref(&notice))?;
        let message = self.text_of(&around, &notice, texts, sender).map_err(Error::input)?;
        Ok((notice, message))
    }

    /// A notice of an organisation over which the actor has a right; of an account that left it since, only whoever has
    /// the right over the federation.
    fn seen_notice(db: &mut Reader<'_>, ctx: &Ctx, id: i64, action: Action) -> Result<(Notice, Option<i64>), Error> {
        let unseen = || Error::not_found("notice", id);
        let notice = store::notice::get(db, id)?.ok_or_else(unseen)?;
        if let Ok(allowed) = Self::may_federation(&ctx.actor, action) {
            return Ok((notice, allowed.grant));
        }
        let allowed = Self::may_at(db, ctx, action, &notice.notice.organisation, "");
        let (_, grant) =
            allowed.map_err(|error| if matches!(error, Error::NotFound { .. }) { unseen() } else { error })?;
        let account = store::account::by_ids(db, &[notice.notice.account])?.pop().ok_or_else(unseen)?;
        if account.organisation.as_str() == notice.notice.organisation { Ok((notice, grant)) } else { Err(unseen()) }
    }

    /// Puts a failed notice back into the queue, with no tries counted. Whoever may edit accounts of its organisation may.
    pub fn retry_notice(&self, ctx: &Ctx, id: i64) -> Result<(), Error> {
        self.store.write("retry_notice", |tx| {
            let (notice, grant) = Self::seen_notice(tx, ctx, id, Action::Edit)?;
            if notice.state != Delivery::Failed {
                return Err(Error::input(format!(
                    "notice {id} is {}: only one that failed is sent again",
                    notice.state
                )));
            }
            store::delivery::retry(tx, id)?;
            let detail = json!({ "kind": notice.notice.kind.as_str(), "after": notice.attempts }).to_string();
            let event = NewEvent {
                grant_id: grant,
                organisation: Some(notice.notice.organisation),
                ..plain_event(ctx, "notice", &id.to_string(), "retried", &detail)
            };
            Ok(((), Audit::events(vec![event])?))
        })
    }

    /// Puts every failed notice back, of an organisation or of all; how many. For the day after a mail server was set up
    /// wrongly. Cost: those that failed.
    pub fn retry_notices(&self, ctx: &Ctx, organisation: &str) -> Result<u64, Error> {
        self.store.write("retry_notices", |tx| {
            let grant = if organisation.is_empty() {
                Self::may_federation(&ctx.actor, Action::Edit)?.grant
            } else {
                Self::may_at(tx, ctx, Action::Edit, organisation, "")?.1
            };
            let count = store::delivery::retry_all(tx, organisation)?;
            if count == 0 {
                return Ok((0, Audit::nothing_changed()));
            }
            let event = NewEvent {
                grant_id: grant,
                organisation: Some(organisation.to_owned()).filter(|code| !code.is_empty()),
                ..plain_event(ctx, "notice", "failed", "retried", &json!({ "notices": count }).to_string())
            };
            Ok((count, Audit::events(vec![event])?))
        })
    }
}
