//! A temporary password, an unlock, a resecure: the administrator makes sure that it is the person before anything happens
//! (ROLE-08, PWD-04).

use askama::Template;
use axum::http::StatusCode;
use domain::recovery::ordinal;
use domain::time::Timestamp;
use service::error::Error;
use service::identity::proof::{Expected, Helped, Typed};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::key::System;
use crate::web::link;
use crate::web::pages::acting::offered;
use crate::web::pages::offers::Offer;
use crate::web::pages::recover::listed;
use crate::web::visit::Visit;

/// How the person is to be authenticated.
enum Proof {
    /// By their question, at these places.
    Characters(String, String),
    /// By what the administrator states, and why.
    Statement(&'static str),
}

#[derive(Template)]
#[template(path = "helping.html")]
struct HelpingPage<'v> {
    frame: Frame,
    offer: Offer,
    address: String,
    name: String,
    problem: String,
    proof: Proof,
    statement: &'v str,
}

#[derive(Template)]
#[template(path = "temporary.html")]
struct TemporaryPage {
    frame: Frame,
    address: String,
    password: String,
}

const RESECURING: &str = "The answers to their questions may be what was stolen, so they prove nothing here.";
const NONE_SET: &str = "This person has not answered any security questions.";
const NO_QUESTIONS: &str = "There are no secret questions here.";

fn proof(visit: &Visit, word: &str, address: &str) -> Result<Proof, Trouble> {
    if word == "resecure" {
        return Ok(Proof::Statement(RESECURING));
    }
    Ok(match visit.almoner.expected_proof(&visit.ctx, address, &visit.portal.key)? {
        Expected::Characters(challenge) => {
            let places: Vec<String> = challenge.places.iter().map(|place| ordinal(*place)).collect();
            Proof::Characters(challenge.question, listed(&places))
        }
        Expected::NoAnswers => Proof::Statement(NONE_SET),
        Expected::NoQuestions => Proof::Statement(NO_QUESTIONS),
    })
}

fn page(visit: &Visit, word: &'static str, problem: String) -> Result<Answer, Trouble> {
    let (shown, offer) = offered(visit, word)?;
    let address = shown.account.address.to_string();
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = HelpingPage {
        frame: Frame::new(visit, offer.name),
        proof: proof(visit, word, &address)?,
        offer,
        address,
        name: shown.profile.full_name(),
        problem,
        statement: visit.field("statement"),
    };
    Answer::page_with(status, &page)
}

fn wrong() -> String {
    "These are not the characters. Nothing was done. Ask the person again, for letters and digits only.".to_owned()
}

fn wait(visit: &Visit, until: Timestamp) -> String {
    let seconds = until.second() - visit.ctx.now.second();
    format!("Too many wrong characters. Wait {seconds} seconds, then try again. Nothing was done.")
}

fn temporary(visit: &Visit, address: &str, password: String) -> Result<Answer, Trouble> {
    let frame = Frame::new(visit, "Temporary password");
    Answer::page(&TemporaryPage { frame, address: address.to_owned(), password })
}

/// What will happen, and how to make sure that it is the person.
pub(crate) fn confirm_password(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, "password", String::new())
}

/// The same before an unlock.
pub(crate) fn confirm_unlock(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, "unlock", String::new())
}

/// The same before a resecure.
pub(crate) fn confirm_resecure(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, "resecure", String::new())
}

fn typed(visit: &Visit) -> Typed<'_> {
    Typed { characters: visit.field("characters"), statement: visit.field("statement") }
}

/// Gives a temporary password.
pub(crate) fn give_password(visit: &Visit) -> Result<Answer, Trouble> {
    let (shown, _) = offered(visit, "password")?;
    let address = shown.account.address.as_str();
    match visit.almoner.give_password(&visit.ctx, address, typed(visit), &visit.portal.key, &System) {
        Ok(Helped::Done(password)) => temporary(visit, address, password),
        Ok(Helped::Wrong) => page(visit, "password", wrong()),
        Ok(Helped::Wait(until)) => page(visit, "password", wait(visit, until)),
        Err(error @ (Error::Refused(_) | Error::Input(_))) => page(visit, "password", error.to_string()),
        Err(other) => Err(other.into()),
    }
}

/// Opens the lock.
pub(crate) fn unlock(visit: &Visit) -> Result<Answer, Trouble> {
    let (shown, _) = offered(visit, "unlock")?;
    let address = shown.account.address.as_str();
    match visit.almoner.unlock_account(&visit.ctx, address, typed(visit), &visit.portal.key) {
        Ok(Helped::Done(())) => Ok(link::to_account(address, "unlock")),
        Ok(Helped::Wrong) => page(visit, "unlock", wrong()),
        Ok(Helped::Wait(until)) => page(visit, "unlock", wait(visit, until)),
        Err(error @ (Error::Refused(_) | Error::Input(_))) => page(visit, "unlock", error.to_string()),
        Err(other) => Err(other.into()),
    }
}

/// Resecures.
pub(crate) fn resecure(visit: &Visit) -> Result<Answer, Trouble> {
    let (shown, _) = offered(visit, "resecure")?;
    let address = shown.account.address.as_str();
    match visit.almoner.resecure(&visit.ctx, address, visit.field("statement"), &System) {
        Ok(password) => temporary(visit, address, password),
        Err(error @ (Error::Refused(_) | Error::Input(_))) => page(visit, "resecure", error.to_string()),
        Err(other) => Err(other.into()),
    }
}
