//! Signing in and out.

use askama::Template;
use axum::http::StatusCode;
use service::demo::cast::Part;
use service::identity::sign_in::{Attempt, SignIn};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::guard::{cookies, own_path};
use crate::web::kept;
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
    /// A form that was kept, sealed.
    kept: &'v str,
}

/// The form, for whoever sent another when their session was over; it goes on with what they had typed.
pub(crate) fn ended(visit: &Visit, kept: &str) -> Result<Answer, Trouble> {
    let frame = Frame::new(visit, "Sign in");
    let problem = "Your session has ended. Sign in, and what you had typed is shown to you again.".to_owned();
    let page = SignInPage { frame, problem, address: "", to: "/kept", out: false, passkeys: false, cast: &[], kept };
    Answer::page_with(StatusCode::FORBIDDEN, &page)
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
        kept: "",
    })
}

/// Looks at address and password.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let address = visit.field("address");
    if visit.portal.sources.is_tired(visit.source, visit.ctx.now)
        && !visit.almoner.is_known_on(address, &visit.device)?
    {
        visit.portal.metrics.sign_in(Outcome::Tired);
        return again(visit, "Too many people failed to sign in from your network. Wait ten minutes and try again.");
    }
    let attempt = Attempt { address, password: visit.field("password"), device: &visit.device, agent: &visit.agent };
    match visit.almoner.sign_in(&visit.ctx, &attempt, &System)? {
        SignIn::In { token, device } => {
            visit.portal.metrics.sign_in(Outcome::Password);
            keep_on(visit, &token)?;
            signed_in(visit, own_path(visit.field("to")), &token, &device)
        }
        SignIn::Refused => {
            visit.portal.metrics.sign_in(Outcome::Refused);
            visit.portal.sources.failed(visit.source, visit.ctx.now);
            again(
                visit,
                "That address and password do not go together, or the account is locked. After ten failures an account \
                 is locked for devices it does not know: prove that it is yours below, or ask your local administrator.",
            )
        }
        SignIn::Wait(until) => {
            visit.portal.metrics.sign_in(Outcome::Wait);
            let seconds = until.second() - visit.ctx.now.second();
            again(visit, &format!("Too many tries. Wait {seconds} seconds, then try again."))
        }
    }
}

/// Keeps the form that came with the sign-in for its person; that of another goes no further.
fn keep_on(visit: &Visit, token: &str) -> Result<(), Trouble> {
    let sealed = visit.field("kept");
    if sealed.is_empty() {
        return Ok(());
    }
    let Some(me) = visit.almoner.me(&visit.ctx, token)? else { return Ok(()) };
    if kept::open(visit, &me, sealed).is_some() {
        visit.almoner.keep_form(&visit.ctx, &me, sealed)?;
    }
    Ok(())
}

/// On to a page, with what the browser keeps of the sign-in; the session that it had before is over.
pub(super) fn signed_in(visit: &Visit, to: &str, token: &str, device: &str) -> Result<Answer, Trouble> {
    visit.almoner.end_session_of(&visit.token)?;
    let secure = visit.portal.is_secure();
    let (session, known) = cookies(secure);
    let answer = Answer::see(to).cookie(session, token, None, secure);
    Ok(answer.cookie(known, device, Some(DEVICE_SECONDS), secure))
}

fn again(visit: &Visit, problem: &str) -> Result<Answer, Trouble> {
    let frame = Frame::new(visit, "Sign in");
    let (address, to, kept) = (visit.field("address"), visit.field("to"), visit.field("kept"));
    let passkeys = kept.is_empty() && are_offered(visit);
    let cast = &visit.portal.cast;
    let page = SignInPage { frame, problem: problem.to_owned(), address, to, out: false, passkeys, cast, kept };
    Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Ends the session.
pub(crate) fn out(visit: &Visit) -> Result<Answer, Trouble> {
    if let Some(me) = &visit.me {
        visit.almoner.end_own_session(me, &me.session.id)?;
    }
    let secure = visit.portal.is_secure();
    Ok(Answer::see("/sign-in?out=yes").cookie(cookies(secure).0, "", None, secure).and_clear())
}
