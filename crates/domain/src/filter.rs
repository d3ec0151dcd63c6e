//! A message as a whole, before it is taken: where it comes from, what is in it, and what is done with it. The texts that
//! refuse one stand here and in `delivery`.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::delivery::{Network, Reply};

/// Header fields of a message.
pub const FIELDS: usize = 4_000;
/// Bytes of all of them.
pub const HEAD: usize = 1024 * 1024;
/// Bytes of a message: somewhat more than any policy allows (LIM-01), so that the mail server is the one who refuses it.
pub const SIZE: usize = 151 * 1024 * 1024;

const fn reply(code: u16, enhanced: &'static str, text: &'static str) -> Reply {
    Reply { code, enhanced, text }
}

/// More fields, or longer ones, than anybody writes.
pub const HEAD_TOO_LONG: Reply = reply(552, "5.3.4", "The header of this message is too long");
/// A message that a mail server should not have taken.
pub const TOO_LARGE: Reply = reply(552, "5.3.4", "This message is too large");
/// More is being looked at than there is room for.
pub const BUSY: Reply = reply(451, "4.3.2", "Too many large messages at once, try again later");
/// Something went wrong here.
pub const NOT_NOW: Reply = reply(451, "4.3.0", "This message cannot be looked at now, try again later");

words! {
    /// By which way a message comes.
    pub enum Way {
        /// From another mail server, by nobody who signed in.
        Incoming = "incoming",
        /// From somebody who signed in to send.
        Submission = "submission",
    }
}

/// A header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Before the colon, as it was written.
    pub name: &'a [u8],
    /// Behind the colon up to the end of its last line, as it was written: with leading blanks, CRLF between lines.
    pub value: &'a [u8],
}

impl Field<'_> {
    /// Whether it is of this name, in any case.
    pub const fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// A message, whole. Everything in it was written by whoever sent it, but for what a mail server saw itself: way, login,
/// network, client.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// By which way.
    pub way: Way,
    /// The primary address of who signed in; empty for nobody.
    pub login: &'a str,
    /// From which kind of network.
    pub network: Network,
    /// From which address; none for this machine's own.
    pub client: Option<IpAddr>,
    /// The client's name for itself.
    pub helo: &'a str,
    /// The sender of the envelope, without angle brackets; empty for a notice of failure.
    pub sender: &'a str,
    /// The recipients of the envelope, without angle brackets.
    pub recipients: &'a [String],
    /// The header, in its order.
    pub fields: &'a [Field<'a>],
    /// The whole: fields, an empty line, the body; with CRLF, but for what a sender wrote otherwise.
    pub bytes: &'a [u8],
    /// Where in `bytes` the body begins.
    pub body_at: usize,
}

impl<'a> Message<'a> {
    /// What stands behind the empty line.
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(self.body_at..).unwrap_or_default()
    }

    /// The values of every field of a name.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields.iter().filter(move |field| field.is(name)).map(|field| field.value)
    }
}

words! {
    /// What came of a look at where a message comes from, in the words of RFC 8601.
    pub enum Outcome {
        /// There was nothing to look at.
        None = "none",
        /// It is true.
        Pass = "pass",
        /// It is not.
        Fail = "fail",
        /// It is not, and whoever says so does not want it refused.
        SoftFail = "softfail",
        /// Nothing is said.
        Neutral = "neutral",
        /// It could not be found out now.
        TempError = "temperror",
        /// It cannot be found out.
        PermError = "permerror",
    }
}

/// What was found out about where a message comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticity {
    /// Whether the client may send for the domain of the envelope (RFC 7208).
    pub spf: Outcome,
    /// Each signature: its domain, and whether it holds (RFC 6376).
    pub dkim: Vec<(String, Outcome)>,
    /// Whether one of both is of the author's domain (RFC 7489).
    pub dmarc: Outcome,
    /// Whether those who passed it on vouch for what they found (RFC 8617).
    pub arc: Outcome,
    /// The addresses of every `From`, in small letters.
    pub from: Vec<String>,
    /// All of it as a header value (RFC 8601), lines divided by a line feed.
    pub report: String,
}

impl Authenticity {
    /// Of a message about which nothing is asked.
    pub fn unknown(host: &str) -> Self {
        let (spf, dmarc, arc) = (Outcome::None, Outcome::None, Outcome::None);
        Self { spf, dkim: Vec::new(), dmarc, arc, from: Vec::new(), report: format!("{host}; none") }
    }
}

/// What is changed of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Fields to take away: a name, and which of that name, from 1, as the message came.
    pub remove: Vec<(String, u32)>,
    /// Fields to put before all others, the first on top; a value has LF and a blank between its lines.
    pub insert: Vec<(&'static str, String)>,
    /// Another body, with CRLF.
    pub body: Option<Vec<u8>>,
    /// Recipients of the envelope in whose places others get it.
    pub readdress: Vec<(String, String)>,
}

/// What a mail server is told instead of yes, where the text depends on the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Three digits, as a [`Reply`] has them.
    pub code: u16,
    /// As `5.7.1`.
    pub enhanced: &'static str,
    /// In English; nothing that was written in the message.
    pub text: Cow<'static, str>,
}

impl From<Reply> for Said {
    fn from(reply: Reply) -> Self {
        Self { code: reply.code, enhanced: reply.enhanced, text: Cow::Borrowed(reply.text) }
    }
}

impl Changes {
    /// Takes away every field of a name whose value is so.
    pub fn remove_where(&mut self, message: &Message<'_>, name: &str, is_so: impl Fn(&[u8]) -> bool) {
        let of_it = (1..).zip(message.values(name)).filter(|(_, value)| is_so(value));
        self.remove.extend(of_it.map(|(nth, _)| (name.to_owned(), nth)));
    }

    /// The message with these changes.
    pub fn applied(&self, message: &Message<'_>) -> Vec<u8> {
        let body = self.body.as_deref().unwrap_or(message.body());
        let mut all = Vec::with_capacity(message.bytes.len().saturating_add(1024));
        for (name, value) in &self.insert {
            all.extend_from_slice(format!("{name}: {}\r\n", value.replace('\n', "\r\n")).as_bytes());
        }
        for (at, field) in message.fields.iter().enumerate() {
            let before = message.fields.iter().take(at).filter(|other| other.name.eq_ignore_ascii_case(field.name));
            let nth = before.count().saturating_add(1);
            let goes = |(name, which): &(String, u32)| field.is(name) && usize::try_from(*which) == Ok(nth);
            if !self.remove.iter().any(goes) {
                for part in [field.name, b":", field.value, b"\r\n"] {
                    all.extend_from_slice(part);
                }
            }
        }
        all.extend_from_slice(b"\r\n");
        all.extend_from_slice(body);
        all
    }
}

/// What is done with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken, with these changes.
    Pass(Changes),
    /// It is not taken; a reply of 4xx lets its sender try again.
    Refuse(Said),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_name_in_any_case() {
        let fields = [
            Field { name: b"From", value: b" a" },
            Field { name: b"X", value: b" b" },
            Field { name: b"FROM", value: b" c" },
        ];
        let message = Message { bytes: b"From: a\r\nX: b\r\nFROM: c\r\n\r\nbody", body_at: 26, ..message(&fields) };
        assert_eq!(message.values("from").collect::<Vec<_>>(), [b" a", b" c"]);
        assert_eq!(message.values("fro").count(), 0);
        assert_eq!(message.body(), b"body");
        assert_eq!(Message { body_at: 99, ..message }.body(), b"");
    }

    fn message<'a>(fields: &'a [Field<'a>]) -> Message<'a> {
        Message {
            way: Way::Incoming,
            login: "",
            network: Network::Internet,
            client: None,
            helo: "",
            sender: "",
            recipients: &[],
            fields,
            bytes: b"From: a\r\nX: b\r\nx: c\r\n\r\nbody",
            body_at: 23,
        }
    }

    #[test]
    fn changes_are_those_of_the_message_as_it_came() {
        let fields = [
            Field { name: b"From", value: b" a" },
            Field { name: b"X", value: b" b" },
            Field { name: b"x", value: b" c" },
        ];
        let message = message(&fields);
        let mut changes = Changes::default();
        assert_eq!(changes.applied(&message), message.bytes);
        changes.remove_where(&message, "X", |value| value == b" b");
        assert_eq!(changes.remove, [("X".to_owned(), 1)]);
        changes.insert.push(("Y", "one\n\ttwo".to_owned()));
        assert_eq!(changes.applied(&message), b"Y: one\r\n\ttwo\r\nFrom: a\r\nx: c\r\n\r\nbody");
        changes.remove_where(&message, "x", |value| value == b" c");
        changes.body = Some(b"other".to_vec());
        assert_eq!(changes.applied(&message), b"Y: one\r\n\ttwo\r\nFrom: a\r\n\r\nother");
    }

    #[test]
    fn every_refusal_has_codes_of_one_class() {
        for reply in [HEAD_TOO_LONG, TOO_LARGE, BUSY, NOT_NOW] {
            assert_eq!(reply.enhanced.split('.').next(), Some((reply.code / 100).to_string().as_str()));
        }
    }
}
