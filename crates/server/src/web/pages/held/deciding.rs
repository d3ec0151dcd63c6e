//! Releasing a held part, whole or some of its accounts, or refusing it. Accounts are ticked over several pages: what is
//! ticked on others comes along in the form.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::StatusCode;
use domain::brake::Stand;
use service::brake::choice::Choice;
use service::brake::release::Release;
use service::error::Error;
use service::progress::Silent;

use crate::web::answer::{Answer, Trouble};
use crate::web::pages::held::part::{Form, number, page};
use crate::web::visit::Visit;

/// Requests that no longer apply, of which so many are told.
const TOLD: usize = 20;

/// What was sent: the boxes that are ticked, and the addresses that were written.
fn form(visit: &Visit) -> Form {
    let written = visit.field("addresses").split([',', ';', ' ', '\n', '\r', '\t']).filter(|one| !one.is_empty());
    let chosen: BTreeSet<String> = visit.fields("account").chain(written).map(str::to_ascii_lowercase).collect();
    Form {
        text: visit.field("q").trim().to_owned(),
        state: Stand::parse(visit.field("state")),
        after: visit.field("after").parse().unwrap_or(0),
        chosen: chosen.into_iter().collect(),
        much: visit.field("much").to_owned(),
        count: visit.field("count").trim().to_owned(),
    }
}

/// Other accounts of the part, with what is ticked so far. Changes nothing.
pub(crate) fn choose(visit: &Visit) -> Result<Answer, Trouble> {
    let form = form(visit);
    let after = if visit.field("go") == "next" { visit.field("next").parse().unwrap_or(0) } else { 0 };
    Answer::page(&page(visit, Form { after, ..form }, String::new(), String::new())?)
}

/// Releases all of it, only what is chosen, all but that, or so many.
pub(crate) fn release(visit: &Visit) -> Result<Answer, Trouble> {
    let form = form(visit);
    let told = match choice(visit, &form)? {
        Ok(choice) => match visit.almoner.release_brake(&visit.ctx, number(visit)?, &choice, &Silent) {
            Ok(released) => return Answer::page(&page(visit, Form::default(), said(&released), String::new())?),
            Err(error @ (Error::Input(_) | Error::Refused(_))) => error.to_string(),
            Err(other) => return Err(other.into()),
        },
        Err(why) => why,
    };
    Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, form, String::new(), told)?)
}

/// What is to be released, or what the form leaves open. A part may have grown since it was looked at: nobody releases
/// what they did not see.
fn choice(visit: &Visit, form: &Form) -> Result<Result<Choice, String>, Trouble> {
    if let Ok(seen) = visit.field("left").parse::<i64>() {
        let left = visit.almoner.brake_whole(&visit.ctx, number(visit)?)?.left();
        if left != seen {
            let told = format!("{seen} accounts were held when you looked, and {left} are now: look at them again.");
            return Ok(Err(told));
        }
    }
    let chosen = form.chosen.clone();
    let nobody = chosen.is_empty();
    Ok(match form.much.as_str() {
        "only" | "but" if nobody => Err("No account is chosen: tick some, or write their addresses.".to_owned()),
        "only" => Ok(Choice::Accounts(chosen)),
        "but" => Ok(Choice::AllBut(chosen)),
        _ if !nobody => {
            Err(format!("{} accounts are chosen: say whether only these are released, or all but these.", chosen.len()))
        }
        "count" => form
            .count
            .parse()
            .map(Choice::Count)
            .map_err(|_| format!("{:?} is no number: write how many, those held first.", form.count)),
        _ => Ok(Choice::All),
    })
}

/// What came of it.
fn said(released: &Release) -> String {
    let mut said = String::new();
    if released.noted > 0 {
        let _ = write!(said, "Your word for {} is noted. A second person must release them too. ", released.noted);
    }
    if !released.first_only {
        let Release { done, for_run, left, .. } = released;
        let _ = write!(said, "{done} done, {for_run} left to the next run, {left} still held.");
    }
    for (address, why) in released.refused.iter().take(TOLD) {
        let _ = write!(said, " {address}: {why}.");
    }
    if let more @ 1.. = released.refused.len().saturating_sub(TOLD) {
        let _ = write!(said, " And {more} more that no longer apply.");
    }
    said.trim_end().to_owned()
}

/// Drops what is still held.
pub(crate) fn refuse(visit: &Visit) -> Result<Answer, Trouble> {
    let (told, problem) = match visit.almoner.refuse_brake(&visit.ctx, number(visit)?) {
        Ok(dropped) => (format!("{dropped} dropped. Nothing is done with them."), String::new()),
        Err(Error::Input(what)) => (String::new(), what),
        Err(other) => return Err(other.into()),
    };
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Answer::page_with(status, &page(visit, Form::default(), told, problem)?)
}
