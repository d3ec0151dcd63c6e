//! Looks into zip archives: names and beginnings of what is in them, as far as is asked for. Nothing is believed: an archive's
//! list and what stands before each file are both read, sizes that it states are not.

use memchr::memmem;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// How each file in it begins.
const FILE: &[u8] = b"PK\x03\x04";
/// How its list's end begins.
const END: &[u8] = b"PK\x05\x06";
/// Bytes of that end, and of the longest note behind it.
const END_LENGTH: usize = 22;
const NOTE: usize = 65_535;
/// Bytes of a line of the list, and of what stands before a file, without names.
const LINE: usize = 46;
const BEFORE: usize = 30;

/// What is in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its name in the list.
    pub name: &'a [u8],
    /// Its name where it stands; a program may go by either.
    pub other_name: &'a [u8],
    /// It is encrypted.
    pub locked: bool,
    method: u16,
    packed: &'a [u8],
}

/// It is no archive that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the archive cannot be read")]
pub struct Damaged;

/// Whether a file says that it is one.
pub fn claims(bytes: &[u8]) -> bool {
    bytes.starts_with(FILE) || bytes.starts_with(END)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_le_bytes(two.try_into().ok()?)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}

/// What is in an archive, at most so many files and one more. One in several pieces, or of more than 4 GiB, is not read.
pub fn entries(bytes: &[u8], most: usize) -> Result<Vec<Entry<'_>>, Damaged> {
    let tail = bytes.len().saturating_sub(END_LENGTH + NOTE);
    let at = memmem::rfind(bytes.get(tail..).unwrap_or_default(), END).ok_or(Damaged)? + tail;
    let end = bytes.get(at..).unwrap_or_default();
    let (count, length, offset) =
        (u16_at(end, 10).ok_or(Damaged)?, u32_at(end, 12).ok_or(Damaged)?, u32_at(end, 16).ok_or(Damaged)?);
    if count == 0xffff || offset == 0xffff_ffff {
        return Err(Damaged);
    }
    // What was put before an archive, as a program that unpacks it, moves all that it says by the same.
    let start = at.checked_sub(length).ok_or(Damaged)?;
    let moved = start.checked_sub(offset).ok_or(Damaged)?;
    let mut list = bytes.get(start..at).ok_or(Damaged)?;
    let mut found = Vec::new();
    while found.len() <= most && found.len() < count {
        let (entry, rest) = line(bytes, list, moved).ok_or(Damaged)?;
        found.push(entry);
        list = rest;
    }
    Ok(found)
}

fn line<'a>(bytes: &'a [u8], list: &'a [u8], moved: usize) -> Option<(Entry<'a>, &'a [u8])> {
    if !list.starts_with(b"PK\x01\x02") {
        return None;
    }
    let (name, extra, note) = (u16_at(list, 28)?, u16_at(list, 30)?, u16_at(list, 32)?);
    let (packed, offset) = (u32_at(list, 20)?, u32_at(list, 42)?);
    let file = bytes.get(offset.checked_add(moved)?..)?;
    if !file.starts_with(FILE) {
        return None;
    }
    let (other, behind) = (u16_at(file, 26)?, u16_at(file, 28)?);
    let begins = BEFORE + other + behind;
    let flags = u16_at(list, 8)? | u16_at(file, 6)?;
    let entry = Entry {
        name: list.get(LINE..LINE + name)?,
        other_name: file.get(BEFORE..BEFORE + other)?,
        locked: flags & 1 == 1,
        method: u16::try_from(u16_at(list, 10)?).ok()?,
        packed: file.get(begins..begins.checked_add(packed)?)?,
    };
    Some((entry, list.get(LINE + name + extra + note..)?))
}

impl Entry<'_> {
    /// Its first bytes, at most so many; none where it is locked or packed in a way that is not known here.
    pub fn beginning(&self, most: usize) -> Option<Vec<u8>> {
        if self.locked {
            return None;
        }
        match self.method {
            0 => Some(self.packed.get(..most).unwrap_or(self.packed).to_vec()),
            8 => Some(decompress_to_vec_with_limit(self.packed, most).unwrap_or_else(|stopped| stopped.output)),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "zip_tests.rs"]
pub(crate) mod tests;
