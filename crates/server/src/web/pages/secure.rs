//! Which addresses are safe for sensitive data: asked by everybody, kept by the operator (SEM-01).

use askama::Template;
use axum::http::StatusCode;
use domain::rights::{Action, Place, may};
use domain::secure::{Safety, Standing};
use domain::time::Day;
use service::error::Error;
use service::secure::{Accreditation, Listed};
use store::secure_domain::SecureDomain;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::visit::Visit;
use crate::web::words;

struct Row {
    pattern: String,
    accredited: String,
    last: String,
    reference: String,
    /// It stands in the policy, where it is changed.
    legacy: bool,
    over: bool,
    soon: bool,
}

struct Asked {
    address: String,
    safe: bool,
    why: String,
}

#[derive(Template)]
#[template(path = "secure.html")]
struct SecurePage<'v> {
    frame: Frame,
    done: &'static str,
    problem: String,
    address: &'v str,
    asked: Option<Asked>,
    rows: Vec<Row>,
    ending: usize,
    manages: bool,
    domain: &'v str,
    on: &'v str,
    reference: &'v str,
    today: String,
}

/// The last day on which it holds, as people say it.
fn last(until: Day) -> String {
    words::day(until.plus_days(-1))
}

fn row(one: Listed) -> Row {
    Row {
        legacy: one.accredited.is_none(),
        accredited: one.accredited.map_or_else(String::new, words::day),
        last: last(one.until),
        reference: one.reference,
        over: one.standing == Standing::Over,
        soon: one.standing == Standing::EndsSoon,
        pattern: one.pattern,
    }
}

fn ask(visit: &Visit, address: &str) -> Result<Asked, Error> {
    let (address, safety) = visit.almoner.safety_of(&visit.ctx, address)?;
    let why = match &safety {
        Safety::Inside => "It is inside the federation. See that it is the right person's: names are alike.".to_owned(),
        Safety::Secure(by) => format!("{} is a secure domain up to {}.", by.pattern, last(by.until)),
        Safety::Lapsed(by) => {
            format!("{} was a secure domain; that ended on {}.", by.pattern, last(by.until))
        }
        Safety::Unknown => format!("Nobody vouches for {}.", address.domain()),
    };
    Ok(Asked { safe: safety.is_safe(), address: address.to_string(), why })
}

/// The question, its answer, the list.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let address = visit.query("address");
    match (!address.trim().is_empty()).then(|| ask(visit, address)).transpose() {
        Ok(asked) => page(visit, asked, String::new()),
        Err(Error::Input(what)) => page(visit, None, what),
        Err(other) => Err(other.into()),
    }
}

fn page(visit: &Visit, asked: Option<Asked>, problem: String) -> Result<Answer, Trouble> {
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows: Vec<Row> = visit.almoner.secure_domains(&visit.ctx)?.into_iter().map(row).collect();
    let page = SecurePage {
        frame: Frame::new(visit, "Secure mail"),
        done: match visit.query("done") {
            "added" => "Added: it is safe from now on.",
            "renewed" => "Renewed.",
            "removed" => "Taken off the list: it is no longer safe.",
            _ => "",
        },
        problem,
        address: visit.query("address"),
        asked,
        ending: rows.iter().filter(|row| row.soon && !row.legacy).count(),
        rows,
        manages: may(&visit.ctx.actor, Action::SecureDomains, Place::Federation).is_ok(),
        domain: visit.field("domain"),
        on: visit.field("on"),
        reference: visit.field("reference"),
        today: visit.almoner.today(&visit.ctx).to_string(),
    };
    Answer::page_with(status, &page)
}

/// What the form says of an accreditation.
fn accreditation(visit: &Visit) -> Result<Accreditation<'_>, Error> {
    let on = match visit.field("on").trim() {
        "" => None,
        text => {
            Some(Day::parse(text).ok_or_else(|| Error::Input(format!("{text} is no day: write one as 2019-03-01")))?)
        }
    };
    Ok(Accreditation { pattern: visit.field("domain"), on, reference: visit.field("reference") })
}

fn changed(visit: &Visit, change: Result<SecureDomain, Error>, done: &str) -> Result<Answer, Trouble> {
    match change {
        Ok(_) => Ok(Answer::see(format!("/secure?done={done}"))),
        Err(Error::Input(what)) => page(visit, None, what),
        Err(other) => Err(other.into()),
    }
}

/// Adds a domain.
pub(crate) fn add(visit: &Visit) -> Result<Answer, Trouble> {
    let added = accreditation(visit).and_then(|told| visit.almoner.add_secure_domain(&visit.ctx, &told));
    changed(visit, added, "added")
}

/// Accredits one again.
pub(crate) fn renew(visit: &Visit) -> Result<Answer, Trouble> {
    let renewed = accreditation(visit).and_then(|told| visit.almoner.renew_secure_domain(&visit.ctx, &told));
    changed(visit, renewed, "renewed")
}

/// Takes one off the list.
pub(crate) fn remove(visit: &Visit) -> Result<Answer, Trouble> {
    changed(visit, visit.almoner.remove_secure_domain(&visit.ctx, visit.field("domain")), "removed")
}
