//! Editions that were published and whose lines are known: a file that is a part of one is not taken for a whole.

use super::witness::Seen;

/// One edition a paragraph: its name, the digest of its first line, and a mark for every line.
const KNOWN: &str = include_str!("../../../../data/ods/known.txt");

/// A published edition.
struct Known {
    name: &'static str,
    first: &'static str,
    /// In hexadecimal digits, in lines.
    marks: Vec<&'static str>,
}

/// Of what a file is a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The edition's name, as `epraccur_2025-08`.
    pub of: &'static str,
    /// How many lines it has.
    pub lines: usize,
    /// The file is its beginning; else lines are missing within.
    pub cut: bool,
}

/// The published edition of which a file is only a part: its first lines, or more than half of them in their order but
/// so few that `missing_percent` is exceeded. A shorter selection is somebody's own file, not an edition.
pub(super) fn part_of(seen: &Seen, missing_percent: usize) -> Option<Part> {
    editions().find_map(|known| {
        let (have, whole) = (seen.marks.len(), known.lines());
        if have >= whole {
            return None;
        }
        // Marks are decoded only for the edition they may fit.
        let part = |cut| Part { of: known.name, lines: whole, cut };
        if known.first == seen.first && seen.marks.iter().copied().eq(known.decoded().take(have)) {
            return Some(part(true));
        }
        // Marks of one byte are right by chance once in 256: half an edition in order is no chance.
        let many = have * 2 > whole && (whole - have) * 100 > whole * missing_percent;
        (many && is_selection(&seen.marks, known.decoded())).then(|| part(false))
    })
}

impl Known {
    fn lines(&self) -> usize {
        self.marks.iter().map(|line| line.len() / 2).sum()
    }

    fn decoded(&self) -> impl Iterator<Item = u8> {
        self.marks.iter().copied().flat_map(bytes)
    }
}

fn is_selection(some: &[u8], mut all: impl Iterator<Item = u8>) -> bool {
    some.iter().all(|mark| all.any(|candidate| candidate == *mark))
}

fn editions() -> impl Iterator<Item = Known> {
    KNOWN.split("\n\n").filter_map(|paragraph| {
        let mut lines = paragraph.lines().filter(|line| !line.starts_with('#'));
        let (name, first) = lines.next()?.split_once(' ')?;
        Some(Known { name, first, marks: lines.collect() })
    })
}

fn bytes(line: &str) -> impl Iterator<Item = u8> {
    let pairs = (0..line.len() / 2).map(|index| line.get(index * 2..index * 2 + 2).unwrap_or_default());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok())
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
