//! What one signs in with: the authenticator, passkeys, recovery codes, the password, sessions. Whoever changes it says the password.

use askama::Template;
use axum::http::StatusCode;
use domain::recovery::Missing;
use domain::second_factor::may_go;
use service::error::Error;
use service::identity::help::Factors;
use service::identity::own::Confirmed;
use service::identity::session::Me;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::key::System;
use crate::web::pages::authenticator::RecoveryPage;
use crate::web::pages::passkeys::are_offered;
use crate::web::pages::steps::me;
use crate::web::visit::Visit;
use crate::web::words;

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage {
    frame: Frame,
    done: &'static str,
    problem: String,
    factors: Factors,
    passkeys: Vec<PasskeyRow>,
    offers_passkeys: bool,
    /// The last second factor must stay.
    keeps: bool,
    /// What they lack to help themselves; nothing, where nobody can.
    lacks: Option<Vec<Missing>>,
    /// There are secret questions.
    questions: bool,
    /// They are in without it until then.
    excepted: String,
}

struct PasskeyRow {
    id: String,
    name: String,
    since: String,
    used: String,
}

/// The page.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let factors = visit.almoner.own_factors(me)?;
    let done = match visit.query("done") {
        "authenticator" => "Your authenticator is removed.",
        "passkey" => "Your passkey is set up.",
        "passkey-removed" => "The passkey is removed. Delete it on your device as well.",
        _ => "",
    };
    let calendar = visit.portal.calendar();
    let rows = factors.passkeys.iter().map(|passkey| PasskeyRow {
        id: passkey.id.clone(),
        name: passkey.name.clone(),
        since: words::time(&calendar, passkey.made_at),
        used: passkey.used_at.map_or_else(String::new, |at| words::time(&calendar, at)),
    });
    let page = SecurityPage {
        passkeys: rows.collect(),
        offers_passkeys: are_offered(visit),
        frame: Frame::new(visit, "Sign-in and security"),
        done: if problem.is_empty() { done } else { "" },
        keeps: !may_go(me.is_admin(), factors.count().saturating_sub(1)),
        excepted: me.excepted.map_or_else(String::new, |until| words::time(&calendar, until)),
        lacks: visit.almoner.own_readiness(&visit.ctx, me.account.id)?,
        questions: visit.almoner.recovery_rules(&visit.ctx)?.is_some_and(|rules| rules.answers > 0),
        factors,
        problem,
    };
    let status = if page.problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Answer::page_with(status, &page)
}

/// Takes the authenticator away.
pub(crate) fn remove_authenticator(visit: &Visit) -> Result<Answer, Trouble> {
    change(visit, |me| {
        visit.almoner.remove_authenticator(&visit.ctx, me)?;
        Ok(Answer::see("/security?done=authenticator"))
    })
}

/// Gives new recovery codes.
pub(crate) fn renew_codes(visit: &Visit) -> Result<Answer, Trouble> {
    change(visit, |me| {
        let codes = visit.almoner.renew_recovery_codes(&visit.ctx, me, &System)?;
        let frame = Frame::new(visit, "Keep your recovery codes");
        Answer::page(&RecoveryPage { frame, done: "These are your new recovery codes. The old ones are over.", codes })
    })
}

/// Changes something, once the password is said; what a rule refuses is told on the page.
pub(super) fn change(visit: &Visit, work: impl FnOnce(&Me) -> Result<Answer, Trouble>) -> Result<Answer, Trouble> {
    change_on(page, visit, work)
}

/// The same on another page, which tells a problem.
pub(super) fn change_on(
    page: fn(&Visit, String) -> Result<Answer, Trouble>,
    visit: &Visit,
    work: impl FnOnce(&Me) -> Result<Answer, Trouble>,
) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    if let Some(problem) = confirmed(visit, me)? {
        return page(visit, problem);
    }
    match work(me) {
        Err(Trouble::Refused(error @ (Error::Refused(_) | Error::Input(_)))) => page(visit, error.to_string()),
        other => other,
    }
}

/// Why the password that was typed does not show that it is them; nothing, where it does.
pub(super) fn confirmed(visit: &Visit, me: &Me) -> Result<Option<String>, Trouble> {
    Ok(match visit.almoner.confirm_password(&visit.ctx, me, visit.field("password"))? {
        Confirmed::Yes => None,
        Confirmed::No => Some("The password is not right: type the one you sign in with.".to_owned()),
        Confirmed::Wait(until) => {
            Some(format!("Too many tries. Wait {} seconds, then try again.", until.second() - visit.ctx.now.second()))
        }
    })
}

/// What a code of another time means to whoever typed it.
pub(super) fn of_another_time(ahead: i64) -> String {
    let minutes = (ahead.abs() + 30) / 60;
    let (minutes, s) = (minutes.max(1), if minutes > 1 { "s" } else { "" });
    let way = if ahead > 0 { "ahead of" } else { "behind" };
    format!(
        "That code is of another time. If your telephone showed it just now, its clock is about {minutes} minute{s} {way} \
         ours: let the telephone set its time by itself, in its settings under date and time, then type the next code."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_said_to_be_ahead_or_behind_by_minutes() {
        for (ahead, said) in [
            (60, "about 1 minute ahead of ours"),
            (-60, "about 1 minute behind ours"),
            (-570, "about 10 minutes behind ours"),
            (150, "about 3 minutes ahead of ours"),
        ] {
            assert!(of_another_time(ahead).contains(said), "{}", of_another_time(ahead));
        }
    }
}
