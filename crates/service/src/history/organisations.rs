//! Organisations as of a day, from their lines.

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::{Legal, Organisation, Sector, Support};
use domain::time::{Day, Timestamp};
use store::organisation::Listed;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::fields::Fields;
use crate::history::fold::apply;
use crate::org::manage::OrganisationView;

/// An organisation as its lines tell it; `None` when a field is missing or unreadable.
pub(crate) fn listed(code: &OdsCode, facts: &Fields) -> Option<Listed> {
    let text = |name: &str| facts.get(name).cloned().unwrap_or_default();
    let day = |name: &str| facts.get(name).map(|text| Day::parse(text).ok_or(())).transpose().ok();
    let code_of = |name: &str| facts.get(name).map(|text| OdsCode::parse(text).map_err(drop)).transpose().ok();
    let organisation = Organisation {
        code: code.clone(),
        name: facts.get("name")?.clone(),
        short_name: facts.get("short_name").cloned(),
        sector: Sector::parse(facts.get("sector")?)?,
        legal: Legal::parse(facts.get("legal")?)?,
        opened_on: day("opened_on")?,
        closed_on: day("closed_on")?,
        parent: code_of("parent")?,
        successor: code_of("successor")?,
        postal: text("postal"),
        telephone: text("telephone"),
        support: Support { telephone: text("support_telephone"), page: text("support_page") },
        edition: text("edition"),
        version: 0,
    };
    Some(Listed { organisation, series: text("series") })
}

/// What the lines of an organisation before an instant tell; nothing where there was none.
pub(crate) fn told(db: &mut Reader<'_>, code: &OdsCode, until: Timestamp) -> Result<Fields, Error> {
    let mut facts = Fields::new();
    store::audit::of_organisation_itself(db, code, until, |detail| apply(&mut facts, detail))?;
    Ok(facts)
}

/// An organisation as it was at an instant; as it is where its lines begin later.
pub(crate) fn as_of(db: &mut Reader<'_>, now: Organisation, until: Timestamp) -> Result<Organisation, Error> {
    let facts = told(db, &now.code, until)?;
    if facts.is_empty() {
        return Ok(now);
    }
    let was = listed(&now.code, &facts).ok_or(store::error::Error::Corrupt("event.detail"))?;
    Ok(was.organisation)
}

impl Almoner {
    /// An organisation as it was at the end of a day. How many accounts it had is not told; a day to come has what is
    /// known today. Cost: the organisation's own lines, by an index.
    pub fn show_organisation_on(&self, ctx: &Ctx, code: &OdsCode, day: Day) -> Result<OrganisationView, Error> {
        let now = self.show_organisation(ctx, code.as_str())?;
        let status = now.organisation.status_word(day);
        if day >= self.today(ctx) {
            return Ok(OrganisationView { status, ..now });
        }
        let mut db = self.store.reader()?;
        let facts = told(&mut db, code, self.calendar().start_of(day.plus_days(1)))?;
        if facts.is_empty() {
            return Err(Error::input(format!("{code} was not known on {day}: its history begins later")));
        }
        let was = listed(code, &facts).ok_or(store::error::Error::Corrupt("event.detail"))?;
        Self::view(&mut db, was, day, Vec::new())
    }
}
