//! Reads one row, column after column, in the order of the SELECT.

use super::{postgres, sqlite};
use crate::error::Error;

/// A row with a cursor: each getter reads the next column.
#[derive(Debug)]
pub struct Row<'r> {
    cells: Cells<'r>,
    next: usize,
}

/// Where the columns come from.
#[derive(Debug)]
pub(super) enum Cells<'r> {
    /// A row of SQLite's cursor.
    Sqlite(sqlite::Cells<'r>),
    /// A row that PostgreSQL sent.
    Postgres(postgres::Cells<'r>),
}

impl<'r> Row<'r> {
    pub(super) fn new(cells: Cells<'r>) -> Self {
        Self { cells, next: 0 }
    }

    fn step(&mut self) -> usize {
        let at = self.next;
        self.next += 1;
        at
    }

    /// The next column, a BIGINT.
    pub fn int(&mut self) -> Result<i64, Error> {
        let at = self.next;
        self.opt_int()?.ok_or_else(|| absent(at))
    }

    /// The next column, a BIGINT or NULL.
    pub fn opt_int(&mut self) -> Result<Option<i64>, Error> {
        let at = self.step();
        match &self.cells {
            Cells::Sqlite(cells) => cells.int(at),
            Cells::Postgres(cells) => cells.int(at),
        }
    }

    /// The next column, a BOOLEAN.
    pub fn bool(&mut self) -> Result<bool, Error> {
        let at = self.step();
        let read = match &self.cells {
            Cells::Sqlite(cells) => cells.bool(at),
            Cells::Postgres(cells) => cells.bool(at),
        };
        read?.ok_or_else(|| absent(at))
    }

    /// The next column, a TEXT, as long as the row lives.
    pub fn str(&mut self) -> Result<&'r str, Error> {
        let at = self.next;
        self.opt_str()?.ok_or_else(|| absent(at))
    }

    /// The next column, a TEXT or NULL, as long as the row lives.
    pub fn opt_str(&mut self) -> Result<Option<&'r str>, Error> {
        let at = self.step();
        match &self.cells {
            Cells::Sqlite(cells) => cells.text(at),
            Cells::Postgres(cells) => cells.text(at),
        }
    }

    /// The next column, a TEXT, to keep.
    pub fn text(&mut self) -> Result<String, Error> {
        Ok(self.str()?.to_owned())
    }

    /// The next column, a TEXT or NULL, to keep.
    pub fn opt_text(&mut self) -> Result<Option<String>, Error> {
        Ok(self.opt_str()?.map(str::to_owned))
    }

    /// The next column, a BYTEA.
    pub fn blob(&mut self) -> Result<&'r [u8], Error> {
        let at = self.step();
        let read = match &self.cells {
            Cells::Sqlite(cells) => cells.blob(at),
            Cells::Postgres(cells) => cells.blob(at),
        };
        read?.ok_or_else(|| absent(at))
    }

    /// The next column, a word of an enum; `column` names it should the enum not know the word.
    pub fn word<T>(&mut self, column: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
        parse(self.str()?).ok_or(Error::Corrupt(column))
    }

    /// The next column, a word of an enum or NULL.
    pub fn opt_word<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.opt_str()?.map(|word| parse(word).ok_or(Error::Corrupt(column))).transpose()
    }
}

/// Reads a row of one BIGINT; for `query` and its sisters, as are the two below.
pub fn int(row: &mut Row<'_>) -> Result<i64, Error> {
    row.int()
}

/// Reads a row of one BIGINT or NULL, as MAX gives.
pub fn opt_int(row: &mut Row<'_>) -> Result<Option<i64>, Error> {
    row.opt_int()
}

/// Reads a row of one TEXT.
pub fn text(row: &mut Row<'_>) -> Result<String, Error> {
    row.text()
}

fn absent(at: usize) -> Error {
    Error::Database(format!("column {} of the answer is NULL and must not be", at + 1))
}
