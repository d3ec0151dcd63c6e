//! SQLite: opening, binding, reading and what its error codes mean.

use std::collections::HashMap;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ffi};

use super::row::{self, Row};
use crate::error::Error;
use crate::value::Value;

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Memory: at most 64 MiB of pages a connection, and `db.rs` keeps few connections. No mmap: a file cut short by
/// someone else would end the process with SIGBUS. `synchronous=FULL`: with NORMAL a power failure may undo the last
/// commits, and an audit trail that loses what it confirmed is none. `recursive_triggers` lets the append-only
/// triggers see the DELETE inside `INSERT OR REPLACE`.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -65536;
    PRAGMA mmap_size = 0;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;";

/// One connection to a SQLite file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    inner: Connection,
    /// The texts with `?1` for `$1`: SQLite numbers `$1` by first appearance, so `$2 ... $1` would be swapped.
    texts: HashMap<&'static str, Box<str>>,
}

impl Sqlite {
    pub(super) fn open(path: &Path, create: bool) -> Result<Self, Error> {
        check_path(path)?;
        if !create && !path.exists() {
            return Err(Error::NoSchema);
        }
        match connect(path, create) {
            Ok(inner) => Ok(Self { inner, texts: HashMap::new() }),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                let text = format!("{} is not a SQLite database: name another file", path.display());
                Err(Error::BadUrl(text))
            }
            Err(error) => Err(meaning(&error)),
        }
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.inner.execute_batch(sql).map_err(|error| meaning(&error))
    }

    /// Ends the transaction; a disk error leaves open whether it was kept.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        self.inner.execute_batch("COMMIT").map_err(|error| {
            let (failed, meant) = (error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure), meaning(&error));
            if failed && meant != Error::DiskFull { Error::CommitUnknown } else { meant }
        })
    }

    /// Undoes the transaction, if the failure that led here has not done so already.
    pub(super) fn rollback(&mut self) -> Result<(), Error> {
        if self.inner.is_autocommit() { Ok(()) } else { self.batch("ROLLBACK") }
    }

    pub(super) fn has_table(&mut self, name: &'static str) -> Result<bool, Error> {
        self.inner.table_exists(None, name).map_err(|error| meaning(&error))
    }

    pub(super) fn prepare(&mut self, sql: &'static str) -> Result<CachedStatement<'_>, Error> {
        let text = self.texts.entry(sql).or_insert_with(|| numbered(sql));
        self.inner.prepare_cached(text).map_err(|error| meaning(&error))
    }

    pub(super) fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, params)?;
        statement.raw_execute().map(|rows| rows as u64).map_err(|error| meaning(&error))
    }

    /// The same statement for each row, prepared once.
    pub(crate) fn execute_each<'v, R: AsRef<[Value<'v>]>>(
        &mut self,
        sql: &'static str,
        rows: impl IntoIterator<Item = Result<R, Error>>,
    ) -> Result<u64, Error> {
        let mut statement = self.prepare(sql)?;
        let mut done = 0;
        for row in rows {
            bind(&mut statement, row?.as_ref())?;
            done += statement.raw_execute().map_err(|error| meaning(&error))? as u64;
        }
        Ok(done)
    }

    pub(super) fn for_each(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&mut Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| meaning(&error))? {
            each(&mut Row::new(row::Cells::Sqlite(Cells(row))))?;
        }
        Ok(())
    }
}

fn check_path(path: &Path) -> Result<(), Error> {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(Error::BadUrl(format!("there is no folder for the file {shown}: make it, or correct the URL")));
    }
    if path.is_dir() {
        return Err(Error::BadUrl(format!("{shown} is a folder: name a file in it, as sqlite:{shown}/almoner.db")));
    }
    Ok(())
}

fn connect(path: &Path, create: bool) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let inner = Connection::open_with_flags(path, flags)?;
    inner.busy_timeout(BUSY_TIMEOUT)?;
    inner.set_prepared_statement_cache_capacity(256);
    inner.execute_batch(SETTINGS)?;
    // The first read of the file, hence the place where "not a database" shows.
    let mode: String = inner.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "wal" {
        // For this one statement SQLite does not wait by itself when another process opens the file as well.
        let busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
        let mut attempts = 1;
        while let Err(error) = inner.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            if attempts == 100 || !busy(&error) {
                return Err(error);
            }
            attempts += 1;
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(inner)
}

fn numbered(sql: &str) -> Box<str> {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql.chars().peekable();
    while let Some(letter) = rest.next() {
        let is_parameter = letter == '$' && rest.peek().is_some_and(char::is_ascii_digit);
        text.push(if is_parameter { '?' } else { letter });
    }
    text.into_boxed_str()
}

fn bind(statement: &mut CachedStatement<'_>, params: &[Value<'_>]) -> Result<(), Error> {
    let (taken, given) = (statement.parameter_count(), params.len());
    if taken != given {
        return Err(Error::Database(format!("a statement takes {taken} parameters, {given} were given")));
    }
    for (at, value) in params.iter().enumerate() {
        // PostgreSQL cannot store it; so that both say the same, neither can SQLite.
        if matches!(value, Value::Text(text) if text.as_bytes().contains(&0)) {
            return Err(Error::Database("a text holds a NUL character".to_owned()));
        }
        statement.raw_bind_parameter(at + 1, value).map_err(|error| meaning(&error))?;
    }
    Ok(())
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Bool(value) => ValueRef::Integer((*value).into()),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// The columns of SQLite's current row.
#[derive(Debug)]
pub(super) struct Cells<'r>(&'r rusqlite::Row<'r>);

impl<'r> Cells<'r> {
    fn read<T>(&self, at: usize, pick: impl FnOnce(ValueRef<'r>) -> Option<T>) -> Result<Option<T>, Error> {
        let cell = self.0.get_ref(at).map_err(|error| meaning(&error))?;
        if cell == ValueRef::Null {
            return Ok(None);
        }
        let wrong = || Error::Database(format!("column {} of the answer has another type", at + 1));
        pick(cell).map(Some).ok_or_else(wrong)
    }

    pub(super) fn int(&self, at: usize) -> Result<Option<i64>, Error> {
        self.read(at, |cell| cell.as_i64().ok())
    }

    pub(super) fn bool(&self, at: usize) -> Result<Option<bool>, Error> {
        self.read(at, |cell| cell.as_i64().ok().map(|value| value != 0))
    }

    pub(super) fn text(&self, at: usize) -> Result<Option<&'r str>, Error> {
        self.read(at, |cell| cell.as_str().ok())
    }

    pub(super) fn blob(&self, at: usize) -> Result<Option<&'r [u8]>, Error> {
        self.read(at, |cell| cell.as_blob().ok())
    }
}

/// What SQLite's error means for us.
fn meaning(error: &rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, text) = error else {
        return Error::Database(error.to_string());
    };
    let unique = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_ROWID];
    if unique.contains(&failure.extended_code) {
        return Error::Conflict { table: conflicting(text.as_deref().unwrap_or_default()) };
    }
    // A quota, or a limit on the size of files; what is not written whole is not committed either.
    if failure.extended_code == ffi::SQLITE_IOERR_WRITE {
        return Error::DiskFull;
    }
    let known = [
        (ErrorCode::DatabaseBusy, Error::Busy),
        (ErrorCode::DatabaseLocked, Error::Busy),
        (ErrorCode::ReadOnly, Error::ReadOnly),
        (ErrorCode::DiskFull, Error::DiskFull),
        (ErrorCode::SystemIoFailure, Error::Unavailable("the disk reported an error".to_owned())),
        (ErrorCode::CannotOpen, Error::Unavailable("the file cannot be opened".to_owned())),
        (ErrorCode::DatabaseCorrupt, Error::Corrupt("its file")),
        (ErrorCode::NotADatabase, Error::Corrupt("its file")),
    ];
    let found = known.into_iter().find(|(code, _)| *code == failure.code);
    found.map_or_else(|| Error::Database(text.clone().unwrap_or_else(|| failure.to_string())), |(_, error)| error)
}

/// `account` out of `UNIQUE constraint failed: account.organisation, account.local_id`.
fn conflicting(text: &str) -> String {
    let after = text.rsplit_once(": ").map_or("", |(_, after)| after);
    after.split(['.', ',']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(folder: &tempfile::TempDir) -> Sqlite {
        let mut db = Sqlite::open(&folder.path().join("a.db"), true).unwrap();
        db.batch("CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT)").unwrap();
        db
    }

    #[test]
    fn parameters_go_by_number_not_by_appearance() {
        let folder = tempfile::tempdir().unwrap();
        let mut db = fresh(&folder);
        db.execute("INSERT INTO t (b, a) VALUES ($2, $1)", &[7.into(), "seven".into()]).unwrap();
        let mut seen = None;
        db.for_each("SELECT a, b FROM t", &[], &mut |row| {
            seen = Some((row.int()?, row.text()?));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, Some((7, "seven".to_owned())));
    }

    #[test]
    fn a_full_disk_and_a_read_only_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut db = fresh(&folder);
        let insert = "INSERT INTO t (a, b) VALUES ($1, $2)";
        let long = "x".repeat(1 << 20);
        db.batch("PRAGMA max_page_count = 8").unwrap();
        assert_eq!(db.execute(insert, &[1.into(), long.as_str().into()]), Err(Error::DiskFull));
        db.batch("PRAGMA query_only = ON").unwrap();
        assert_eq!(db.execute(insert, &[1.into(), "x".into()]), Err(Error::ReadOnly));
    }

    #[test]
    fn the_commit_is_durable_and_memory_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let db = fresh(&folder);
        let ask = |what: &str| db.inner.query_row(what, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((ask("PRAGMA synchronous"), ask("PRAGMA cache_size"), ask("PRAGMA foreign_keys")), (2, -65536, 1));
    }

    #[test]
    fn a_text_with_nul_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut db = fresh(&folder);
        let refused = db.execute("INSERT INTO t (a, b) VALUES ($1, $2)", &[1.into(), "a\0b".into()]);
        assert!(matches!(refused, Err(Error::Database(_))));
    }
}
