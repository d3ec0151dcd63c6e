//! The files in a message: in its parts, in messages and zip archives that stand in it. However a message is made, what is
//! looked at has an end: so many files, so many bytes, so deep.
//!
//! The parser leaves contents as they came (`Content-Transfer-Encoding` is read here): else it would parse what is encoded
//! before anybody could say how much that may be. It frees messages in messages by recursion, so they are counted first.

use std::borrow::Cow;

use domain::attachment::{AttachmentRules, BEGINNING, Blocked};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{HeaderName, Message, MessageParser, MessagePart, PartType};

use crate::zip;

/// Encoded messages in one another.
const ENCODED: u16 = 3;
/// Messages in messages, encoded or not.
const NESTED: usize = 200;
/// Bytes that are read in search of the ends of parts: so many parts with parts times the length of all.
const WORK: usize = 5_000_000_000;

/// The first file that the rules refuse, if any. Cost: it reads the whole message, and of each file its beginning; of
/// archives in archives all, up to the policy's limit.
pub fn blocked(message: &[u8], rules: &AttachmentRules) -> Option<Blocked> {
    let most = usize::try_from(rules.unpacked_mib).unwrap_or(usize::MAX).saturating_mul(1024 * 1024);
    let mut search = Search { rules, files: rules.files, room: most };
    search.message(message, ENCODED).err()
}

/// The text of a header field, decoded: what stands behind its colon.
pub fn subject_of(value: &[u8]) -> String {
    let parser = MessageParser::new().header_text(HeaderName::Subject).default_header_ignore();
    let header = [b"Subject:", value, b"\r\n\r\n"].concat();
    let read = parser.parse_headers(&header);
    read.as_ref().and_then(Message::subject).unwrap_or_default().to_owned()
}

struct Search<'r> {
    rules: &'r AttachmentRules,
    /// Files that may follow.
    files: u32,
    /// Bytes that may still be decoded or unpacked.
    room: usize,
}

type Looked = Result<(), Blocked>;

fn free(found: Option<Blocked>) -> Looked {
    found.map_or(Ok(()), Err)
}

/// How often a word stands somewhere, in any case; no more than `most` and one.
fn count(bytes: &[u8], word: &[u8], most: usize) -> usize {
    let first = word.first().copied().unwrap_or(0);
    let both = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), bytes);
    let is = |at: &usize| bytes.get(*at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
    both.filter(is).take(most + 1).count()
}

/// Whether a message may be given to the parser.
fn is_bounded(bytes: &[u8]) -> bool {
    let headers = count(bytes, b"content-type", usize::MAX - 1);
    let words = [&b"rfc822"[..], b"global", b"digest"].map(|word| count(bytes, word, NESTED));
    let with_parts = headers.min(count(bytes, b"multipart", usize::MAX - 1));
    headers.min(words.iter().sum()) <= NESTED && with_parts.saturating_mul(bytes.len()) <= WORK
}

impl Search<'_> {
    fn message(&mut self, bytes: &[u8], depth: u16) -> Looked {
        if !is_bounded(bytes) {
            return Err(Blocked::TooMuch);
        }
        let parser = MessageParser::new()
            .header_content_type(HeaderName::ContentType)
            .header_content_type(HeaderName::ContentDisposition)
            .default_header_ignore();
        let Some(read) = parser.parse(bytes) else { return Ok(()) };
        let mut waiting = vec![&read];
        while let Some(message) = waiting.pop() {
            for part in &message.parts {
                if let PartType::Message(inner) = &part.body {
                    waiting.push(inner);
                }
                self.part(bytes, part, depth)?;
            }
        }
        Ok(())
    }

    fn part(&mut self, whole: &[u8], part: &MessagePart<'_>, depth: u16) -> Looked {
        for header in &part.headers {
            if let Some(named) = header.value.as_content_type() {
                let names = named.attributes().into_iter().flatten();
                let names = names.filter(|one| matches!(one.name.as_ref(), "name" | "filename"));
                for one in names {
                    free(self.rules.blocks_name(&decoded_words(&one.value)))?;
                }
            }
        }
        match &part.body {
            PartType::Multipart(_) => Ok(()),
            PartType::Message(_) if encoding(whole, part) == Encoding::None => Ok(()),
            PartType::Message(_)
            | PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_) => {
                let bytes = self.content(whole, part)?;
                if is_message(part) && encoding(whole, part) != Encoding::None {
                    let deeper = depth.checked_sub(1).ok_or(Blocked::TooMuch)?;
                    self.message(&bytes, deeper)?;
                }
                self.file("", &bytes, self.rules.archive_depth)
            }
        }
    }

    /// What a part holds, decoded.
    fn content<'a>(&mut self, whole: &'a [u8], part: &MessagePart<'_>) -> Result<Cow<'a, [u8]>, Blocked> {
        let raw = range(whole, part.offset_body, part.offset_end);
        let read = match encoding(whole, part) {
            Encoding::None => return Ok(Cow::Borrowed(raw)),
            Encoding::Base64 => base64_decode(raw),
            Encoding::QuotedPrintable => quoted_printable_decode(raw),
        };
        let read = read.map_or(Cow::Borrowed(raw), Cow::Owned);
        self.take(read.len())?;
        Ok(read)
    }

    fn take(&mut self, bytes: usize) -> Looked {
        self.room = self.room.checked_sub(bytes).ok_or(Blocked::TooMuch)?;
        Ok(())
    }

    /// A file, and if it is an archive what is in it; `depth` archives may stand in one another from here on.
    fn file(&mut self, name: &str, bytes: &[u8], depth: u16) -> Looked {
        self.files = self.files.checked_sub(1).ok_or(Blocked::TooMuch)?;
        free(self.rules.blocks_name(name))?;
        free(self.rules.blocks_bytes(bytes.get(..BEGINNING).unwrap_or(bytes)))?;
        let most = usize::try_from(self.files).unwrap_or(usize::MAX);
        let entries = match zip::entries(bytes, most) {
            Ok(entries) => entries,
            Err(zip::Damaged) if zip::claims(bytes) => return Err(Blocked::Damaged),
            Err(zip::Damaged) => return Ok(()),
        };
        let deeper = depth.checked_sub(1).ok_or(Blocked::TooMuch)?;
        entries.iter().try_for_each(|entry| self.entry(entry, deeper))
    }

    fn entry(&mut self, entry: &zip::Entry<'_>, depth: u16) -> Looked {
        let names = [entry.name, entry.other_name].map(String::from_utf8_lossy);
        for name in &names {
            free(self.rules.blocks_name(name))?;
        }
        if entry.locked && !self.rules.locked_archives {
            return Err(Blocked::Locked);
        }
        let Some(beginning) = entry.beginning(BEGINNING.min(self.room)) else { return self.file("", b"", depth) };
        let archive = zip::claims(&beginning) || names.iter().any(|name| name.to_ascii_lowercase().ends_with(".zip"));
        let bytes = if archive { entry.beginning(self.room).unwrap_or_default() } else { beginning };
        // As much as there was room for: there may be more of it.
        if bytes.len() >= self.room {
            return Err(Blocked::TooMuch);
        }
        self.take(bytes.len())?;
        self.file("", &bytes, depth)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    None,
    Base64,
    QuotedPrintable,
}

fn range(whole: &[u8], from: u32, until: u32) -> &[u8] {
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    whole.get(at(from)..at(until)).unwrap_or_default()
}

fn encoding(whole: &[u8], part: &MessagePart<'_>) -> Encoding {
    let header = part.headers.iter().rfind(|header| header.name == HeaderName::ContentTransferEncoding);
    let raw = header.map(|header| range(whole, header.offset_start, header.offset_end)).unwrap_or_default();
    let word = raw.trim_ascii().to_ascii_lowercase();
    if word.starts_with(b"base64") {
        Encoding::Base64
    } else if word.starts_with(b"quoted-printable") {
        Encoding::QuotedPrintable
    } else {
        Encoding::None
    }
}

fn is_message(part: &MessagePart<'_>) -> bool {
    let types = part.headers.iter().filter(|header| header.name == HeaderName::ContentType);
    types.filter_map(|header| header.value.as_content_type()).any(|named| named.ctype() == "message")
}

/// A name as programs show it: some write it as a header's text is written, against the rules.
fn decoded_words(name: &str) -> Cow<'_, str> {
    if !name.contains("=?") {
        return Cow::Borrowed(name);
    }
    Cow::Owned(subject_of(name.as_bytes()))
}

#[cfg(test)]
#[path = "attachments_tests.rs"]
mod tests;
