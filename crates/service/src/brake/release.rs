//! Releasing what a brake holds: by a person who did not ask for it, whole or in part, or refusing it.

use domain::brake::{Source, Stand};
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::refusal::Refusal;
use domain::rights::{Action, Actor};
use serde_json::{Value, json};
use store::brake::{By, Item, Part, Which};
use store::event::NewEvent;
use store::tx::{Audit, WriteTx};

use crate::account::decided::Decided;
use crate::account::{moving, save};
use crate::again::{again, is_overtaken};
use crate::brake::choice::{Choice, Next, Picked, picked};
use crate::brake::request;
use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::progress::Progress;

/// Accounts in one transaction.
const BATCH: u32 = 500;

/// How often a batch is tried again when others change its accounts at the same time.
const TRIES: u32 = 4;

/// The address of a request that no longer applies, and why.
pub type NotDone = (String, String);

/// What came of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The part, as it stands now.
    pub part: Part,
    /// The first of two persons was noted; nothing is released yet.
    pub first_only: bool,
    /// Accounts for which this person was noted as the first of two.
    pub noted: u64,
    /// Requests that were done.
    pub done: u64,
    /// Accounts that the next run does.
    pub for_run: u64,
    /// Requests that no longer apply, with the reason.
    pub refused: Vec<NotDone>,
    /// Accounts that are still held.
    pub left: i64,
}

/// What one transaction released.
#[derive(Debug, Default)]
struct Batch {
    /// Accounts that it looked at, and the last of them.
    looked: u64,
    last: i64,
    /// To these the same person had said yes before.
    own: u64,
    noted: u64,
    done: u64,
    for_run: u64,
    refused: Vec<NotDone>,
}

impl Almoner {
    /// Releases a part, or some of it; what is left stays held, with its number and its last day. What a person asked for
    /// is done now, by their rights of now; what a run planned is done by the next run. Nobody releases what they asked
    /// for; each account of a run's part takes the word of two persons.
    /// Cost: one transaction for 500 accounts; may be killed and called again.
    pub fn release_brake(
        &self,
        ctx: &Ctx,
        id: i64,
        choice: &Choice,
        progress: &dyn Progress,
    ) -> Result<Release, Error> {
        self.lapse_brakes(ctx)?;
        let picked = {
            let mut db = self.store.reader()?;
            let part = store::brake::get(&mut db, id)?;
            let (part, _) = Self::seen(&mut db, ctx, part, id, Action::ReleaseBrake)?;
            still_open(&part)?;
            picked(&mut db, &part, choice)?
        };
        let mut left = if let Choice::Count(count) = choice { u64::from(*count) } else { u64::MAX };
        let mut all = Batch::default();
        progress.stage("release", None);
        while left > 0 {
            let limit = u32::try_from(left).unwrap_or(BATCH).min(BATCH);
            let batch = self.release_step(ctx, id, &picked, all.last, limit)?;
            progress.advance(batch.looked);
            left = left.saturating_sub(batch.looked);
            let over = batch.looked < u64::from(limit);
            all.add(batch);
            if over {
                break;
            }
        }
        progress.finish();
        let Batch { own, noted, done, for_run, refused, .. } = all;
        let nothing = done + for_run == 0 && refused.is_empty();
        if own > 0 && noted == 0 && nothing {
            return Err(Refusal::SecondPerson { did: "released it first" }.into());
        }
        let mut db = self.store.reader()?;
        let part = store::brake::get(&mut db, id)?.ok_or_else(|| Error::not_found("part", id))?;
        let left = store::brake::still_held(&mut db, id)?;
        Ok(Release { part, first_only: noted > 0 && nothing, noted, done, for_run, refused, left })
    }

    /// Releases every held part of a run.
    pub fn release_run(&self, ctx: &Ctx, run: i64, progress: &dyn Progress) -> Result<Vec<Release>, Error> {
        self.lapse_brakes(ctx)?;
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
        self.lapse_brakes(ctx)?;
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
    fn release_step(&self, ctx: &Ctx, id: i64, picked: &Picked, after: i64, limit: u32) -> Result<Batch, Error> {
        let write = || self.store.write("release_brake", |tx| self.release_in(tx, ctx, id, picked, after, limit));
        again(TRIES, is_overtaken, write)
    }

    fn release_in(
        &self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        id: i64,
        picked: &Picked,
        after: i64,
        limit: u32,
    ) -> Result<(Batch, Audit), Error> {
        let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
        let part = store::brake::lock(tx, id)?;
        let (part, grant) = Self::seen(tx, ctx, part, id, Action::ReleaseBrake)?;
        let nothing = || (Batch { last: after, ..Batch::default() }, Audit::nothing_changed());
        // Another person released the rest of it meanwhile.
        if after > 0 && part.state != Stand::Held {
            return Ok(nothing());
        }
        still_open(&part)?;
        if asked(&part, &ctx.actor) {
            return Err(Refusal::SecondPerson { did: "asked for it" }.into());
        }
        let Some(Next { items, last, looked }) = picked.next(tx, id, after, limit)? else { return Ok(nothing()) };
        let words = Words::of(&items, &ctx.actor);
        let (mut events, refused) = self.apply_released(tx, ctx, &part, &words.requests)?;
        let (over, done): (Vec<&Item>, Vec<&Item>) =
            words.requests.iter().partition(|item| refused.iter().any(|(address, _)| *address == item.held.address));
        store::brake::set_items(tx, &ids(&done), Stand::Done)?;
        store::brake::set_items(tx, &ids(&over), Stand::Lapsed)?;
        store::brake::set_items(tx, &ids(&words.second), Stand::Released)?;
        let tells = |some: &[&Item], detail| if picked.is_all() { detail } else { with_accounts(detail, some) };
        if !words.first.is_empty() {
            let by = By { name: ctx.actor.name().to_owned(), id: own_id(&ctx.actor), at: ctx.now };
            store::brake::first(tx, id, &ids(&words.first), &by)?;
            let detail = tells(&words.first, json!({ "accounts": words.first.len() }));
            events.push(part_event(ctx, &part, grant, "release_asked", &detail.to_string()));
        }
        let count = |n: usize| u64::try_from(n).unwrap_or(0);
        let (noted, done, for_run) = (count(words.first.len()), count(done.len()), count(words.second.len()));
        if !words.requests.is_empty() || !words.second.is_empty() {
            store::brake::settle(tx, id, Stand::Done, ctx.actor.name(), ctx.now)?;
            let detail = json!({ "done": done, "for_run": for_run, "refused": refused.len() });
            let detail = tells(&[words.requests.as_slice(), &words.second].concat(), detail);
            events.push(part_event(ctx, &part, grant, "released", &detail.to_string()));
        }
        let batch = Batch { looked, last, own: count(words.own), noted, done, for_run, refused };
        Ok((batch, Audit::if_any(events)))
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

/// Items by what this person's word does to them.
struct Words<'i> {
    /// What people asked for: it is done.
    requests: Vec<&'i Item>,
    /// A run's, of which nobody has said anything yet.
    first: Vec<&'i Item>,
    /// A run's, to which another person said yes.
    second: Vec<&'i Item>,
    /// So many to which the same person said yes before.
    own: usize,
}

impl<'i> Words<'i> {
    fn of(items: &'i [Item], actor: &Actor) -> Self {
        let mut words = Self { requests: Vec::new(), first: Vec::new(), second: Vec::new(), own: 0 };
        for item in items {
            match &item.first {
                _ if item.held.request.is_some() => words.requests.push(item),
                None => words.first.push(item),
                Some(first) if first.id == own_id(actor) => words.own += 1,
                Some(_) => words.second.push(item),
            }
        }
        words
    }
}

impl Batch {
    fn add(&mut self, next: Self) {
        let Self { looked, last, own, noted, done, for_run, refused } = next;
        self.looked += looked;
        self.last = last;
        self.own += own;
        self.noted += noted;
        self.done += done;
        self.for_run += for_run;
        self.refused.extend(refused);
    }
}

fn ids(items: &[&Item]) -> Vec<i64> {
    items.iter().map(|item| item.id).collect()
}

/// Of a part that is released in part the trail says which accounts: by their numbers, which are nobody's data.
fn with_accounts(mut detail: Value, items: &[&Item]) -> Value {
    if let Some(fields) = detail.as_object_mut() {
        let ids: Vec<i64> = items.iter().map(|item| item.held.account.0).collect();
        fields.insert("which".to_owned(), json!(ids));
    }
    detail
}

/// Whether this person asked for it; the console is one person.
pub(super) fn asked(part: &Part, actor: &Actor) -> bool {
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
    let has = if state == Stand::Lapsed { "has" } else { "is" };
    Err(Error::input(format!("part {id} {has} {state} already: see what is held with `almoner brake list`")))
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
