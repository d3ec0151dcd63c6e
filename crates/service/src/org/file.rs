//! Reads a published file to its end, into memory: nothing may be applied before the whole of it was seen.

use std::collections::HashSet;
use std::io;

use domain::ids::OdsCode;
use domain::org::{Legal, Sector};
use domain::time::Day;
use wire::ods::{OdsRow, OdsStatus, Reader, Rejected};

use super::sector;
use super::witness::{Seen, Witness};
use crate::error::Error;
use crate::progress::Progress;

/// The most lines of one file. The registry's largest report has a fifth of it, and so many are kept in 50 MB.
const MAX_LINES: u64 = 100_000;

/// Progress is told once in so many lines.
const STEP: u64 = 1_000;

/// An organisation as a file publishes it.
#[derive(Debug)]
pub(super) struct Published {
    pub code: OdsCode,
    pub name: String,
    pub sector: Option<Sector>,
    pub legal: Legal,
    pub opened_on: Option<Day>,
    pub closed_on: Option<Day>,
    pub parent: Option<OdsCode>,
    pub postal: String,
    pub telephone: String,
}

/// A file that was read whole.
#[derive(Debug)]
pub(super) struct Content {
    /// The lines that can be taken.
    pub rows: Vec<Published>,
    /// Every code that stands in the file, also on rejected lines.
    pub listed: HashSet<OdsCode>,
    pub last: Option<OdsCode>,
    /// Codes only rise.
    pub sorted: bool,
    pub rejected: Vec<Rejected>,
    pub lines: u64,
    pub seen: Seen,
}

/// Reads a file; damage to its structure refuses it.
pub(super) fn read(input: impl io::Read, progress: &dyn Progress) -> Result<Content, Error> {
    let mut witness = Witness::new(input);
    let mut reader = Reader::new(&mut witness);
    let (mut rows, mut rejected, mut listed) = (Vec::new(), Vec::new(), HashSet::new());
    let (mut last, mut sorted) = (None, true);
    while let Some(line) = reader.next_line().map_err(|damage| Error::File(damage.to_string()))? {
        let lines = reader.lines_read();
        if lines > MAX_LINES {
            return Err(Error::File(format!("line {lines}: it has more than {MAX_LINES} lines, load it in parts")));
        }
        if lines.is_multiple_of(STEP) {
            progress.advance(STEP);
        }
        if let Some(code) = reader.last_code().filter(|code| !listed.contains(*code)) {
            sorted &= last.as_ref().is_none_or(|before| before < code);
            listed.insert(code.clone());
            last = Some(code.clone());
        }
        match line {
            Ok(row) => rows.push(published(row)),
            Err(bad) => rejected.push(bad),
        }
    }
    let lines = reader.lines_read();
    if let (true, Some(bad)) = (rows.is_empty(), rejected.first()) {
        let Rejected { line, column, why, .. } = bad;
        return Err(Error::File(format!("none of its {lines} lines can be taken; line {line}, {column}: {why}")));
    }
    Ok(Content { rows, listed, last, sorted, rejected, lines, seen: witness.seen() })
}

fn published(row: OdsRow) -> Published {
    Published {
        sector: sector::of_line(&row),
        legal: legal(&row),
        postal: postal(&row),
        code: row.code,
        name: row.name,
        opened_on: row.opened_on,
        closed_on: row.closed_on,
        parent: row.parent,
        telephone: row.telephone,
    }
}

/// By the status letter; files of trusts and commissioners have none, and there a closing day says it.
fn legal(row: &OdsRow) -> Legal {
    match row.status {
        Some(OdsStatus::Dormant) => Legal::Dormant,
        Some(OdsStatus::Proposed) => Legal::Proposed,
        Some(OdsStatus::Closed) => Legal::Closed,
        Some(OdsStatus::Active) => Legal::Active,
        None => row.closed_on.map_or(Legal::Active, |_| Legal::Closed),
    }
}

fn postal(row: &OdsRow) -> String {
    let parts = row.address.iter().chain([&row.postcode]).map(|part| part.trim());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
