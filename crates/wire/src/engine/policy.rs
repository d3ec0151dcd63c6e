//! Postfix's policy delegation: lines `name=value`, ended by an empty one; the answer is one line `action=…` and an empty one.
//! Names that Almoner does not need are passed over, as Postfix asks of servers, since each of its versions adds some.
//!
//! Seen of Postfix 3.7.11: a quoted recipient comes without its quotes (`a=b c@example.org`); at `END-OF-MESSAGE` `size` is what
//! came, and `recipient` is empty when there are several; one connection serves all recipients. What is not UTF-8 Postfix refuses
//! itself, as long as `smtputf8_enable` is `yes`. An answer whose code has no text behind it is given to the client WITH THE TEXT OF
//! THE ANSWER BEFORE, which was about another recipient: an empty text is never written here.

use std::net::IpAddr;

/// Bytes that a request may have, its empty line included. Postfix 3.7 sends some 30 lines, about 700 bytes.
pub const LIMIT: usize = 64 * 1024;
/// Lines that a request may have, its empty line not included.
pub const LINES: usize = 256;

const KIND: &str = "smtpd_access_policy";

/// What Postfix asks about. What it does not say is empty, or no number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Request<'a> {
    /// Where the conversation stands: `RCPT`, `DATA`, `END-OF-MESSAGE` and others.
    pub protocol_state: &'a str,
    /// `ESMTP`, `SMTP` or `LMTP`.
    pub protocol_name: &'a str,
    /// The sender of the envelope; empty for a bounce.
    pub sender: &'a str,
    /// The recipient; empty from `DATA` on when there are several.
    pub recipient: &'a str,
    /// How many recipients were taken: known from `DATA` on, 0 before.
    pub recipient_count: Option<u64>,
    /// The address that the client connects from, without brackets.
    pub client_address: &'a str,
    /// The port that the client connects from.
    pub client_port: Option<u16>,
    /// The name the client resolves to, or `unknown`.
    pub client_name: &'a str,
    /// Who is signed in; empty for nobody.
    pub sasl_username: &'a str,
    /// How they signed in.
    pub sasl_method: &'a str,
    /// Bytes of the message: what the client declared, and from the end of the message on what came; 0 when it says nothing.
    pub size: Option<u64>,
    /// The queue id; empty before the first recipient is taken.
    pub queue_id: &'a str,
    /// One value for all requests about a message.
    pub instance: &'a str,
    /// `TLSv1.3` and the like; empty in clear text.
    pub encryption_protocol: &'a str,
    /// The address the client connected to.
    pub server_address: &'a str,
    /// The port the client connected to: 25, 465, 587.
    pub server_port: Option<u16>,
    /// The word that Postfix's configuration gave to this check.
    pub policy_context: &'a str,
}

impl Request<'_> {
    /// The client's address; none for a client on a socket of the machine.
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.client_address.parse().ok()
    }
}

/// Why a connection cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// More than [`LIMIT`].
    #[error("a request is longer than 65536 bytes")]
    TooLong,
    /// More than [`LINES`].
    #[error("a request has more than 256 lines")]
    TooManyLines,
    /// A line that is no name and value.
    #[error("a line of a request has no name")]
    Line,
    /// A value that is no text.
    #[error("{0} is not UTF-8")]
    NotUtf8(&'static str),
    /// A value that should be a number.
    #[error("{0} is no number")]
    NoNumber(&'static str),
    /// A name that was there before. Postfix says each once, so somebody got a line into a value: neither is to be believed.
    #[error("{0} stands twice")]
    Twice(&'static str),
    /// Not what this protocol is for.
    #[error("a request is not of the kind smtpd_access_policy")]
    Kind,
}

/// The first request of a buffer, and how many bytes it takes up; none when more has to be read first.
pub fn take(buffer: &[u8]) -> Result<Option<(Request<'_>, usize)>, Bad> {
    let mut fields = Fields::default();
    let mut used: usize = 0;
    for (number, line) in buffer.split_inclusive(|byte| *byte == b'\n').enumerate() {
        used = used.saturating_add(line.len());
        let Some(line) = line.strip_suffix(b"\n") else { break };
        if used > LIMIT {
            return Err(Bad::TooLong);
        }
        if line.is_empty() {
            return Ok(Some((fields.finish()?, used)));
        }
        if number >= LINES {
            return Err(Bad::TooManyLines);
        }
        fields.line(line)?;
    }
    // What is here is not a whole request, and a byte is still to come.
    if used >= LIMIT { Err(Bad::TooLong) } else { Ok(None) }
}

/// A value, once it was there.
type Slot<'a> = Option<&'a [u8]>;

#[derive(Default)]
struct Fields<'a> {
    request: Slot<'a>,
    protocol_state: Slot<'a>,
    protocol_name: Slot<'a>,
    sender: Slot<'a>,
    recipient: Slot<'a>,
    recipient_count: Slot<'a>,
    client_address: Slot<'a>,
    client_port: Slot<'a>,
    client_name: Slot<'a>,
    sasl_username: Slot<'a>,
    sasl_method: Slot<'a>,
    size: Slot<'a>,
    queue_id: Slot<'a>,
    instance: Slot<'a>,
    encryption_protocol: Slot<'a>,
    server_address: Slot<'a>,
    server_port: Slot<'a>,
    policy_context: Slot<'a>,
}

impl<'a> Fields<'a> {
    fn line(&mut self, line: &'a [u8]) -> Result<(), Bad> {
        let at = line.iter().position(|byte| *byte == b'=').filter(|at| *at > 0).ok_or(Bad::Line)?;
        let (name, rest) = line.split_at_checked(at).ok_or(Bad::Line)?;
        let Some((name, slot)) = self.slot(name) else { return Ok(()) };
        match slot.replace(rest.get(1..).unwrap_or_default()) {
            None => Ok(()),
            Some(_) => Err(Bad::Twice(name)),
        }
    }

    fn slot(&mut self, name: &[u8]) -> Option<(&'static str, &mut Slot<'a>)> {
        Some(match name {
            b"request" => ("request", &mut self.request),
            b"protocol_state" => ("protocol_state", &mut self.protocol_state),
            b"protocol_name" => ("protocol_name", &mut self.protocol_name),
            b"sender" => ("sender", &mut self.sender),
            b"recipient" => ("recipient", &mut self.recipient),
            b"recipient_count" => ("recipient_count", &mut self.recipient_count),
            b"client_address" => ("client_address", &mut self.client_address),
            b"client_port" => ("client_port", &mut self.client_port),
            b"client_name" => ("client_name", &mut self.client_name),
            b"sasl_username" => ("sasl_username", &mut self.sasl_username),
            b"sasl_method" => ("sasl_method", &mut self.sasl_method),
            b"size" => ("size", &mut self.size),
            b"queue_id" => ("queue_id", &mut self.queue_id),
            b"instance" => ("instance", &mut self.instance),
            b"encryption_protocol" => ("encryption_protocol", &mut self.encryption_protocol),
            b"server_address" => ("server_address", &mut self.server_address),
            b"server_port" => ("server_port", &mut self.server_port),
            b"policy_context" => ("policy_context", &mut self.policy_context),
            _ => return None,
        })
    }

    fn finish(self) -> Result<Request<'a>, Bad> {
        if self.request != Some(KIND.as_bytes()) {
            return Err(Bad::Kind);
        }
        Ok(Request {
            protocol_state: text("protocol_state", self.protocol_state)?,
            protocol_name: text("protocol_name", self.protocol_name)?,
            sender: text("sender", self.sender)?,
            recipient: text("recipient", self.recipient)?,
            recipient_count: number("recipient_count", self.recipient_count)?,
            client_address: text("client_address", self.client_address)?,
            // `unknown` for a client on a socket of the machine.
            client_port: text("client_port", self.client_port)?.parse().ok(),
            client_name: text("client_name", self.client_name)?,
            sasl_username: text("sasl_username", self.sasl_username)?,
            sasl_method: text("sasl_method", self.sasl_method)?,
            size: number("size", self.size)?,
            queue_id: text("queue_id", self.queue_id)?,
            instance: text("instance", self.instance)?,
            encryption_protocol: text("encryption_protocol", self.encryption_protocol)?,
            server_address: text("server_address", self.server_address)?,
            server_port: number("server_port", self.server_port)?,
            policy_context: text("policy_context", self.policy_context)?,
        })
    }
}

fn text<'a>(name: &'static str, slot: Slot<'a>) -> Result<&'a str, Bad> {
    str::from_utf8(slot.unwrap_or_default()).map_err(|_| Bad::NotUtf8(name))
}

fn number<T: std::str::FromStr>(name: &'static str, slot: Slot<'_>) -> Result<Option<T>, Bad> {
    let digits = text(name, slot)?;
    if digits.is_empty() {
        return Ok(None);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Bad::NoNumber(name));
    }
    digits.parse().map(Some).map_err(|_| Bad::NoNumber(name))
}

/// What Postfix is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action<'a> {
    /// Nothing against it: the next check decides.
    Dunno,
    /// Taken: no later check is asked.
    Permit,
    /// Answer the client with a code of 4xx or 5xx, an enhanced code (RFC 3463) and an explanation.
    Reject {
        /// The code of SMTP.
        code: u16,
        /// The enhanced code; its class is that of `code`.
        enhanced: &'a str,
        /// For people.
        text: &'a str,
    },
    /// Try again later, unless another check refuses it for good.
    Defer(&'a str),
}

impl Action<'_> {
    /// Writes the answer behind what is there. Codes that do not fit each other, or refuse nothing, become [`Action::Defer`]:
    /// Postfix would read them as something else.
    pub fn write(&self, into: &mut Vec<u8>) {
        let action = match self {
            Self::Dunno => "DUNNO".to_owned(),
            Self::Permit => "PERMIT".to_owned(),
            Self::Reject { code, enhanced, text } if fits(*code, enhanced) => {
                format!("{code} {enhanced} {}", said(text, "refused"))
            }
            Self::Reject { .. } => defer("this server has no code for its answer"),
            Self::Defer(text) => defer(text),
        };
        into.extend_from_slice(format!("action={action}\n\n").as_bytes());
    }
}

fn defer(text: &str) -> String {
    format!("DEFER_IF_PERMIT 4.3.0 {}", said(text, "try again later"))
}

/// What is said to the client, or something rather than nothing.
pub(super) fn said(text: &str, otherwise: &str) -> String {
    let plain = super::plain(text);
    if plain.trim().is_empty() { otherwise.to_owned() } else { plain }
}

/// Whether both codes refuse, and say the same.
pub(super) fn fits(code: u16, enhanced: &str) -> bool {
    let parts: Vec<&str> = enhanced.split('.').collect();
    let [class, subject, detail] = parts.as_slice() else { return false };
    let short = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (400..=599).contains(&code) && *class == (code / 100).to_string() && short(subject) && short(detail)
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
