//! A policy is put in force by two persons: one proposes it, with what it would do; another, never the same, adopts it.

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::policy::Policy;
use domain::rights::{Action, Actor};
use domain::time::Day;
use serde_json::json;
use store::event::NewEvent;
use store::proposal::{Proposal, Stage};
use store::tx::{Audit, WriteTx};

use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::policy::{adopt, adopted_event, check_overlap, parse};

/// What somebody proposes.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The file.
    pub text: String,
    /// From this day; absent: its own, or the day of adoption when that is past.
    pub from: Option<Day>,
    /// Why.
    pub note: String,
    /// What it would do, as JSON.
    pub summary: String,
}

/// Proposals that are listed.
const LISTED: u32 = 50;

/// A note is no longer.
const NOTE: usize = 2000;

impl Almoner {
    /// Proposes a policy. One with a mistake, or that overlaps another, is no proposal. Gives its number.
    pub fn propose_policy(&self, ctx: &Ctx, draft: &Draft) -> Result<i64, Error> {
        Self::may_federation(&ctx.actor, Action::Policy)?;
        let note = draft.note.trim();
        if note.chars().count() > NOTE {
            return Err(Error::input(format!("the note is longer than {NOTE} characters: say it shorter")));
        }
        let policy = self.beginning(ctx, parse(&draft.text)?, draft.from)?;
        self.store.write("propose_policy", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let grant = Self::may_federation(&ctx.actor, Action::Policy)?.grant;
            check_overlap(&policy, &store::federation::policies(tx)?)?;
            let proposal = Proposal {
                id: tx.next_ids("policy_proposal", 1)?,
                name: policy.name.clone(),
                from: draft.from,
                text: draft.text.clone(),
                note: note.to_owned(),
                summary: draft.summary.clone(),
                stage: Stage::Open,
                proposed_at: ctx.now,
                proposed_by: ctx.actor.name().to_owned(),
                proposed_id: own_id(&ctx.actor),
                ended: None,
            };
            store::proposal::add(tx, &proposal)?;
            let from = draft.from.map(|day| day.to_string());
            let detail = json!({ "proposal": proposal.id, "from": from, "note": note, "text": proposal.text });
            let event = told(ctx, &proposal, grant, "proposed", &detail.to_string());
            Ok((proposal.id, Audit::events(vec![event])?))
        })
    }

    /// The latest proposals, newest first.
    pub fn proposals(&self, ctx: &Ctx) -> Result<Vec<Proposal>, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        Ok(store::proposal::latest(&mut self.store.reader()?, LISTED)?)
    }

    /// One of them.
    pub fn proposal(&self, ctx: &Ctx, id: i64) -> Result<Proposal, Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        store::proposal::get(&mut self.store.reader()?, id)?.ok_or_else(|| Error::not_found("proposal", id))
    }

    /// Puts in force what another person proposed. It moves nobody by itself (LC-19).
    pub fn adopt_proposal(&self, ctx: &Ctx, id: i64) -> Result<Policy, Error> {
        self.store.write("adopt_proposal", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let grant = Self::may_federation(&ctx.actor, Action::Policy)?.grant;
            let proposal = open(tx, id)?;
            if proposal.proposed_id == own_id(&ctx.actor) {
                return Err(Error::input("you proposed it: another operator must put it in force"));
            }
            let policy = self.beginning(ctx, parse(&proposal.text)?, proposal.from)?;
            end(tx, id, Stage::Adopted, ctx)?;
            let row = adopt(tx, ctx, &policy, &proposal.text)?;
            let event = adopted_event(ctx, &row, Some((id, &proposal.proposed_by)));
            Ok::<_, Error>((policy, Audit::events(vec![NewEvent { grant_id: grant, ..event }])?))
        })
    }

    /// Ends a proposal without putting it in force: its proposer takes it back, another refuses it.
    pub fn drop_proposal(&self, ctx: &Ctx, id: i64) -> Result<Stage, Error> {
        self.store.write("drop_proposal", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let grant = Self::may_federation(&ctx.actor, Action::Policy)?.grant;
            let proposal = open(tx, id)?;
            let own = proposal.proposed_id == own_id(&ctx.actor);
            let (stage, word) = if own { (Stage::Withdrawn, "withdrawn") } else { (Stage::Refused, "refused") };
            end(tx, id, stage, ctx)?;
            let event = told(ctx, &proposal, grant, word, &json!({ "proposal": id }).to_string());
            Ok((stage, Audit::events(vec![event])?))
        })
    }
}

/// The console is one person.
fn own_id(actor: &Actor) -> Option<AccountId> {
    match actor {
        Actor::Person { id, .. } => Some(*id),
        Actor::Console | Actor::System => None,
    }
}

/// A proposal that waits still.
fn open(tx: &mut WriteTx<'_>, id: i64) -> Result<Proposal, Error> {
    let proposal = store::proposal::get(tx, id)?.ok_or_else(|| Error::not_found("proposal", id))?;
    if proposal.stage == Stage::Open {
        return Ok(proposal);
    }
    Err(Error::input(format!("proposal {id} is {} already", proposal.stage)))
}

/// Of two who end it at once, the second is told.
fn end(tx: &mut WriteTx<'_>, id: i64, stage: Stage, ctx: &Ctx) -> Result<(), Error> {
    let ended = store::proposal::end(tx, id, stage, ctx.now, ctx.actor.name())?;
    if ended { Ok(()) } else { Err(store::error::Error::Stale { table: "policy_proposal" }.into()) }
}

fn told(ctx: &Ctx, proposal: &Proposal, grant: Option<i64>, action: &'static str, detail: &str) -> NewEvent {
    NewEvent { grant_id: grant, ..plain_event(ctx, "policy", &proposal.name, action, detail) }
}
