//! Dovecot's dict protocol, the server's side: lines of fields with tabs between them, in which a tab, a line end, a return, a
//! NUL and the byte 1 are written as two bytes (`\x01` and `t`, `n`, `r`, `0`, `1`).
//!
//! Seen of Dovecot 2.3.19.1 (Debian 12), `doveadm dict get|iter|set|unset|inc` against a server that wrote down all that came:
//! - A connection begins with `H3 2 0 «nothing» auth` (tabs for the spaces): version 3.2, strings, no user, and the dict's name
//!   from `proxy:PATH:auth`. Nothing is answered to it. The next command may come in the same piece.
//! - The user stands behind the key: `Lshared/x «tab» u`, `I0 0 shared/it/ u`, `B1 u`; empty without one. A change is
//!   `B1 u`, `S1 priv/k v` (or `U1 priv/k`, `A1 priv/k -5`), `C1`; only the last one waits for an answer.
//! - `Ovalue`, `N`, `Freason` answer a lookup. Four more fields, the times of its own server's work since version 2.1, may be
//!   left out: they only explain slow lookups in the log. So may the numbers of `*1`, `+1 Ovalue`, by which answers may come in
//!   another order: without them answers belong to commands in their order. An `O` alone is an empty value.
//! - Several values are `M` and one field, escaped twice: `Mone\x01ttwo`. With a bare tab the client sees the first value only.
//! - `Okey «tab» value` a line and an empty line, or `Freason`, answer `I`.
//! - `O1` answers `C1`; `N1`, `F1 «tab» reason`, `W1 «tab» reason` fail it. `AO1`, the answer to `D1`, makes the client crash: it
//!   sends `C` only, and `D` is refused here. `L I B C D R S U A T` is all that its own server knows.
//! - A NUL ends a value, and bytes above 127 pass as they are. Lines of 200,000 bytes are read by the client.
//! - Without an answer the client waits 30 seconds, connects anew, asks again, and gives up after 30 more; a closed connection fails at once.
//!
//! 2.3.19's `I` has one path; earlier versions had several, and no user. Only version 3 is taken.

use std::borrow::Cow;

/// Bytes that a line may have, its end included; Dovecot's own server has the same limit.
pub const LIMIT: usize = 64 * 1024;
/// The version that is understood; all its minor ones are.
pub const MAJOR: u32 = 3;

const ESCAPE: u8 = 1;

/// What Dovecot asks for. What is not UTF-8 in a text is a replacement character: that is the name of nobody, while an error
/// would close the connection, and with it end what others asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command<'a> {
    /// The connection begins. No answer.
    Hello {
        /// The dict's name: what stands behind the socket's path in the configuration.
        dict: Cow<'a, str>,
    },
    /// One value. Answer: [`Reply::Found`], [`Reply::NotFound`] or [`Reply::Failed`].
    Lookup {
        /// The key, with `shared/` or `priv/` before it.
        key: Cow<'a, str>,
        /// Whom it is about; may be empty.
        user: Cow<'a, str>,
    },
    /// All keys below a path. Answer: any number of [`Reply::Item`], then [`Reply::End`] or [`Reply::Failed`].
    Iterate {
        /// How: [`RECURSE`] and others.
        flags: u32,
        /// At most so many; 0 for all.
        max_rows: u64,
        /// The path.
        path: Cow<'a, str>,
        /// Whom it is about; may be empty.
        user: Cow<'a, str>,
    },
    /// A transaction begins. No answer.
    Begin {
        /// Its number within the connection.
        id: u32,
        /// Whom it is about; may be empty.
        user: Cow<'a, str>,
    },
    /// A transaction is to be kept. Answer: [`Reply::Committed`] or [`Reply::NotCommitted`].
    Commit {
        /// Which.
        id: u32,
    },
    /// A transaction is dropped. No answer.
    Rollback {
        /// Which.
        id: u32,
    },
    /// A key gets a value. No answer.
    Set {
        /// In which transaction.
        id: u32,
        /// The key.
        key: Cow<'a, str>,
        /// The value.
        value: Cow<'a, str>,
    },
    /// A key is forgotten. No answer.
    Unset {
        /// In which transaction.
        id: u32,
        /// The key.
        key: Cow<'a, str>,
    },
    /// A number is added to. No answer.
    Add {
        /// In which transaction.
        id: u32,
        /// The key.
        key: Cow<'a, str>,
        /// How much; may be negative.
        difference: i64,
    },
    /// The changes are to bear this time. No answer.
    Timestamp {
        /// In which transaction.
        id: u32,
        /// Seconds since 1970.
        seconds: i64,
        /// And nanoseconds.
        nanoseconds: u32,
    },
}

/// Flag of [`Command::Iterate`]: keys below the path's keys, too.
pub const RECURSE: u32 = 1;
/// Flag of [`Command::Iterate`]: keys without their values.
pub const NO_VALUE: u32 = 8;
/// Flag of [`Command::Iterate`]: the path is a whole key (with several values), not the beginning of keys.
pub const EXACT_KEY: u32 = 16;

/// Why a connection cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// More than [`LIMIT`].
    #[error("a line is longer than 65536 bytes")]
    TooLong,
    /// A letter that stands for no command.
    #[error("a command is unknown")]
    Command,
    /// A command with a field too few or too many.
    #[error("a command has not its fields")]
    Fields,
    /// A field that should be a number.
    #[error("a field is no number")]
    Number,
    /// A version other than [`MAJOR`].
    #[error("the client speaks another version of the dict protocol than 3")]
    Version,
}

/// The first command of a buffer, and how many bytes it takes up; none when more has to be read first.
pub fn take(buffer: &[u8]) -> Result<Option<(Command<'_>, usize)>, Bad> {
    let Some(end) = memchr::memchr(b'\n', buffer) else {
        return if buffer.len() >= LIMIT { Err(Bad::TooLong) } else { Ok(None) };
    };
    let used = end.saturating_add(1);
    if used > LIMIT {
        return Err(Bad::TooLong);
    }
    let (letter, rest) = buffer.get(..end).and_then(<[u8]>::split_first).ok_or(Bad::Command)?;
    Ok(Some((command(*letter, rest)?, used)))
}

fn command(letter: u8, rest: &[u8]) -> Result<Command<'_>, Bad> {
    let mut fields = Fields(Some(rest));
    let command = match letter {
        b'H' => {
            let major = fields.number::<u32>()?;
            let [_minor, _type, _user] = [fields.next()?, fields.next()?, fields.next()?];
            if major != MAJOR {
                return Err(Bad::Version);
            }
            Command::Hello { dict: fields.text()? }
        }
        b'L' => Command::Lookup { key: fields.text()?, user: fields.text()? },
        b'I' => Command::Iterate {
            flags: fields.number()?,
            max_rows: fields.number()?,
            path: fields.text()?,
            user: fields.text()?,
        },
        b'B' => Command::Begin { id: fields.number()?, user: fields.text()? },
        b'C' => Command::Commit { id: fields.number()? },
        b'R' => Command::Rollback { id: fields.number()? },
        b'S' => Command::Set { id: fields.number()?, key: fields.text()?, value: fields.text()? },
        b'U' => Command::Unset { id: fields.number()?, key: fields.text()? },
        b'A' => Command::Add { id: fields.number()?, key: fields.text()?, difference: fields.number()? },
        b'T' => Command::Timestamp { id: fields.number()?, seconds: fields.number()?, nanoseconds: fields.number()? },
        _ => return Err(Bad::Command),
    };
    match fields.0 {
        None => Ok(command),
        Some(_) => Err(Bad::Fields),
    }
}

/// What of a line is still to be read: none after its last field.
struct Fields<'a>(Option<&'a [u8]>);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<&'a [u8], Bad> {
        let rest = self.0.ok_or(Bad::Fields)?;
        if let Some((field, more)) = memchr::memchr(b'\t', rest).and_then(|tab| rest.split_at_checked(tab)) {
            self.0 = more.get(1..);
            Ok(field)
        } else {
            self.0 = None;
            Ok(rest)
        }
    }

    fn text(&mut self) -> Result<Cow<'a, str>, Bad> {
        Ok(match unescape(self.next()?) {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        })
    }

    fn number<T: std::str::FromStr>(&mut self) -> Result<T, Bad> {
        let digits = str::from_utf8(self.next()?).map_err(|_| Bad::Number)?;
        if digits.starts_with('+') {
            return Err(Bad::Number);
        }
        digits.parse().map_err(|_| Bad::Number)
    }
}

/// As Dovecot reads it: behind the escape, what is not known stands for itself, and at the end there is nothing.
fn unescape(field: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(ESCAPE, field).is_none() {
        return Cow::Borrowed(field);
    }
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.iter();
    while let Some(byte) = rest.next() {
        let plain = if *byte == ESCAPE { rest.next().map(|letter| meant(*letter)) } else { Some(*byte) };
        bytes.extend(plain);
    }
    Cow::Owned(bytes)
}

fn meant(letter: u8) -> u8 {
    match letter {
        b'0' => 0,
        b'1' => ESCAPE,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        other => other,
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0' => escaped.push_str("\x010"),
            '\x01' => escaped.push_str("\x011"),
            '\t' => escaped.push_str("\x01t"),
            '\n' => escaped.push_str("\x01n"),
            '\r' => escaped.push_str("\x01r"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// An answer, or a line of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// The values of a key: mostly one.
    Found(&'a [&'a str]),
    /// There is no such key.
    NotFound,
    /// It cannot be known now, and why: for Dovecot's log.
    Failed(&'a str),
    /// A key below the path that was asked for.
    Item {
        /// The key.
        key: &'a str,
        /// Its value; empty under [`NO_VALUE`].
        value: &'a str,
    },
    /// There are no more keys.
    End,
    /// The transaction is kept.
    Committed(u32),
    /// The transaction is not kept.
    NotCommitted {
        /// Which.
        id: u32,
        /// Why: for Dovecot's log.
        reason: &'a str,
    },
}

impl Reply<'_> {
    /// Writes the answer behind what is there. A text that Dovecot would cut short (it has a NUL) is written as a failure.
    pub fn write(&self, into: &mut Vec<u8>) {
        let line = match self {
            Self::Found([]) | Self::NotFound => "N".to_owned(),
            Self::Found(values) if values.iter().any(|value| value.contains('\0')) => nul(),
            Self::Found([value]) => format!("O{}", escape(value)),
            Self::Found(values) => {
                let once: Vec<String> = values.iter().map(|value| escape(value)).collect();
                format!("M{}", escape(&once.join("\t")))
            }
            Self::Item { key, value } if key.contains('\0') || value.contains('\0') => nul(),
            Self::Item { key, value } => format!("O{}\t{}", escape(key), escape(value)),
            Self::Failed(reason) => format!("F{}", super::plain(reason)),
            Self::End => String::new(),
            Self::Committed(id) => format!("O{id}"),
            Self::NotCommitted { id, reason } => format!("F{id}\t{}", super::plain(reason)),
        };
        into.extend_from_slice(line.as_bytes());
        into.push(b'\n');
    }
}

fn nul() -> String {
    "Fthe answer has a NUL".to_owned()
}

#[cfg(test)]
#[path = "dict_tests.rs"]
mod tests;
