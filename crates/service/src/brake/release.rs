//! Releasing what a brake holds: by a person who did not ask for it, whole or in part, or refusing it.

use domain::brake::{Source, Stand};
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::refusal::Refusal;
use domain::rights::{Action, Actor};
use serde_json::json;
use store::brake::{By, Item, Part, Which};
use store::event::NewEvent;
use store::tx::{Audit, WriteTx};

use crate::account::decided::Decided;
use crate::account::{moving, save};
use crate::again::{again, is_overtaken};
use crate::brake::request;
use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::progress::Progress;

/// Accounts in one transaction.
const BATCH: u32 = 500;

/// How often a batch is tried again when others change its accounts at the same time.
const TRIES: u32 = 4;

/// How much of a part is released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// All that is held.
    All,
    /// These accounts.
    Accounts(Vec<String>),
    /// So many, those held first.
    Count(u32),
}

/// The address of a request that no longer applies, and why.
pub type NotDone = (String, String);

/// What came of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The part, as it stands now.
    pub part: Part,
    /// The first of two persons was noted; nothing is released yet.
    pub first_only: bool,
    /// Requests that were done.
    pub done: u64,
    /// Accounts that the next run does.
    pub for_run: u64,
    /// Requests that no longer apply, with the reason.
    pub refused: Vec<NotDone>,
    /// Accounts that are still held.
    pub left: i64,
}

/// What one transaction came to.
enum Step {
    First,
    Batch(Batch),
}

/// What one transaction released.
#[derive(Debug, Default)]
struct Batch {
    /// Accounts that it looked at, and the last of them.
    seen: u64,
    last: i64,
    done: u64,
    for_run: u64,
    refused: Vec<NotDone>,
}

impl Almoner {
    /// Releases a part, or some of it. What a person asked for is done now, by their rights of now; what a run planned is
    /// done by the next run. Nobody releases what they asked for; a run's part takes two persons.
    /// Cost: one transaction for 500 accounts; may be killed and called again.
    pub fn release_brake(
        &self,
        ctx: &Ctx,
        id: i64,
        choice: &Choice,
        progress: &dyn Progress,
    ) -> Result<Release, Error> {
        let mut left = if let Choice::Count(count) = choice { u64::from(*count) } else { u64::MAX };
        let (mut all, mut first_only) = (Batch::default(), false);
        progress.stage("release", None);
        while left > 0 {
            let limit = u32::try_from(left).unwrap_or(BATCH).min(BATCH);
            match self.release_step(ctx, id, choice, all.last, limit)? {
                Step::First => {
                    first_only = true;
                    break;
                }
                Step::Batch(batch) => {
                    progress.advance(batch.seen);
                    left = left.saturating_sub(batch.seen);
                    let over = batch.seen < u64::from(limit) || matches!(choice, Choice::Accounts(_));
                    all.add(batch);
                    if over {
                        break;
                    }
                }
            }
        }
        progress.finish();
        let mut db = self.store.reader()?;
        let part = store::brake::get(&mut db, id)?.ok_or_else(|| Error::not_found("part", id))?;
        let left = store::brake::still_held(&mut db, id)?;
        let Batch { done, for_run, refused, .. } = all;
        Ok(Release { part, first_only, done, for_run, refused, left })
    }

    /// Releases every held part of a run.
    pub fn release_run(&self, ctx: &Ctx, run: i64, progress: &dyn Progress) -> Result<Vec<Release>, Error> {
        let (mut held, mut before) = (Vec::new(), i64::MAX);
        loop {
            let page = store::brake::list(&mut self.store.reader()?, Which::Run(run), before, BATCH)?;
            let Some(last) = page.last() else { break };
            before = last.id;
            held.extend(page.into_iter().filter(|part| part.state == Stand::Held));
        }
        // What the actor may not see is not there; what they may see and not release is said.
        let mut released = Vec::with_capacity(held.len());
        for part in held.into_iter().rev() {
            match self.release_brake(ctx, part.id, &Choice::All, progress) {
                Err(Error::NotFound { .. }) => {}
                other => released.push(other?),
            }
        }
        if released.is_empty() { Err(Error::not_found("held part of run", run)) } else { Ok(released) }
    }

    /// Drops what is still held in a part: requests are forgotten, a run's accounts are measured anew by the next run.
    /// Whoever asked may take it back. How many accounts were dropped.
    pub fn refuse_brake(&self, ctx: &Ctx, id: i64) -> Result<u64, Error> {
        self.store.write("refuse_brake", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let part = store::brake::lock(tx, id)?;
            let own = part.as_ref().is_some_and(|part| asked(part, &ctx.actor));
            let action = if own { Action::Report } else { Action::ReleaseBrake };
            let (part, grant) = Self::seen(tx, ctx, part, id, action)?;
            still_open(&part)?;
            let dropped = store::brake::drop_held(tx, id, Stand::Refused)?;
            store::brake::settle(tx, id, Stand::Refused, ctx.actor.name(), ctx.now)?;
            let event = part_event(ctx, &part, grant, "refused", &json!({ "accounts": dropped }).to_string());
            Ok((dropped, Audit::events(vec![event])?))
        })
    }

    /// One transaction, tried again when somebody changes an account of it at the same time.
    fn release_step(&self, ctx: &Ctx, id: i64, choice: &Choice, after: i64, limit: u32) -> Result<Step, Error> {
        let write = || self.store.write("release_brake", |tx| self.release_in(tx, ctx, id, choice, after, limit));
        again(TRIES, is_overtaken, write)
    }

    fn release_in(
        &self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        id: i64,
        choice: &Choice,
        after: i64,
        limit: u32,
    ) -> Result<(Step, Audit), Error> {
        let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
        let part = store::brake::lock(tx, id)?;
        let (part, grant) = Self::seen(tx, ctx, part, id, Action::ReleaseBrake)?;
        let nothing = || (Step::Batch(Batch { last: after, ..Batch::default() }), Audit::nothing_changed());
        // Another person released the rest of it meanwhile.
        if after > 0 && part.state != Stand::Held {
            return Ok(nothing());
        }
        still_open(&part)?;
        if !second_person(&part, &ctx.actor)? {
            let by = By { name: ctx.actor.name().to_owned(), id: own_id(&ctx.actor), at: ctx.now };
            store::brake::first(tx, id, &by)?;
            let event = part_event(ctx, &part, grant, "release_asked", "{}");
            return Ok((Step::First, Audit::events(vec![event])?));
        }
        let items = chosen(tx, &part, choice, after, limit)?;
        let Some(last) = items.last().map(|item| item.id) else { return Ok(nothing()) };
        let (asked, planned): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.held.request.is_some());
        let ids = |items: &[&Item]| items.iter().map(|item| item.id).collect::<Vec<i64>>();
        let (mut events, refused) = self.apply_released(tx, ctx, &part, &asked)?;
        let (over, done): (Vec<&Item>, Vec<&Item>) =
            asked.iter().partition(|item| refused.iter().any(|(address, _)| *address == item.held.address));
        store::brake::set_items(tx, &ids(&done), Stand::Done)?;
        store::brake::set_items(tx, &ids(&over), Stand::Lapsed)?;
        store::brake::set_items(tx, &ids(&planned), Stand::Released)?;
        store::brake::settle(tx, id, Stand::Done, ctx.actor.name(), ctx.now)?;
        let count = |n: usize| u64::try_from(n).unwrap_or(0);
        let (done, for_run) = (count(done.len()), count(planned.len()));
        let detail = json!({ "done": done, "for_run": for_run, "refused": refused.len() }).to_string();
        events.push(part_event(ctx, &part, grant, "released", &detail));
        Ok((Step::Batch(Batch { seen: count(items.len()), last, done, for_run, refused }), Audit::events(events)?))
    }

    /// Does what was asked as its asker, by their rights of now. Gives the audit lines and what no longer applies.
    fn apply_released(
        &self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        part: &Part,
        items: &[&Item],
    ) -> Result<(Vec<NewEvent>, Vec<NotDone>), Error> {
        let mut refused = Vec::new();
        let mut asked = Vec::with_capacity(items.len());
        for item in items {
            match request::read(&item.held) {
                Some(one) => asked.push(one),
                None => return Err(store::error::Error::Corrupt("brake_item.request").into()),
            }
        }
        let actor = match part.held.asked_id {
            Some(id) => Actor::Person { id, address: part.held.asked_by.clone(), grants: Vec::new() },
            None => Actor::Console,
        };
        let on_behalf = Ctx { actor, ..ctx.clone() };
        // Whoever asked may be gone by now; then nothing of theirs applies.
        let decisions = match self.decide(tx, &on_behalf, &asked) {
            Ok(decisions) => decisions,
            Err(Error::NotFound { .. }) => {
                let why = format!("{} may no longer act", part.held.asked_by);
                return Ok((vec![], asked.into_iter().map(|one| (one.address, why.clone())).collect()));
            }
            Err(error) => return Err(error),
        };
        let mut decided: Vec<Decided> = Vec::with_capacity(asked.len());
        for (one, decision) in asked.into_iter().zip(decisions) {
            match decision {
                Ok(good) => decided.push(Decided { released_by: Some(ctx.actor.name().to_owned()), ..good }),
                Err(error @ Error::Store(_)) => return Err(error),
                Err(error) => refused.push((one.address, error.to_string())),
            }
        }
        moving::rename_moved(tx, &mut decided)?;
        let events = save::save(self, tx, &on_behalf, &mut decided, None)?;
        Ok((events, refused))
    }
}

impl Batch {
    fn add(&mut self, next: Self) {
        let Self { seen, last, done, for_run, refused } = next;
        self.seen += seen;
        self.last = last;
        self.done += done;
        self.for_run += for_run;
        self.refused.extend(refused);
    }
}

/// The accounts of a part that are released in this transaction.
fn chosen(tx: &mut WriteTx<'_>, part: &Part, choice: &Choice, after: i64, limit: u32) -> Result<Vec<Item>, Error> {
    let Choice::Accounts(addresses) = choice else {
        return Ok(store::brake::held_items(tx, part.id, after, limit)?);
    };
    let mut items = Vec::with_capacity(addresses.len());
    for address in addresses {
        let account = store::account::by_address(tx, &address.to_ascii_lowercase())?.map(|account| account.id);
        let held = account.map(|id| store::brake::held_item(tx, part.id, id)).transpose()?.flatten();
        let what =
            || format!("{address} is not held in part {}: see who is with `almoner brake show {}`", part.id, part.id);
        items.push(held.ok_or_else(|| Error::input(what()))?);
    }
    items.sort_by_key(|item| item.id);
    items.dedup_by_key(|item| item.id);
    Ok(items)
}

/// Whether this person's word releases the part. Nobody releases what they asked for; a run's, for which nobody asked,
/// takes the word of two.
fn second_person(part: &Part, actor: &Actor) -> Result<bool, Error> {
    if part.held.source != Source::Run {
        let own = asked(part, actor);
        return if own { Err(Refusal::SecondPerson { did: "asked for it" }.into()) } else { Ok(true) };
    }
    match &part.first {
        None => Ok(false),
        Some(first) if first.id == own_id(actor) => Err(Refusal::SecondPerson { did: "released it first" }.into()),
        Some(_) => Ok(true),
    }
}

/// Whether this person asked for it; the console is one person.
fn asked(part: &Part, actor: &Actor) -> bool {
    part.held.source != Source::Run && part.held.asked_id == own_id(actor)
}

fn own_id(actor: &Actor) -> Option<AccountId> {
    match actor {
        Actor::Person { id, .. } => Some(*id),
        Actor::Console | Actor::System => None,
    }
}

fn still_open(part: &Part) -> Result<(), Error> {
    if part.state == Stand::Held {
        return Ok(());
    }
    let (id, state) = (part.id, part.state);
    Err(Error::input(format!("part {id} is {state} already: see what is held with `almoner brake list`")))
}

fn part_event(ctx: &Ctx, part: &Part, grant: Option<i64>, action: &'static str, detail: &str) -> NewEvent {
    NewEvent {
        grant_id: grant,
        organisation: Some(part.held.group.organisation.to_string()),
        rule: Some(part.held.tripped.brake.rule().as_str()),
        run_id: part.held.run,
        ..plain_event(ctx, "brake", &part.id.to_string(), action, detail)
    }
}
