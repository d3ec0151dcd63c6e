//! Setting up an authenticator (MFA-01).

use std::fmt::Write as _;

use askama::Template;
use axum::http::StatusCode;
use qrcodegen::{QrCode, QrCodeEcc};
use service::identity::second::{Enrolled, fresh_secret, uri};
use service::identity::session::{Me, Stage};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::key::System;
use crate::web::pages::passkeys::are_offered;
use crate::web::pages::security::{confirmed, of_another_time};
use crate::web::pages::steps::{me, with_session};
use crate::web::visit::Visit;

/// The light border that readers need, in squares.
const QUIET: i32 = 4;

#[derive(Template)]
#[template(path = "authenticator.html")]
struct AuthenticatorPage {
    frame: Frame,
    problem: String,
    secret: String,
    parts: String,
    /// The dark squares of the picture as an SVG path, and how many squares it is wide.
    picture: (String, i32),
    forced: bool,
    /// There is one already.
    replaces: bool,
    passkeys: bool,
}

/// The recovery codes, shown this once.
#[derive(Template)]
#[template(path = "recovery.html")]
pub(super) struct RecoveryPage {
    pub(super) frame: Frame,
    pub(super) done: &'static str,
    pub(super) codes: Vec<String>,
}

/// Who may set one up: whoever has to, or is in. The use case asks for the one they have.
fn may_enrol(visit: &Visit) -> Result<&Me, Trouble> {
    let me = me(visit)?;
    if matches!(me.stage, Stage::Enrol | Stage::In) { Ok(me) } else { Err(Trouble::NotFound) }
}

/// Shows a new secret.
pub(crate) fn form(visit: &Visit) -> Result<Answer, Trouble> {
    may_enrol(visit)?;
    page(visit, fresh_secret(&System), String::new())
}

fn page(visit: &Visit, secret: String, problem: String) -> Result<Answer, Trouble> {
    let me = may_enrol(visit)?;
    let told = uri(&secret, &visit.portal.brand, me.account.address.as_str());
    let parts: Vec<&str> = (0..secret.len()).step_by(4).filter_map(|at| secret.get(at..at + 4)).collect();
    let replaces = me.has_second && visit.almoner.own_factors(me)?.authenticator;
    let title = if replaces { "Replace your authenticator" } else { "Set up an authenticator" };
    let page = AuthenticatorPage {
        frame: Frame::new(visit, title),
        parts: parts.join(" "),
        picture: picture(&told).ok_or(Trouble::Broken)?,
        forced: me.stage == Stage::Enrol,
        replaces,
        passkeys: !replaces && are_offered(visit),
        secret,
        problem,
    };
    let status = if page.problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Answer::page_with(status, &page)
}

fn picture(text: &str) -> Option<(String, i32)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path = dark.fold(String::new(), |mut path, (x, y)| {
        let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        path
    });
    Some((path, size + 2 * QUIET))
}

/// Looks at the first code; then the authenticator is set up. Whoever is in already says the password once more.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let me = may_enrol(visit)?;
    let (secret, code) = (visit.field("secret"), visit.field("code"));
    let again = |problem: String| {
        let secret = if secret.len() == 32 { secret.to_owned() } else { fresh_secret(&System) };
        page(visit, secret, problem)
    };
    if me.stage == Stage::In
        && let Some(problem) = confirmed(visit, me)?
    {
        return again(problem);
    }
    let (codes, token) = match visit.almoner.enrol(&visit.ctx, me, (secret, code), &visit.portal.key, &System)? {
        Enrolled::Done { codes, token } => (codes, token),
        Enrolled::Wrong => {
            let problem = "The code is not right. Let the authenticator read the picture again, or type the code it \
                           shows now.";
            return again(problem.to_owned());
        }
        Enrolled::OtherTime(seconds) => return again(of_another_time(seconds)),
    };
    let frame = Frame::new(visit, "Keep your recovery codes");
    let answer = Answer::page(&RecoveryPage { frame, done: "Your authenticator is set up.", codes })?;
    Ok(answer.and_session(with_session(visit, "/", &token)))
}
