//! The milter protocol, version 6: Postfix tells a filter of each message and takes its answer. A packet is a length of four
//! bytes, a letter and data. Everything but the end of a message is told without waiting for an answer, so a message costs one
//! round trip.
//!
//! Seen of Postfix 3.7.11: a header comes without the one `Received` that Postfix writes itself, its lines divided by a line
//! feed alone; with [`Step::LEADING_SPACE`] it comes as it stood behind the colon, and one to insert is taken so. A header with
//! a NUL ends there. The body comes in pieces of 65,535 bytes, with CRLF. Of several removals of headers of one name, each
//! counts what is left.

use std::net::IpAddr;

/// Bytes that a packet may have behind its length: Postfix sends headers of at most 100 KiB, and body in smaller pieces.
pub const LIMIT: usize = 256 * 1024;
/// Bytes of a replaced body in one packet.
const PIECE: usize = 65_535;
const VERSION: u32 = 6;

/// What a filter may ask for, and must name at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action(pub u32);

impl Action {
    /// To insert headers.
    pub const ADD_HEADERS: u32 = 0x01;
    /// To write another body.
    pub const REPLACE_BODY: u32 = 0x02;
    /// To name more recipients.
    pub const ADD_RECIPIENTS: u32 = 0x04;
    /// To take recipients away.
    pub const REMOVE_RECIPIENTS: u32 = 0x08;
    /// To change or remove headers.
    pub const CHANGE_HEADERS: u32 = 0x10;
}

/// How a conversation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step(pub u32);

impl Step {
    /// Unknown commands are not told.
    pub const NO_UNKNOWN: u32 = 0x100;
    /// The beginning of the text is not told.
    pub const NO_DATA: u32 = 0x200;
    /// Nothing is answered to headers, to a connection, a greeting, a sender, a recipient, the end of the header, a body.
    pub const SILENT: u32 = 0x80 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x4_0000 | 0x8_0000;
    /// Blanks behind the colon of a header are a part of it: signatures may cover them.
    pub const LEADING_SPACE: u32 = 0x10_0000;
}

/// What Postfix tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command<'a> {
    /// The beginning: what Postfix can do.
    Offer {
        /// Of the protocol.
        version: u32,
        /// Of [`Action`].
        actions: u32,
        /// Of [`Step`].
        steps: u32,
    },
    /// Names and values that go with the command of a letter.
    Macros(u8, Vec<(&'a [u8], &'a [u8])>),
    /// Somebody connected; none for a socket of the machine.
    Connect(Option<IpAddr>),
    /// The client's name for itself.
    Helo(&'a [u8]),
    /// The sender in angle brackets.
    Sender(&'a [u8]),
    /// A recipient in angle brackets.
    Recipient(&'a [u8]),
    /// A header.
    Header {
        /// Before the colon.
        name: &'a [u8],
        /// Behind it, as it stood.
        value: &'a [u8],
    },
    /// The empty line.
    EndOfHeader,
    /// A piece of the body.
    Body(&'a [u8]),
    /// The message is whole: now an answer is waited for.
    EndOfBody(&'a [u8]),
    /// This message is given up; the connection stays.
    Abort,
    /// The end of the conversation.
    Quit,
    /// The end of this client's; another one's may follow.
    NextClient,
    /// Something that is of no interest here.
    Other(u8),
}

/// Why a connection cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// A length of nothing.
    #[error("a packet is empty")]
    Empty,
    /// A length above [`LIMIT`].
    #[error("a packet is longer than 262144 bytes")]
    TooLong,
    /// Data that does not end where it should, or lacks a part.
    #[error("a packet lacks a part")]
    Short,
}

/// The first command of a buffer, and how many bytes it takes up; none when more has to be read first.
pub fn take(buffer: &[u8]) -> Result<Option<(Command<'_>, usize)>, Bad> {
    let Some((length, rest)) = buffer.split_first_chunk::<4>() else { return Ok(None) };
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Bad::TooLong)?;
    if length == 0 {
        return Err(Bad::Empty);
    }
    if length > LIMIT {
        return Err(Bad::TooLong);
    }
    let Some(packet) = rest.get(..length) else { return Ok(None) };
    let (letter, data) = packet.split_first().ok_or(Bad::Empty)?;
    Ok(Some((command(*letter, data)?, length.saturating_add(4))))
}

fn command(letter: u8, data: &[u8]) -> Result<Command<'_>, Bad> {
    Ok(match letter {
        b'O' => offer(data)?,
        b'D' => macros(data)?,
        b'C' => Command::Connect(client(data)?),
        b'H' => Command::Helo(first(data)?),
        b'M' => Command::Sender(first(data)?),
        b'R' => Command::Recipient(first(data)?),
        b'L' => header(data)?,
        b'N' => Command::EndOfHeader,
        b'B' => Command::Body(data),
        b'E' => Command::EndOfBody(data),
        b'A' => Command::Abort,
        b'Q' => Command::Quit,
        b'K' => Command::NextClient,
        other => Command::Other(other),
    })
}

fn offer(data: &[u8]) -> Result<Command<'static>, Bad> {
    let mut numbers = data.chunks_exact(4).filter_map(|four| four.try_into().ok().map(u32::from_be_bytes));
    let mut next = || numbers.next().ok_or(Bad::Short);
    Ok(Command::Offer { version: next()?, actions: next()?, steps: next()? })
}

/// The strings of a packet, each of which ends with a NUL.
fn strings(data: &[u8]) -> Result<Vec<&[u8]>, Bad> {
    match data.split_last() {
        None => Ok(Vec::new()),
        Some((0, all)) => Ok(all.split(|byte| *byte == 0).collect()),
        Some(_) => Err(Bad::Short),
    }
}

fn first(data: &[u8]) -> Result<&[u8], Bad> {
    strings(data)?.first().copied().ok_or(Bad::Short)
}

fn macros(data: &[u8]) -> Result<Command<'_>, Bad> {
    let (stage, data) = data.split_first().ok_or(Bad::Short)?;
    let all = strings(data)?;
    let pairs = all.chunks(2).map(|pair| match pair {
        [name, value] => Ok((*name, *value)),
        _ => Err(Bad::Short),
    });
    Ok(Command::Macros(*stage, pairs.collect::<Result<_, _>>()?))
}

/// `NAME\0`, a letter of the family, then for an internet address its port and itself.
fn client(data: &[u8]) -> Result<Option<IpAddr>, Bad> {
    let at = data.iter().position(|byte| *byte == 0).ok_or(Bad::Short)?;
    let (family, rest) = data.get(at.saturating_add(1)..).and_then(<[u8]>::split_first).ok_or(Bad::Short)?;
    if !matches!(family, b'4' | b'6') {
        return Ok(None);
    }
    let text = first(rest.get(2..).ok_or(Bad::Short)?)?;
    let text = str::from_utf8(text).map_err(|_| Bad::Short)?;
    let text = text.strip_prefix("IPv6:").unwrap_or(text);
    Ok(text.parse::<IpAddr>().ok().map(|address| address.to_canonical()))
}

/// A header's value may be empty, and whatever stands behind its NUL is none of ours.
fn header(data: &[u8]) -> Result<Command<'_>, Bad> {
    let all = strings(data)?;
    match all.as_slice() {
        [name, value, ..] if !name.is_empty() => Ok(Command::Header { name, value }),
        _ => Err(Bad::Short),
    }
}

/// What a filter answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// To [`Command::Offer`]: what the filter wants of what was offered.
    Wanted {
        /// Of [`Action`].
        actions: u32,
        /// Of [`Step`].
        steps: u32,
    },
    /// Go on; at the end of a message: take it.
    Continue,
    /// Answer the client with a code of 4xx or 5xx, an enhanced code (RFC 3463) and an explanation.
    Refuse {
        /// The code of SMTP.
        code: u16,
        /// The enhanced code.
        enhanced: &'a str,
        /// For people.
        text: &'a str,
    },
    /// A header before all others.
    Insert {
        /// Before the colon.
        name: &'a str,
        /// Behind the colon and a blank; lines divided by a line feed, each but the first beginning with a blank or a tab.
        value: &'a str,
    },
    /// Take away the so-manieth header of a name, from 1.
    Remove {
        /// Its name.
        name: &'a str,
        /// Which.
        nth: u32,
    },
    /// Another body, with CRLF.
    Body(&'a [u8]),
    /// A recipient more.
    Recipient(&'a str),
    /// One that does not get it, as it was told.
    NoRecipient(&'a str),
}

impl Reply<'_> {
    /// Writes the answer behind what is there. A refusal whose codes refuse nothing, and a header that Postfix would read as
    /// two, become a temporary failure.
    pub fn write(&self, into: &mut Vec<u8>) {
        match self {
            Self::Wanted { actions, steps } => {
                let numbers = [VERSION, *actions, *steps].map(u32::to_be_bytes);
                packet(into, b'O', &[numbers.as_flattened()]);
            }
            Self::Continue => packet(into, b'c', &[]),
            Self::Refuse { code, enhanced, text } if super::policy::fits(*code, enhanced) => {
                // As in a format of C, one sign of percent is written as two.
                let text = super::policy::said(text, "refused").replace('%', "%%");
                packet(into, b'y', &[format!("{code} {enhanced} {text}\0").as_bytes()]);
            }
            Self::Insert { name, value } if is_name(name) && is_value(value) => {
                packet(into, b'i', &[&0u32.to_be_bytes(), name.as_bytes(), b"\0 ", value.as_bytes(), b"\0"]);
            }
            Self::Remove { name, nth } if is_name(name) && *nth > 0 => {
                packet(into, b'm', &[&nth.to_be_bytes(), name.as_bytes(), b"\0\0"]);
            }
            Self::Recipient(address) if is_address(address) => {
                packet(into, b'+', &[b"<", address.as_bytes(), b">\0"]);
            }
            Self::NoRecipient(address) if is_address(address) => {
                packet(into, b'-', &[b"<", address.as_bytes(), b">\0"]);
            }
            Self::Refuse { .. }
            | Self::Insert { .. }
            | Self::Remove { .. }
            | Self::Recipient(_)
            | Self::NoRecipient(_) => packet(into, b't', &[]),
            Self::Body([]) => packet(into, b'b', &[b"\r\n"]),
            Self::Body(bytes) => bytes.chunks(PIECE).for_each(|piece| packet(into, b'b', &[piece])),
        }
    }
}

fn packet(into: &mut Vec<u8>, letter: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    into.extend_from_slice(&u32::try_from(length.saturating_add(1)).unwrap_or(u32::MAX).to_be_bytes());
    into.push(letter);
    for part in parts {
        into.extend_from_slice(part);
    }
}

fn is_address(address: &str) -> bool {
    address.contains('@') && address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
}

fn is_value(value: &str) -> bool {
    let folded = |line: &str| line.starts_with([' ', '\t']) && !line.trim().is_empty();
    !value.contains(['\0', '\r']) && value.split('\n').skip(1).all(folded)
}

#[cfg(test)]
#[path = "milter_tests.rs"]
mod tests;
