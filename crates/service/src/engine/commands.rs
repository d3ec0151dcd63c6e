//! Commands for the mail engine, worked off: at least once each, and by one process at a time. Nothing is done inside a
//! transaction: a batch is read, done, and only then is written down what came of it. A process that dies between the two
//! does the batch again, without harm.

use std::collections::HashMap;

use domain::account::Account;
use domain::command::{Command, Duty, Fate, duty, wait_after};
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::rights::{Action, Actor, Place};
use domain::rule::Rule;
use domain::time::Timestamp;
use serde_json::json;
use store::event::NewEvent;
use store::outbox::{NewCommand, Order, Settled};
use store::tx::{Audit, Reader, WriteTx};

use crate::engine::Engine;
use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::grouped::grouped;
use crate::run::Holder;

/// So many are read, done and written down together; as many are done twice when a process dies at the wrong moment.
const BATCH: u32 = 500;

/// A worker that is silent for so long is taken over.
const LEASE_SECONDS: i64 = 600;

/// Something that Postfix and Dovecot are to be made to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// End the sessions of whoever is signed in by one of these names.
    End(Vec<String>),
    /// Count what the mailbox of this name takes up.
    Recount(String),
    /// Destroy the mailbox of this number, and what waits in the queue for one of these names.
    Destroy(AccountId, Vec<String>),
}

/// Does some jobs: for each what went wrong, in words without an address. Fewer answers than jobs: it was told to stop, and
/// the rest is to be done another time.
pub type Hands<'a> = &'a mut dyn FnMut(&[Job]) -> Vec<Result<(), String>>;

/// What came of a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// Commands that are done.
    pub done: usize,
    /// Those that are tried again later.
    pub later: usize,
    /// Those that somebody has to look at.
    pub failed: usize,
}

/// What is known of the accounts that a batch is about.
struct Around {
    accounts: HashMap<AccountId, Account>,
    /// All their names, old ones too: somebody may have signed in by one.
    names: HashMap<AccountId, Vec<String>>,
    /// Of mailboxes without a person.
    members: HashMap<AccountId, Vec<AccountId>>,
}

impl Around {
    fn read(db: &mut Reader<'_>, orders: &[Order]) -> Result<Self, Error> {
        let mut ids: Vec<AccountId> = orders.iter().map(|order| order.order.account).collect();
        ids.sort_unstable();
        ids.dedup();
        let members: Vec<(AccountId, AccountId)> =
            store::member::in_mailboxes(db, &ids)?.into_iter().map(|(mailbox, member, _)| (mailbox, member)).collect();
        let accounts = store::account::by_ids(db, &ids)?.into_iter().map(|account| (account.id, account)).collect();
        ids.extend(members.iter().map(|(_, member)| *member));
        ids.sort_unstable();
        ids.dedup();
        let taken = store::address::of_accounts(db, &ids)?.into_iter();
        let names = grouped(taken.map(|taken| (taken.account, taken.address.to_string())));
        Ok(Self { accounts, names, members: grouped(members) })
    }

    fn names(&self, id: AccountId) -> Vec<String> {
        self.names.get(&id).cloned().unwrap_or_default()
    }

    /// What a command comes to; nothing where nothing is to be done any more.
    fn job(&self, order: &Order) -> Result<Option<Job>, &'static str> {
        let id = order.order.account;
        let Some(account) = self.accounts.get(&id) else { return Ok(None) };
        let disabled = account.is_disabled_leaver();
        Ok(Some(match duty(order.order.command, account.kind, account.status(), disabled) {
            Duty::Nothing => return Ok(None),
            Duty::Never(why) => return Err(why),
            Duty::End => Job::End(self.names(id)),
            Duty::EndMembers => {
                let members = self.members.get(&id).into_iter().flatten();
                Job::End(members.flat_map(|member| self.names(*member)).collect())
            }
            Duty::Recount => Job::Recount(account.address.to_string()),
            Duty::Destroy => Job::Destroy(id, self.names(id)),
        }))
    }
}

impl Engine {
    /// Works off what is due. Whoever does so at the same time is refused (`Leased`). Cost: for each batch of 500 five
    /// reads and one write, whatever waits: memory does not grow with the queue.
    pub fn work_commands(
        &self,
        almoner: &Almoner,
        ctx: &Ctx,
        holder: &Holder<'_>,
        hands: Hands<'_>,
    ) -> Result<Worked, Error> {
        let store = &almoner.store;
        let wall = || (holder.wall)();
        if store::outbox::due(&mut store.reader()?, wall(), 1)?.is_empty() {
            return Ok(Worked::default());
        }
        let name = "commands for the mail engine";
        let lease = store.acquire_lease(name, &holder.name, wall().second(), LEASE_SECONDS, holder.is_alive)?;
        let mut worked = Worked::default();
        let result = loop {
            match self.work_batch(almoner, ctx, wall(), &mut *hands, &mut worked) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
            if let Err(error) = store.renew_lease(&lease, wall().second(), LEASE_SECONDS) {
                break Err(error.into());
            }
        };
        let released = store.release_lease(&lease);
        result?;
        released?;
        Ok(worked)
    }

    /// One batch; whether another may follow. Each of its commands leaves the queue or gets a later time.
    fn work_batch(
        &self,
        almoner: &Almoner,
        ctx: &Ctx,
        wall: Timestamp,
        hands: Hands<'_>,
        worked: &mut Worked,
    ) -> Result<bool, Error> {
        let mut db = almoner.store.reader()?;
        let orders = store::outbox::due(&mut db, wall, BATCH)?;
        let around = Around::read(&mut db, &orders)?;
        // The reader is given back before anything is done.
        drop(db);
        let (mut settled, mut asked, mut jobs) = (Vec::with_capacity(orders.len()), Vec::new(), Vec::new());
        for order in &orders {
            match around.job(order) {
                Ok(None) => settled.push(settle(order, wall, Ok(()))),
                Ok(Some(job)) => {
                    asked.push(order);
                    jobs.push(job);
                }
                Err(why) => settled.push(never(order, wall, why)),
            }
        }
        let told = if jobs.is_empty() { Vec::new() } else { hands(&jobs) };
        let all_done = told.len() == jobs.len();
        let mut destroyed = Vec::new();
        for ((order, job), outcome) in asked.iter().zip(&jobs).zip(told) {
            let gone = if outcome.is_ok() { destroyed_by(job) } else { None };
            destroyed.extend(gone.and_then(|id| Some((*order, around.accounts.get(&id)?))));
            settled.push(settle(order, wall, outcome));
        }
        self.keep(almoner, ctx, &settled, &destroyed)?;
        for one in &settled {
            match one.fate {
                Fate::Done | Fate::Dropped => worked.done += 1,
                Fate::Waiting => worked.later += 1,
                Fate::Failed => worked.failed += 1,
            }
        }
        Ok(all_done && orders.len() == BATCH as usize)
    }

    /// Writes down what came of a batch. That a mailbox is gone is told by the trail.
    fn keep(
        &self,
        almoner: &Almoner,
        ctx: &Ctx,
        settled: &[Settled],
        destroyed: &[(&Order, &Account)],
    ) -> Result<(), Error> {
        if destroyed.is_empty() {
            return Ok(almoner.store.settle_commands(settled)?);
        }
        for (_, account) in destroyed {
            self.forget_use(account.id);
        }
        almoner.store.write("mailboxes_destroyed", |tx| {
            store::outbox::settle(tx, settled)?;
            let mut events = Vec::with_capacity(destroyed.len());
            for (order, account) in destroyed {
                store::mailbox_use::remove(tx, account.id)?;
                events.push(gone(ctx, order, account));
            }
            Ok(((), Audit::events(events)?))
        })
    }
}

const fn destroyed_by(job: &Job) -> Option<AccountId> {
    match job {
        Job::Destroy(id, _) => Some(*id),
        Job::End(_) | Job::Recount(_) => None,
    }
}

fn gone(ctx: &Ctx, order: &Order, account: &Account) -> NewEvent {
    let ctx = Ctx { actor: Actor::System, ..ctx.clone() };
    NewEvent {
        account_id: Some(account.id.0),
        organisation: Some(account.organisation.to_string()),
        rule: Some(Rule::Mail05.as_str()),
        run_id: order.run,
        ..plain_event(&ctx, account.kind.as_str(), account.address.as_str(), "mailbox_destroyed", "{}")
    }
}

/// How a command stands after a try. One that was tried often enough is given up: somebody looks at it.
fn settle(order: &Order, wall: Timestamp, outcome: Result<(), String>) -> Settled {
    let attempts = order.attempts + 1;
    let base =
        Settled { id: order.id, fate: Fate::Done, attempts, next_at: wall, done_at: Some(wall), why: String::new() };
    match outcome {
        Ok(()) => base,
        Err(why) => match wait_after(attempts) {
            Some(seconds) => {
                Settled { fate: Fate::Waiting, next_at: wall.plus_seconds(seconds), done_at: None, why, ..base }
            }
            None => Settled {
                fate: Fate::Failed,
                done_at: None,
                why: format!("given up after {attempts} tries: {why}"),
                ..base
            },
        },
    }
}

fn never(order: &Order, wall: Timestamp, why: &str) -> Settled {
    let attempts = order.attempts + 1;
    Settled { id: order.id, fate: Fate::Failed, attempts, next_at: wall, done_at: None, why: why.to_owned() }
}

/// Whoever is connected as an account begins anew: its password was replaced, or it may do less than before.
pub(crate) fn kick(tx: &mut WriteTx<'_>, ctx: &Ctx, account: AccountId, why: &str) -> Result<(), Error> {
    let command = NewCommand { account, command: Command::Kick, payload: why.to_owned() };
    Ok(store::outbox::insert(tx, &[command], ctx.now, None)?)
}

impl Almoner {
    /// Has what a mailbox takes up counted anew, for whoever may edit accounts of its organisation.
    pub fn recount_mailbox(&self, ctx: &Ctx, address: &str) -> Result<(), Error> {
        self.command(ctx, address, (Command::Recount, "recount_asked"))
    }

    /// Ends all sessions of an account with the mail engine: a stolen device, a program gone wild. Whoever may disable may.
    pub fn end_mail_sessions(&self, ctx: &Ctx, address: &str) -> Result<(), Error> {
        self.command(ctx, address, (Command::Kick, "mail_sessions_ended"))
    }

    fn command(&self, ctx: &Ctx, address: &str, (command, word): (Command, &'static str)) -> Result<(), Error> {
        self.store.write("mail_command", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let (account, organisation) = Self::find(tx, ctx, address)?;
            let unit = store::profile::get(tx, account.id)?.unit;
            let place = Place::Organisation { code: &organisation.code, sector: organisation.sector, unit: &unit };
            let grant = Self::may(&ctx.actor, Action::Disable, place, || Error::NotAllowed("disable"))?.grant;
            let payload = format!("by {}", ctx.actor.name());
            store::outbox::insert(tx, &[NewCommand { account: account.id, command, payload }], ctx.now, None)?;
            let event = NewEvent {
                grant_id: grant,
                account_id: Some(account.id.0),
                organisation: Some(account.organisation.to_string()),
                ..plain_event(ctx, account.kind.as_str(), account.address.as_str(), word, "{}")
            };
            Ok(((), Audit::events(vec![event])?))
        })
    }

    /// Commands that fare so, or all of them; see `store::outbox::list`.
    pub fn commands(&self, ctx: &Ctx, fate: Option<Fate>, before: i64, limit: u32) -> Result<Vec<Order>, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        Ok(store::outbox::list(&mut self.store.reader()?, fate, before, limit)?)
    }

    /// Lets a command that failed be tried again, with no tries counted.
    pub fn retry_command(&self, ctx: &Ctx, id: i64) -> Result<(), Error> {
        self.decide_command(ctx, id, "retried")
    }

    /// Takes away a command that waits or failed: somebody did by hand what it asked for, or it is not wanted any more.
    pub fn drop_command(&self, ctx: &Ctx, id: i64) -> Result<(), Error> {
        self.decide_command(ctx, id, "dropped")
    }

    fn decide_command(&self, ctx: &Ctx, id: i64, what: &'static str) -> Result<(), Error> {
        self.store.write("decide_command", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let grant = Self::may_federation(&ctx.actor, Action::Run)?.grant;
            let order = store::outbox::get(tx, id)?.ok_or_else(|| Error::not_found("command", id))?;
            match order.fate {
                Fate::Failed if what == "retried" => store::outbox::retry(tx, id)?,
                Fate::Failed | Fate::Waiting if what == "dropped" => store::outbox::give_up(tx, id, ctx.wall)?,
                Fate::Waiting => return Err(Error::input(format!("command {id} waits: it is tried by itself"))),
                Fate::Failed | Fate::Done | Fate::Dropped => {
                    return Err(Error::input(format!("command {id} is {} already", order.fate)));
                }
            }
            let detail = json!({ "command": order.order.command.as_str(), "tries": order.attempts, "why": order.why });
            let event = NewEvent {
                grant_id: grant,
                account_id: Some(order.order.account.0),
                ..plain_event(ctx, "command", &id.to_string(), what, &detail.to_string())
            };
            Ok(((), Audit::events(vec![event])?))
        })
    }

    /// Lets every command that failed be tried again; how many. For the day after the mail engine was put in order.
    pub fn retry_commands(&self, ctx: &Ctx) -> Result<u64, Error> {
        self.store.write("retry_commands", |tx| {
            let grant = Self::may_federation(&ctx.actor, Action::Run)?.grant;
            let count = store::outbox::retry_all(tx)?;
            if count == 0 {
                return Ok((0, Audit::nothing_changed()));
            }
            let detail = json!({ "commands": count }).to_string();
            let event = NewEvent { grant_id: grant, ..plain_event(ctx, "command", "failed", "retried", &detail) };
            Ok((count, Audit::events(vec![event])?))
        })
    }
}
