//! Undoing a run from the portal (RUN-08): first what would come of it, then the rollback itself.

use std::sync::Arc;

use askama::Template;
use domain::ids::OdsCode;
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::errands::{Outcome, Task};
use crate::web::frame::Frame;
use crate::web::pages::running::{start, with_holder};
use crate::web::visit::Visit;
use crate::web::words;

#[derive(Template)]
#[template(path = "rollback.html")]
struct RollbackPage {
    frame: Frame,
    run: i64,
    day: String,
    undoes: Option<i64>,
    undone_by: Vec<i64>,
}

fn number(visit: &Visit) -> Result<i64, Trouble> {
    visit.param("run").parse().map_err(|_| Trouble::NotFound)
}

/// Of which organisation; of all where none is named.
fn organisation(visit: &Visit) -> Result<Option<OdsCode>, Trouble> {
    match visit.field("organisation").trim().to_ascii_uppercase().as_str() {
        "" => Ok(None),
        code => {
            let code = OdsCode::parse(code).map_err(|error| Trouble::Refused(Error::Input(error.to_string())))?;
            visit.almoner.organisation_exists(&visit.ctx, &code)?;
            Ok(Some(code))
        }
    }
}

/// The question, with what a rollback means.
pub(crate) fn ask(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.may_run(&visit.ctx)?;
    let run = number(visit)?;
    let report = visit.almoner.run_show(&visit.ctx, run)?;
    let page = RollbackPage {
        frame: Frame::new(visit, format!("Roll back {run}")),
        run,
        day: report.day.map_or_else(String::new, words::day),
        undoes: report.undoes,
        undone_by: report.undone_by,
    };
    Answer::page(&page)
}

/// What would come of it.
pub(crate) fn foretell(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.may_run(&visit.ctx)?;
    let (run, code) = (number(visit)?, organisation(visit)?);
    visit.almoner.run_show(&visit.ctx, run)?;
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    start(visit, Task::Foretell, move |job| {
        Ok(Outcome::Foretold(Box::new(almoner.foretell_rollback(&ctx, run, code.as_ref(), job)?)))
    })
}

/// Does it.
pub(crate) fn begin(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.may_run(&visit.ctx)?;
    let (run, code) = (number(visit)?, organisation(visit)?);
    visit.almoner.run_show(&visit.ctx, run)?;
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    start(visit, Task::Rollback, move |job| {
        let report = with_holder(|holder| almoner.rollback(&ctx, run, code.as_ref(), holder, job))?;
        Ok(Outcome::Ran(Box::new(report)))
    })
}
