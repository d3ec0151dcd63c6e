//! The addresses of an account: what each is to it, a further one, one taken away.

use askama::Template;
use axum::http::StatusCode;
use service::account::see::Shown;
use service::error::Error;
use store::address::AddressKind;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::offers::may_edit;
use crate::web::visit::Visit;
use crate::web::words;

/// An address and what it is.
struct Row {
    address: String,
    what: String,
    /// It can be taken away.
    given: bool,
}

#[derive(Template)]
#[template(path = "addresses.html")]
struct AddressesPage<'v> {
    frame: Frame,
    address: String,
    name: String,
    domain: String,
    rows: Vec<Row>,
    may_edit: bool,
    problem: String,
    alias: &'v str,
    done: &'static str,
}

/// What an address is to its account, in words.
pub(crate) fn meaning(kind: AddressKind, until: Option<domain::time::Day>) -> String {
    match (kind, until) {
        (AddressKind::Primary, _) => "What the account is known by".to_owned(),
        (AddressKind::Alias, _) => "Given; mail to it arrives".to_owned(),
        (AddressKind::OldName, _) => "Of a former name; kept for good".to_owned(),
        (AddressKind::OldOrganisation, Some(day)) => format!("Of a former organisation; until {}", words::day(day)),
        (AddressKind::OldOrganisation, None) => "Of a former organisation".to_owned(),
        (AddressKind::Reserved, Some(day)) => format!("Reserved; nobody gets it before {}", words::day(day)),
        (AddressKind::Reserved, None) => "Taken away; reserved, nobody else gets it".to_owned(),
    }
}

/// All of them.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let shown = visit.almoner.show(&visit.ctx, visit.param("address"))?;
    page(visit, &shown, String::new())
}

fn page(visit: &Visit, shown: &Shown, problem: String) -> Result<Answer, Trouble> {
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows = shown.addresses.iter().map(|taken| Row {
        address: taken.address.to_string(),
        what: meaning(taken.kind, taken.until),
        given: taken.kind == AddressKind::Alias,
    });
    let page = AddressesPage {
        frame: Frame::new(visit, "Addresses"),
        address: shown.account.address.to_string(),
        name: shown.profile.full_name(),
        domain: visit.almoner.domain().to_owned(),
        rows: rows.collect(),
        may_edit: may_edit(visit, shown),
        problem,
        alias: visit.field("alias"),
        done: match visit.query("done") {
            "added" => "The address was given.",
            "removed" => "The address was taken away. Nobody else gets it.",
            _ => "",
        },
    };
    Answer::page_with(status, &page)
}

/// Gives one, or takes one away.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let shown = visit.almoner.show(&visit.ctx, visit.param("address"))?;
    let (address, alias) = (shown.account.address.as_str(), visit.field("alias"));
    let (done, what) = if visit.field("do") == "remove" {
        (visit.almoner.remove_alias(&visit.ctx, address, alias), "removed")
    } else {
        (visit.almoner.add_alias(&visit.ctx, address, alias), "added")
    };
    match done {
        Ok(account) => {
            let path = link::part(account.address.as_str());
            Ok(Answer::see(format!("/accounts/{path}/addresses?done={what}")))
        }
        Err(error @ (Error::Input(_) | Error::Refused(_))) => page(visit, &shown, error.to_string()),
        Err(other) => Err(other.into()),
    }
}
