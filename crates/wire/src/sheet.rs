//! Files that people open in a spreadsheet: CSV whose cells no program runs.

use std::borrow::Cow;
use std::io;

use crate::csv::Writer;

/// A text as it stands in such a cell: one that begins like a formula (`=`, `+`, `-`, `@`, a tab or a line end) gets an
/// apostrophe before it, which spreadsheets take for "this is text".
pub fn harmless(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A file with a heading, written line by line.
pub struct Sheet<W>(Writer<W>);

impl<W: io::Write> Sheet<W> {
    /// Begins with the headings.
    pub fn new<'h>(out: W, headings: impl IntoIterator<Item = &'h str>) -> io::Result<Self> {
        let mut writer = Writer::new(out);
        writer.write_record(headings)?;
        Ok(Self(writer))
    }

    /// Writes a line, each cell harmless.
    pub fn line<T: AsRef<str>>(&mut self, cells: &[T]) -> io::Result<()> {
        let cells: Vec<Cow<'_, str>> = cells.iter().map(|cell| harmless(cell.as_ref())).collect();
        self.0.write_record(cells.iter().map(AsRef::as_ref))
    }

    /// Passes on what is buffered.
    pub fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+44 20", "'+44 20"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), written);
        }
    }

    #[test]
    fn a_sheet_is_strict_csv_with_headings() {
        let mut out = Vec::new();
        let mut sheet = Sheet::new(&mut out, ["name", "note"]).unwrap();
        sheet.line(&["Lee, Ann", "=HYPERLINK(\"x\")"]).unwrap();
        sheet.line(&["", ""]).unwrap();
        sheet.end().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name,note\n\"Lee, Ann\",\"'=HYPERLINK(\"\"x\"\")\"\n,\n");
    }

    #[test]
    fn a_cell_of_several_lines_stays_one_cell_and_a_full_disk_is_an_error() {
        let mut out = Vec::new();
        let mut sheet = Sheet::new(&mut out, ["note"]).unwrap();
        sheet.line(&["a\n=1+1"]).unwrap();
        sheet.line(&["\n=1,+1"]).unwrap();
        sheet.end().unwrap();
        assert_eq!(out, b"note\n\"a\n=1+1\"\n\"'\n=1,+1\"\n");
        let mut room = [0; 6];
        let mut full = Sheet::new(&mut room[..], ["note"]).unwrap();
        assert_eq!(full.line(&["ab"]).unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}
