//! Creating an account: the form, the check whether the person has one already, then the account.

use askama::Template;
use axum::http::StatusCode;
use domain::profile::Profile;
use domain::status::{Kind, Status};
use service::account::draft::{BY_HAND, Draft};
use service::account::twins::Twin;
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::editing::profile_of;
use crate::web::visit::Visit;
use crate::web::words;

/// Somebody who may be the same person.
struct TwinRow {
    address: String,
    name: String,
    organisation: String,
    status: &'static str,
    created: String,
    why: String,
    /// It can be opened.
    own: bool,
    /// It can be taken in as a joiner.
    joins: bool,
}

#[derive(Template)]
#[template(path = "create.html")]
struct CreatePage<'v> {
    frame: Frame,
    kind: Kind,
    kinds: &'static [Kind],
    mine: Vec<String>,
    organisation: String,
    p: Profile,
    owners: &'v str,
    problems: Vec<String>,
    /// The person was looked for.
    looked: bool,
    /// What they were looked for by: what is changed is looked for again.
    key: String,
    suggestion: String,
    twins: Vec<TwinRow>,
}

impl CreatePage<'_> {
    fn is_person(&self) -> bool {
        self.kind == Kind::User
    }
}

fn kind(word: &str) -> Kind {
    Kind::parse(word).filter(|kind| BY_HAND.contains(kind)).unwrap_or(Kind::User)
}

fn page(visit: &Visit, kind: Kind, p: Profile) -> CreatePage<'_> {
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let asked = if visit.has_field("organisation") { visit.field("organisation") } else { visit.query("organisation") };
    let first = mine.first().cloned().unwrap_or_default();
    let organisation = if asked.trim().is_empty() { first } else { asked.trim().to_ascii_uppercase() };
    CreatePage {
        frame: Frame::new(visit, "New account"),
        kind,
        kinds: BY_HAND,
        mine,
        organisation,
        p,
        owners: visit.field("owners"),
        problems: Vec::new(),
        looked: false,
        key: String::new(),
        suggestion: String::new(),
        twins: Vec::new(),
    }
}

/// An empty form.
pub(crate) fn form(visit: &Visit) -> Result<Answer, Trouble> {
    Answer::page(&page(visit, kind(visit.query("kind")), Profile::default()))
}

/// Looks for the person first; creates the account when that was seen.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let kind = kind(visit.field("kind"));
    let nothing = Profile { quota_mib: 0, ..Profile::default() };
    let p = profile_of(visit, "", &nothing);
    let mut page = page(visit, kind, p);
    let owners = visit.field("owners").split([',', ';', '\n', '\r', ' ']).map(str::trim).filter(|one| !one.is_empty());
    let draft = Draft {
        kind,
        organisation: page.organisation.clone(),
        profile: page.p.clone(),
        owners: owners.map(str::to_owned).collect(),
    };
    page.key = looked_for(&draft);
    let done = if visit.field("looked") == page.key {
        visit.almoner.create_account(&visit.ctx, &draft).map(Some)
    } else {
        look(visit, &draft, &mut page).map(|()| None)
    };
    let told = match done {
        Ok(Some(account)) => {
            let done = if kind == Kind::User { "created" } else { "made" };
            return Ok(link::to_account(account.address.as_str(), done));
        }
        Ok(None) => return Answer::page(&page),
        Err(Error::NotFound { what: "organisation", name }) => {
            format!("Organisation: there is no organisation {name}, or you do not administer it.")
        }
        Err(Error::NotFound { what: "owner", name }) => format!("Owners: nobody has the address {name}. Correct it."),
        Err(error @ (Error::Input(_) | Error::Refused(_))) => error.to_string(),
        Err(other) => return Err(other.into()),
    };
    page.problems = told.lines().map(str::to_owned).collect();
    Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Checks what was typed, suggests the address, and looks for the person.
fn look(visit: &Visit, draft: &Draft, page: &mut CreatePage<'_>) -> Result<(), Error> {
    visit.almoner.check_draft(&visit.ctx, draft)?;
    page.suggestion = visit.almoner.suggest_address(&visit.ctx, draft)?;
    if draft.kind == Kind::User {
        let twins = visit.almoner.twins(&visit.ctx, &draft.organisation, &draft.profile)?;
        page.twins = twins.iter().map(|twin| row(visit, twin)).collect();
    }
    page.looked = true;
    Ok(())
}

fn row(visit: &Visit, twin: &Twin) -> TwinRow {
    let calendar = visit.portal.calendar();
    TwinRow {
        address: twin.account.address.to_string(),
        name: twin.profile.full_name(),
        organisation: format!("{} {}", twin.organisation.code, twin.organisation.name),
        status: twin.account.status().as_str(),
        created: words::day(calendar.day_of(twin.account.created_at)),
        why: twin.reasons.join(", "),
        own: twin.own,
        joins: twin.account.status() == Status::Leaver,
    }
}

/// Whom one looked for: after another name or number it is looked again.
fn looked_for(draft: &Draft) -> String {
    let p = &draft.profile;
    let all = [&draft.organisation, &p.first_name, &p.last_name, &p.display_name, &p.local_id, &p.mobile, &p.unit];
    format!("{} {}", draft.kind, all.map(|text| text.trim()).join("|"))
}
