//! The question: which policy, for whom, for how long. What was typed stays, whatever is wrong with it.

use askama::Template;
use axum::http::StatusCode;
use domain::policy::Policy;
use domain::rights::{Action, Place, may};
use domain::time::Day;
use service::policy::kept::Kept;
use service::what_if::{MOST_DAYS, Question};
use std::sync::Arc;
use wire::policy_file::{self, Mistake};

use crate::web::answer::{Answer, Trouble};
use crate::web::errands::{Outcome, Task};
use crate::web::frame::Frame;
use crate::web::pages::forecast::asked::codes;
use crate::web::pages::policies::{choices, find};
use crate::web::pages::what_if::owner;
use crate::web::visit::Visit;
use service::error::Error;

/// Days that are looked ahead when nothing else is said.
const DAYS: &str = "365";

#[derive(Template)]
#[template(path = "what_if.html")]
struct AskPage {
    frame: Frame,
    choices: Vec<(String, String)>,
    policy: String,
    text: String,
    begins: String,
    days: String,
    organisations: String,
    /// Whether everybody may be looked at.
    everybody: bool,
    problem: String,
    mistakes: Vec<Mistake>,
}

/// What was typed.
struct Typed {
    policy: String,
    text: String,
    begins: String,
    days: String,
    organisations: String,
}

fn everybody(visit: &Visit) -> bool {
    may(&visit.ctx.actor, Action::WhatIf, Place::Federation).is_ok()
}

fn page(
    visit: &Visit,
    kept: &[Kept],
    typed: Typed,
    wrong: (StatusCode, String, Vec<Mistake>),
) -> Result<Answer, Trouble> {
    let Typed { policy, text, begins, days, organisations } = typed;
    let (status, problem, mistakes) = wrong;
    let page = AskPage {
        frame: Frame::new(visit, "What a policy would do"),
        choices: choices(kept),
        policy,
        text,
        begins,
        days,
        organisations,
        everybody: everybody(visit),
        problem,
        mistakes,
    };
    Answer::page_with(status, &page)
}

/// The form, empty or with a policy to begin with.
pub(crate) fn form(visit: &Visit) -> Result<Answer, Trouble> {
    let kept = visit.almoner.kept_policies(&visit.ctx)?;
    let text = match visit.query("copy") {
        "" => String::new(),
        id => find(&kept, id)?.1,
    };
    let organisations = if everybody(visit) { Vec::new() } else { visit.almoner.organisations_held(&visit.ctx) };
    let typed = Typed {
        policy: visit.query("policy").to_owned(),
        text,
        begins: String::new(),
        days: DAYS.to_owned(),
        organisations: organisations.join(" "),
    };
    page(visit, &kept, typed, (StatusCode::OK, String::new(), Vec::new()))
}

/// Reads the question and begins to count.
pub(crate) fn ask(visit: &Visit) -> Result<Answer, Trouble> {
    let kept = visit.almoner.kept_policies(&visit.ctx)?;
    let field = |name: &str| visit.field(name).to_owned();
    let typed = Typed {
        policy: field("policy"),
        // A file that was chosen stands in the place of what was pasted, and is shown there.
        text: if visit.field("file").is_empty() { field("text") } else { field("file") },
        begins: field("begins").trim().to_owned(),
        days: field("days").trim().to_owned(),
        organisations: field("organisations"),
    };
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let (policy, text) = match candidate(&kept, &typed)? {
        Ok(found) => found,
        Err(mistakes) => return page(visit, &kept, typed, (unprocessable, String::new(), mistakes)),
    };
    let question = match question(policy, &typed) {
        Ok(question) => question,
        Err(what) => return page(visit, &kept, typed, (unprocessable, what, Vec::new())),
    };
    if question.organisations.is_empty() && !everybody(visit) {
        let what = "Name the organisations: you may ask for those that you administer.".to_owned();
        return page(visit, &kept, typed, (unprocessable, what, Vec::new()));
    }
    // What cannot be answered at all is told at once, where it was typed.
    match visit.almoner.may_ask(&visit.ctx, &question) {
        Ok(()) => {}
        Err(Error::Input(what)) => return page(visit, &kept, typed, (unprocessable, what, Vec::new())),
        Err(Error::NotFound { .. }) => {
            let what = "One of the organisations does not exist, or you do not administer it.".to_owned();
            return page(visit, &kept, typed, (unprocessable, what, Vec::new()));
        }
        Err(other) => return Err(other.into()),
    }
    let task = Task::WhatIf { text, begins: typed.begins.clone(), codes: question.organisations.clone() };
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    let started = visit
        .portal
        .errands
        .start(owner(visit), task, move |job| Ok(Outcome::Compared(Arc::new(almoner.what_if(&ctx, &question, job)?))));
    if let Some(job) = started {
        return Ok(Answer::see(format!("/policies/what-if/{}", job.id)));
    }
    let what = "Others are counting at this moment. Send it again in a minute.".to_owned();
    page(visit, &kept, typed, (StatusCode::SERVICE_UNAVAILABLE, what, Vec::new()))
}

/// The policy that is meant, with its text; or everything that is wrong with what was pasted.
fn candidate(kept: &[Kept], typed: &Typed) -> Result<Result<(Policy, String), Vec<Mistake>>, Trouble> {
    if typed.text.trim().is_empty() {
        return find(kept, &typed.policy).map(Ok);
    }
    // Browsers send lines as mail does.
    let text = typed.text.replace("\r\n", "\n");
    Ok(policy_file::parse(&text).map(|policy| (policy, text)))
}

/// The question as the use case takes it; or what is wrong with it.
fn question(policy: Policy, typed: &Typed) -> Result<Question, String> {
    let begins = match typed.begins.as_str() {
        "" => None,
        text => Some(Day::parse(text).ok_or_else(|| format!("{text:?} is no day: write one as 2026-12-31"))?),
    };
    let days = typed.days.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let days = days.ok_or_else(|| format!("{:?} is no number of days: write 1 to {MOST_DAYS}", typed.days))?;
    Ok(Question { policy, from: None, begins, days, organisations: codes(&[&typed.organisations]) })
}
