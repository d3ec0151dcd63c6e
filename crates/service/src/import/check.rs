//! The first reading of a file: nothing is changed. What is no CSV, or has other headings, is refused whole here.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use domain::hex::hex;
use sha2::{Digest, Sha256};
use wire::csv::{Limits, Record};
use wire::files::{Lines, Problem};

use crate::error::Error;
use crate::import::job::Job;

/// What the first reading learns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    /// Lines, the headings aside.
    pub(crate) lines: u64,
    /// Names the file by its content.
    pub(crate) digest: String,
}

/// Passes bytes on and takes their digest.
struct Digesting<'d, R> {
    input: R,
    digest: &'d mut Sha256,
}

impl<R: Read> Read for Digesting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.digest.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// The limits of a file: those of CSV, and room for the headings beside the lines.
pub(crate) fn limits() -> Limits {
    let csv = Limits::default();
    Limits { max_lines: csv.max_lines.saturating_add(1), ..csv }
}

/// Opens a bulk file. It is read twice, so it must be a file.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    let shown = path.display();
    let unreadable = |error: io::Error| Error::input(format!("{shown} cannot be read ({error}): check its name"));
    // Before opening: to open a pipe would wait for its writer.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Error::input(format!(
            "{shown} is no file that can be read twice: save it as a file, then send that"
        )));
    }
    File::open(path).map_err(unreadable)
}

/// Reads everything and shows each line with its mistakes (`None` where the line itself is right).
/// Memory: one record, however long the file.
pub(crate) fn read_whole<J: Job>(
    input: impl Read,
    mut each: impl FnMut(&Record, u64, Result<&J::Line, &[Problem]>) -> Result<(), Error>,
) -> Result<Whole, Error> {
    let mut digest = Sha256::new();
    let source = Digesting { input, digest: &mut digest };
    let refuse = |error: wire::files::Error| Error::File(error.to_string());
    let mut lines = Lines::<_, J::Line>::open(source, limits()).map_err(refuse)?;
    let mut count = 0;
    while let Some(parsed) = lines.next_line().map_err(refuse)? {
        count += 1;
        each(parsed.record, parsed.line, parsed.outcome.as_ref().map_err(Vec::as_slice))?;
    }
    drop(lines);
    let digest = hex(digest.finalize().get(..8).unwrap_or_default());
    Ok(Whole { lines: count, digest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::signals::SignalJob;

    /// One line that never ends.
    struct Endless {
        given: u64,
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let head = b"Address,Signal,Time\n";
            let from = if self.given == 0 { head.len().min(buffer.len()) } else { 0 };
            buffer[..from].copy_from_slice(&head[..from]);
            buffer[from..].fill(b'x');
            self.given += buffer.len() as u64;
            Ok(buffer.len())
        }
    }

    fn told(input: impl Read) -> Result<Whole, String> {
        read_whole::<SignalJob<'_>>(input, |_, _, _| Ok(())).map_err(|error| error.to_string())
    }

    // Proves: CSV-01
    #[test]
    fn a_line_of_a_gigabyte_is_refused_after_its_first_bytes() {
        let mut endless = Endless { given: 0 };
        let said = told((&mut endless).take(1 << 30)).unwrap_err();
        assert!(said.contains("line 2: the record that begins here is longer than 65536 bytes"), "{said}");
        assert!(endless.given < 1 << 20, "{} bytes were read", endless.given);
    }

    #[test]
    fn the_same_bytes_have_the_same_digest_and_others_another() {
        let (one, two) = ("Address,Signal,Time\na@b.org,x,y\n", "Address,Signal,Time\na@b.org,x,z\n");
        assert_eq!(told(one.as_bytes()), told(one.as_bytes()));
        assert_ne!(told(one.as_bytes()), told(two.as_bytes()));
        assert_eq!(told(one.as_bytes()).unwrap().lines, 1);
    }

    #[test]
    fn two_million_lines_may_stand_behind_the_headings_and_not_one_more() {
        // Blank lines count and are quickly read.
        let file = |blank: usize| format!("Address,Signal,Time\n{}a,b\n", "\n".repeat(blank));
        assert_eq!(told(file(1_999_999).as_bytes()).unwrap().lines, 1);
        let said = told(file(2_000_000).as_bytes()).unwrap_err();
        assert!(said.contains("line 2000002: the file has more than 2000001 lines"), "{said}");
    }

    #[test]
    fn what_cannot_be_read_twice_is_refused() {
        let said = open(Path::new("/dev/null")).unwrap_err().to_string();
        assert!(said.contains("save it as a file"), "{said}");
        assert!(open(Path::new("no-such.csv")).unwrap_err().to_string().contains("check its name"));
    }
}
