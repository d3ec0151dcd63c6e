//! One connection, whichever database it is to.

use super::postgres::Postgres;
use super::row::Row;
use super::sqlite::Sqlite;
use crate::error::Error;
use crate::value::Value;

/// Which database; only `db` and `bulk.rs` ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// One connection.
pub(crate) enum Conn {
    /// To a file.
    Sqlite(Box<Sqlite>),
    /// To a server.
    Postgres(Box<Postgres>),
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "Conn::Sqlite",
            Self::Postgres(_) => "Conn::Postgres",
        })
    }
}

impl Conn {
    /// Begins a snapshot: all reads see the database as it is at the first of them.
    pub(crate) fn begin_read(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.batch("BEGIN DEFERRED"),
            Self::Postgres(conn) => conn.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    /// Begins a write. READ COMMITTED is enough on PostgreSQL: every row that is changed carries a version, and the
    /// UPDATE asks for the one that was read, so a decision on an outdated row ends as `Stale`.
    /// READ WRITE is not asked for: a standby would answer it with a puzzle instead of `ReadOnly`.
    pub(crate) fn begin_write(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.batch("BEGIN IMMEDIATE"),
            Self::Postgres(conn) => conn.batch("BEGIN ISOLATION LEVEL READ COMMITTED"),
        }
    }

    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.commit(),
            Self::Postgres(conn) => conn.commit(),
        }
    }

    pub(crate) fn rollback(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.rollback(),
            Self::Postgres(conn) => conn.batch("ROLLBACK"),
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.batch(sql),
            Self::Postgres(conn) => conn.batch(sql),
        }
    }

    /// Runs statements at once: the number in the first column of the first row that they give.
    pub(crate) fn first_number(&mut self, sql: &str) -> Result<Option<i64>, Error> {
        match self {
            Self::Sqlite(_) => Err(Error::Database("SQLite runs one statement at a time".to_owned())),
            Self::Postgres(conn) => conn.first_number(sql),
        }
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        match self {
            Self::Sqlite(conn) => conn.execute(sql, params),
            Self::Postgres(conn) => conn.execute(sql, params),
        }
    }

    pub(crate) fn for_each(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&mut Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.for_each(sql, params, each),
            Self::Postgres(conn) => conn.for_each(sql, params, each),
        }
    }

    /// Lets the database read a statement without running it.
    pub(crate) fn prepare(&mut self, sql: &'static str) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.prepare(sql).map(drop),
            Self::Postgres(conn) => conn.prepare(sql).map(drop),
        }
    }

    pub(crate) fn has_table(&mut self, name: &'static str) -> Result<bool, Error> {
        match self {
            Self::Sqlite(conn) => conn.has_table(name),
            Self::Postgres(conn) => conn.has_table(name),
        }
    }

    /// Refuses a PostgreSQL database whose texts sort by a language: lists page by the order of bytes, as in SQLite.
    pub(crate) fn check_order(&mut self) -> Result<(), Error> {
        let mut by_bytes = false;
        self.for_each("SELECT CAST('Z' AS TEXT) < 'a'", &[], &mut |row| {
            by_bytes = row.bool()?;
            Ok(())
        })?;
        let advice = "the PostgreSQL database sorts by a language: make it with TEMPLATE template0 LOCALE 'C.UTF-8'";
        if by_bytes { Ok(()) } else { Err(Error::BadUrl(advice.to_owned())) }
    }
}
