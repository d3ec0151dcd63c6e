//! Signing in and out.

use askama::Template;
use axum::http::StatusCode;
use service::demo::cast::Part;
use service::identity::sign_in::{Attempt, SignIn};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::guard::{cookies, own_path};
use crate::web::key::System;
use crate::web::metrics::Outcome;
use crate::web::pages::passkeys::are_offered;
use crate::web::visit::Visit;

/// A browser stays known so long.
pub(super) const DEVICE_SECONDS: u32 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'v> {
    frame: Frame,
    problem: String,
    address: &'v str,
    to: &'v str,
    out: bool,
    /// Passkeys can be asked for here.
    passkeys: bool,
    cast: &'v [Part],
}

/// The form.
pub(crate) fn form(visit: &Visit) -> Result<Answer, Trouble> {
    if visit.me.is_some() {
        return Ok(Answer::see(own_path(visit.query("to"))));
    }
    let frame = Frame::new(visit, "Sign in");
    let (to, out) = (visit.query("to"), visit.query("out") == "yes");
    Answer::page(&SignInPage {
        frame,
        problem: String::new(),
        address: "",
        to,
        out,
        passkeys: are_offered(visit),
        cast: &visit.portal.cast,
    })
}

/// Looks at address and password.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let address = visit.field("address");
    if visit.portal.sources.is_tired(visit.source, visit.ctx.now) && visit.device.is_empty() {
        visit.portal.metrics.sign_in(Outcome::Tired);
        return again(visit, "Too many people failed to sign in from your network. Wait ten minutes and try again.");
    }
    let attempt = Attempt { address, password: visit.field("password"), device: &visit.device, agent: &visit.agent };
    match visit.almoner.sign_in(&visit.ctx, &attempt, &System)? {
        SignIn::In { token, device } => {
            visit.portal.metrics.sign_in(Outcome::Password);
            Ok(signed_in(visit, own_path(visit.field("to")), &token, &device))
        }
        SignIn::Refused => {
            visit.portal.metrics.sign_in(Outcome::Refused);
            visit.portal.sources.failed(visit.source, visit.ctx.now);
            again(
                visit,
                "That address and password do not go together, or the account is locked. After ten failures an account \
                 is locked for devices it does not know: ask your local administrator to reset the password.",
            )
        }
        SignIn::Wait(until) => {
            visit.portal.metrics.sign_in(Outcome::Wait);
            let seconds = until.second() - visit.ctx.now.second();
            again(visit, &format!("Too many tries. Wait {seconds} seconds, then try again."))
        }
    }
}

/// On to a page, with what the browser keeps of the sign-in.
pub(super) fn signed_in(visit: &Visit, to: &str, token: &str, device: &str) -> Answer {
    let secure = visit.portal.is_secure();
    let (session, known) = cookies(secure);
    let answer = Answer::see(to).cookie(session, token, None, secure);
    answer.cookie(known, device, Some(DEVICE_SECONDS), secure)
}

fn again(visit: &Visit, problem: &str) -> Result<Answer, Trouble> {
    let frame = Frame::new(visit, "Sign in");
    let (address, to) = (visit.field("address"), visit.field("to"));
    let page = SignInPage {
        frame,
        problem: problem.to_owned(),
        address,
        to,
        out: false,
        passkeys: are_offered(visit),
        cast: &visit.portal.cast,
    };
    Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Ends the session.
pub(crate) fn out(visit: &Visit) -> Result<Answer, Trouble> {
    if let Some(me) = &visit.me {
        visit.almoner.end_own_session(me, &me.session.id)?;
    }
    let secure = visit.portal.is_secure();
    Ok(Answer::see("/sign-in?out=yes").cookie(cookies(secure).0, "", None, secure))
}
