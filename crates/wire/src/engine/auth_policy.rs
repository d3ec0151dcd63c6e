//! Dovecot's auth policy server: a POST of a JSON object to `?command=allow` before and after a password is looked at, and to
//! `?command=report` when it is known what came of it. The answer to the first is `{"status": N, "msg": "…"}`.
//!
//! Seen of Dovecot 2.3.19.1 (Debian 12), `doveadm auth test` against a server that wrote down all that came:
//! - A right password is asked about twice (before, after), a wrong one once; each ends in one report. A refused one is reported
//!   with `policy_reject`.
//! - The attributes of `auth_policy_request_attributes` come sorted and as strings; `success`, `policy_reject` and `tls` come as
//!   booleans. Later versions add `fail_type`. A name that Dovecot does not take at all is reported as an empty `login`.
//! - N below 0 refuses, 0 allows, N above 0 holds the sign-in up for N seconds (seen to be exact at 2).
//! - An answer that cannot be read, a `status` that is no number, and no answer at all ALLOW, unless `auth_policy_reject_on_fail`
//!   is `yes`: its default is `no`. Answers are waited for 2 seconds (`auth_policy_server_timeout_msecs`).
//! - A sign-in as somebody else by a master user is not asked about (read in the source, not seen).

use std::net::IpAddr;

use serde_json::{Map, Value, json};

/// Bytes that a body may have; Dovecot's have some 200.
pub const LIMIT: usize = 64 * 1024;
/// The longest time that Dovecot can be asked to hold a sign-in up, in seconds.
pub const LONGEST_DELAY: u16 = 300;

/// Which of the two questions is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// May it be tried? A [`Verdict`] is the answer.
    Allow,
    /// What came of it. The answer's body means nothing.
    Report,
}

/// The question that the query of an address names: what stands behind its `?`.
pub fn kind(query: &str) -> Option<Kind> {
    match query.split('&').find_map(|pair| pair.strip_prefix("command="))? {
        "allow" => Some(Kind::Allow),
        "report" => Some(Kind::Report),
        _ => None,
    }
}

/// Somebody signs in. What Dovecot does not say, or says in a form that means nothing, is empty, none or false.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The name as it was typed.
    pub login: String,
    /// Where they come from; none for a process of the machine.
    pub remote: Option<IpAddr>,
    /// `imap`, `pop3`, `smtp`, `sieve` and others.
    pub protocol: String,
    /// What the program says about itself (IMAP ID).
    pub device_id: String,
    /// A few bits of a hash of name and password: tells two wrong passwords apart, and gives neither away.
    pub pwhash: String,
    /// The session, as Dovecot's log names it.
    pub session_id: String,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Report only: whether they got in.
    pub success: bool,
    /// Report only: whether it was our own answer that kept them out.
    pub policy_reject: bool,
    /// Report only, in later versions: why they did not get in.
    pub fail_type: String,
}

/// Why a body is no attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// More than [`LIMIT`].
    #[error("the body is longer than 65536 bytes")]
    TooLong,
    /// No JSON, or not an object.
    #[error("the body is no JSON object")]
    NoObject,
}

/// The body of either question.
pub fn read(body: &[u8]) -> Result<Attempt, Bad> {
    if body.len() > LIMIT {
        return Err(Bad::TooLong);
    }
    let object: Map<String, Value> = serde_json::from_slice(body).map_err(|_| Bad::NoObject)?;
    Ok(Attempt {
        login: text(&object, "login"),
        remote: text(&object, "remote").parse().ok(),
        protocol: text(&object, "protocol"),
        device_id: text(&object, "device_id"),
        pwhash: text(&object, "pwhash"),
        session_id: text(&object, "session_id"),
        tls: flag(&object, "tls"),
        success: flag(&object, "success"),
        policy_reject: flag(&object, "policy_reject"),
        fail_type: text(&object, "fail_type"),
    })
}

fn text(object: &Map<String, Value>, name: &str) -> String {
    match object.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => String::new(),
    }
}

/// Yes only where it is said: a success that is not sure is none.
fn flag(object: &Map<String, Value>, name: &str) -> bool {
    matches!(text(object, name).to_ascii_lowercase().as_str(), "true" | "yes" | "1")
}

/// Whether somebody may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Nothing against it.
    Allow,
    /// After so many seconds, at most [`LONGEST_DELAY`].
    Delay(u16),
    /// Not now, and what their program shows them.
    Refuse(&'a str),
}

impl Verdict<'_> {
    /// The body of the answer.
    pub fn to_json(&self) -> String {
        let (status, message) = match self {
            Self::Allow => (0, String::new()),
            Self::Delay(seconds) => (i32::from((*seconds).min(LONGEST_DELAY)), String::new()),
            Self::Refuse(message) => (-1, super::plain(message)),
        };
        json!({ "status": status, "msg": message }).to_string()
    }
}

#[cfg(test)]
#[path = "auth_policy_tests.rs"]
mod tests;
