//! One organisation: shown, opened and closed by hand (ORG-02), given a successor and a short name (ORG-03).

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::{Legal, Organisation};
use domain::rights::{Action, Place, may};
use domain::time::Day;
use store::organisation::Listed;
use store::tx::{Audit, Reader, WriteTx};

use super::BY_HAND;
use super::merge::organisation_event;
use crate::error::Error;
use crate::federation::Almoner;

/// The most organisations in one answer.
const MAX_PAGE: u32 = 1_000;

/// An organisation as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationView {
    /// The organisation.
    pub organisation: Organisation,
    /// `open` or `closed` today.
    pub status: &'static str,
    /// Somebody opened or closed it by hand, and the registry has not said the same yet.
    pub by_hand: bool,
    /// The series of published files that lists it.
    pub series: String,
    /// How many accounts it has in each status, by the status's word; empty for those who may not see them.
    pub accounts: Vec<(String, i64)>,
    /// The parent's name, if the parent is loaded.
    pub parent_name: Option<String>,
    /// The successor's name.
    pub successor_name: Option<String>,
}

/// Which organisations a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// All.
    Any,
    /// Those open today.
    Open,
    /// Those closed today.
    Closed,
}

impl Openness {
    pub(super) fn has(self, organisation: &Organisation, today: Day) -> bool {
        match self {
            Self::Any => true,
            Self::Open => organisation.is_open(today),
            Self::Closed => !organisation.is_open(today),
        }
    }
}

impl Almoner {
    /// Shows an organisation; whoever acts may see it, as the registry is public. How many accounts it has is for those
    /// who may see them (ROLE-02).
    pub fn show_organisation(&self, ctx: &Ctx, code: &str) -> Result<OrganisationView, Error> {
        let mut reader = self.store.reader()?;
        let listed = find(&mut reader, code)?;
        let organisation = &listed.organisation;
        let place = Place::Organisation { code: &organisation.code, sector: organisation.sector, unit: "" };
        let accounts = if may(&ctx.actor, Action::SeeAccount, place).is_ok() {
            store::organisation::accounts_by_status(&mut reader, &organisation.code)?
        } else {
            Vec::new()
        };
        Self::view(&mut reader, listed, self.today(ctx), accounts)
    }

    /// An organisation as it stands on a day, with the names of now of those that it names.
    pub(crate) fn view(
        db: &mut Reader<'_>,
        listed: Listed,
        day: Day,
        accounts: Vec<(String, i64)>,
    ) -> Result<OrganisationView, Error> {
        let Listed { organisation, series } = listed;
        let mut name = |code: &Option<OdsCode>| -> Result<Option<String>, Error> {
            let Some(code) = code else { return Ok(None) };
            Ok(store::organisation::get(db, code)?.map(|found| found.name))
        };
        let (parent_name, successor_name) = (name(&organisation.parent)?, name(&organisation.successor)?);
        Ok(OrganisationView {
            status: organisation.status_word(day),
            by_hand: organisation.edition == BY_HAND,
            accounts,
            organisation,
            series,
            parent_name,
            successor_name,
        })
    }

    /// A page of organisations behind a code, by code; at most 1,000.
    pub fn list_organisations(
        &self,
        ctx: &Ctx,
        openness: Openness,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Organisation>, Error> {
        let (today, limit) = (self.today(ctx), limit.min(MAX_PAGE));
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut reader = self.store.reader()?;
        let (mut found, mut after) = (Vec::new(), after.to_owned());
        while found.len() < wanted {
            let page = store::organisation::page(&mut reader, &after, MAX_PAGE)?;
            let Some(last) = page.last() else { break };
            last.organisation.code.as_str().clone_into(&mut after);
            found.extend(page.into_iter().map(|listed| listed.organisation).filter(|o| openness.has(o, today)));
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// Closes an organisation in law, from today or another day. It takes no new accounts from then; those it has stay
    /// as they are. It stays closed until the registry closes it too and from then on says what holds.
    pub fn close_organisation(&self, ctx: &Ctx, code: &str, on: Option<Day>) -> Result<Organisation, Error> {
        let day = on.unwrap_or_else(|| self.today(ctx));
        self.change_organisation("close_organisation", ctx, code, "closed", |_, old| {
            if old.legal == Legal::Closed && old.closed_on.is_none_or(|closed| closed <= day) {
                let since = old.closed_on.map_or_else(String::new, |closed| format!(" since {closed}"));
                return Err(Error::input(format!("organisation {} is closed already{since}", old.code)));
            }
            Ok(Organisation { legal: Legal::Closed, closed_on: Some(day), edition: BY_HAND.to_owned(), ..old })
        })
    }

    /// Opens an organisation again. It stays open until the registry lists it as open too and from then on says what
    /// holds.
    pub fn open_organisation(&self, ctx: &Ctx, code: &str) -> Result<Organisation, Error> {
        self.change_organisation("open_organisation", ctx, code, "reopened", |_, old| {
            if old.legal != Legal::Closed && old.closed_on.is_none() {
                return Err(Error::input(format!("organisation {} is open already", old.code)));
            }
            Ok(Organisation { legal: Legal::Active, closed_on: None, edition: BY_HAND.to_owned(), ..old })
        })
    }

    /// Says who took over from an organisation. Loading never changes it: the published files do not say.
    pub fn set_successor(&self, ctx: &Ctx, code: &str, successor: &str) -> Result<Organisation, Error> {
        self.change_organisation("set_successor", ctx, code, "succeeded", |tx, old| {
            let next = find(tx, successor)?.organisation;
            check_chain(tx, &old.code, next.clone())?;
            Ok(Organisation { successor: Some(next.code), ..old })
        })
    }

    /// Gives an organisation another short name, while nothing has an address made from the one it has (ORG-03).
    pub fn set_short_name(&self, ctx: &Ctx, code: &str, short_name: &str) -> Result<Organisation, Error> {
        let good = (2..=20).contains(&short_name.len())
            && short_name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        self.change_organisation("set_short_name", ctx, code, "short_name_set", |tx, old| {
            if !good {
                let advice = "is no short name: use 2 to 20 small letters, digits and hyphens";
                return Err(Error::input(format!("{short_name:?} {advice}")));
            }
            if let Some(holder) = store::organisation::by_short_name(tx, short_name)?
                && holder.code != old.code
            {
                return Err(Error::input(format!("{} has the short name {short_name}: choose another", holder.code)));
            }
            if store::organisation::owns_mailboxes(tx, &old.code)? {
                let name = old.short_name.unwrap_or_default();
                return Err(Error::input(format!(
                    "{} owns mailboxes whose addresses begin with {name}: the short name stays",
                    old.code
                )));
            }
            Ok(Organisation { short_name: Some(short_name.to_owned()), ..old })
        })
    }

    /// One change of one organisation, with its audit; what changes nothing leaves no trace.
    fn change_organisation(
        &self,
        name: &'static str,
        ctx: &Ctx,
        code: &str,
        action: &'static str,
        decide: impl Fn(&mut WriteTx<'_>, Organisation) -> Result<Organisation, Error>,
    ) -> Result<Organisation, Error> {
        let grant = Self::may_federation(&ctx.actor, Action::Organisations)?.grant;
        self.store.write(name, |tx| {
            let old = find(tx, code)?;
            let new = decide(tx, old.organisation.clone())?;
            if new == old.organisation {
                return Ok((new, Audit::nothing_changed()));
            }
            let listed = Listed { organisation: new, series: old.series.clone() };
            store::organisation::update(tx, [&listed])?;
            let event = organisation_event(ctx, grant, (Some(&old), &listed), action);
            Ok((listed.organisation, Audit::events(vec![event])?))
        })
    }
}

/// An organisation by the code that a person wrote.
pub(super) fn find(db: &mut Reader<'_>, text: &str) -> Result<Listed, Error> {
    let code = OdsCode::parse(text).map_err(|bad| Error::input(format!("{text:?}: {bad}")))?;
    let found = store::organisation::by_codes(db, &[code.as_str()])?.pop();
    found.ok_or_else(|| Error::not_found("organisation", code))
}

/// Who follows the successor may not lead back: whoever looks for the last of the line would never find it.
fn check_chain(db: &mut Reader<'_>, code: &OdsCode, successor: Organisation) -> Result<(), Error> {
    if successor.code == *code {
        return Err(Error::input(format!("{code} cannot be its own successor: name the organisation that took over")));
    }
    let mut at = successor;
    while let Some(next) = at.successor.take() {
        if next == *code {
            return Err(Error::input(format!(
                "{code} follows {} in the line of successors already: change that first",
                at.code
            )));
        }
        let Some(found) = store::organisation::get(db, &next)? else { break };
        at = found;
    }
    Ok(())
}
