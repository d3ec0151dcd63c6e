//! Files that were handed in by a browser, and how far each is. The store's own bookkeeping, kept without audit: what a file
//! changes is told by the lines of what it changes.

use domain::ids::AccountId;
use domain::time::Timestamp;
use domain::words;

use crate::db::Store;
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

words! {
    /// What a file holds.
    pub enum FileKind {
        /// Accounts to make or change.
        Accounts = "accounts",
        /// What is to be done with accounts.
        Actions = "actions",
        /// What another mail system has seen.
        Signals = "signals",
    }
}

words! {
    /// How far a file is.
    pub enum FileState {
        /// It is being read, nothing is changed.
        Checking = "checking",
        /// It was read: its sender decides.
        Checked = "checked",
        /// It is being applied.
        Applying = "applying",
        /// All of it was applied.
        Done = "done",
        /// It cannot be read, or was given up.
        Failed = "failed",
    }
}

macro_rules! columns {
    () => {
        "SELECT id, account_id, kind, name, size, made_at, state, stage, total, done, report, error, holder, beat_at \
         FROM file_job "
    };
}

const GET: &str = concat!(columns!(), "WHERE id = $1");
const OF_ACCOUNT: &str = concat!(columns!(), "WHERE account_id = $1 ORDER BY id DESC LIMIT $2");
const OPEN: &str = concat!(columns!(), "WHERE state IN ('checking', 'applying') ORDER BY id LIMIT 1000");
const OLD: &str = concat!(columns!(), "WHERE made_at < $1 ORDER BY id LIMIT 1000");
const INSERT: &str = "
    INSERT INTO file_job
    (id, account_id, kind, name, size, made_at, state, stage, total, done, report, error, holder, beat_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'checking', '', 0, 0, '', '', '', 0)";
const MOVE: &str = "
    UPDATE file_job SET state = $3, stage = '', total = 0, done = 0, report = $4, error = $5, beat_at = 0
    WHERE id = $1 AND state = $2";
const TAKE: &str = "
    UPDATE file_job SET holder = $2, beat_at = $3
    WHERE id = $1 AND state IN ('checking', 'applying') AND (holder = $2 OR beat_at < $4)";
const BEAT: &str = "
    UPDATE file_job SET stage = $3, total = $4, done = $5, beat_at = $6 WHERE id = $1 AND holder = $2";
const FORGET: &str = "DELETE FROM file_job WHERE id = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("file_job.get", GET),
    ("file_job.of_account", OF_ACCOUNT),
    ("file_job.open", OPEN),
    ("file_job.old", OLD),
    ("file_job.insert", INSERT),
    ("file_job.move", MOVE),
    ("file_job.take", TAKE),
    ("file_job.beat", BEAT),
    ("file_job.forget", FORGET),
];

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileJob {
    /// Its number.
    pub id: i64,
    /// Who handed it in.
    pub account: AccountId,
    /// What it holds.
    pub kind: FileKind,
    /// What its sender calls it.
    pub name: String,
    /// Its bytes.
    pub size: i64,
    /// When.
    pub made_at: Timestamp,
    /// How far it is.
    pub state: FileState,
    /// What is being done at this moment.
    pub stage: String,
    /// Lines of this stage, where that is known.
    pub total: i64,
    /// Lines done of it.
    pub done: i64,
    /// What came of it, as the use case wrote it.
    pub report: String,
    /// Why it failed.
    pub error: String,
    /// The process that is at it.
    pub holder: String,
    /// When that process last said so.
    pub beat_at: i64,
}

fn read(row: &mut Row<'_>) -> Result<FileJob, Error> {
    Ok(FileJob {
        id: row.int()?,
        account: AccountId(row.int()?),
        kind: row.word("file_job.kind", FileKind::parse)?,
        name: row.text()?,
        size: row.int()?,
        made_at: Timestamp::from_second(row.int()?),
        state: row.word("file_job.state", FileState::parse)?,
        stage: row.text()?,
        total: row.int()?,
        done: row.int()?,
        report: row.text()?,
        error: row.text()?,
        holder: row.text()?,
        beat_at: row.int()?,
    })
}

/// One file.
pub fn get(db: &mut Reader<'_>, id: i64) -> Result<Option<FileJob>, Error> {
    db.query_one(GET, &[id.into()], read)
}

/// Somebody's files, newest first.
pub fn of_account(db: &mut Reader<'_>, account: AccountId, limit: u32) -> Result<Vec<FileJob>, Error> {
    db.query(OF_ACCOUNT, &[account.0.into(), i64::from(limit).into()], read)
}

/// The files that somebody is at, or was when they were killed.
pub fn open(db: &mut Reader<'_>) -> Result<Vec<FileJob>, Error> {
    db.query(OPEN, &[], read)
}

/// The files handed in before an instant.
pub fn old(db: &mut Reader<'_>, before: Timestamp) -> Result<Vec<FileJob>, Error> {
    db.query(OLD, &[before.second().into()], read)
}

/// Moves a file on with what else is to be kept of it, as `Store::move_file` does.
pub fn move_on(
    tx: &mut WriteTx<'_>,
    id: i64,
    (from, to): (FileState, FileState),
    report: &str,
    error: &str,
) -> Result<bool, Error> {
    let params = [id.into(), from.as_str().into(), to.as_str().into(), report.into(), error.into()];
    Ok(tx.execute(MOVE, &params)? == 1)
}

/// What a file is said to be when it comes.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'n> {
    /// Who hands it in.
    pub account: AccountId,
    /// What it holds.
    pub kind: FileKind,
    /// What they call it.
    pub name: &'n str,
    /// Its bytes.
    pub size: i64,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Notes a file; its number.
    pub fn add_file(&self, new: NewFile<'_>) -> Result<i64, Error> {
        self.bookkeep("add_file", |tx| {
            let id = tx.next_ids("file_job", 1)?;
            let (kind, at) = (new.kind.as_str(), new.at.second());
            let params = [id.into(), new.account.0.into(), kind.into(), new.name.into(), new.size.into(), at.into()];
            tx.execute(INSERT, &params)?;
            Ok(id)
        })
    }

    /// Moves a file on, from where it was thought to be; whether it was there.
    pub fn move_file(&self, id: i64, from: FileState, to: FileState, report: &str, error: &str) -> Result<bool, Error> {
        self.bookkeep("move_file", |tx| move_on(tx, id, (from, to), report, error))
    }

    /// Takes a file to work on, unless another process was at it since an instant on the wall; whether it is ours.
    pub fn take_file(&self, id: i64, holder: &str, now: i64, dead_since: i64) -> Result<bool, Error> {
        self.bookkeep("take_file", |tx| {
            Ok(tx.execute(TAKE, &[id.into(), holder.into(), now.into(), dead_since.into()])? == 1)
        })
    }

    /// Says that a process is still at a file, and how far; whether it is still its own.
    pub fn beat_file(
        &self,
        id: i64,
        holder: &str,
        stage: &str,
        (done, total): (i64, i64),
        now: i64,
    ) -> Result<bool, Error> {
        self.bookkeep("beat_file", |tx| {
            let params = [id.into(), holder.into(), stage.into(), total.into(), done.into(), now.into()];
            Ok(tx.execute(BEAT, &params)? == 1)
        })
    }

    /// Forgets a file.
    pub fn forget_file(&self, id: i64) -> Result<(), Error> {
        self.bookkeep("forget_file", |tx| tx.execute(FORGET, &[id.into()]).map(drop))
    }
}
