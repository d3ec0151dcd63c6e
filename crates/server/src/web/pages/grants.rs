//! Grants: what somebody may touch, who may touch something and why, giving a role and ending one (ROLE-03, ROLE-04,
//! ROLE-09); and the matrix of the roles.

use askama::Template;
use axum::http::StatusCode;
use domain::confirmation::{Confirmation, Confirmer};
use domain::ids::OdsCode;
use domain::rights::{Action, Role, Scope, allows};
use domain::time::Day;
use service::error::Error;
use service::grant::touch::{Held, Touching};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::visit::Visit;
use crate::web::words;

struct Row {
    id: i64,
    holder: String,
    role: String,
    why: String,
    by: String,
    on: String,
    used: String,
}

fn row(visit: &Visit, held: &Held) -> Row {
    let calendar = visit.portal.calendar();
    let day = |at| words::day(calendar.day_of(at));
    Row {
        id: held.given.grant.id,
        holder: held.holder.clone(),
        role: words::label(held.given.grant.role.as_str()),
        why: over(&held.given.grant.scope),
        by: held.given.by.clone(),
        on: day(held.given.at),
        used: held.used.map_or_else(|| "never".to_owned(), day),
    }
}

/// A scope in words.
fn over(scope: &Scope) -> String {
    match scope {
        Scope::Organisation(code) => format!("the organisation {code}"),
        Scope::Unit(code, unit) => format!("the unit {unit} of {code}"),
        Scope::Sector(sector) => format!("the sector {}", words::label(sector.as_str()).to_lowercase()),
        Scope::Federation => "the federation".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "grants.html")]
struct GrantsPage<'v> {
    frame: Frame,
    who: &'v str,
    what: String,
    /// Whom or what is asked about; nothing was asked when it is empty.
    about: String,
    by_person: bool,
    rows: Vec<Row>,
    counted: Vec<String>,
    problem: String,
    done: &'static str,
    /// An organisation to give a role over.
    organisation: String,
}

/// Asks either question.
pub(crate) fn ask(visit: &Visit) -> Result<Answer, Trouble> {
    let who = visit.query("who").trim();
    let named = visit.query("organisation").trim().to_ascii_uppercase();
    let over = visit.query("over").trim();
    let what = if over.is_empty() {
        named
    } else if over.contains('@') {
        over.to_owned()
    } else {
        over.to_ascii_uppercase()
    };
    let (mut rows, mut counted, mut problem, mut organisation) = (Vec::new(), Vec::new(), String::new(), String::new());
    let found = if who.is_empty() && what.is_empty() {
        Ok(())
    } else if who.is_empty() {
        visit.almoner.who_may_touch(&visit.ctx, &what).map(|touching: Touching| {
            rows = touching.named.iter().map(|held| row(visit, held)).collect();
            counted = touching
                .counted
                .iter()
                .map(|(role, over, count)| format!("{count} × {} over the {over}", words::label(role.as_str())))
                .collect();
            organisation = touching.organisation.code.to_string();
        })
    } else {
        visit.almoner.may_touch(&visit.ctx, who).map(|held| rows = held.iter().map(|held| row(visit, held)).collect())
    };
    match found {
        Ok(()) => {}
        Err(error @ (Error::Input(_) | Error::NotFound { .. })) => problem = error.to_string(),
        Err(other) => return Err(other.into()),
    }
    let page = GrantsPage {
        frame: Frame::new(visit, "Roles and grants"),
        by_person: !who.is_empty(),
        about: if who.is_empty() { what.clone() } else { who.to_owned() },
        done: if visit.query("done") == "ended" { "The grant has ended." } else { "" },
        who,
        what,
        rows,
        counted,
        problem,
        organisation,
    };
    Answer::page(&page)
}

#[derive(Template)]
#[template(path = "grant.html")]
struct GrantPage {
    frame: Frame,
    row: Row,
    may_end: bool,
    confirmed: String,
    allows: Vec<String>,
    done: &'static str,
}

/// One grant.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let id = visit.param("grant").parse().map_err(|_| Trouble::NotFound)?;
    let (held, confirmation) = visit.almoner.show_grant(&visit.ctx, id)?;
    let role = held.given.grant.role;
    let page = GrantPage {
        frame: Frame::new(visit, format!("Grant {id}")),
        row: row(visit, &held),
        may_end: held.may_end,
        confirmed: confirmation.map_or_else(String::new, |c| {
            format!("{}, {}, on {}", c.name, words::label(c.by.as_str()).to_lowercase(), words::day(c.on))
        }),
        allows: Action::ALL.iter().filter(|a| allows(role, **a)).map(|a| words::label(a.as_str())).collect(),
        done: if visit.query("done") == "given" { "The role is given." } else { "" },
    };
    Answer::page(&page)
}

/// Ends it.
pub(crate) fn end(visit: &Visit) -> Result<Answer, Trouble> {
    let id = visit.param("grant").parse().map_err(|_| Trouble::NotFound)?;
    let (held, _) = visit.almoner.show_grant(&visit.ctx, id)?;
    visit.almoner.end_grant(&visit.ctx, id)?;
    Ok(Answer::see(format!("/grants?{}", link::query([("who", held.holder.as_str()), ("done", "ended")]))))
}

#[derive(Template)]
#[template(path = "give.html")]
struct GivePage {
    frame: Frame,
    address: String,
    organisation: String,
    unit: String,
    roles: Vec<(&'static str, String, bool)>,
    offices: Vec<(&'static str, String, bool)>,
    name: String,
    on: String,
    problem: String,
}

/// The local roles; national ones are given on the command line.
const LOCAL: [Role; 3] = [Role::Helpdesk, Role::LocalAdmin, Role::PrimaryLocalAdmin];

fn form(visit: &Visit, status: StatusCode, problem: String, field: &dyn Fn(&str) -> String) -> Result<Answer, Trouble> {
    let (role, office) = (field("role"), field("office"));
    let page = GivePage {
        frame: Frame::new(visit, "Give a role"),
        address: field("address"),
        organisation: field("organisation"),
        unit: field("unit"),
        roles: LOCAL.iter().map(|r| (r.as_str(), words::label(r.as_str()), r.as_str() == role)).collect(),
        offices: Confirmer::ALL.iter().map(|c| (c.as_str(), words::label(c.as_str()), c.as_str() == office)).collect(),
        name: field("name"),
        on: field("on"),
        problem,
    };
    Answer::page_with(status, &page)
}

/// To whom, which, over what?
pub(crate) fn give(visit: &Visit) -> Result<Answer, Trouble> {
    form(visit, StatusCode::OK, String::new(), &|name| visit.query(name).to_owned())
}

/// Gives it.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    match given(visit) {
        Ok(id) => Ok(Answer::see(format!("/grants/{id}?done=given"))),
        Err(error @ (Error::Input(_) | Error::NotFound { .. })) => {
            form(visit, StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), &|name| visit.field(name).to_owned())
        }
        Err(other) => Err(other.into()),
    }
}

fn given(visit: &Visit) -> Result<i64, Error> {
    let wrong = |text: &str| Error::Input(text.to_owned());
    let role =
        Role::parse(visit.field("role")).filter(|role| LOCAL.contains(role)).ok_or_else(|| wrong("choose a role"))?;
    let code =
        OdsCode::parse(&visit.field("organisation").trim().to_ascii_uppercase()).map_err(|e| wrong(&e.to_string()))?;
    let unit = visit.field("unit").trim();
    let scope = if unit.is_empty() { Scope::Organisation(code) } else { Scope::Unit(code, unit.to_owned()) };
    let today = visit.almoner.today(&visit.ctx);
    let confirmation = if visit.field("name").trim().is_empty() {
        None
    } else {
        let by = Confirmer::parse(visit.field("office"))
            .ok_or_else(|| wrong("choose who confirmed it: the head of HR or of IT"))?;
        let on = if visit.field("on").is_empty() { Some(today) } else { Day::parse(visit.field("on")) };
        let on = on.ok_or_else(|| wrong("the day of the confirmation does not exist: write it as 2019-03-31"))?;
        Some(Confirmation::new(by, visit.field("name"), on, today).map_err(wrong)?)
    };
    let address = visit.field("address").trim();
    let given = visit.almoner.grant_confirmed(&visit.ctx, address, role, &scope, confirmation.as_ref())?;
    Ok(given.grant.id)
}

#[derive(Template)]
#[template(path = "roles.html")]
struct RolesPage {
    frame: Frame,
    roles: Vec<String>,
    /// An action, and whether each role may.
    rows: Vec<(String, Vec<bool>)>,
}

/// Who may do what: the same table that every check asks.
pub(crate) fn roles(visit: &Visit) -> Result<Answer, Trouble> {
    let line = |action: &Action| {
        let each = Role::ALL.iter().map(|role| allows(*role, *action)).collect();
        (words::label(action.as_str()), each)
    };
    let page = RolesPage {
        frame: Frame::new(visit, "Roles"),
        roles: Role::ALL.iter().map(|role| words::label(role.as_str())).collect(),
        rows: Action::ALL.iter().map(line).collect(),
    };
    Answer::page(&page)
}

#[cfg(test)]
mod tests {
    use service::grant::scope_text;

    use super::*;

    #[test]
    fn a_scope_is_told_as_people_say_it() {
        let code = || OdsCode::parse("RX1").unwrap();
        for (scope, told, text) in [
            (Scope::Organisation(code()), "the organisation RX1", "RX1"),
            (Scope::Unit(code(), "Ward 2".to_owned()), "the unit Ward 2 of RX1", "RX1/Ward 2"),
            (Scope::Sector(domain::org::Sector::SocialCare), "the sector social care", "sector social_care"),
            (Scope::Federation, "the federation", "federation"),
        ] {
            assert_eq!((over(&scope).as_str(), scope_text(&scope).as_str()), (told, text));
        }
    }
}
