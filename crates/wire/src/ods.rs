//! The files that the Organisation Data Service publishes: no heading, 27 quoted columns, dates YYYYMMDD. A bad line is
//! rejected alone; damage that may have eaten lines refuses the file whole.

use std::collections::HashSet;
use std::io;

use domain::ids::OdsCode;
use domain::time::Day;

use crate::csv::{self, Limits, Record};
use crate::text;

const MAX_CHARS: usize = 250;

/// The 27 columns in order; those without a meaning are named by their number.
const COLUMNS: [&str; 27] = [
    "organisation code",
    "name",
    "national grouping",
    "health geography",
    "address line 1",
    "address line 2",
    "address line 3",
    "address line 4",
    "address line 5",
    "postcode",
    "open date",
    "close date",
    "status",
    "sub-type",
    "parent code",
    "join parent date",
    "left parent date",
    "telephone",
    "column 19",
    "column 20",
    "column 21",
    "amended record indicator",
    "column 23",
    "current care organisation",
    "column 25",
    "prescribing setting",
    "column 27",
];

domain::words! {
    /// The status letter of practice-like files; trusts and commissioners have none.
    pub enum OdsStatus {
        /// Open.
        Active = "A",
        /// Legally closed.
        Closed = "C",
        /// Open on paper only.
        Dormant = "D",
        /// Not open yet.
        Proposed = "P",
    }
}

/// One organisation as published. Texts may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OdsRow {
    /// The physical line.
    pub line: u64,
    /// The organisation.
    pub code: OdsCode,
    /// Its name, never empty.
    pub name: String,
    /// Region, `Y56`.
    pub national_grouping: String,
    /// System, `QMJ`.
    pub health_geography: String,
    /// The address lines as they stand, empty ones included.
    pub address: [String; 5],
    /// Postcode.
    pub postcode: String,
    /// First legal day.
    pub opened_on: Option<Day>,
    /// Last legal day.
    pub closed_on: Option<Day>,
    /// Only in practice-like files.
    pub status: Option<OdsStatus>,
    /// `B` or `Z` for practices, role ids joined by `|` in newer files.
    pub sub_type: String,
    /// The commissioner.
    pub parent: Option<OdsCode>,
    /// Since when.
    pub parent_joined_on: Option<Day>,
    /// Until when.
    pub parent_left_on: Option<Day>,
    /// Telephone as printed.
    pub telephone: String,
    /// Care organisation of a practice, region letter of a trust.
    pub care_organisation: String,
    /// Prescribing setting of a practice; `4` is a general practice.
    pub setting: String,
}

/// A line that cannot be taken; the lines around it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The physical line.
    pub line: u64,
    /// The column at fault.
    pub column: &'static str,
    /// What stands there, shortened.
    pub value: String,
    /// What is wrong and what to do.
    pub why: String,
}

/// Why a file is refused whole.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A field without quotes: not a file as published.
    #[error(
        "line {line}, {column}: the field has no quotes, use the file as published and not one saved again by a spreadsheet"
    )]
    Unquoted {
        /// Where.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// The last line is not whole.
    #[error("line {line}: the file ends in the middle of this line, fetch it again")]
    Cut {
        /// The last line.
        line: u64,
    },
    /// No line at all.
    #[error("the file is empty, fetch it again")]
    Empty,
}

/// Reads a published file line by line. Until it has said `None`, nobody knows that the file is whole: apply nothing.
#[derive(Debug)]
pub struct Reader<R> {
    csv: csv::Reader<R>,
    record: Record,
    /// The record was read ahead and waits for its turn.
    held: bool,
    codes: HashSet<OdsCode>,
    last_code: Option<OdsCode>,
    lines_read: u64,
    last_line: u64,
}

impl<R: io::Read> Reader<R> {
    /// A reader with the limits of bulk files; the source need not be buffered.
    pub fn new(input: R) -> Self {
        Self {
            csv: csv::Reader::new(input, Limits::default()),
            record: Record::default(),
            held: false,
            codes: HashSet::new(),
            last_code: None,
            lines_read: 0,
            last_line: 0,
        }
    }

    /// The next line, taken or rejected; `None` when the file was whole and is at its end.
    pub fn next_line(&mut self) -> Result<Option<Result<OdsRow, Rejected>>, Error> {
        if !std::mem::take(&mut self.held) && !self.csv.read(&mut self.record)? {
            return self.close();
        }
        self.lines_read += 1;
        self.last_line = self.record.line();
        if let Some(bare) = self.record.first_bare() {
            let column = COLUMNS.get(bare).copied().unwrap_or("column 28");
            return Err(Error::Unquoted { line: self.last_line, column });
        }
        if self.record.len() != COLUMNS.len() {
            return self.wrong_width();
        }
        let row = read_row(&self.record);
        let code = row.as_ref().map_or_else(|_| cell(&self.record, 0).parse_code().ok(), |row| Some(row.code.clone()));
        let Some(code) = code else { return Ok(Some(row)) };
        self.last_code = Some(code.clone());
        if self.codes.insert(code) {
            return Ok(Some(row));
        }
        let twice = "this code stands on an earlier line too: ask the publisher which is right and remove the other";
        Ok(Some(Err(cell(&self.record, 0).reject(twice))))
    }

    /// Lines met so far, taken or rejected, blank ones left out.
    pub fn lines_read(&self) -> u64 {
        self.lines_read
    }

    /// The code of the newest line that had a valid one.
    pub fn last_code(&self) -> Option<&OdsCode> {
        self.last_code.as_ref()
    }

    fn close(&self) -> Result<Option<Result<OdsRow, Rejected>>, Error> {
        if self.lines_read == 0 {
            return Err(Error::Empty);
        }
        if !self.csv.ended_with_newline() {
            return Err(Error::Cut { line: self.last_line });
        }
        Ok(None)
    }

    /// A short line in the middle is a mistake in that line; at the end it is the mark of a cut file.
    fn wrong_width(&mut self) -> Result<Option<Result<OdsRow, Rejected>>, Error> {
        let columns = self.record.len();
        let last = columns.min(COLUMNS.len()).saturating_sub(1);
        let why = format!("the line has {columns} columns and not 27: correct it from the file as published");
        let rejected = cell(&self.record, last).reject(&why);
        self.held = self.csv.read(&mut self.record)?;
        if !self.held && columns < COLUMNS.len() {
            return Err(Error::Cut { line: self.last_line });
        }
        Ok(Some(Err(rejected)))
    }
}

/// One field and where it stands.
struct Cell<'a> {
    line: u64,
    column: &'static str,
    value: &'a str,
}

fn cell(record: &Record, index: usize) -> Cell<'_> {
    Cell {
        line: record.line(),
        column: COLUMNS.get(index).copied().unwrap_or_default(),
        value: record.get(index).unwrap_or_default(),
    }
}

impl Cell<'_> {
    fn reject(&self, why: &str) -> Rejected {
        Rejected { line: self.line, column: self.column, value: text::shorten(self.value), why: why.to_owned() }
    }

    fn parse_code(&self) -> Result<OdsCode, Rejected> {
        OdsCode::parse(self.value).map_err(|bad| self.reject(&bad.to_string()))
    }

    fn text(&self) -> Result<String, Rejected> {
        match text::fault(self.value, MAX_CHARS) {
            Some(why) => Err(self.reject(&why)),
            None => Ok(self.value.to_owned()),
        }
    }

    fn day(&self) -> Result<Option<Day>, Rejected> {
        if self.value.is_empty() {
            return Ok(None);
        }
        let parts = (self.value.get(..4), self.value.get(4..6), self.value.get(6..));
        let day = match parts {
            (Some(year), Some(month), Some(day)) => Day::parse(&format!("{year}-{month}-{day}")),
            _ => None,
        };
        let why = "this day does not exist: write a date as YYYYMMDD or leave the field empty";
        day.map(Some).ok_or_else(|| self.reject(why))
    }
}

fn read_row(record: &Record) -> Result<OdsRow, Rejected> {
    let text = |index| cell(record, index).text();
    let day = |index| cell(record, index).day();
    let (status, parent) = (cell(record, 12), cell(record, 14));
    let row = OdsRow {
        line: record.line(),
        code: cell(record, 0).parse_code()?,
        name: text(1)?,
        national_grouping: text(2)?,
        health_geography: text(3)?,
        address: [text(4)?, text(5)?, text(6)?, text(7)?, text(8)?],
        postcode: text(9)?,
        opened_on: day(10)?,
        closed_on: day(11)?,
        status: match OdsStatus::parse(status.value) {
            None if !status.value.is_empty() => {
                return Err(status.reject("this status is not known: write A, C, D, P or nothing"));
            }
            known => known,
        },
        sub_type: text(13)?,
        parent: if parent.value.is_empty() { None } else { Some(parent.parse_code()?) },
        parent_joined_on: day(15)?,
        parent_left_on: day(16)?,
        telephone: text(17)?,
        care_organisation: text(23)?,
        setting: text(25)?,
    };
    if row.name.trim().is_empty() {
        return Err(cell(record, 1).reject("the name is missing: every organisation has one"));
    }
    Ok(row)
}

#[cfg(test)]
#[path = "ods_tests.rs"]
mod tests;
