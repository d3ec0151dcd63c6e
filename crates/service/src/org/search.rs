//! Finding an organisation by code, name or short name; typing errors are forgiven where nothing else is found.

use domain::ctx::Ctx;
use domain::org::{Organisation, Sector};

use super::manage::Openness;
use crate::account::alike;
use crate::error::Error;
use crate::federation::Almoner;

/// Organisations that are read in one go.
const READ: u32 = 5_000;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Words of the name, the short name, the code; in any order, from their beginning.
    pub text: String,
    /// Only of this sector.
    pub sector: Option<Sector>,
    /// Open, closed, or all.
    pub openness: Openness,
    /// Behind this code.
    pub after: String,
    /// At most so many.
    pub limit: usize,
}

/// What was found, by code.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The organisations.
    pub organisations: Vec<Organisation>,
    /// Behind this code there may be more.
    pub next: Option<String>,
    /// Nothing is written as it was typed: these are what is like it.
    pub alike: bool,
}

impl Almoner {
    /// Searches; the registry is public, so everybody may. Cost: all organisations are read, some ten thousand, until the
    /// page is full; once more when nothing is written as it was typed.
    pub fn search_organisations(&self, ctx: &Ctx, wanted: &Wanted) -> Result<Found, Error> {
        let text = any_ascii::any_ascii(wanted.text.trim()).to_lowercase();
        let parts: Vec<&str> = text.split_whitespace().collect();
        let exact = |o: &Organisation| {
            let short = o.short_name.as_deref().unwrap_or_default();
            let all = format!("{} {} {short}", o.code, o.name).to_lowercase();
            parts.iter().all(|part| all.contains(part))
        };
        let found = self.organisations_that(ctx, wanted, &exact)?;
        if !found.organisations.is_empty() || parts.is_empty() || !wanted.after.is_empty() {
            return Ok(found);
        }
        let words = alike::words(&wanted.text);
        let like = |o: &Organisation| {
            alike::all_found(&words, &[o.code.as_str(), &o.name, o.short_name.as_deref().unwrap_or_default()])
        };
        // All in one page: where it ends, the exact ones would go on.
        let found = self.organisations_that(ctx, wanted, &like)?;
        Ok(Found { alike: !found.organisations.is_empty(), next: None, ..found })
    }

    fn organisations_that(
        &self,
        ctx: &Ctx,
        wanted: &Wanted,
        is_it: &dyn Fn(&Organisation) -> bool,
    ) -> Result<Found, Error> {
        let today = self.today(ctx);
        let mut db = self.store.reader()?;
        let (mut found, mut after) = (Found::default(), wanted.after.clone());
        loop {
            let page = store::organisation::page(&mut db, &after, READ)?;
            let Some(last) = page.last() else { return Ok(found) };
            last.organisation.code.as_str().clone_into(&mut after);
            for organisation in page.into_iter().map(|listed| listed.organisation) {
                let of_sector = wanted.sector.is_none_or(|sector| sector == organisation.sector);
                if !of_sector || !wanted.openness.has(&organisation, today) || !is_it(&organisation) {
                    continue;
                }
                if found.organisations.len() == wanted.limit {
                    found.next = found.organisations.last().map(|o| o.code.to_string());
                    return Ok(found);
                }
                found.organisations.push(organisation);
            }
        }
    }
}
