//! Many rows at once: the only home of SQL that differs between the databases. SQLite runs one prepared statement for
//! each row, PostgreSQL one for 5,000 rows whose parameters are the columns, as arrays.

use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::db::conn::{Backend, Conn};
use crate::error::Error;
use crate::value::Value;

pub mod keyed;

/// Rows in one statement, keys in one question.
const CHUNK: usize = 5_000;

/// The type of a column, NULL or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// BIGINT.
    Int,
    /// TEXT.
    Text,
    /// BOOLEAN.
    Bool,
    /// BYTEA.
    Blob,
}

impl Type {
    fn array(self) -> &'static str {
        match self {
            Self::Int => "bigint[]",
            Self::Text => "text[]",
            Self::Bool => "boolean[]",
            Self::Blob => "bytea[]",
        }
    }
}

/// A column of a bulk statement.
pub type Column = (&'static str, Type);

/// Several lists of columns as one, so that a column is written down once; a wrong length does not compile.
#[expect(clippy::indexing_slicing, reason = "computed when compiled, where an index out of bounds is an error")]
pub(crate) const fn chained<const N: usize>(lists: &[&[Column]]) -> [Column; N] {
    let mut all = [("", Type::Int); N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut column = 0;
        while column < lists[list].len() {
            all[at] = lists[list][column];
            (at, column) = (at + 1, column + 1);
        }
        list += 1;
    }
    assert!(at == N, "the lists have another length together");
    all
}

/// Adds many rows to one table. A `static`; its texts are written once.
#[derive(Debug)]
pub struct BulkInsert {
    table: &'static str,
    columns: &'static [Column],
    skips_known: bool,
    texts: Texts,
}

/// Changes many rows of one table by key. A `static`; its texts are written once.
#[derive(Debug)]
pub struct BulkUpdate {
    table: &'static str,
    key: Column,
    versioned: bool,
    set: &'static [Column],
    texts: Texts,
}

#[derive(Debug)]
struct Texts {
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Texts {
    const fn new() -> Self {
        Self { sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    fn get(&'static self, backend: Backend, write: impl FnOnce(Backend) -> String) -> &'static str {
        match backend {
            Backend::Sqlite => self.sqlite.get_or_init(|| write(backend)),
            Backend::Postgres => self.postgres.get_or_init(|| write(backend)),
        }
    }
}

impl BulkInsert {
    /// Rows that must all be new.
    pub const fn new(table: &'static str, columns: &'static [Column]) -> Self {
        Self { table, columns, skips_known: false, texts: Texts::new() }
    }

    /// Rows of which those with a known key are left out.
    pub const fn skipping_known(table: &'static str, columns: &'static [Column]) -> Self {
        Self { table, columns, skips_known: true, texts: Texts::new() }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.table
    }

    pub(crate) fn text(&'static self, backend: Backend) -> &'static str {
        self.texts.get(backend, |backend| {
            let names = joined(self.columns.iter(), ", ", |_, (name, _)| (*name).to_owned());
            let rows = match backend {
                Backend::Sqlite => {
                    format!("VALUES ({})", joined(self.columns.iter(), ", ", |at, _| format!("${at}")))
                }
                Backend::Postgres => unnested(self.columns.iter().copied()),
            };
            let skip = if self.skips_known { " ON CONFLICT DO NOTHING" } else { "" };
            format!("INSERT INTO {} ({names}) {rows}{skip}", self.table)
        })
    }

    pub(crate) fn run<'v, R: AsRef<[Value<'v>]>>(
        &'static self,
        conn: &mut Conn,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<u64, Error> {
        run(conn, self.table, |backend| self.text(backend), self.columns.len(), rows).map(|(_, done)| done)
    }
}

impl BulkUpdate {
    /// Rows whose `version` must be the one that was read; it grows by one.
    pub const fn new(table: &'static str, key: Column, set: &'static [Column]) -> Self {
        Self { table, key, versioned: true, set, texts: Texts::new() }
    }

    /// Rows of a table without a version, guarded by the version of the row that they belong to.
    pub const fn unversioned(table: &'static str, key: Column, set: &'static [Column]) -> Self {
        Self { table, key, versioned: false, set, texts: Texts::new() }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.table
    }

    fn given(&self) -> impl Iterator<Item = Column> {
        let version = self.versioned.then_some(("version", Type::Int));
        std::iter::once(self.key).chain(version).chain(self.set.iter().copied())
    }

    pub(crate) fn text(&'static self, backend: Backend) -> &'static str {
        self.texts.get(backend, |backend| {
            let (table, key) = (self.table, self.key.0);
            let guards = 1 + usize::from(self.versioned);
            let parameter = |at: usize| match backend {
                Backend::Sqlite => format!("${at}"),
                Backend::Postgres => format!("given.c{at}"),
            };
            let mut changes =
                joined(self.given().skip(guards), ", ", |at, (name, _)| format!("{name} = {}", parameter(at + guards)));
            let mut wanted = format!("{table}.{key} = {}", parameter(1));
            if self.versioned {
                let _ = write!(changes, ", version = {table}.version + 1");
                let _ = write!(wanted, " AND {table}.version = {}", parameter(2));
            }
            let from = match backend {
                Backend::Sqlite => String::new(),
                Backend::Postgres => format!(" FROM ({}) AS given", unnested(self.given())),
            };
            format!("UPDATE {table} SET {changes}{from} WHERE {wanted}")
        })
    }

    pub(crate) fn run<'v, R: AsRef<[Value<'v>]>>(
        &'static self,
        conn: &mut Conn,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<u64, Error> {
        let (given, done) = run(conn, self.table, |backend| self.text(backend), self.given().count(), rows)?;
        if given == done { Ok(done) } else { Err(Error::Stale { table: self.table }) }
    }
}

/// The pieces with their number, from 1.
fn joined<T>(items: impl Iterator<Item = T>, between: &str, mut piece: impl FnMut(usize, &T) -> String) -> String {
    let pieces: Vec<String> = (1..).zip(items).map(|(at, item)| piece(at, &item)).collect();
    pieces.join(between)
}

/// The columns as rows. Each array is unnested in the list of the SELECT: in its FROM clause PostgreSQL first copies every
/// column into a store of its own (9 % more of the server's time for a day's run; COPY in place of arrays gave nothing).
fn unnested(columns: impl Iterator<Item = Column>) -> String {
    format!("SELECT {}", joined(columns, ", ", |at, (_, kind)| format!("UNNEST(${at}::{}) AS c{at}", kind.array())))
}

/// Runs a bulk statement for all rows: how many were given and how many it touched.
fn run<'v, R: AsRef<[Value<'v>]>>(
    conn: &mut Conn,
    table: &'static str,
    text: impl FnOnce(Backend) -> &'static str,
    width: usize,
    rows: impl IntoIterator<Item = R>,
) -> Result<(u64, u64), Error> {
    let mut given = 0_u64;
    let mut rows = rows.into_iter().map(|row| {
        given += 1;
        let found = row.as_ref().len();
        let text = || Error::Database(format!("a bulk row of {table} has {found} values, not {width}"));
        if found == width { Ok(row) } else { Err(text()) }
    });
    let done = match conn {
        Conn::Sqlite(conn) => conn.execute_each(text(Backend::Sqlite), rows)?,
        Conn::Postgres(conn) => {
            let sql = text(Backend::Postgres);
            let mut done = 0;
            loop {
                let chunk: Vec<R> = rows.by_ref().take(CHUNK).collect::<Result<_, _>>()?;
                if chunk.is_empty() {
                    break;
                }
                done += conn.execute_columns(sql, &columns(&chunk, width))?;
            }
            done
        }
    };
    Ok((given, done))
}

/// The rows turned into columns.
fn columns<'c, 'v: 'c, R: AsRef<[Value<'v>]>>(chunk: &'c [R], width: usize) -> Vec<Vec<&'c Value<'v>>> {
    let mut columns: Vec<Vec<&Value<'v>>> = (0..width).map(|_| Vec::with_capacity(chunk.len())).collect();
    for row in chunk {
        for (column, value) in columns.iter_mut().zip(row.as_ref()) {
            column.push(value);
        }
    }
    columns
}
