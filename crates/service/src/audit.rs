//! Searching the audit trail (AUD-01).

pub mod check;
pub mod proof;
pub mod roots;
pub mod search;
pub mod verify;
mod walk;

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::Organisation;
use domain::rights::{Action, Place};
use store::audit::{Line, Search};
use store::tx::Reader;

use crate::account::history::without_reasons;
use crate::account::see::knows_holds;
use crate::error::Error;
use crate::federation::Almoner;

impl Almoner {
    /// Lines that match, newest first. Whoever has no right over the federation must name an organisation of theirs.
    pub fn search_audit(&self, ctx: &Ctx, search: &Search) -> Result<Vec<Line>, Error> {
        let mut db = self.store.reader()?;
        let knows = if search.organisation.is_empty() {
            Self::may_federation(&ctx.actor, Action::SearchAudit)?;
            Self::may_federation(&ctx.actor, Action::Hold).is_ok()
        } else {
            let home = Self::may_in(&mut db, ctx, Action::SearchAudit, &search.organisation)?;
            knows_holds(ctx, &home)
        };
        let lines = store::audit::search(&mut db, search)?;
        Ok(if knows { lines } else { without_reasons(lines) })
    }

    /// Checks a right over a whole organisation given by its code.
    pub(crate) fn may_in(db: &mut Reader<'_>, ctx: &Ctx, action: Action, code: &str) -> Result<Organisation, Error> {
        Self::may_at(db, ctx, action, code, "").map(|(organisation, _)| organisation)
    }

    /// Checks a right in a unit of an organisation, or over the whole of it (no unit); says by which grant.
    pub(crate) fn may_at(
        db: &mut Reader<'_>,
        ctx: &Ctx,
        action: Action,
        code: &str,
        unit: &str,
    ) -> Result<(Organisation, Option<i64>), Error> {
        let code = OdsCode::parse(code).map_err(|e| Error::input(e.to_string()))?;
        let unknown = || Error::not_found("organisation", &code);
        let organisation = store::organisation::get(db, &code)?.ok_or_else(unknown)?;
        let place = Place::Organisation { code: &organisation.code, sector: organisation.sector, unit };
        let grant = Self::may(&ctx.actor, action, place, unknown)?.grant;
        Ok((organisation, grant))
    }
}
