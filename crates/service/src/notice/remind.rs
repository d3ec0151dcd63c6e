//! What is owed on certain days and by no step of the lifecycle: reminders of passwords that expire (NTC-04), and mailboxes
//! without owner, monthly (NTC-05). Each is a pass of its own under one lease, in batches; a batch writes its notices and how
//! far it came in one transaction, so one that was killed goes on behind it and tells nobody twice.

use domain::ctx::Ctx;
use domain::rights::{Action, Actor};
use domain::rule::Rule;
use domain::time::{Day, Timestamp};
use serde_json::json;
use store::event::NewEvent;
use store::lease::Lease;
use store::notice::NewNotice;
use store::pass::Pass;
use store::tx::{Audit, WriteTx};

use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::run::Holder;

/// A process that is silent for so long is taken over.
const LEASE_SECONDS: i64 = 60;

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reminded {
    /// Reminders of passwords that expire.
    pub passwords: usize,
    /// Lists of mailboxes without owner, one for each administrator.
    pub ownerless: usize,
}

/// A pass that is going on.
pub(super) struct AtWork<'a> {
    pub(super) ctx: Ctx,
    pub(super) today: Day,
    /// Rows that are looked at in one transaction.
    pub(super) batch: u32,
    lease: &'a Lease,
    holder: &'a Holder<'a>,
}

/// A part of a pass, decided in the transaction that keeps it.
pub(super) struct Step {
    pub(super) notices: Vec<NewNotice>,
    /// How far the pass is then.
    pub(super) pass: Pass,
}

impl Almoner {
    /// The reminders that go with a run of today, which makes none itself. Where another process is at them, it makes them.
    pub fn remind_beside_run(&self, ctx: &Ctx, holder: &Holder<'_>) -> Result<Reminded, Error> {
        match self.remind(ctx, holder) {
            Err(Error::Store(store::error::Error::Leased { .. })) => Ok(Reminded::default()),
            other => other,
        }
    }

    /// Makes the notices of today that no run makes; a day on which nobody did is made up for. Who does it at the same time
    /// is refused (`Leased`). Cost: what is due today, by indexes, in batches.
    pub fn remind(&self, ctx: &Ctx, holder: &Holder<'_>) -> Result<Reminded, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        let wall = (holder.wall)().second();
        let lease = self.store.acquire_lease("the reminders", &holder.name, wall, LEASE_SECONDS, holder.is_alive)?;
        // What the system does by itself is the system's doing, whoever started it.
        let ctx = Ctx { actor: Actor::System, ..ctx.clone() };
        let batch = holder.batch.and_then(|batch| u32::try_from(batch).ok()).unwrap_or(1_000);
        let at = AtWork { today: self.today(&ctx), ctx, batch, lease: &lease, holder };
        let result = self.made(&at);
        let released = self.store.release_lease(&lease);
        let told = result?;
        released?;
        Ok(told)
    }

    fn made(&self, at: &AtWork<'_>) -> Result<Reminded, Error> {
        let told = Reminded { passwords: self.remind_of_passwords(at)?, ownerless: self.tell_of_ownerless(at)? };
        self.seal(&at.ctx)?;
        Ok(told)
    }

    /// One batch, in one transaction; how many notices it made, and how far the pass is.
    pub(super) fn step(
        &self,
        at: &AtWork<'_>,
        (name, rule): (&'static str, Rule),
        mut decide: impl FnMut(&mut WriteTx<'_>) -> Result<Step, Error>,
    ) -> Result<(usize, Pass), Error> {
        let done = self.store.write("remind", |tx| {
            let Step { notices, pass } = decide(tx)?;
            if notices.is_empty() {
                return Ok(((0, pass), Audit::nothing_changed()));
            }
            tx.keep_lease(at.lease, at.wall().second(), LEASE_SECONDS)?;
            store::notice::insert(tx, &notices, at.ctx.now, None)?;
            store::pass::put(tx, name, &pass)?;
            let detail = json!({ "day": pass.day.to_string(), "notices": notices.len() }).to_string();
            let event = plain_event(&at.ctx, "notice", name, "reminded", &detail);
            let event = NewEvent { rule: Some(rule.as_str()), ..event };
            Ok::<_, Error>(((notices.len(), pass), Audit::events(vec![event])?))
        })?;
        if done.0 == 0 {
            self.store.keep_pass(name, &done.1, at.lease, at.wall(), LEASE_SECONDS)?;
        }
        Ok(done)
    }

    /// How far a pass is, if it was ever begun.
    pub(super) fn pass_so_far(&self, name: &str) -> Result<Option<Pass>, Error> {
        Ok(store::pass::get(&mut self.store.reader()?, name)?)
    }
}

impl AtWork<'_> {
    fn wall(&self) -> Timestamp {
        (self.holder.wall)()
    }
}
