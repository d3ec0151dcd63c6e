//! Finding accounts by whatever one knows of them, within one's scope; typing errors are forgiven.

use std::collections::HashMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::step::{Step, next_step};
use domain::org::Organisation;
use domain::profile::Profile;
use domain::rights::{Action, Actor, Place, Scope, may};
use domain::status::{Kind, Status};
use store::tx::Reader;

use crate::account::alike;
use crate::account::shelf::Asked;
use crate::error::Error;
use crate::federation::Almoner;
use crate::report::walk::may_within;

/// Accounts whose rows one search reads; a search of more says how to go on. More than a page are read only for whoever may
/// not see all that was found.
const LOOKED_AT: usize = 20_000;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words of names, addresses, units, numbers; in any order, from their beginning, with typing errors.
    pub text: String,
    /// In this organisation; everywhere in the actor's scope, where it is empty.
    pub organisation: String,
    /// Of this status.
    pub status: Option<Status>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In a unit whose name has these words.
    pub unit: String,
    /// Behind this account: what `Page::next` said.
    pub after: Option<Behind>,
    /// At most so many.
    pub limit: u32,
}

/// Where a page ends: in this organisation, at this account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The organisation.
    pub organisation: OdsCode,
    /// The account.
    pub id: i64,
}

impl Behind {
    /// As it stands in a link: `A81001.17`.
    pub fn parse(text: &str) -> Option<Self> {
        let (code, id) = text.split_once('.')?;
        Some(Self { organisation: OdsCode::parse(code).ok()?, id: id.parse().ok()? })
    }
}

impl std::fmt::Display for Behind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.organisation, self.id)
    }
}

/// An account that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The account.
    pub account: Account,
    /// Its directory data.
    pub profile: Profile,
    /// Its organisation's name.
    pub organisation: String,
    /// What time alone will bring.
    pub next: Option<Step>,
}

/// A page of what was found.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The accounts.
    pub rows: Vec<Found>,
    /// Behind this there may be more.
    pub next: Option<Behind>,
}

/// The organisations that a person holds one by one, by code; none for whoever holds a sector or the federation.
fn held(actor: &Actor) -> Vec<OdsCode> {
    let Actor::Person { grants, .. } = actor else { return Vec::new() };
    let mut codes = Vec::new();
    for grant in grants {
        match &grant.scope {
            Scope::Organisation(code) | Scope::Unit(code, _) => codes.push(code.clone()),
            Scope::Sector(_) | Scope::Federation => return Vec::new(),
        }
    }
    codes.sort();
    codes.dedup();
    codes
}

impl Almoner {
    /// The codes of the organisations that a person administers one by one; empty for whoever administers a sector or
    /// the federation, who names one.
    pub fn organisations_held(&self, ctx: &Ctx) -> Vec<String> {
        held(&ctx.actor).iter().map(ToString::to_string).collect()
    }

    /// Searches. Cost: an organisation is searched in memory (`account::shelves`), and the rows of a page are read;
    /// in a wider scope an address is one read by key, or a range of addresses that begin alike.
    pub fn search_accounts(&self, ctx: &Ctx, wanted: &Wanted) -> Result<Page, Error> {
        let mut db = self.store.reader()?;
        let text = wanted.text.trim().to_lowercase();
        if wanted.after.is_none() && text.contains('@') {
            let found = store::account::by_address(&mut db, &text)?;
            let ids: Vec<AccountId> = found.iter().map(|account| account.id).collect();
            let rows = self.rows(&mut db, ctx, found.into_iter().collect(), &ids)?;
            if !rows.is_empty() {
                return Ok(Page { rows, next: None });
            }
        }
        let codes = if wanted.organisation.is_empty() {
            held(&ctx.actor)
        } else {
            vec![OdsCode::parse(&wanted.organisation).map_err(|error| Error::input(error.to_string()))?]
        };
        if codes.is_empty() {
            return self.by_address(&mut db, ctx, &text, wanted);
        }
        let (words, unit) = (alike::words(&text), alike::words(&wanted.unit));
        let asked = Asked { words: &words, unit: &unit, status: wanted.status, kind: wanted.kind };
        self.on_shelves(&mut db, ctx, wanted, &codes, &asked)
    }

    /// A page of what stands on the shelves of these organisations.
    fn on_shelves(
        &self,
        db: &mut Reader<'_>,
        ctx: &Ctx,
        wanted: &Wanted,
        codes: &[OdsCode],
        asked: &Asked<'_>,
    ) -> Result<Page, Error> {
        let (mut page, mut looked) = (Page::default(), 0);
        let begun = |code: &&OdsCode| wanted.after.as_ref().is_none_or(|behind| **code >= behind.organisation);
        for code in codes.iter().filter(begun) {
            if !Self::sees_some(db, ctx, code)? {
                continue;
            }
            let last = wanted.after.as_ref().filter(|behind| behind.organisation == *code).map_or(0, |b| b.id);
            let found = self.shelves.of(db, code)?.find(asked, last);
            for some in found.chunks(size(wanted.limit)) {
                let Some(end) = some.last() else { break };
                looked += some.len();
                let mut accounts = store::account::by_ids(db, some)?;
                accounts.sort_unstable_by_key(|account| account.id.0);
                for row in self.rows(db, ctx, accounts, some)? {
                    let id = row.account.id.0;
                    page.rows.push(row);
                    if page.rows.len() == size(wanted.limit) {
                        page.next = Some(Behind { organisation: code.clone(), id });
                        return Ok(page);
                    }
                }
                if looked >= LOOKED_AT {
                    page.next = Some(Behind { organisation: code.clone(), id: end.0 });
                    return Ok(page);
                }
            }
        }
        Ok(page)
    }

    /// Whether the actor may see accounts of an organisation, if only those of a unit.
    fn sees_some(db: &mut Reader<'_>, ctx: &Ctx, code: &OdsCode) -> Result<bool, Error> {
        let Some(home) = store::organisation::get(db, code)? else { return Ok(false) };
        Ok(may_within(&ctx.actor, Action::SeeAccount, code, home.sector))
    }

    /// Whoever sees more than single organisations finds by how an address begins.
    fn by_address(&self, db: &mut Reader<'_>, ctx: &Ctx, text: &str, wanted: &Wanted) -> Result<Page, Error> {
        let begin = text.replace(' ', ".");
        if begin.is_empty() {
            return Ok(Page::default());
        }
        let found = store::address::beginning_with(db, &begin, wanted.limit.saturating_mul(4))?;
        let mut found = store::account::by_ids(db, &found)?;
        found.sort_by(|a, b| a.address.as_str().cmp(b.address.as_str()));
        let kept: Vec<Account> = found.into_iter().filter(|a| is_wanted(a, wanted)).collect();
        let ids: Vec<AccountId> = kept.iter().map(|account| account.id).collect();
        let mut rows = self.rows(db, ctx, kept, &ids)?;
        let unit = alike::words(&wanted.unit);
        rows.retain(|row| in_unit(row, &unit));
        rows.truncate(size(wanted.limit));
        Ok(Page { rows, next: None })
    }

    /// The accounts that the actor may see, with what is shown of them.
    fn rows(
        &self,
        db: &mut Reader<'_>,
        ctx: &Ctx,
        accounts: Vec<Account>,
        ids: &[AccountId],
    ) -> Result<Vec<Found>, Error> {
        let mut codes: Vec<&str> = accounts.iter().map(|account| account.organisation.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let homes: HashMap<String, Organisation> = store::organisation::by_codes(db, &codes)?
            .into_iter()
            .map(|listed| (listed.organisation.code.to_string(), listed.organisation))
            .collect();
        let mut profiles: HashMap<AccountId, Profile> = store::profile::by_ids(db, ids)?.into_iter().collect();
        let today = self.today(ctx);
        let mut rows = Vec::with_capacity(accounts.len());
        for account in accounts {
            let Some(home) = homes.get(account.organisation.as_str()) else { continue };
            let profile = profiles.remove(&account.id).unwrap_or_default();
            let place = Place::Organisation { code: &home.code, sector: home.sector, unit: &profile.unit };
            if may(&ctx.actor, Action::SeeAccount, place).is_err() {
                continue;
            }
            let terms = self.terms(account.kind, home.sector, today)?;
            let next = next_step(&account, &terms).map(|step| step.not_before(today, &terms));
            rows.push(Found { organisation: home.name.clone(), account, profile, next });
        }
        Ok(rows)
    }
}

fn is_wanted(account: &Account, wanted: &Wanted) -> bool {
    wanted.status.is_none_or(|status| account.status() == status) && wanted.kind.is_none_or(|kind| account.kind == kind)
}

fn size(limit: u32) -> usize {
    usize::try_from(limit.max(1)).unwrap_or(usize::MAX)
}

fn in_unit(found: &Found, unit: &[String]) -> bool {
    alike::all_found(unit, &[&found.profile.unit])
}
