//! Seeing what is held: the parts of an organisation or of the federation, and the accounts of one.

use domain::brake::{Stand, sentence};
use domain::ctx::Ctx;
use domain::rights::{Action, Place};
use store::brake::{By, Item, Part, Which};
use store::tx::Reader;

use crate::brake::{release, request};
use crate::error::Error;
use crate::federation::Almoner;

/// Parts that are read at a time.
const PAGE: u32 = 500;
/// Accounts that are read at a time for a file.
const ACCOUNTS: u32 = 2_000;

/// Why a part is held, with its figures.
pub fn why(part: &Part) -> String {
    sentence(&part.held.group, &part.held.tripped, part.held.measure)
}

/// An account in a part, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The number to go on behind.
    pub id: i64,
    /// Its address when it was held.
    pub address: String,
    /// What was asked for it, and why; a run's is decided anew.
    pub asked: Option<(&'static str, String)>,
    /// The organisation that a transfer takes it to.
    pub to: Option<String>,
    /// The file and the line that asked for it.
    pub origin: Option<(String, u64)>,
    /// Where it stands.
    pub state: Stand,
    /// Of two persons that a run's needs, the first.
    pub first: Option<String>,
}

/// A part in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The part.
    pub part: Part,
    /// Accounts that are still held in it.
    pub left: i64,
}

/// A part with what whoever decides on it must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The part.
    pub part: Part,
    /// The name of its organisation.
    pub organisation: String,
    /// How many of its accounts stand how.
    pub stands: Vec<(Stand, i64)>,
    /// Of a run's: who first said yes to what is still held, and to how many.
    pub firsts: Vec<(By, i64)>,
    /// It waits, and its last day is not over.
    pub open: bool,
    /// What the actor may do with it.
    pub offer: Offer,
}

/// What somebody may do with a part that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Release or drop it.
    Decide,
    /// Drop it only: they asked for it.
    TakeBack,
    /// Look at it.
    Look,
}

/// Which accounts of a part are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Find<'f> {
    /// Their addresses have this anywhere.
    pub text: &'f str,
    /// They stand so; all, where absent.
    pub state: Option<Stand>,
    /// Behind this item.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
}

impl Whole {
    /// Accounts that are still held.
    pub fn left(&self) -> i64 {
        self.stands.iter().find(|(state, _)| *state == Stand::Held).map_or(0, |(_, count)| *count)
    }
}

impl Almoner {
    /// Held parts, newest first; of one organisation, if told; also those that are over, if told. Whoever has no right
    /// over the federation must name an organisation of theirs.
    pub fn brakes(
        &self,
        ctx: &Ctx,
        organisation: Option<&str>,
        ended_too: bool,
        limit: u32,
    ) -> Result<Vec<Part>, Error> {
        let listed = self.brakes_before(ctx, organisation, ended_too, i64::MAX, limit)?;
        Ok(listed.into_iter().map(|one| one.part).collect())
    }

    /// The same of older parts than one, with how many accounts are still held in each. Cost: the accounts of those parts
    /// that are held.
    pub fn brakes_before(
        &self,
        ctx: &Ctx,
        organisation: Option<&str>,
        ended_too: bool,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Listed>, Error> {
        let mut db = self.store.reader()?;
        let which = if let Some(code) = organisation {
            Self::may_in(&mut db, ctx, Action::Report, code)?;
            Which::Organisation(code)
        } else {
            Self::may_federation(&ctx.actor, Action::Report)?;
            if ended_too { Which::All } else { Which::State(Stand::Held) }
        };
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut found, mut before) = (Vec::new(), before);
        loop {
            let page = store::brake::list(&mut db, which, before, PAGE)?;
            let Some(last) = page.last() else { break };
            before = last.id;
            found.extend(page.into_iter().filter(|part| ended_too || part.state == Stand::Held));
            if found.len() >= most {
                break;
            }
        }
        found.truncate(most);
        let open: Vec<i64> = found.iter().filter(|part| part.state == Stand::Held).map(|part| part.id).collect();
        let left = store::brake::look::left_of(&mut db, &open)?;
        let left = |part: &Part| left.get(&part.id).copied().unwrap_or(0);
        Ok(found.into_iter().map(|part| Listed { left: left(&part), part }).collect())
    }

    /// One part, and a page of its accounts behind an item.
    pub fn brake(&self, ctx: &Ctx, id: i64, after: i64, limit: u32) -> Result<(Part, Vec<Seen>), Error> {
        let mut db = self.store.reader()?;
        let part = store::brake::get(&mut db, id)?;
        let part = Self::seen(&mut db, ctx, part, id, Action::Report)?.0;
        let items = store::brake::items(&mut db, id, after, limit)?;
        Ok((part, items.into_iter().map(shown).collect()))
    }

    /// One part with what is needed to decide on it.
    pub fn brake_whole(&self, ctx: &Ctx, id: i64) -> Result<Whole, Error> {
        let mut db = self.store.reader()?;
        let part = store::brake::get(&mut db, id)?;
        let part = Self::seen(&mut db, ctx, part, id, Action::Report)?.0;
        let name = store::organisation::get(&mut db, &part.held.group.organisation)?.map(|home| home.name);
        let (stands, firsts) = (store::brake::stands(&mut db, id)?, store::brake::look::firsts(&mut db, id)?);
        let open = part.state == Stand::Held && self.today(ctx) < part.held.expires_on;
        let mut may = || Self::seen(&mut db, ctx, Some(part.clone()), id, Action::ReleaseBrake).is_ok();
        let offer = match (open, release::asked(&part, &ctx.actor)) {
            (true, true) => Offer::TakeBack,
            (true, false) if may() => Offer::Decide,
            (true | false, false) | (false, true) => Offer::Look,
        };
        Ok(Whole { organisation: name.unwrap_or_default(), stands, firsts, open, offer, part })
    }

    /// A page of a part's accounts. Cost: the part's accounts up to the end of the page.
    pub fn brake_accounts(&self, ctx: &Ctx, id: i64, find: &Find<'_>) -> Result<Vec<Seen>, Error> {
        let mut db = self.store.reader()?;
        let part = store::brake::get(&mut db, id)?;
        Self::seen(&mut db, ctx, part, id, Action::Report)?;
        let text = find.text.trim().to_lowercase();
        let items = store::brake::look::found(&mut db, id, (&text, find.state), find.after, find.limit)?;
        Ok(items.into_iter().map(shown).collect())
    }

    /// Shows `each` all accounts of a part until it has enough. Cost: 2,000 accounts at a time.
    pub fn stream_brake(&self, ctx: &Ctx, id: i64, each: &mut dyn FnMut(&Seen) -> bool) -> Result<(), Error> {
        let mut find = Find { text: "", state: None, after: 0, limit: ACCOUNTS };
        loop {
            let page = self.brake_accounts(ctx, id, &find)?;
            let Some(last) = page.last() else { return Ok(()) };
            find.after = last.id;
            if !page.iter().all(&mut *each) {
                return Ok(());
            }
        }
    }

    /// A part, if the actor may do this with it, and by which grant.
    pub(super) fn seen(
        db: &mut Reader<'_>,
        ctx: &Ctx,
        part: Option<Part>,
        id: i64,
        action: Action,
    ) -> Result<(Part, Option<i64>), Error> {
        let unseen = || Error::not_found("part", id);
        let part = part.ok_or_else(unseen)?;
        let home = store::organisation::get(db, &part.held.group.organisation)?.ok_or_else(unseen)?;
        let place = Place::Organisation { code: &home.code, sector: home.sector, unit: "" };
        let grant = Self::may(&ctx.actor, action, place, unseen)?.grant;
        Ok((part, grant))
    }
}

fn shown(item: Item) -> Seen {
    let read = request::read(&item.held);
    let to = read.as_ref().and_then(|asked| asked.request.target().map(ToString::to_string));
    let asked = read.and_then(|asked| Some((request::word(&asked.request)?, asked.reason)));
    let (origin, first) = (request::origin(&item.held), item.first.map(|by| by.name));
    Seen { id: item.id, address: item.held.address, asked, to, origin, state: item.state, first }
}
