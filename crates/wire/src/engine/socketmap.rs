//! Postfix's socketmap (socketmap_table(5)): netstrings `<length>:<data>,` both ways. A request is the name of a map, a space
//! and the key; a key may hold any byte, spaces too. Postfix asks one thing at a time on a connection and keeps it open; a
//! buffer with several requests is taken one by one all the same.
//!
//! Seen of Postfix 3.7's `postmap -q`: an answer of 100,000 bytes is taken and one of 100,001 is a lookup error; an empty value is
//! an error to Postfix too; `TIMEOUT` and `PERM` are logged with their reason; bytes above 127 pass as they are, both ways.

/// Bytes of data that Postfix sends or takes at most.
pub const LIMIT: usize = 100_000;

/// What is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// The map, as written behind the last colon of `socketmap:unix:…:name`.
    pub map: &'a str,
    /// The key, exactly.
    pub key: &'a [u8],
}

/// Why a connection cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// No digits and a colon, or a zero before digits.
    #[error("a request begins without a length")]
    Length,
    /// A length above [`LIMIT`].
    #[error("a request is longer than 100000 bytes")]
    TooLong,
    /// No comma where the length says.
    #[error("a request does not end where its length says")]
    End,
    /// A request without a space, or whose first word is no name.
    #[error("a request names no map")]
    Map,
}

/// The first request of a buffer, and how many bytes it takes up; none when more has to be read first.
pub fn take(buffer: &[u8]) -> Result<Option<(Request<'_>, usize)>, Bad> {
    let Some((length, head)) = length(buffer)? else { return Ok(None) };
    let end = head.saturating_add(length);
    let Some(data) = buffer.get(head..end) else { return Ok(None) };
    match buffer.get(end) {
        None => Ok(None),
        Some(b',') => Ok(Some((request(data)?, end.saturating_add(1)))),
        Some(_) => Err(Bad::End),
    }
}

/// The length of the data and where the data begins.
fn length(buffer: &[u8]) -> Result<Option<(usize, usize)>, Bad> {
    let mut length: usize = 0;
    for (at, byte) in buffer.iter().enumerate() {
        match byte {
            b':' if at > 0 => return Ok(Some((length, at.saturating_add(1)))),
            b'0'..=b'9' if at == 0 || length > 0 => {
                length = length.saturating_mul(10).saturating_add(usize::from(byte - b'0'));
                if length > LIMIT {
                    return Err(Bad::TooLong);
                }
            }
            _ => return Err(Bad::Length),
        }
    }
    Ok(None)
}

fn request(data: &[u8]) -> Result<Request<'_>, Bad> {
    let space = data.iter().position(|byte| *byte == b' ').ok_or(Bad::Map)?;
    let (map, rest) = data.split_at_checked(space).ok_or(Bad::Map)?;
    let map = str::from_utf8(map).map_err(|_| Bad::Map)?;
    if map.is_empty() || !map.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Bad::Map);
    }
    Ok(Request { map, key: rest.get(1..).unwrap_or_default() })
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// What the key stands for.
    Found(&'a str),
    /// The map has no such key.
    NotFound,
    /// It cannot be known now, and why; Postfix tries again later.
    Temp(&'a str),
    /// Finding out took too long; Postfix tries again later.
    Timeout(&'a str),
    /// It can never be known, and why.
    Perm(&'a str),
}

impl Reply<'_> {
    /// Writes the answer behind what is there. A value that Postfix would read as another one (it is empty, too long, or has a
    /// control character) is written as a temporary failure: no answer is better than a wrong one.
    pub fn write(&self, into: &mut Vec<u8>) {
        let (word, text) = match self {
            Self::Found("") => ("TEMP ", "the answer is empty".to_owned()),
            Self::Found(value) if value.chars().any(char::is_control) => {
                ("TEMP ", "the answer has a control character".to_owned())
            }
            Self::Found(value) if value.len() > LIMIT - "OK ".len() => ("TEMP ", "the answer is too long".to_owned()),
            Self::Found(value) => ("OK ", (*value).to_owned()),
            Self::NotFound => ("NOTFOUND ", String::new()),
            Self::Temp(reason) => ("TEMP ", super::plain(reason)),
            Self::Timeout(reason) => ("TIMEOUT ", super::plain(reason)),
            Self::Perm(reason) => ("PERM ", super::plain(reason)),
        };
        let length = word.len().saturating_add(text.len());
        into.extend_from_slice(format!("{length}:{word}{text},").as_bytes());
    }
}

#[cfg(test)]
#[path = "socketmap_tests.rs"]
mod tests;
