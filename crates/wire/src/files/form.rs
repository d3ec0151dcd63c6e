//! One line as a form: fields are taken by heading, and everything wrong is noted before anything is refused. Spaces
//! around a value are dropped.

use domain::ids::{Address, OdsCode};
use domain::mobile::plain;
use domain::time::Day;

use super::{Line, Problem};
use crate::csv::Record;
use crate::text::{NOTES, fault, shorten};

/// A line being read. A `None` from a required field always has its problem noted.
pub(crate) struct Form<'a> {
    record: &'a Record,
    headings: &'static [&'static str],
    problems: Vec<Problem>,
}

impl<'a> Form<'a> {
    /// Begins a line; one with the wrong number of columns is refused at once, because its values may be shifted.
    pub(crate) fn open<L: Line>(record: &'a Record) -> Result<Self, Vec<Problem>> {
        let mut form = Self { record, headings: L::HEADINGS, problems: Vec::new() };
        let (found, wanted) = (record.len(), L::HEADINGS.len());
        if found == wanted {
            return Ok(form);
        }
        let at_fault = if found < wanted { found } else { wanted.saturating_sub(1) };
        let value = record.get(wanted).unwrap_or_default();
        let why = if found < wanted {
            format!("the line has {found} columns and not {wanted}: add the missing commas")
        } else {
            format!("the line has {found} columns and not {wanted}: quote a value that holds a comma")
        };
        form.note_value(L::HEADINGS.get(at_fault).copied().unwrap_or_default(), value, why);
        Err(form.problems)
    }

    /// Notes a problem with a column's value.
    pub(crate) fn note(&mut self, column: &'static str, why: impl Into<String>) {
        self.note_value(column, self.raw(column), why);
    }

    fn note_value(&mut self, column: &'static str, value: &str, why: impl Into<String>) {
        self.problems.push(Problem { line: self.record.line(), column, value: shorten(value), why: why.into() });
    }

    /// The value as it stands, without the spaces around it.
    pub(crate) fn raw(&self, column: &str) -> &'a str {
        let index = self.headings.iter().position(|heading| *heading == column);
        index.and_then(|index| self.record.get(index)).unwrap_or_default().trim_matches(' ')
    }

    /// A text of one line, which may be empty.
    pub(crate) fn text(&mut self, column: &'static str, max_chars: usize) -> String {
        let value = self.raw(column);
        if let Some(why) = fault(value, max_chars) {
            self.note(column, why);
        }
        value.to_owned()
    }

    /// A text of one line, which may not be empty.
    pub(crate) fn required(&mut self, column: &'static str, max_chars: usize) -> String {
        self.demand(column, "");
        self.text(column, max_chars)
    }

    /// Notes an empty value; `because` follows the sentence.
    pub(crate) fn demand(&mut self, column: &'static str, because: &str) {
        if self.raw(column).is_empty() {
            self.note(column, format!("a value is missing: fill it in{because}"));
        }
    }

    /// Notes, in which line breaks are right and read as LF.
    pub(crate) fn notes(&mut self, column: &'static str) -> String {
        let value = self.raw(column).replace("\r\n", "\n");
        let length = value.chars().count();
        let line_fault = value.split('\n').find_map(|line| fault(line, NOTES));
        if length > NOTES {
            self.note(column, format!("{length} characters are too many: shorten it to {NOTES}"));
        } else if let Some(why) = line_fault {
            self.note(column, why);
        }
        value
    }

    /// A day, or empty.
    pub(crate) fn day(&mut self, column: &'static str) -> Option<Day> {
        let value = self.raw(column);
        let day = Day::parse(value);
        if day.is_none() && !value.is_empty() {
            self.note(column, "this day does not exist: write a date as YYYY-MM-DD");
        }
        day
    }

    /// A yes or no; empty is no.
    pub(crate) fn flag(&mut self, column: &'static str) -> bool {
        let value = self.raw(column);
        let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
        if is(&["yes", "true", "1"]) {
            return true;
        }
        if !is(&["no", "false", "0", ""]) {
            self.note(column, "this is neither yes nor no: write yes, no, true, false, 1, 0 or nothing");
        }
        false
    }

    /// A mail address, required.
    pub(crate) fn address(&mut self, column: &'static str) -> Option<Address> {
        let value = self.raw(column);
        self.demand(column, "");
        let address = Address::parse(value);
        if address.is_none() && !value.is_empty() {
            self.note(column, "this is no mail address: write it as first.last@example.org");
        }
        address
    }

    /// The code of an organisation, required.
    pub(crate) fn organisation(&mut self, column: &'static str) -> Option<OdsCode> {
        let value = self.raw(column);
        self.demand(column, "");
        if value.is_empty() {
            return None;
        }
        OdsCode::parse(value).map_err(|bad| self.note(column, bad.to_string())).ok()
    }

    /// A mobile number, or empty: digits with an optional `+`, what stands between them dropped.
    pub(crate) fn mobile(&mut self, column: &'static str) -> Option<String> {
        let value = self.raw(column);
        if value.is_empty() {
            return None;
        }
        plain(value).map_err(|why| self.note(column, why.to_string())).ok()
    }

    /// A word of a closed vocabulary; empty is `None` without a problem.
    pub(crate) fn word<T>(&mut self, column: &'static str, parse: fn(&str) -> Option<T>, all: &[&str]) -> Option<T> {
        let value = self.raw(column);
        let word = parse(value);
        if word.is_none() && !value.is_empty() {
            self.note(column, format!("this word is not known: write one of {}", all.join(", ")));
        }
        word
    }

    /// The line, if nothing was noted.
    pub(crate) fn finish<T>(self, line: Option<T>) -> Result<T, Vec<Problem>> {
        match line {
            Some(line) if self.problems.is_empty() => Ok(line),
            Some(_) | None => Err(self.problems),
        }
    }
}
