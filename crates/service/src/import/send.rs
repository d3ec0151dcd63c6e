//! Sends a file through: check all of it, then apply it batch by batch. Each batch is one transaction, kept with its
//! audit lines or not at all, so a file can be sent again after anything (CSV-02).

use std::collections::HashSet;
use std::path::Path;

use store::tx::Audit;
use wire::csv::Record;
use wire::files::{Line, Lines, Problem};

use crate::again::{again, is_overtaken};
use crate::error::Error;
use crate::federation::Almoner;
use crate::import::FileReport;
use crate::import::check::{self, Whole};
use crate::import::job::{Applied, Job, Sent};
use crate::import::measure;
use crate::import::outcome::{OutcomeFile, Word, told};
use crate::progress::{Progress, unless_stopped};

/// How often a batch is tried again when another process got in its way; each time the other one has moved on.
const TRIES: u32 = 4;

/// A file as it was handed in.
pub(crate) struct Sending<'a> {
    /// The file.
    pub(crate) file: &'a Path,
    /// Where its outcome goes.
    pub(crate) out: Option<&'a Path>,
    /// Change nothing.
    pub(crate) check_only: bool,
}

/// A line on its way: as it stands, and what it means.
struct Waiting<L> {
    number: u64,
    record: Record,
    read: Result<L, Vec<Problem>>,
}

/// Checks a file and applies it. Cost: two readings, one transaction a batch; memory for one batch.
pub(crate) fn send<J: Job>(
    almoner: &Almoner,
    job: &J,
    sending: &Sending<'_>,
    progress: &dyn Progress,
) -> Result<FileReport, Error> {
    let headings = <J::Line as Line>::HEADINGS;
    let mut report = FileReport::default();
    progress.stage("checking lines", None);
    let input = check::open(sending.file)?;
    let mut out = OutcomeFile::begin(sending.file, sending.out, headings)?;
    let whole = check::read_whole::<J>(input, |record, number, read| {
        progress.advance(1);
        unless_stopped(progress)?;
        if !sending.check_only {
            return Ok(());
        }
        let found = read.map_or_else(<[Problem]>::to_vec, |line| job.check(number, line));
        let word = if found.is_empty() { Word::Good } else { Word::Rejected };
        report.count(word);
        report.note(&found);
        out.write(record, word, &told(&found))
    });
    progress.finish();
    let whole = whole?;
    if !sending.check_only {
        if J::WEIGHED {
            progress.stage("weighing lines", Some(whole.lines));
            let weighed = measure::weigh_all(job, sending.file, &whole, progress);
            progress.finish();
            weighed?;
        }
        progress.stage("applying lines", Some(whole.lines));
        let applied = apply_all(almoner, job, sending.file, &whole, &mut report, &mut out, progress);
        progress.finish();
        applied?;
    }
    report.out = out.finish()?;
    Ok(report)
}

/// A file that could be read the first time and cannot now.
pub(crate) fn changed(error: &wire::files::Error) -> Error {
    Error::input(format!("the file was changed while it was read ({error}): send it again, nothing is done twice"))
}

fn apply_all<J: Job>(
    almoner: &Almoner,
    job: &J,
    file: &Path,
    whole: &Whole,
    report: &mut FileReport,
    out: &mut OutcomeFile,
    progress: &dyn Progress,
) -> Result<(), Error> {
    let mut lines = Lines::<_, J::Line>::open(check::open(file)?, check::limits()).map_err(|error| changed(&error))?;
    let mut batch: Vec<Waiting<J::Line>> = Vec::with_capacity(J::BATCH);
    let mut keys: HashSet<String> = HashSet::new();
    let mut flush = |batch: &mut Vec<Waiting<J::Line>>| {
        apply_batch(almoner, job, whole, batch, report, out)?;
        progress.advance(u64::try_from(batch.len()).unwrap_or(0));
        batch.clear();
        unless_stopped(progress)
    };
    while let Some(parsed) = lines.next_line().map_err(|error| changed(&error))? {
        let number = parsed.line;
        let read = parsed.outcome.and_then(|line| match job.check(number, &line) {
            found if found.is_empty() => Ok(line),
            found => Err(found),
        });
        let about = read.as_ref().map(|line| job.keys(line)).unwrap_or_default();
        if batch.len() >= J::BATCH || about.iter().any(|key| keys.contains(key)) {
            flush(&mut batch)?;
            keys.clear();
        }
        keys.extend(about);
        batch.push(Waiting { number, record: parsed.record.clone(), read });
    }
    flush(&mut batch)
}

/// Applies a batch and tells what became of each of its lines, in their order.
fn apply_batch<J: Job>(
    almoner: &Almoner,
    job: &J,
    whole: &Whole,
    batch: &[Waiting<J::Line>],
    report: &mut FileReport,
    out: &mut OutcomeFile,
) -> Result<(), Error> {
    let good: Vec<Sent<'_, J::Line>> =
        batch.iter().filter_map(|w| w.read.as_ref().ok().map(|line| Sent { number: w.number, line })).collect();
    let mut outcomes = Vec::with_capacity(good.len());
    while let Some(rest) = good.get(outcomes.len()..).filter(|rest| !rest.is_empty()) {
        let done = tried(almoner, job, &whole.digest, rest)?;
        if done.is_empty() {
            return Err(Error::input("a batch made no progress: this is a fault in Almoner, report it"));
        }
        outcomes.extend(done);
    }
    let mut outcomes = outcomes.into_iter();
    for waiting in batch {
        match &waiting.read {
            Err(found) => {
                report.count(Word::Rejected);
                report.note(found);
                out.write(&waiting.record, Word::Rejected, &told(found))?;
            }
            Ok(line) => {
                let Some(outcome) = outcomes.next() else { continue };
                report.count(outcome.word);
                report.note_outcome(waiting.number, job.name(line), &outcome);
                out.write(&waiting.record, outcome.word, &outcome.detail)?;
            }
        }
    }
    Ok(())
}

/// One transaction. Another process that sends the same file, or takes the same name, makes this one lose; then what
/// it made is found when the batch is tried again.
fn tried<J: Job>(
    almoner: &Almoner,
    job: &J,
    digest: &str,
    lines: &[Sent<'_, J::Line>],
) -> Result<Vec<crate::import::outcome::Outcome>, Error> {
    again(TRIES, is_overtaken, || {
        almoner.store.write("import", |tx| {
            let Applied { outcomes, events } = job.apply(tx, digest, lines)?;
            Ok((outcomes, Audit::if_any(events)))
        })
    })
}
