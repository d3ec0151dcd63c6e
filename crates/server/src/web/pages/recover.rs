//! Whoever forgot their password, or is locked out (SSPR-01). Up to the right codes, an address that does not exist meets the
//! same pages as one that does.

use askama::Template;
use axum::http::StatusCode;
use domain::recovery::{Proof, ordinal};
use service::identity::recover::{Asked, Begun, Codes, Recovered, Step};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::key::System;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "recover.html")]
struct RecoverPage<'v> {
    frame: Frame,
    problems: Vec<String>,
    address: &'v str,
    /// The attempt's secret, from form to form.
    attempt: &'v str,
    asks: Asks,
    /// What is wrong with codes to telephones, for whoever it may be.
    unsent: &'static str,
}

/// What the page asks for.
enum Asks {
    Address,
    /// One code, of whatever there is.
    Code,
    /// A code from the telephone, and one from the authenticator, where they are asked for.
    Codes(bool, bool),
    Answer(String, String),
    Password(u16),
    /// They set up too little.
    NotReady,
    Over,
    Off,
    Done(&'static str),
}

/// Asks for the address.
pub(crate) fn form(visit: &Visit) -> Result<Answer, Trouble> {
    let asks = if visit.almoner.recovery_rules(&visit.ctx)?.is_some() { Asks::Address } else { Asks::Off };
    page(visit, asks, "", Vec::new())
}

fn page(visit: &Visit, asks: Asks, attempt: &str, problems: Vec<String>) -> Result<Answer, Trouble> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let unsent = visit.portal.texts.trouble().map_or("", crate::sms::Unsent::help);
    let frame = Frame::new(visit, "Forgotten password or locked account");
    let address = visit.field("address");
    Answer::page_with(status, &RecoverPage { frame, problems, address, attempt, asks, unsent })
}

fn wait(visit: &Visit, until: domain::time::Timestamp) -> String {
    let seconds = until.second() - visit.ctx.now.second();
    let (number, word) = if seconds > 120 { ((seconds + 59) / 60, "minutes") } else { (seconds, "seconds") };
    format!("Too many tries. Wait {number} {word}, then try again.")
}

/// Whether too much was tried from where this comes from.
fn tired(visit: &Visit) -> Option<Vec<String>> {
    let tired = visit.portal.recoveries.is_tired(visit.source, visit.ctx.now);
    tired.then(|| vec!["Too many tries came from your network. Wait ten minutes and try again.".to_owned()])
}

/// Begins an attempt.
pub(crate) fn begin(visit: &Visit) -> Result<Answer, Trouble> {
    if visit.almoner.recovery_rules(&visit.ctx)?.is_none() {
        return page(visit, Asks::Off, "", Vec::new());
    }
    if let Some(problems) = tired(visit) {
        return page(visit, Asks::Address, "", problems);
    }
    let address = visit.field("address").trim();
    if address.is_empty() {
        return page(visit, Asks::Address, "", vec!["Type your email address.".to_owned()]);
    }
    visit.portal.recoveries.failed(visit.source, visit.ctx.now);
    match visit.almoner.begin_recovery(&visit.ctx, (address, &visit.device), &visit.portal.key, &System)? {
        Begun::Go(attempt, message) => {
            if let Some(message) = message {
                visit.portal.texts.soon(&visit.almoner, &visit.ctx, message, &visit.portal.brand);
            }
            go_on(visit, &attempt, Vec::new())
        }
        Begun::Wait(until) => page(visit, Asks::Address, "", vec![wait(visit, until)]),
        Begun::Off => page(visit, Asks::Off, "", Vec::new()),
    }
}

/// The page of what is asked for now.
fn go_on(visit: &Visit, attempt: &str, problems: Vec<String>) -> Result<Answer, Trouble> {
    let asks = match visit.almoner.recovery_asks(&visit.ctx, attempt, &visit.portal.key)? {
        Asked::Codes(proofs) if proofs.contains(&Proof::Code) => Asks::Code,
        Asked::Codes(proofs) => Asks::Codes(proofs.contains(&Proof::Mobile), proofs.contains(&Proof::Authenticator)),
        Asked::Answers(challenge) => {
            let places: Vec<String> = challenge.places.iter().map(|place| ordinal(*place)).collect();
            Asks::Answer(challenge.question, listed(&places))
        }
        Asked::NotReady => Asks::NotReady,
        Asked::Proved(least) => Asks::Password(least),
        Asked::Over => Asks::Over,
    };
    page(visit, asks, attempt, problems)
}

/// `2nd, 5th and 7th`.
pub(super) fn listed(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn stepped(visit: &Visit, step: Step, wrong: &str) -> Result<Answer, Trouble> {
    let problems = match step {
        Step::Further | Step::Over => Vec::new(),
        Step::Wrong => {
            visit.portal.recoveries.failed(visit.source, visit.ctx.now);
            vec![wrong.to_owned()]
        }
        Step::Wait(until) => vec![wait(visit, until)],
    };
    go_on(visit, visit.field("attempt"), problems)
}

/// Looks at the codes.
pub(crate) fn codes(visit: &Visit) -> Result<Answer, Trouble> {
    let attempt = visit.field("attempt");
    if let Some(problems) = tired(visit) {
        return go_on(visit, attempt, problems);
    }
    let codes = Codes { one: visit.field("code"), authenticator: visit.field("authenticator") };
    let step = visit.almoner.show_codes(&visit.ctx, attempt, codes, &visit.portal.key)?;
    stepped(visit, step, "That is not right. Check each digit; a code holds for some minutes and works once.")
}

/// Looks at the characters of an answer.
pub(crate) fn answer(visit: &Visit) -> Result<Answer, Trouble> {
    let attempt = visit.field("attempt");
    if let Some(problems) = tired(visit) {
        return go_on(visit, attempt, problems);
    }
    let step = visit.almoner.show_characters(&visit.ctx, attempt, visit.field("characters"), &visit.portal.key)?;
    stepped(visit, step, "These are not the characters. Count only letters and digits, not spaces and signs.")
}

/// Chooses a new password.
pub(crate) fn password(visit: &Visit) -> Result<Answer, Trouble> {
    let attempt = visit.field("attempt");
    let (new, again) = (visit.field("new"), visit.field("again"));
    if new != again {
        return go_on(visit, attempt, vec!["The two passwords differ: type the same twice".to_owned()]);
    }
    match visit.almoner.recover_password(&visit.ctx, attempt, new, &System)? {
        Recovered::Done => {
            let done = "Your new password holds from now on. All sessions of your account have ended.";
            page(visit, Asks::Done(done), "", Vec::new())
        }
        Recovered::Refused(faults) => go_on(visit, attempt, faults.iter().map(ToString::to_string).collect()),
        Recovered::Over => page(visit, Asks::Over, "", Vec::new()),
    }
}

/// Unlocks the account and leaves the password.
pub(crate) fn unlock(visit: &Visit) -> Result<Answer, Trouble> {
    let done = visit.almoner.recover_unlock(&visit.ctx, visit.field("attempt"))?;
    let asks =
        if done { Asks::Done("Your account is unlocked. Your password is the same as before.") } else { Asks::Over };
    page(visit, asks, "", Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_listed_as_they_are_read_out() {
        let list = |words: &[&str]| listed(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(list(&["2nd", "5th", "7th"]), "2nd, 5th and 7th");
        assert_eq!(list(&["2nd", "5th"]), "2nd and 5th");
        assert_eq!((list(&["2nd"]), list(&[])), ("2nd".to_owned(), String::new()));
    }
}
