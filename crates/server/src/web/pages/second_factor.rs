//! How administrators help whoever cannot show their second factor: see it, an exception, taking it away (MFA-01).

use askama::Template;
use axum::http::StatusCode;
use domain::account::Account;
use domain::rights::{Action, Place, may};
use domain::second_factor::exception_holds;
use service::error::Error;
use service::identity::help::Factors;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::visit::Visit;
use crate::web::words;

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage<'v> {
    frame: Frame,
    address: String,
    done: &'static str,
    problem: String,
    facts: Vec<(&'static str, String)>,
    own: bool,
    offers: Offers,
    days: &'v str,
    /// How they made sure that it is the person.
    statement: &'v str,
}

/// What may be done.
struct Offers {
    /// An exception of so many hours.
    hours: Option<u32>,
    /// Or of at most so many days.
    most: Option<u32>,
    /// One holds.
    excepted: bool,
    /// Taking it away.
    reset: bool,
}

/// What somebody has, and what may be done.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let shown = visit.almoner.show(&visit.ctx, visit.param("address"))?;
    let (account, factors) = visit.almoner.factors(&visit.ctx, shown.account.address.as_str())?;
    let rules = visit.almoner.identity_rules(&visit.ctx)?;
    let (home, unit) = (&shown.organisation, shown.profile.unit.as_str());
    let place = Place::Organisation { code: &home.code, sector: home.sector, unit };
    let right = |action| may(&visit.ctx.actor, action, place).is_ok();
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = SecondFactorPage {
        frame: Frame::new(visit, "Second factor"),
        address: account.address.to_string(),
        done: if problem.is_empty() { done(visit.query("done")) } else { "" },
        facts: facts(visit, &factors),
        own: visit.me.as_ref().is_some_and(|me| me.account.id == account.id),
        offers: Offers {
            hours: rules.mfa_exception_hours.filter(|_| right(Action::MfaException)),
            most: rules.mfa_exception_days.filter(|_| right(Action::MfaLonger)),
            excepted: holds(visit, &factors),
            reset: factors.count() > 0 && right(Action::MfaReset),
        },
        days: visit.field("days"),
        statement: visit.field("statement"),
        problem,
    };
    Answer::page_with(status, &page)
}

fn holds(visit: &Visit, factors: &Factors) -> bool {
    factors.exception.as_ref().is_some_and(|found| exception_holds(found.until, visit.ctx.now))
}

fn facts(visit: &Visit, factors: &Factors) -> Vec<(&'static str, String)> {
    let calendar = visit.portal.calendar();
    let yes = |is: bool| if is { "Yes" } else { "None" };
    let mut facts = vec![
        ("Authenticator", yes(factors.authenticator).to_owned()),
        ("Passkeys", factors.passkeys.len().to_string()),
        ("Recovery codes left", factors.recovery_codes.to_string()),
    ];
    if let Some(found) = factors.exception.as_ref().filter(|_| holds(visit, factors)) {
        let until = words::time(&calendar, found.until);
        facts.push(("Exception", format!("Until {until}, by {}", found.given_by)));
    }
    facts
}

/// The same in a line, for the account's page; nothing, for those who do not help people to sign in.
pub(super) fn in_a_line(visit: &Visit, address: &str) -> Result<String, Trouble> {
    let (_, factors) = match visit.almoner.factors(&visit.ctx, address) {
        Ok(found) => found,
        Err(Error::NotAllowed(_) | Error::NotFound { .. }) => return Ok(String::new()),
        Err(other) => return Err(other.into()),
    };
    let mut parts = Vec::new();
    if factors.authenticator {
        parts.push("authenticator".to_owned());
    }
    match factors.passkeys.len() {
        0 => {}
        1 => parts.push("a passkey".to_owned()),
        many => parts.push(format!("{many} passkeys")),
    }
    if parts.is_empty() {
        parts.push("none".to_owned());
    }
    if let Some(found) = factors.exception.as_ref().filter(|_| holds(visit, &factors)) {
        parts.push(format!("exception until {}", words::time(&visit.portal.calendar(), found.until)));
    }
    Ok(words::label(&parts.join(", ")))
}

fn done(word: &str) -> &'static str {
    match word {
        "except" => "They can sign in without their second factor now.",
        "end" => "The exception is over.",
        "reset" => "Their second factor is taken away, and they are signed out everywhere.",
        _ => "",
    }
}

/// Lets somebody in without it for a while.
pub(crate) fn except(visit: &Visit) -> Result<Answer, Trouble> {
    let text = visit.field("days").trim();
    let days = match (text.is_empty(), text.parse()) {
        (true, _) => None,
        (false, Ok(days)) => Some(days),
        (false, Err(_)) => return page(visit, format!("{text} is no number of days: write one as 7")),
    };
    act(visit, "except", |address| {
        visit.almoner.except_from_mfa(&visit.ctx, address, days, visit.field("statement")).map(drop)
    })
}

/// Ends that.
pub(crate) fn end(visit: &Visit) -> Result<Answer, Trouble> {
    act(visit, "end", |address| visit.almoner.end_mfa_exception(&visit.ctx, address))
}

/// Takes it away.
pub(crate) fn reset(visit: &Visit) -> Result<Answer, Trouble> {
    act(visit, "reset", |address| visit.almoner.reset_second_factor(&visit.ctx, address, visit.field("statement")))
}

fn act(visit: &Visit, said: &str, work: impl FnOnce(&str) -> Result<(), Error>) -> Result<Answer, Trouble> {
    let account: Account = visit.almoner.account(&visit.ctx, visit.param("address"))?;
    match work(account.address.as_str()) {
        Ok(()) => {
            let path = link::part(account.address.as_str());
            Ok(Answer::see(format!("/accounts/{path}/second-factor?done={said}")))
        }
        Err(error @ (Error::Refused(_) | Error::Input(_))) => page(visit, error.to_string()),
        Err(other) => Err(other.into()),
    }
}
