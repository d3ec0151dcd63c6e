//! Seeing what is held: the parts of an organisation or of the federation, and the accounts of one.

use domain::brake::{Stand, sentence};
use domain::ctx::Ctx;
use domain::rights::{Action, Place};
use store::brake::{Item, Part, Which};
use store::tx::Reader;

use crate::brake::request;
use crate::error::Error;
use crate::federation::Almoner;

/// Parts that are read at a time.
const PAGE: u32 = 500;

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
    /// Where it stands.
    pub state: Stand,
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
        let mut db = self.store.reader()?;
        let which = if let Some(code) = organisation {
            Self::may_in(&mut db, ctx, Action::Report, code)?;
            Which::Organisation(code)
        } else {
            Self::may_federation(&ctx.actor, Action::Report)?;
            if ended_too { Which::All } else { Which::State(Stand::Held) }
        };
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut found, mut before) = (Vec::new(), i64::MAX);
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
        Ok(found)
    }

    /// One part, and a page of its accounts behind an item.
    pub fn brake(&self, ctx: &Ctx, id: i64, after: i64, limit: u32) -> Result<(Part, Vec<Seen>), Error> {
        let mut db = self.store.reader()?;
        let part = store::brake::get(&mut db, id)?;
        let part = Self::seen(&mut db, ctx, part, id, Action::Report)?.0;
        let items = store::brake::items(&mut db, id, after, limit)?;
        Ok((part, items.into_iter().map(shown).collect()))
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
    let asked = request::read(&item.held).and_then(|asked| Some((request::word(&asked.request)?, asked.reason)));
    Seen { id: item.id, address: item.held.address, asked, state: item.state }
}
