//! RFC 4180, strictly: a streaming reader of untrusted bytes, and a writer. Values stay exact on both sides: nothing
//! is trimmed, guessed, or changed to disarm spreadsheet formulas.

use std::io;
use std::mem;

use memchr::{memchr, memchr_iter};

const BUFFER: usize = 64 * 1024;
const SEPARATOR: u8 = b',';

/// How much a file may hold before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record, separators included.
    pub max_record_bytes: usize,
    /// Bytes of the whole file.
    pub max_bytes: u64,
    /// Physical lines of the whole file, blank ones included.
    pub max_lines: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_record_bytes: 64 * 1024, max_bytes: 256 * 1024 * 1024, max_lines: 2_000_000 }
    }
}

/// Why a file cannot be read as CSV, where, and what to do. Columns are counted in fields, from 1.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source failed.
    #[error("line {line}: the file could not be read further, send it again")]
    Io {
        /// The line reached.
        line: u64,
        /// What the source said.
        source: io::Error,
    },
    /// A UTF-16 byte order mark, or a NUL where the first characters stand.
    #[error("line 1: the file is UTF-16, save it as \"CSV UTF-8\"")]
    Utf16,
    /// A NUL byte.
    #[error("line {line}, column {column}: there is a NUL byte, remove it or save the file as \"CSV UTF-8\"")]
    Nul {
        /// Where.
        line: u64,
        /// The field.
        column: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("line {line}, column {column}: the text is not UTF-8, save the file as \"CSV UTF-8\"")]
    NotUtf8 {
        /// Where.
        line: u64,
        /// The field.
        column: usize,
    },
    /// A record above [`Limits::max_record_bytes`].
    #[error("line {line}: the record that begins here is longer than {limit} bytes, shorten it or close its quotes")]
    RecordTooLong {
        /// Where the record begins.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// A file above [`Limits::max_bytes`].
    #[error("line {line}: the file is larger than {limit} bytes, split it")]
    TooManyBytes {
        /// The line reached.
        line: u64,
        /// The limit.
        limit: u64,
    },
    /// A file above [`Limits::max_lines`].
    #[error("line {line}: the file has more than {limit} lines, split it")]
    TooManyLines {
        /// The first line too many.
        line: u64,
        /// The limit.
        limit: u64,
    },
    /// A quote within a field that does not begin with one.
    #[error("line {line}, column {column}: a quote stands inside an unquoted field, quote the field and double it")]
    QuoteInField {
        /// Where.
        line: u64,
        /// The field.
        column: usize,
    },
    /// Something other than a comma or a line end behind a closing quote.
    #[error("line {line}, column {column}: text follows the closing quote, double the quotes inside the field")]
    TextAfterQuote {
        /// Where.
        line: u64,
        /// The field.
        column: usize,
    },
    /// The file ends within quotes.
    #[error("line {line}, column {column}: the quote that opens here is never closed, close it or send the whole file")]
    Unclosed {
        /// Where the field begins.
        line: u64,
        /// The field.
        column: usize,
    },
    /// A carriage return without a line feed outside quotes.
    #[error("line {line}, column {column}: a carriage return stands alone, end lines with LF or CRLF")]
    LoneReturn {
        /// Where.
        line: u64,
        /// The field.
        column: usize,
    },
}

/// One record, reused from read to read so that fields need no allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The fields, each followed by a separator: then no two broken fields can make up one valid character.
    text: String,
    ends: Vec<usize>,
    first_bare: Option<usize>,
    line: u64,
}

impl Record {
    /// A field by its place, from 0.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before)?.checked_add(1)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no field at all: before the first read and after the last.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The physical line on which the record begins, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The first field that was written without quotes.
    pub(crate) fn first_bare(&self) -> Option<usize> {
        self.first_bare
    }
}

/// A record under construction: the same parts, not yet known to be UTF-8.
struct Draft {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    first_bare: Option<usize>,
    line: u64,
    field_line: u64,
}

impl Draft {
    fn reuse(record: &mut Record, line: u64) -> Self {
        let mut draft = Self {
            bytes: mem::take(&mut record.text).into_bytes(),
            ends: mem::take(&mut record.ends),
            first_bare: None,
            line,
            field_line: line,
        };
        draft.restart(line);
        draft
    }

    fn restart(&mut self, line: u64) {
        self.bytes.clear();
        self.ends.clear();
        self.first_bare = None;
        self.line = line;
    }

    fn column(&self) -> usize {
        self.ends.len().saturating_add(1)
    }

    fn push(&mut self, part: &[u8], limits: &Limits) -> Result<(), Error> {
        let limit = limits.max_record_bytes;
        if self.bytes.len().saturating_add(part.len()) > limit {
            return Err(Error::RecordTooLong { line: self.line, limit });
        }
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    fn end_field(&mut self, limits: &Limits) -> Result<(), Error> {
        self.ends.push(self.bytes.len());
        self.push(&[SEPARATOR], limits)
    }

    /// A line with nothing on it; one with `""` is a record.
    fn is_blank(&self) -> bool {
        self.ends == [0] && self.first_bare == Some(0)
    }

    fn place(&self, offset: usize) -> (u64, usize) {
        let before = self.bytes.get(..offset).unwrap_or_default();
        let column = self.ends.partition_point(|end| *end <= offset).saturating_add(1);
        (self.line.saturating_add(newlines(before)), column)
    }

    fn finish(mut self, record: &mut Record) -> Result<(), Error> {
        if let Some(offset) = memchr(0, &self.bytes) {
            let (line, column) = self.place(offset);
            return Err(Error::Nul { line, column });
        }
        match String::from_utf8(mem::take(&mut self.bytes)) {
            Ok(text) => {
                *record = Record { text, ends: self.ends, first_bare: self.first_bare, line: self.line };
                Ok(())
            }
            Err(bad) => {
                let offset = bad.utf8_error().valid_up_to();
                self.bytes = bad.into_bytes();
                let (line, column) = self.place(offset);
                Err(Error::NotUtf8 { line, column })
            }
        }
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    u64::try_from(memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

#[derive(Clone, Copy)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    QuoteSeen,
    ReturnSeen,
}

/// Reads records one by one; memory stays at one buffer and one record whatever the file holds.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    buffer: Box<[u8]>,
    at: usize,
    end: usize,
    total: u64,
    line: u64,
    last: Option<u8>,
    done: bool,
    limits: Limits,
}

impl<R: io::Read> Reader<R> {
    /// A reader of a source that need not be buffered.
    pub fn new(input: R, limits: Limits) -> Self {
        let buffer = vec![0; BUFFER].into_boxed_slice();
        Self { input, buffer, at: 0, end: 0, total: 0, line: 1, last: None, done: false, limits }
    }

    /// Reads the next record that is not a blank line; `false` at the end, and ever after an error.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, Error> {
        let mut draft = Draft::reuse(record, self.line);
        if mem::replace(&mut self.done, true) {
            return Ok(false);
        }
        if !self.assemble(&mut draft)? {
            return Ok(false);
        }
        draft.finish(record)?;
        self.done = false;
        Ok(true)
    }

    /// After the end: whether the file's last byte was a line end, so that its last line is known to be whole.
    pub fn ended_with_newline(&self) -> bool {
        self.last == Some(b'\n')
    }

    fn assemble(&mut self, draft: &mut Draft) -> Result<bool, Error> {
        let mut state = State::FieldStart;
        loop {
            if self.at == self.end && !self.fill()? {
                return self.close(state, draft);
            }
            let rest = self.buffer.get(self.at..self.end).unwrap_or_default();
            let Some(&byte) = rest.first() else { continue };
            state = match state {
                State::FieldStart => {
                    if draft.ends.is_empty() && self.line > self.limits.max_lines {
                        return Err(Error::TooManyLines { line: self.line, limit: self.limits.max_lines });
                    }
                    draft.field_line = self.line;
                    if byte == b'"' {
                        self.at += 1;
                        State::Quoted
                    } else {
                        draft.first_bare.get_or_insert(draft.ends.len());
                        State::Bare
                    }
                }
                State::Bare => {
                    let stop = rest.iter().position(|b| matches!(b, b',' | b'"' | b'\r' | b'\n'));
                    let used = stop.unwrap_or(rest.len());
                    draft.push(rest.get(..used).unwrap_or_default(), &self.limits)?;
                    self.at += used;
                    match rest.get(used) {
                        None => State::Bare,
                        Some(b'"') => return Err(Error::QuoteInField { line: self.line, column: draft.column() }),
                        Some(&end) => match self.end_of_field(end, draft)? {
                            Some(next) => next,
                            None => return Ok(true),
                        },
                    }
                }
                State::Quoted => {
                    let stop = memchr(b'"', rest);
                    let part = rest.get(..stop.unwrap_or(rest.len())).unwrap_or_default();
                    draft.push(part, &self.limits)?;
                    self.line += newlines(part);
                    self.at += part.len() + usize::from(stop.is_some());
                    if stop.is_some() { State::QuoteSeen } else { State::Quoted }
                }
                State::QuoteSeen if byte == b'"' => {
                    draft.push(b"\"", &self.limits)?;
                    self.at += 1;
                    State::Quoted
                }
                State::QuoteSeen | State::ReturnSeen => {
                    if matches!(state, State::ReturnSeen) && byte != b'\n' {
                        return Err(Error::LoneReturn { line: self.line, column: draft.column() });
                    }
                    match self.end_of_field(byte, draft)? {
                        Some(next) => next,
                        None => return Ok(true),
                    }
                }
            };
        }
    }

    /// Takes the byte that ends a field; `None` when it ends the record too.
    fn end_of_field(&mut self, byte: u8, draft: &mut Draft) -> Result<Option<State>, Error> {
        match byte {
            b'\r' => {
                self.at += 1;
                Ok(Some(State::ReturnSeen))
            }
            SEPARATOR => {
                self.at += 1;
                draft.end_field(&self.limits)?;
                Ok(Some(State::FieldStart))
            }
            b'\n' => {
                self.at += 1;
                self.line += 1;
                draft.end_field(&self.limits)?;
                if !draft.is_blank() {
                    return Ok(None);
                }
                draft.restart(self.line);
                Ok(Some(State::FieldStart))
            }
            _ => Err(Error::TextAfterQuote { line: self.line, column: draft.column() }),
        }
    }

    /// The file ends here: fine between records, and behind a last field without a line end.
    fn close(&mut self, state: State, draft: &mut Draft) -> Result<bool, Error> {
        let column = draft.column();
        match state {
            State::Quoted => Err(Error::Unclosed { line: draft.field_line, column }),
            State::ReturnSeen => Err(Error::LoneReturn { line: self.line, column }),
            State::FieldStart if draft.ends.is_empty() => Ok(false),
            State::FieldStart | State::Bare | State::QuoteSeen => {
                if matches!(state, State::FieldStart) {
                    draft.first_bare.get_or_insert(draft.ends.len());
                }
                draft.end_field(&self.limits)?;
                Ok(true)
            }
        }
    }

    #[cold]
    fn fill(&mut self) -> Result<bool, Error> {
        let first = self.total == 0;
        // Four bytes show a byte order mark or UTF-16 without one, however small the source's pieces are.
        let wanted = if first { 4 } else { 1 };
        (self.at, self.end) = (0, 0);
        while self.end < wanted {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => break,
                Ok(count) => self.end = self.end.saturating_add(count).min(BUFFER),
                Err(again) if again.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(Error::Io { line: self.line, source }),
            }
        }
        let fresh = self.buffer.get(..self.end).unwrap_or_default();
        self.total = self.total.saturating_add(u64::try_from(fresh.len()).unwrap_or(u64::MAX));
        if self.total > self.limits.max_bytes {
            return Err(Error::TooManyBytes { line: self.line, limit: self.limits.max_bytes });
        }
        if first {
            let head = fresh.get(..4).unwrap_or(fresh);
            if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.contains(&0) {
                return Err(Error::Utf16);
            }
            self.at = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        }
        self.last = fresh.last().copied().or(self.last);
        Ok(self.at < self.end)
    }
}

/// Writes records with LF line ends, quoting only where a reader needs it.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    line: String,
}

impl<W: io::Write> Writer<W> {
    /// A writer of one `write` a record: give it a `BufWriter` for a file.
    pub fn new(output: W) -> Self {
        Self { output, line: String::new() }
    }

    /// Writes one record. No fields make a blank line, which readers skip; a NUL is written, and readers refuse it.
    pub fn write_record<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        self.line.clear();
        let mut first = true;
        for field in fields {
            if !mem::take(&mut first) {
                self.line.push(',');
            }
            // A mark at the head of the file would be taken for the byte order mark.
            if field.starts_with('\u{feff}') || field.bytes().any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n')) {
                self.line.push('"');
                self.line.push_str(&field.replace('"', "\"\""));
                self.line.push('"');
            } else {
                self.line.push_str(field);
            }
        }
        if !first && self.line.is_empty() {
            // One empty field: without quotes it would be a blank line.
            self.line.push_str("\"\"");
        }
        self.line.push('\n');
        self.output.write_all(self.line.as_bytes())
    }

    /// Passes on what is buffered.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    /// The output, as it stands.
    pub fn into_inner(self) -> W {
        self.output
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
