//! Files that a browser hands in: checked, then applied when their sender says so, by a process that may be killed and go
//! on. Sending again is safe (CSV-02), so going on is reading the file from its beginning.

use std::path::{Path, PathBuf};

use domain::capital::capital;
use domain::ctx::Ctx;
use domain::notice::NoticeKind;
use domain::rights::{Action, Actor, allows};
use domain::rule::Rule;
use domain::time::Timestamp;
use serde_json::{Map, Value, json};
use store::event::NewEvent;
use store::file_job::{FileJob, FileKind, FileState, NewFile};
use store::notice::NewNotice;
use store::tx::Audit;
use wire::files::Line as _;
use wire::files::accounts::AccountLine;
use wire::files::actions::ActionLine;
use wire::files::signals::SignalLine;

use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::import::{FileReport, LineProblem};
use crate::progress::Progress;

/// Problems that are shown on a page; all of them are in the file that can be downloaded.
const SHOWN: usize = 200;
/// Files of one person that wait or are worked on at once.
const OPEN_FILES: usize = 20;
/// A name is cut after so many characters.
const NAME: usize = 100;

/// Where the pieces of a file lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// As it came.
    pub file: PathBuf,
    /// Its lines with what is wrong with them.
    pub checked: PathBuf,
    /// Its lines with what became of them.
    pub outcome: PathBuf,
}

impl Places {
    /// Those of a file in a folder.
    pub fn of(folder: &Path, id: i64) -> Self {
        let at = |what: &str| folder.join(format!("{id}{what}.csv"));
        Self { file: at(""), checked: at(".checked"), outcome: at(".outcome") }
    }
}

impl Almoner {
    /// Whether somebody may send such a file at all; over what, each of its lines is asked.
    pub fn may_send_file(&self, ctx: &Ctx, kind: FileKind) -> Result<(), Error> {
        let action = match kind {
            FileKind::Accounts | FileKind::Actions => Action::Bulk,
            FileKind::Signals => {
                return Self::may_federation(&ctx.actor, Action::Signals).map(drop);
            }
        };
        match &ctx.actor {
            Actor::Console | Actor::System => Ok(()),
            Actor::Person { grants, .. } if grants.iter().any(|grant| allows(grant.role, action)) => Ok(()),
            Actor::Person { .. } => Err(Error::NotAllowed(action.as_str())),
        }
    }

    /// Notes a file that came; its number. It is to be checked.
    pub fn keep_file(&self, ctx: &Ctx, kind: FileKind, name: &str, size: u64) -> Result<i64, Error> {
        self.may_send_file(ctx, kind)?;
        let Actor::Person { id: account, .. } = ctx.actor else {
            return Err(Error::input("a file is kept for a person: use `almoner bulk` instead"));
        };
        let waiting = self.files_of(ctx, 1_000)?;
        let open = waiting.iter().filter(|job| !matches!(job.state, FileState::Done | FileState::Failed)).count();
        if open >= OPEN_FILES {
            return Err(Error::input(format!("{open} of your files wait: apply them or let them go first")));
        }
        let plain = |c: char| if c.is_control() || "/\\".contains(c) { '_' } else { c };
        let name: String = name.chars().map(plain).take(NAME).collect();
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        Ok(self.store.add_file(NewFile { account, kind, name: &name, size, at: ctx.now })?)
    }

    /// One's own files, newest first.
    pub fn files_of(&self, ctx: &Ctx, limit: u32) -> Result<Vec<FileJob>, Error> {
        let Actor::Person { id, .. } = ctx.actor else { return Ok(Vec::new()) };
        Ok(store::file_job::of_account(&mut self.store.reader()?, id, limit)?)
    }

    /// One of one's own files; nobody else's is there.
    pub fn file_of(&self, ctx: &Ctx, id: i64) -> Result<FileJob, Error> {
        let own = |job: &FileJob| matches!(ctx.actor, Actor::Person { id, .. } if id == job.account);
        let found = store::file_job::get(&mut self.store.reader()?, id)?.filter(own);
        found.ok_or_else(|| Error::not_found("file", id))
    }

    /// Says that a file that was checked is to be applied.
    pub fn apply_file(&self, ctx: &Ctx, id: i64) -> Result<(), Error> {
        let job = self.file_of(ctx, id)?;
        self.may_send_file(ctx, job.kind)?;
        if self.store.move_file(id, FileState::Checked, FileState::Applying, "", "")? {
            return Ok(());
        }
        Err(Error::input("the file is not waiting to be applied: look where it stands"))
    }

    /// Says that a file that was made of what a page showed is to be applied at once: it was seen already.
    pub fn skip_check(&self, ctx: &Ctx, id: i64) -> Result<(), Error> {
        let job = self.file_of(ctx, id)?;
        self.store.move_file(job.id, FileState::Checking, FileState::Applying, "", "")?;
        Ok(())
    }

    /// Lets a file go that waits to be applied: nothing of it is done.
    pub fn refuse_file(&self, ctx: &Ctx, id: i64) -> Result<(), Error> {
        let job = self.file_of(ctx, id)?;
        let why = "you let it go; nothing of it was done";
        if self.store.move_file(id, FileState::Checked, FileState::Failed, &job.report, why)? {
            return Ok(());
        }
        Err(Error::input("the file is not waiting to be applied: look where it stands"))
    }

    /// The files that a process is at, or was at when it was killed.
    pub fn open_files(&self) -> Result<Vec<FileJob>, Error> {
        Ok(store::file_job::open(&mut self.store.reader()?)?)
    }

    /// Takes a file to work on, unless another process is at it; its row then.
    pub fn take_file(&self, id: i64, holder: &str, wall: Timestamp, patience: i64) -> Result<Option<FileJob>, Error> {
        let now = wall.second();
        if !self.store.take_file(id, holder, now, now - patience)? {
            return Ok(None);
        }
        Ok(store::file_job::get(&mut self.store.reader()?, id)?)
    }

    /// Says how far a process is with a file; whether the file is still its own.
    pub fn beat_file(
        &self,
        id: i64,
        holder: &str,
        stage: &str,
        (done, total): (u64, u64),
        wall: Timestamp,
    ) -> Result<bool, Error> {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Ok(self.store.beat_file(id, holder, stage, (number(done), number(total)), wall.second())?)
    }

    /// Checks a file or applies it, as it stands, with the rights that its sender has now, and moves it on.
    pub fn work_file(
        &self,
        job: &FileJob,
        places: &Places,
        (now, wall): (Timestamp, Timestamp),
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let checks = match job.state {
            FileState::Checking => true,
            FileState::Applying => false,
            FileState::Checked | FileState::Done | FileState::Failed => return Ok(()),
        };
        let to = if checks { FileState::Checked } else { FileState::Done };
        let out = if checks { &places.checked } else { &places.outcome };
        let done = self.sender(job).and_then(|actor| {
            let ctx = Ctx { actor, now, wall };
            self.may_send_file(&ctx, job.kind)?;
            let (file, out) = (places.file.as_path(), Some(out.as_path()));
            match job.kind {
                FileKind::Accounts => self.import_accounts(&ctx, file, out, checks, progress),
                FileKind::Actions => self.bulk_named(&ctx, &job.name, (file, out), checks, progress),
                FileKind::Signals => self.import_signals(&ctx, file, out, checks, progress),
            }
        });
        match done {
            Ok(report) if checks => {
                self.store.move_file(job.id, job.state, to, &written(&report), "")?;
            }
            Ok(report) => self.file_over(job, now, to, &written(&report), "")?,
            // The database is away, or the program ends: it is gone on with later.
            Err(error @ (Error::Store(_) | Error::Stopped)) => return Err(error),
            Err(error) => {
                let folder = places.file.display().to_string();
                let told = error.to_string().replace(&folder, "the file");
                if checks {
                    self.store.move_file(job.id, job.state, FileState::Failed, "", &told)?;
                } else {
                    self.file_over(job, now, FileState::Failed, "", &told)?;
                }
            }
        }
        Ok(())
    }

    /// A file was applied, or could not be: its sender is told, once, whoever looks at it (NTC-05).
    fn file_over(&self, job: &FileJob, now: Timestamp, to: FileState, report: &str, error: &str) -> Result<(), Error> {
        let ctx = Ctx { actor: Actor::System, now, wall: now };
        self.store.write("file_over", |tx| {
            if !store::file_job::move_on(tx, job.id, (job.state, to), report, error)? {
                return Ok(((), Audit::nothing_changed()));
            }
            let Some(sender) = store::account::get(tx, job.account)? else {
                return Err(Error::not_found("person", job.account));
            };
            let job = FileJob { state: to, report: report.to_owned(), error: error.to_owned(), ..job.clone() };
            let notice = NewNotice {
                account: sender.id,
                organisation: sender.organisation.to_string(),
                kind: NoticeKind::FileDone,
                rule: Rule::Ntc05,
                recipient: Some(sender.id),
                about: None,
                details: outcome(&job),
            };
            store::notice::insert(tx, &[notice], now, None)?;
            let detail = json!({ "kind": job.kind.as_str(), "state": to.as_str() }).to_string();
            let event = NewEvent {
                organisation: Some(sender.organisation.to_string()),
                rule: Some(Rule::Ntc05.as_str()),
                ..plain_event(&ctx, "file", &job.id.to_string(), "file_done", &detail)
            };
            Ok(((), Audit::events(vec![event])?))
        })
    }

    fn sender(&self, job: &FileJob) -> Result<Actor, Error> {
        let account = store::account::get(&mut self.store.reader()?, job.account)?;
        let account = account.ok_or_else(|| Error::not_found("person", job.account))?;
        self.actor(account.address.as_str())
    }

    /// The files handed in before an instant, which are kept no longer.
    pub fn old_files(&self, before: Timestamp) -> Result<Vec<FileJob>, Error> {
        Ok(store::file_job::old(&mut self.store.reader()?, before)?)
    }

    /// Forgets a file whose pieces are gone.
    pub fn forget_file(&self, id: i64) -> Result<(), Error> {
        Ok(self.store.forget_file(id)?)
    }
}

/// What came of a file, one a line, for its sender.
fn outcome(job: &FileJob) -> Vec<String> {
    let mut lines = vec![format!("File: {}", job.name)];
    if !job.error.is_empty() {
        lines.push(format!("It could not be applied to its end: {}", job.error));
    }
    let report = read_report(job).map(|(report, _)| report).unwrap_or_default();
    let counted = counts(&report).into_iter().filter(|(_, count)| *count > 0);
    lines.extend(counted.map(|(name, count)| format!("{}: {count}", capital(name))));
    lines
}

/// The counts of a report by their names, in the order in which people read them.
pub fn counts(report: &FileReport) -> [(&'static str, u64); 10] {
    [
        ("lines", report.lines),
        ("created", report.created),
        ("updated", report.updated),
        ("done", report.done),
        ("unchanged", report.unchanged),
        ("already", report.already),
        ("good", report.good),
        ("held", report.held),
        ("refused", report.refused),
        ("rejected", report.rejected),
    ]
}

/// What came of a file, for its row.
fn written(report: &FileReport) -> String {
    let problems = report.problems.iter().take(SHOWN);
    let problems: Vec<Value> =
        problems.map(|p| json!({ "line": p.line, "column": p.column, "value": p.value, "why": p.why })).collect();
    let left = u64::try_from(report.problems.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX);
    let more = report.more.saturating_add(left);
    let mut all: Map<String, Value> =
        counts(report).into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect();
    all.insert("problems".to_owned(), Value::from(problems));
    all.insert("more".to_owned(), json!(more));
    Value::Object(all).to_string()
}

/// What came of a file, from its row; nothing is told of one that says nothing.
pub fn read_report(job: &FileJob) -> Option<(FileReport, Vec<LineProblem>)> {
    let all: Value = serde_json::from_str(&job.report).ok()?;
    let count = |name: &str| all.get(name).and_then(Value::as_u64).unwrap_or(0);
    let report = FileReport {
        lines: count("lines"),
        created: count("created"),
        updated: count("updated"),
        unchanged: count("unchanged"),
        done: count("done"),
        already: count("already"),
        held: count("held"),
        refused: count("refused"),
        rejected: count("rejected"),
        good: count("good"),
        more: count("more"),
        ..FileReport::default()
    };
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let problems = all.get("problems").and_then(Value::as_array).into_iter().flatten().map(|one| LineProblem {
        line: one.get("line").and_then(Value::as_u64).unwrap_or(0),
        column: column(&text(one, "column")),
        value: text(one, "value"),
        why: text(one, "why"),
    });
    Some((report, problems.collect()))
}

/// The heading of a column of any of the files.
fn column(name: &str) -> &'static str {
    let all = [AccountLine::HEADINGS, ActionLine::HEADINGS, SignalLine::HEADINGS];
    all.into_iter().flatten().copied().find(|heading| *heading == name).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_written_and_read_again_with_its_first_problems() {
        let problem = |line| LineProblem { line, column: "Notes", value: "<x>".into(), why: "no".into() };
        let report = FileReport {
            lines: 900,
            good: 600,
            rejected: 300,
            problems: (1..=300).map(problem).collect(),
            more: 7,
            ..FileReport::default()
        };
        let job = FileJob {
            id: 1,
            account: domain::ids::AccountId(1),
            kind: FileKind::Accounts,
            name: String::new(),
            size: 0,
            made_at: Timestamp::from_second(0),
            state: FileState::Checked,
            stage: String::new(),
            total: 0,
            done: 0,
            report: written(&report),
            error: String::new(),
            holder: String::new(),
            beat_at: 0,
        };
        let (again, problems) = read_report(&job).unwrap();
        assert_eq!((again.lines, again.good, again.rejected, again.more), (900, 600, 300, 107));
        assert_eq!((problems.len(), problems.first()), (200, Some(&problem(1))));
        assert_eq!(outcome(&job), ["File: ", "Lines: 900", "Good: 600", "Rejected: 300"]);
        let failed = FileJob { report: String::new(), name: "x.csv".into(), error: "it is gone".into(), ..job };
        assert_eq!(outcome(&failed), ["File: x.csv", "It could not be applied to its end: it is gone"]);
        assert_eq!(read_report(&failed), None);
    }
}
