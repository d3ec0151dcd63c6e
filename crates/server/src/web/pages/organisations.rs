//! Organisations: found by everybody (DIR-04); what their administrators keep, changed by those who may.

use askama::Template;
use axum::http::StatusCode;
use domain::org::{Sector, Support};
use domain::rights::Role;
use domain::time::Day;
use service::error::Error;
use service::org::details::{Administrator, MayChange};
use service::org::manage::{Openness, OrganisationView};
use service::org::search::Wanted;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::visit::Visit;
use crate::web::words;

/// Organisations of a page.
const PAGE: usize = 50;

struct Row {
    code: String,
    name: String,
    sector: String,
    status: &'static str,
    closed: String,
}

#[derive(Template)]
#[template(path = "organisations.html")]
struct OrganisationsPage<'v> {
    frame: Frame,
    text: &'v str,
    openness: &'v str,
    sector: &'v str,
    sectors: Vec<(&'static str, String)>,
    alike: bool,
    rows: Vec<Row>,
    next: String,
}

/// Finds.
pub(crate) fn search(visit: &Visit) -> Result<Answer, Trouble> {
    let (text, openness, sector) = (visit.query("q").trim(), visit.query("open"), visit.query("sector"));
    let wanted = Wanted {
        text: text.to_owned(),
        sector: Sector::parse(sector),
        openness: match openness {
            "open" => Openness::Open,
            "closed" => Openness::Closed,
            _ => Openness::Any,
        },
        after: visit.query("after").to_owned(),
        limit: PAGE,
    };
    let found = visit.almoner.search_organisations(&visit.ctx, &wanted)?;
    let today = visit.almoner.today(&visit.ctx);
    let next = found.next.map_or_else(String::new, |after| {
        let asked = [("q", text), ("open", openness), ("sector", sector), ("after", &after)];
        format!("/organisations?{}", link::query(asked))
    });
    let rows = found.organisations.into_iter().map(|o| Row {
        status: o.status_word(today),
        closed: o.closed_on.map_or_else(String::new, words::day),
        sector: words::label(o.sector.as_str()),
        code: o.code.to_string(),
        name: o.name,
    });
    let page = OrganisationsPage {
        frame: Frame::new(visit, "Organisations"),
        sectors: Sector::ALL.iter().map(|sector| (sector.as_str(), words::label(sector.as_str()))).collect(),
        alike: found.alike,
        rows: rows.collect(),
        text,
        openness,
        sector,
        next,
    };
    Answer::page(&page)
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPage {
    frame: Frame,
    code: String,
    name: String,
    status: &'static str,
    /// Label and value; what is not known is left out.
    facts: Vec<(&'static str, String)>,
    /// Label, code, name.
    related: Vec<(&'static str, String, String)>,
    support: Support,
    administrators: Vec<(&'static str, Administrator)>,
    /// Status and how many.
    accounts: Vec<(String, i64)>,
    may: MayChange,
    version: i64,
    done: &'static str,
    problem: String,
    /// What was typed, by the form's field.
    typed: Typed,
}

/// What the forms hold.
#[derive(Default)]
struct Typed {
    telephone: String,
    page: String,
    short_name: String,
    successor: String,
    on: String,
}

const fn called(role: Role) -> &'static str {
    match role {
        Role::PrimaryLocalAdmin => "Primary administrator",
        Role::LocalAdmin => "Administrator",
        Role::Helpdesk => "Helpdesk",
        Role::Operator | Role::Auditor | Role::NationalHelpdesk | Role::SectorAdmin => "National",
    }
}

/// One organisation.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let done = match visit.query("done") {
        "support" => "The support contact is changed.",
        "short-name" => "The short name is changed.",
        "successor" => "The successor is recorded.",
        "close" => "The organisation is recorded as closed.",
        "open" => "The organisation is recorded as open.",
        _ => "",
    };
    page(visit, StatusCode::OK, done, "", None)
}

fn page(
    visit: &Visit,
    status: StatusCode,
    done: &'static str,
    problem: &str,
    typed: Option<Typed>,
) -> Result<Answer, Trouble> {
    let code = visit.param("code").to_ascii_uppercase();
    let view = visit.almoner.show_organisation(&visit.ctx, &code).map_err(|_| Trouble::NotFound)?;
    let o = &view.organisation;
    let administrators = visit.almoner.administrators_of(&visit.ctx, &code)?;
    let typed = typed.unwrap_or_else(|| Typed {
        telephone: o.support.telephone.clone(),
        page: o.support.page.clone(),
        short_name: o.short_name.clone().unwrap_or_default(),
        ..Typed::default()
    });
    let shown = OrganisationPage {
        frame: Frame::new(visit, o.name.clone()),
        code: o.code.to_string(),
        name: o.name.clone(),
        status: view.status,
        facts: facts(&view),
        related: related(&view),
        support: o.support.clone(),
        administrators: administrators.into_iter().map(|one| (called(one.role), one)).collect(),
        accounts: view.accounts.clone(),
        may: visit.almoner.may_change_organisation(&visit.ctx, o),
        version: o.version,
        done,
        problem: problem.to_owned(),
        typed,
    };
    Answer::page_with(status, &shown)
}

fn facts(view: &OrganisationView) -> Vec<(&'static str, String)> {
    let o = &view.organisation;
    let day = |day: Option<Day>| day.map_or_else(String::new, words::day);
    let all = [
        ("ODS code", o.code.to_string()),
        ("Sector", words::label(o.sector.as_str())),
        ("Short name", o.short_name.clone().unwrap_or_default()),
        ("Opened", day(o.opened_on)),
        ("Closed", day(o.closed_on)),
        ("Address", o.postal.clone()),
        ("Telephone", o.telephone.clone()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn related(view: &OrganisationView) -> Vec<(&'static str, String, String)> {
    let o = &view.organisation;
    let parent = o.parent.as_ref().map(|code| ("Part of", code.to_string(), view.parent_name.clone()));
    let successor = o.successor.as_ref().map(|code| ("Followed by", code.to_string(), view.successor_name.clone()));
    let all = [parent, successor].into_iter().flatten();
    all.map(|(label, code, name)| (label, code, name.unwrap_or_default())).collect()
}

/// Changes what the form names.
pub(crate) fn change(visit: &Visit) -> Result<Answer, Trouble> {
    let (almoner, ctx) = (&visit.almoner, &visit.ctx);
    let code = visit.param("code").to_ascii_uppercase();
    let change = visit.param("change");
    let done = match change {
        "support" => Support::parse(visit.field("telephone"), visit.field("page"))
            .map_err(|wrong| Error::Input(wrong.to_owned()))
            .and_then(|support| almoner.set_support(ctx, &code, visit.field("version").parse().ok(), &support)),
        "short-name" => almoner.set_short_name(ctx, &code, visit.field("short_name").trim()),
        "successor" => almoner.set_successor(ctx, &code, &visit.field("successor").trim().to_ascii_uppercase()),
        "close" => match (visit.field("on"), Day::parse(visit.field("on"))) {
            ("", _) => almoner.close_organisation(ctx, &code, None),
            (_, Some(day)) => almoner.close_organisation(ctx, &code, Some(day)),
            (_, None) => Err(Error::Input("that day does not exist: write it as 2019-03-31".to_owned())),
        },
        "open" => almoner.open_organisation(ctx, &code),
        _ => return Err(Trouble::NotFound),
    };
    match done {
        Ok(_) => Ok(Answer::see(format!("/organisations/{code}?done={change}"))),
        Err(Error::Input(wrong)) => {
            let field = |name: &str| visit.field(name).to_owned();
            let typed = Typed {
                telephone: field("telephone"),
                page: field("page"),
                short_name: field("short_name"),
                successor: field("successor"),
                on: field("on"),
            };
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, "", &wrong, Some(typed))
        }
        Err(other) => Err(other.into()),
    }
}
