//! Bulk files: what their lines mean, streamed. Every problem of a line is told, with its column, its value and what to
//! do; whether an account exists or may be changed is not asked here.

pub mod accounts;
pub mod actions;
mod form;
mod headings;
pub mod migration;
pub mod signals;

use std::fmt;
use std::io;
use std::marker::PhantomData;

use crate::csv::{self, Limits, Record};

/// One thing wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The physical line on which the record begins.
    pub line: u64,
    /// The heading of the column.
    pub column: &'static str,
    /// What stands there, shortened to 80 characters.
    pub value: String,
    /// What is wrong and what to do.
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {} \"{}\": {}", self.line, self.column, self.value, self.why)
    }
}

/// Why a file is refused whole.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// No line at all.
    #[error("the file is empty, its first line must be {expected}")]
    Empty {
        /// The headings wanted.
        expected: String,
    },
    /// The first line is not the headings.
    #[error("line {line}: {why}; the first line must be {expected}")]
    Headings {
        /// The line that should hold them.
        line: u64,
        /// What differs.
        why: String,
        /// The headings wanted.
        expected: String,
    },
}

/// A kind of line: the columns of its file and how to read it.
pub trait Line: Sized {
    /// The headings, in order.
    const HEADINGS: &'static [&'static str];

    /// Reads one line, or tells everything that is wrong with it.
    fn parse(record: &Record) -> Result<Self, Vec<Problem>>;
}

/// The lines of a bulk file, one at a time.
#[derive(Debug)]
pub struct Lines<R, L> {
    csv: csv::Reader<R>,
    record: Record,
    kind: PhantomData<fn() -> L>,
}

/// One line read: the raw record for the outcome file, and what it means.
#[derive(Debug)]
pub struct Parsed<'a, L> {
    /// The physical line on which the record begins.
    pub line: u64,
    /// The record as it stands.
    pub record: &'a Record,
    /// What it means, or everything that is wrong with it.
    pub outcome: Result<L, Vec<Problem>>,
}

impl<R: io::Read, L: Line> Lines<R, L> {
    /// Opens a file and checks its headings.
    pub fn open(input: R, limits: Limits) -> Result<Self, Error> {
        let mut csv = csv::Reader::new(input, limits);
        let mut record = Record::default();
        if !csv.read(&mut record)? {
            return Err(Error::Empty { expected: L::HEADINGS.join(",") });
        }
        match headings::difference(&record, L::HEADINGS) {
            None => Ok(Self { csv, record, kind: PhantomData }),
            Some(why) => Err(Error::Headings { line: record.line(), why, expected: L::HEADINGS.join(",") }),
        }
    }

    /// The next line; `None` at the end, and ever after an error.
    pub fn next_line(&mut self) -> Result<Option<Parsed<'_, L>>, Error> {
        if !self.csv.read(&mut self.record)? {
            return Ok(None);
        }
        let outcome = L::parse(&self.record);
        Ok(Some(Parsed { line: self.record.line(), record: &self.record, outcome }))
    }
}

/// Writes the file that a user gets back: their own lines with `Outcome,Detail` added.
#[derive(Debug)]
pub struct OutcomeWriter<W> {
    csv: csv::Writer<W>,
    columns: usize,
}

impl<W: io::Write> OutcomeWriter<W> {
    /// Begins a file with its headings: give it a `BufWriter` for a file.
    pub fn new(output: W, headings: &[&str]) -> io::Result<Self> {
        let mut csv = csv::Writer::new(output);
        csv.write_record(headings.iter().copied().chain(["Outcome", "Detail"]))?;
        Ok(Self { csv, columns: headings.len() })
    }

    /// Adds a line. A record that is too short is filled up and one that is too long is cut, so that the outcome always
    /// stands under its heading.
    pub fn write(&mut self, record: &Record, outcome: &str, detail: &str) -> io::Result<()> {
        let fields = (0..self.columns).map(|index| record.get(index).unwrap_or_default());
        self.csv.write_record(fields.chain([outcome, detail]))
    }

    /// Passes on what is buffered and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.csv.flush()?;
        Ok(self.csv.into_inner())
    }
}

#[cfg(test)]
mod tests;
