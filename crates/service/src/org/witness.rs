//! Watches a file's bytes on their way to the reader: the digest of the whole, and a mark of each line.

use std::io;

use domain::hex::hex;
use sha2::{Digest, Sha256};

/// What the bytes were, whatever their meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// SHA-256 of the file as it is.
    pub digest: String,
    /// The first eight bytes of SHA-256 of line 1.
    pub first: String,
    /// The first byte of SHA-256 of each line. Blank lines and the kind of line end do not count.
    pub marks: Vec<u8>,
}

/// A reader that passes on what it reads and remembers what it was.
pub(super) struct Witness<R> {
    input: R,
    whole: Sha256,
    line: Sha256,
    blank: bool,
    first: String,
    marks: Vec<u8>,
}

impl<R> Witness<R> {
    pub(super) fn new(input: R) -> Self {
        let (whole, line) = (Sha256::new(), Sha256::new());
        Self { input, whole, line, blank: true, first: String::new(), marks: Vec::new() }
    }

    /// What was seen; a last line without a line end is left out, the reader refuses it.
    pub(super) fn seen(self) -> Seen {
        Seen { digest: hex(&self.whole.finalize()), first: self.first, marks: self.marks }
    }

    fn look(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let content = piece.strip_suffix(b"\n");
            for part in content.unwrap_or(piece).split(|byte| *byte == b'\r') {
                self.blank &= part.is_empty();
                self.line.update(part);
            }
            if content.is_some() {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        if std::mem::replace(&mut self.blank, true) {
            return;
        }
        let digest = self.line.finalize_reset();
        if self.first.is_empty() {
            self.first = hex(digest.get(..8).unwrap_or_default());
        }
        self.marks.extend(digest.first());
    }
}

impl<R: io::Read> io::Read for Witness<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.look(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn seen(bytes: &[u8], step: usize) -> Seen {
        let mut witness = Witness::new(bytes);
        let mut buffer = vec![0; step];
        while witness.read(&mut buffer).unwrap() > 0 {}
        witness.seen()
    }

    #[test]
    fn lines_have_the_same_marks_with_either_line_end_and_however_the_bytes_come() {
        let lf = seen(b"\"A\",\"1\"\n\"B\",\"2\"\n", 64);
        assert_eq!(lf.marks.len(), 2);
        for step in [1, 2, 7] {
            let crlf = seen(b"\"A\",\"1\"\r\n\r\n\"B\",\"2\"\r\n", step);
            assert_eq!((&crlf.first, &crlf.marks), (&lf.first, &lf.marks), "{step}");
            assert_ne!(crlf.digest, lf.digest, "the digest is of the bytes");
        }
        assert_eq!(seen(b"\"A\",\"1\"\n\"B\"", 64).marks.len(), 1, "half a line has no mark");
    }
}
