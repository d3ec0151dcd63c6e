//! Bulk files: hand one in, see everything that is wrong with it, apply it, fetch what became of each line.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use askama::Template;
use axum::http::StatusCode;
use service::error::Error;
use service::import::LineProblem;
use service::import::kept::{counts, read_report};
use store::file_job::{FileJob, FileKind, FileState};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::jobs;
use crate::web::stream::Producer;
use crate::web::visit::Visit;
use crate::web::words;

/// Files that are listed.
const LISTED: u32 = 50;
/// Seconds after which the page of a file at work looks again.
const AGAIN: u32 = 3;

/// What a kind of file is called, and its columns.
const fn told(kind: FileKind) -> (&'static str, &'static str) {
    match kind {
        FileKind::Accounts => (
            "Accounts to create or change",
            "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,\
             Licence,Notes",
        ),
        FileKind::Actions => {
            ("Actions: leavers, joiners, transfers, disable and the like", "Address,Action,Argument,Reason")
        }
        FileKind::Signals => ("Activity that another mail system has seen", "Address,Signal,Time"),
    }
}

/// Where a file stands, for people.
const fn stands(state: FileState) -> &'static str {
    match state {
        FileState::Checking => "is being checked",
        FileState::Checked => "waits for you",
        FileState::Applying => "is being applied",
        FileState::Done => "done",
        FileState::Failed => "not done",
    }
}

struct Row {
    id: i64,
    name: String,
    what: &'static str,
    at: String,
    stands: &'static str,
}

#[derive(Template)]
#[template(path = "files.html")]
struct FilesPage {
    frame: Frame,
    /// Word, name, columns.
    kinds: Vec<(&'static str, &'static str, &'static str)>,
    chosen: String,
    rows: Vec<Row>,
    /// MiB of a file, at most.
    limit: u64,
    problem: String,
}

/// The form, and one's files.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let may = FileKind::ALL.iter().filter(|kind| visit.almoner.may_send_file(&visit.ctx, **kind).is_ok());
    let kinds: Vec<_> = may.map(|kind| (kind.as_str(), told(*kind).0, told(*kind).1)).collect();
    if kinds.is_empty() {
        return Err(Error::NotAllowed("bulk").into());
    }
    let calendar = visit.portal.calendar();
    let rows = visit.almoner.files_of(&visit.ctx, LISTED)?.into_iter().map(|job| Row {
        id: job.id,
        what: told(job.kind).0,
        at: words::time(&calendar, job.made_at),
        stands: stands(job.state),
        name: job.name,
    });
    let chosen = visit.field("kind").to_owned();
    let (frame, rows) = (Frame::new(visit, "Bulk files"), rows.collect());
    let limit = visit.portal.spool.most() / (1024 * 1024);
    let page = FilesPage { frame, kinds, chosen, rows, limit, problem };
    Answer::page_with(status, &page)
}

/// Takes a file that came, and begins to check it.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let Some(kind) = FileKind::parse(visit.field("kind")) else {
        return page(visit, "Say what the file holds.".to_owned());
    };
    let Some(upload) = visit.upload.as_ref().filter(|upload| !upload.name.is_empty()) else {
        return page(visit, "Choose a file.".to_owned());
    };
    if upload.size == 0 {
        return page(visit, format!("{} is empty.", upload.name));
    }
    let ending = upload.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if !["csv", "txt"].iter().any(|known| ending.eq_ignore_ascii_case(known)) {
        return page(visit, format!("{} is not called .csv. Save it as CSV in UTF-8, and send that.", upload.name));
    }
    let other = upload.is_no_text();
    if !other.is_empty() {
        return page(visit, format!("{} is {other}. Save it as CSV in UTF-8, and send that.", upload.name));
    }
    let id = match visit.almoner.keep_file(&visit.ctx, kind, &upload.name, upload.size) {
        Ok(id) => id,
        Err(Error::Input(text)) => return page(visit, text),
        Err(other) => return Err(other.into()),
    };
    visit.portal.spool.keep(upload, id).map_err(|error| Error::Input(format!("the file cannot be kept ({error})")))?;
    jobs::start(&visit.portal, id);
    Ok(Answer::see(format!("/files/{id}")))
}

#[derive(Template)]
#[template(path = "file.html")]
struct FilePage {
    frame: Frame,
    id: i64,
    name: String,
    what: &'static str,
    /// Checking, checked, applying, done, failed.
    state: &'static str,
    stage: String,
    done: String,
    percent: u64,
    error: String,
    counts: Vec<(String, u64)>,
    /// Lines that would be applied.
    good: u64,
    problems: Vec<LineProblem>,
    more: u64,
    held: bool,
    problem: String,
}

fn job(visit: &Visit) -> Result<FileJob, Trouble> {
    let id = visit.param("number").parse().map_err(|_| Trouble::NotFound)?;
    Ok(visit.almoner.file_of(&visit.ctx, id)?)
}

/// Where a file stands.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let job = job(visit)?;
    // A process that was killed left it there: whoever looks starts it again.
    if matches!(job.state, FileState::Checking | FileState::Applying) {
        jobs::start(&visit.portal, job.id);
    }
    shown(visit, job, String::new())
}

fn shown(visit: &Visit, job: FileJob, problem: String) -> Result<Answer, Trouble> {
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (report, problems) = read_report(&job).unwrap_or_default();
    let some = counts(&report).into_iter().filter(|(name, count)| *count > 0 || *name == "lines");
    let (done, total) = (job.done.unsigned_abs(), job.total.unsigned_abs());
    let busy = matches!(job.state, FileState::Checking | FileState::Applying);
    let page = FilePage {
        frame: Frame::new(visit, job.name.clone()),
        id: job.id,
        what: told(job.kind).0,
        state: job.state.as_str(),
        done: if total > 0 { format!("{done} of {total}") } else { done.to_string() },
        percent: done.saturating_mul(100).checked_div(total).unwrap_or(0).min(100),
        stage: words::label(&job.stage),
        error: job.error,
        counts: some.map(|(name, count)| (words::label(name), count)).collect(),
        good: report.good,
        held: report.held > 0,
        more: report.more,
        problems,
        name: job.name,
        problem,
    };
    let answer = Answer::page_with(status, &page)?;
    Ok(if busy { answer.again_in(AGAIN) } else { answer })
}

/// Applies a file that was checked, or lets it go.
pub(crate) fn decide(visit: &Visit) -> Result<Answer, Trouble> {
    let found = job(visit)?;
    let decided = match visit.field("do") {
        "apply" => visit.almoner.apply_file(&visit.ctx, found.id),
        _ => visit.almoner.refuse_file(&visit.ctx, found.id),
    };
    match decided {
        Ok(()) => {
            jobs::start(&visit.portal, found.id);
            Ok(Answer::see(format!("/files/{}", found.id)))
        }
        Err(Error::Input(text)) => shown(visit, found, text),
        Err(other) => Err(other.into()),
    }
}

/// The file with what is wrong with each line, or with what became of it.
pub(crate) fn fetch(visit: &Visit) -> Result<Answer, Trouble> {
    let job = job(visit)?;
    let places = visit.portal.spool.places(job.id);
    let (path, word): (PathBuf, &str) = match visit.param("piece") {
        "checked" => (places.checked, "checked"),
        "outcome" => (places.outcome, "outcome"),
        _ => return Err(Trouble::NotFound),
    };
    let mut file = File::open(path).map_err(|_| Trouble::NotFound)?;
    let name = format!("{}-{word}.csv", job.name.trim_end_matches(".csv"));
    let copy = move |out: &mut dyn io::Write| io::copy(&mut file, out).map(drop);
    Ok(Answer::csv(&name, Producer(Box::new(copy))))
}
