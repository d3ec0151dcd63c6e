//! What comes between the password and the first page: a code, a password of one's own, the terms of use.

use askama::Template;
use axum::http::StatusCode;
use service::identity::password::Changed;
use service::identity::second::Shown;
use service::identity::session::{Me, Stage};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::guard::{cookies, own_path};
use crate::web::key::System;
use crate::web::metrics::Outcome;
use crate::web::pages::passkeys::{self, Asked};
use crate::web::pages::security::of_another_time;
use crate::web::visit::Visit;

/// Who is half in; the door has seen to it.
pub(super) fn me(visit: &Visit) -> Result<&Me, Trouble> {
    visit.me.as_ref().ok_or(Trouble::NotFound)
}

/// Only what comes next is shown: nobody leaves a step out.
pub(super) fn next(visit: &Visit, stage: Stage) -> Result<&Me, Trouble> {
    me(visit).and_then(|me| if me.stage == stage { Ok(me) } else { Err(Trouble::NotFound) })
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    problem: String,
    /// Where they were going.
    to: String,
    authenticator: bool,
    /// What a passkey is asked, if they have one.
    asked: Option<Asked>,
}

/// Asks for the second factor.
pub(crate) fn code(visit: &Visit) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    if me.stage != Stage::Second {
        return Ok(Answer::see(own_path(visit.query("to"))));
    }
    code_page(visit, me, String::new())
}

/// The question for the second factor, with what was wrong before.
pub(super) fn code_page(visit: &Visit, me: &Me, problem: String) -> Result<Answer, Trouble> {
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let to = if problem.is_empty() { visit.query("to") } else { visit.field("to") };
    let page = CodePage {
        frame: Frame::new(visit, "Show your second factor"),
        problem,
        to: own_path(to).to_owned(),
        authenticator: visit.almoner.own_factors(me)?.authenticator,
        asked: passkeys::second(visit, me)?,
    };
    Answer::page_with(status, &page)
}

/// Looks at the code.
pub(crate) fn send_code(visit: &Visit) -> Result<Answer, Trouble> {
    let me = next(visit, Stage::Second)?;
    let problem = match visit.almoner.show_second(&visit.ctx, me, visit.field("code"), &visit.portal.key, &System)? {
        Shown::In(token) => {
            visit.portal.metrics.sign_in(Outcome::Second);
            return Ok(with_session(visit, own_path(visit.field("to")), &token));
        }
        Shown::Wrong => "The code is not right, or was used before. Wait for the next one and type it in.".to_owned(),
        Shown::OtherTime(seconds) => of_another_time(seconds),
        Shown::Wait(until) => {
            format!("Too many tries. Wait {} seconds, then try again.", until.second() - visit.ctx.now.second())
        }
    };
    visit.portal.metrics.sign_in(Outcome::SecondRefused);
    code_page(visit, me, problem)
}

/// On to a page with another session in the place of this one.
pub(super) fn with_session(visit: &Visit, to: &str, token: &str) -> Answer {
    let secure = visit.portal.is_secure();
    Answer::see(to).cookie(cookies(secure).0, token, None, secure)
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    frame: Frame,
    problems: Vec<String>,
    forced: bool,
    least: u16,
    address: String,
}

fn password_page(visit: &Visit, problems: Vec<String>) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let least = visit.almoner.identity_rules(&visit.ctx)?.password_length;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (forced, address) = (me.stage == Stage::Password, me.account.address.to_string());
    let frame = Frame::new(visit, "Change your password");
    Answer::page_with(status, &PasswordPage { frame, problems, forced, least, address })
}

/// Whether a password may be changed now: never before the second factor was shown.
fn may_change(visit: &Visit) -> Result<&Me, Trouble> {
    me(visit).and_then(|me| if me.stage == Stage::Second { Err(Trouble::NotFound) } else { Ok(me) })
}

/// Asks for a new password.
pub(crate) fn password(visit: &Visit) -> Result<Answer, Trouble> {
    may_change(visit)?;
    password_page(visit, Vec::new())
}

/// Changes the password.
pub(crate) fn send_password(visit: &Visit) -> Result<Answer, Trouble> {
    let me = may_change(visit)?;
    let (current, new, again) = (visit.field("current"), visit.field("new"), visit.field("again"));
    if new != again {
        return password_page(visit, vec!["The two new passwords differ: type the same twice".to_owned()]);
    }
    let ctx = domain::ctx::Ctx { actor: me.actor.clone(), ..visit.ctx.clone() };
    match visit.almoner.change_password(&ctx, &me.account, (current, new), &me.session.id, &System)? {
        Changed::Done => Ok(Answer::see("/?done=password")),
        Changed::WrongCurrent => {
            password_page(visit, vec!["The current password is not right: type the one you signed in with".to_owned()])
        }
        Changed::Refused(faults) => password_page(visit, faults.iter().map(ToString::to_string).collect()),
    }
}

#[derive(Template)]
#[template(path = "terms.html")]
struct TermsPage {
    frame: Frame,
}

/// Shows the terms of use.
pub(crate) fn terms(visit: &Visit) -> Result<Answer, Trouble> {
    if me(visit)?.stage != Stage::Terms {
        return Ok(Answer::see("/"));
    }
    Answer::page(&TermsPage { frame: Frame::new(visit, "Terms of use") })
}

/// They are accepted.
pub(crate) fn send_terms(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.accept_own_terms(&visit.ctx, next(visit, Stage::Terms)?)?;
    Ok(Answer::see("/"))
}
