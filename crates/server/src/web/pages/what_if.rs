//! What a policy would do to everybody, before it is adopted (RUN-09): the question, the wait, the answer with its charts.

mod answered;
mod question;

use domain::ids::AccountId;
use service::what_if::report::WhatIf;
use service::what_if::summary::Summary;
use std::io;
use std::sync::Arc;
use wire::sheet::Sheet;

use crate::web::answer::{Answer, Trouble};
use crate::web::errands::{Far, Job, Outcome, Task};
use crate::web::pages::waiting;
use crate::web::stream::Producer;
use crate::web::visit::Visit;
use service::error::Error;
use service::policy::proposal::Draft;

pub(crate) use question::{ask, form};

/// Whose work it is.
pub(crate) fn owner(visit: &Visit) -> AccountId {
    visit.me.as_ref().map_or(AccountId(0), |me| me.account.id)
}

/// The piece of work that a path names, if it is theirs.
pub(crate) fn job(visit: &Visit) -> Result<Arc<Job>, Trouble> {
    let id = visit.param("job").parse().map_err(|_| Trouble::NotFound)?;
    visit.portal.errands.get(owner(visit), id).ok_or(Trouble::Lost)
}

/// What came of a comparison; or how far it is, or why there is none.
fn compared(job: &Job) -> Result<Result<Arc<WhatIf>, Far>, Trouble> {
    let found = job.look(|outcome| match outcome {
        Ok(Outcome::Compared(report)) => Ok(Arc::clone(report)),
        Ok(Outcome::Ran(_) | Outcome::Foretold(_) | Outcome::Counted(_)) => Err(Trouble::NotFound),
        Err(error) => Err(waiting::failed(error)),
    });
    match found {
        Ok(report) => Ok(Ok(report?)),
        Err(far) => Ok(Err(far)),
    }
}

/// The answer, or how far it is.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let job = job(visit)?;
    match compared(&job)? {
        Ok(report) => answered::page(visit, &job, &report, String::new()),
        Err(far) => waiting::page(visit, "What a policy would do", &far, &format!("/policies/what-if/{}", job.id)),
    }
}

/// Each organisation, day and transition, as a file.
pub(crate) fn file(visit: &Visit) -> Result<Answer, Trouble> {
    let report = compared(&*job(visit)?)?.map_err(|_| Trouble::NotFound)?;
    Ok(Answer::csv(
        "what-if.csv",
        Producer(Box::new(move |out| {
            let mut sheet = Sheet::new(out, ["Organisation", "Day", "Transition", "Before", "After"])?;
            report.rows(|code, day, turn, pair| {
                let (day, before, after) = (day.to_string(), pair.before.to_string(), pair.after.to_string());
                sheet.line(&[code, &day, turn.as_str(), &before, &after])?;
                Ok::<_, io::Error>(())
            })?;
            sheet.end()
        })),
    ))
}

/// Proposes the policy that was tried, with what it would do.
pub(crate) fn propose(visit: &Visit) -> Result<Answer, Trouble> {
    let job = job(visit)?;
    let report = compared(&job)?.map_err(|_| Trouble::NotFound)?;
    let Task::WhatIf { text, begins, codes } = &job.task else { return Err(Trouble::NotFound) };
    if !codes.is_empty() {
        return Err(Trouble::Refused(Error::Input(
            "a policy is proposed with what it would do to everybody".to_owned(),
        )));
    }
    let draft = Draft {
        text: text.clone(),
        from: domain::time::Day::parse(begins),
        note: visit.field("note").to_owned(),
        summary: Summary::to_text(&report.summary()),
    };
    match visit.almoner.propose_policy(&visit.ctx, &draft) {
        Ok(id) => Ok(Answer::see(format!("/policies/proposals/{id}"))),
        Err(Error::Input(what)) => answered::page(visit, &job, &report, what),
        Err(other) => Err(other.into()),
    }
}
