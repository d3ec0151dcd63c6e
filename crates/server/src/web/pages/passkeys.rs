//! Passkeys: set up, named, removed; shown after the password or instead of it (MFA-01).

use askama::Template;
use axum::http::StatusCode;
use domain::capital::capital;
use service::identity::passkey::{Fault, Made, Party, Showed};
use service::identity::passkeys::Purpose;
use service::identity::session::{Me, Stage};
use service::identity::sign_in::SignIn;
use wire::passkey::ALGORITHMS;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::guard::{cookies, fresh_cookie, own_path};
use crate::web::key::System;
use crate::web::metrics::Outcome;
use crate::web::pages::authenticator::RecoveryPage;
use crate::web::pages::security::{change, confirmed};
use crate::web::pages::sign_in::{DEVICE_SECONDS, signed_in};
use crate::web::pages::steps::{code_page, me, next, with_session};
use crate::web::visit::Visit;

/// What a browser is asked to sign with a passkey.
pub(super) struct Asked {
    pub(super) challenge: String,
    /// The host that passkeys belong to.
    pub(super) party: String,
    /// The ids of those that may answer (must not, where one is set up).
    pub(super) known: String,
}

/// Where passkeys are asked for.
fn party(visit: &Visit) -> Party<'_> {
    Party { origin: visit.portal.origin() }
}

/// Whether this portal can have passkeys at all: it is found by a name.
pub(super) fn are_offered(visit: &Visit) -> bool {
    party(visit).id().is_some()
}

fn ask(visit: &Visit, holder: &str, purpose: Purpose, known: &[&str]) -> Result<Asked, Trouble> {
    let party = party(visit).id().ok_or(Trouble::NotFound)?.to_owned();
    let challenge = visit.almoner.challenge(&visit.ctx, holder, purpose, &System)?;
    Ok(Asked { challenge, party, known: known.join(" ") })
}

/// The question after the password, for those who have a passkey.
pub(super) fn second(visit: &Visit, me: &Me) -> Result<Option<Asked>, Trouble> {
    let factors = visit.almoner.own_factors(me)?;
    if factors.passkeys.is_empty() || !are_offered(visit) {
        return Ok(None);
    }
    let known: Vec<&str> = factors.passkeys.iter().map(|passkey| passkey.id.as_str()).collect();
    ask(visit, &me.session.id, Purpose::Second, &known).map(Some)
}

fn shown(visit: &Visit) -> Showed<'_> {
    Showed {
        id: visit.field("credential"),
        client: visit.field("client"),
        data: visit.field("data"),
        signature: visit.field("signature"),
    }
}

/// What went wrong, and what to do.
fn told(fault: Fault) -> String {
    format!("{}. Nothing was done: try again.", capital(&fault.to_string()))
}

/// Looks at a passkey that was shown after the password.
pub(crate) fn send_second(visit: &Visit) -> Result<Answer, Trouble> {
    let me = next(visit, Stage::Second)?;
    match visit.almoner.show_passkey(&visit.ctx, me, party(visit), &shown(visit), &System)? {
        Ok(token) => {
            visit.portal.metrics.sign_in(Outcome::Second);
            Ok(with_session(visit, own_path(visit.field("to")), &token))
        }
        Err(fault) => {
            visit.portal.metrics.sign_in(Outcome::SecondRefused);
            code_page(visit, me, told(fault))
        }
    }
}

#[derive(Template)]
#[template(path = "passkey_sign_in.html")]
struct SignInPage {
    frame: Frame,
    problem: String,
    asked: Asked,
    to: String,
}

/// Asks for a passkey instead of a password. The browser's own secret, which says nothing yet, holds the question.
pub(crate) fn sign_in(visit: &Visit) -> Result<Answer, Trouble> {
    if visit.me.is_some() {
        return Ok(Answer::see(own_path(visit.query("to"))));
    }
    sign_in_page(visit, own_path(visit.query("to")), String::new())
}

fn sign_in_page(visit: &Visit, to: &str, problem: String) -> Result<Answer, Trouble> {
    let device = if visit.device.is_empty() { fresh_cookie(&System) } else { visit.device.clone() };
    let asked = ask(visit, &device, Purpose::SignIn, &[])?;
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = SignInPage { frame: Frame::new(visit, "Sign in with a passkey"), problem, asked, to: to.to_owned() };
    let secure = visit.portal.is_secure();
    Ok(Answer::page_with(status, &page)?.cookie(cookies(secure).1, &device, Some(DEVICE_SECONDS), secure))
}

/// Looks at it. Whoever fails is counted by source, as with passwords.
pub(crate) fn send_sign_in(visit: &Visit) -> Result<Answer, Trouble> {
    let to = own_path(visit.field("to"));
    if visit.portal.sources.is_tired(visit.source, visit.ctx.now) {
        let problem = "Too many people failed to sign in from your network. Wait ten minutes and try again.";
        return sign_in_page(visit, to, problem.to_owned());
    }
    let browser = (visit.device.as_str(), visit.device.as_str(), visit.agent.as_str());
    match visit.almoner.sign_in_with_passkey(&visit.ctx, party(visit), &shown(visit), browser, &System)? {
        Ok(SignIn::In { token, device }) => {
            visit.portal.metrics.sign_in(Outcome::Passkey);
            signed_in(visit, to, &token, &device)
        }
        Ok(SignIn::Refused | SignIn::Wait(_)) => Err(Trouble::Broken),
        Err(fault) => {
            visit.portal.metrics.sign_in(Outcome::Refused);
            visit.portal.sources.failed(visit.source, visit.ctx.now);
            sign_in_page(visit, to, told(fault))
        }
    }
}

#[derive(Template)]
#[template(path = "passkey_new.html")]
struct NewPage<'v> {
    frame: Frame,
    problem: String,
    asked: Asked,
    handle: String,
    algorithms: String,
    name: &'v str,
    forced: bool,
}

fn may_enrol(visit: &Visit) -> Result<&Me, Trouble> {
    let me = me(visit)?;
    if matches!(me.stage, Stage::Enrol | Stage::In) { Ok(me) } else { Err(Trouble::NotFound) }
}

/// Asks for a new passkey.
pub(crate) fn form(visit: &Visit) -> Result<Answer, Trouble> {
    new_page(visit, String::new())
}

fn new_page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let me = may_enrol(visit)?;
    let factors = visit.almoner.own_factors(me)?;
    let known: Vec<&str> = factors.passkeys.iter().map(|passkey| passkey.id.as_str()).collect();
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = NewPage {
        frame: Frame::new(visit, "Set up a passkey"),
        problem,
        asked: ask(visit, &me.session.id, Purpose::Create, &known)?,
        handle: visit.almoner.passkey_handle(me),
        algorithms: ALGORITHMS.map(|number| number.to_string()).join(" "),
        name: visit.field("name"),
        forced: me.stage == Stage::Enrol,
    };
    Answer::page_with(status, &page)
}

/// Keeps it. Whoever is in already says the password once more.
pub(crate) fn add(visit: &Visit) -> Result<Answer, Trouble> {
    let me = may_enrol(visit)?;
    if me.stage == Stage::In
        && let Some(problem) = confirmed(visit, me)?
    {
        return new_page(visit, problem);
    }
    let made = Made { name: visit.field("name"), client: visit.field("client"), data: visit.field("data") };
    let brought = match visit.almoner.add_passkey(&visit.ctx, me, party(visit), &made, &System)? {
        Ok(brought) => brought,
        Err(fault) => return new_page(visit, told(fault)),
    };
    let Some(token) = brought.token else { return Ok(Answer::see("/security?done=passkey")) };
    let frame = Frame::new(visit, "Keep your recovery codes");
    let page = RecoveryPage { frame, done: "Your passkey is set up.", codes: brought.codes };
    Ok(Answer::page(&page)?.and_session(with_session(visit, "/", &token)))
}

/// Takes one away.
pub(crate) fn remove(visit: &Visit) -> Result<Answer, Trouble> {
    change(visit, |me| {
        visit.almoner.remove_passkey(&visit.ctx, me, visit.field("passkey"))?;
        Ok(Answer::see("/security?done=passkey-removed"))
    })
}
