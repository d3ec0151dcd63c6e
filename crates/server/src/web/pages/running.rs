//! Runs from the portal: the preview of a day, and today's run. Both go on by themselves while one looks.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use domain::time::Day;
use service::run::Holder;
use service::run::foretold::Foretold;
use service::run::report::RunReport;

use crate::cli::holder;
use crate::clock;
use crate::web::answer::{Answer, Trouble};
use crate::web::errands::{Job, Outcome, Task};
use crate::web::frame::Frame;
use crate::web::pages::runs::{self, Moves};
use crate::web::pages::waiting;
use crate::web::pages::what_if::{job, owner};
use crate::web::visit::Visit;
use crate::web::words;
use service::error::Error;

/// Begins a piece of work about runs and leads to it.
pub(crate) fn start(
    visit: &Visit,
    task: Task,
    work: impl FnOnce(&Job) -> Result<Outcome, Error> + Send + 'static,
) -> Result<Answer, Trouble> {
    let begun = visit.portal.errands.start(owner(visit), task, work).ok_or(Trouble::Busy)?;
    Ok(Answer::see(format!("/runs/at-work/{}", begun.id)))
}

/// Who runs: this process, so that a second run is kept out and one that died is taken over.
pub(crate) fn with_holder<T>(work: impl FnOnce(&Holder<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let (name, wall) = (holder::name(), clock::wall);
    work(&Holder { name, is_alive: &holder::is_alive, wall: &wall, workers: None, batch: None })
}

/// Previews a day.
pub(crate) fn preview(visit: &Visit) -> Result<Answer, Trouble> {
    let typed = visit.field("on").trim();
    let on =
        match typed {
            "" => None,
            text => Some(Day::parse(text).ok_or_else(|| {
                Trouble::Refused(Error::Input(format!("{text:?} is no day: write one as 2026-12-31")))
            })?),
        };
    visit.almoner.may_run(&visit.ctx)?;
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    start(visit, Task::Preview, move |job| Ok(Outcome::Ran(Box::new(almoner.preview(&ctx, on, job)?))))
}

/// Runs the lifecycle of today. One that was killed goes on; one that is finished finds nothing to do.
pub(crate) fn today(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.may_run(&visit.ctx)?;
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    start(visit, Task::Run, move |job| {
        let report = with_holder(|holder| almoner.run(&ctx, holder, job))?;
        with_holder(|holder| almoner.remind_beside_run(&ctx, holder))?;
        Ok(Outcome::Ran(Box::new(report)))
    })
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage {
    frame: Frame,
    day: String,
    policy: String,
    moves: Vec<Moves>,
    notices: String,
    deferred: String,
    held: Vec<String>,
    refused: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "foretold.html")]
struct ForetoldPage {
    frame: Frame,
    run: i64,
    organisation: String,
    already: Option<i64>,
    back: Vec<(String, String)>,
    all: i64,
    waits: u64,
    stays: u64,
    why: Vec<(String, String)>,
}

/// What comes out of a look at the work.
enum Found {
    Preview(Box<RunReport>),
    Run(i64),
    Foretold(Box<Foretold>),
}

/// What came of it, or how far it is.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let job = job(visit)?;
    let found = job.look(|outcome| match outcome {
        Ok(Outcome::Ran(report)) => Ok(report.run.map_or_else(|| Found::Preview(report.clone()), Found::Run)),
        Ok(Outcome::Foretold(foretold)) => Ok(Found::Foretold(foretold.clone())),
        Ok(Outcome::Compared(_) | Outcome::Counted(_)) => Err(Trouble::NotFound),
        Err(error) => Err(waiting::failed(error)),
    });
    let title = match &job.task {
        Task::Preview => "Preview of a run",
        Task::Run => "Today's run",
        Task::Foretell => "What a rollback would do",
        Task::Rollback => "Rollback",
        Task::WhatIf { .. } | Task::Waves => return Err(Trouble::NotFound),
    };
    match found {
        Err(far) => waiting::page(visit, title, &far, &format!("/runs/at-work/{}", job.id)),
        Ok(found) => match found? {
            Found::Run(id) => Ok(Answer::see(format!("/runs/{id}?done=yes"))),
            Found::Preview(report) => previewed(visit, &report),
            Found::Foretold(foretold) => told(visit, *foretold),
        },
    }
}

fn previewed(visit: &Visit, report: &RunReport) -> Result<Answer, Trouble> {
    let page = PreviewPage {
        frame: Frame::new(visit, "Preview of a run"),
        day: report.day.map_or_else(String::new, words::day),
        policy: report.policy.clone(),
        moves: runs::moves(report),
        notices: words::number(report.notices),
        deferred: words::number(report.deferred),
        held: report.held.iter().map(|part| part.why.clone()).collect(),
        refused: report.refused.iter().map(|r| (r.address.clone(), r.why.clone())).collect(),
    };
    Answer::page(&page)
}

fn told(visit: &Visit, foretold: Foretold) -> Result<Answer, Trouble> {
    let Foretold { run, organisation, back, waits, stays, why, already } = foretold;
    let page = ForetoldPage {
        frame: Frame::new(visit, format!("What a rollback of {run} would do")),
        run,
        organisation: organisation.unwrap_or_default(),
        already,
        all: back.values().sum(),
        back: back.into_iter().map(|(name, count)| (name.replace("->", " to "), words::number(count))).collect(),
        waits,
        stays,
        why: why.into_iter().map(|one| (one.address, one.why)).collect(),
    };
    Answer::page_with(StatusCode::OK, &page)
}
