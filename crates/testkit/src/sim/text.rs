//! Operations as text, one a line, as they are kept in files and read by people.

use std::fmt;

use domain::rights::Role;
use domain::signal::Signal;
use domain::status::Kind;

use crate::sim::op::{Ask, Known, Number, ORGANISATIONS, Op, Organisation, Plain, Sent, Terms};

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(plain) => write!(f, "{plain}"),
            Self::Join(to) => write!(f, "join {to}"),
            Self::Transfer(to) => write!(f, "transfer {to}"),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(number, home, Terms::Accepted) => write!(f, "user {number} {home}"),
            Self::User(number, home, Terms::Open) => write!(f, "newcomer {number} {home}"),
            Self::Mailbox(number, kind, home, owners) => {
                write!(f, "mailbox {number} {kind} {home}")?;
                owners.iter().try_for_each(|owner| write!(f, " {owner}"))
            }
            Self::Ask(number, ask, by) => by_whom(f, &format!("ask {number} {ask}"), *by),
            Self::Grant(number, role, over) => write!(f, "grant {number} {role} {over}"),
            Self::Bulk(lines, sent) => {
                let verb = if *sent == Sent::Once { "bulk" } else { "bulk-twice" };
                list(f, verb, lines.iter().map(|(number, ask)| format!("{number} {ask}")))
            }
            Self::Feed(lines) => list(f, "feed", lines.iter().map(|(number, home)| format!("{number} {home}"))),
            Self::Signals(lines) => {
                list(f, "signals", lines.iter().map(|(number, what, ago)| format!("{number} {what} {ago}")))
            }
            Self::Close(code) => write!(f, "close {code}"),
            Self::Reopen(code) => write!(f, "reopen {code}"),
            Self::Adopt(policy, days) => write!(f, "adopt {policy} {days}"),
            Self::Wait(days) => write!(f, "wait {days}"),
            Self::Run => write!(f, "run"),
            Self::Killed(at) => write!(f, "killed {at}"),
            Self::Again => write!(f, "again"),
            Self::Release(part, by) => by_whom(f, &format!("release {part}"), *by),
            Self::Refuse(part, by) => by_whom(f, &format!("refuse {part}"), *by),
            Self::Resend(ago) => write!(f, "resend {ago}"),
            Self::Rollback(place, home, killed) => {
                write!(f, "rollback {place}")?;
                home.iter().try_for_each(|home| write!(f, " of {home}"))?;
                killed.iter().try_for_each(|at| write!(f, " killed {at}"))
            }
            Self::WhatIf(policy, days) => write!(f, "what-if {policy} {days}"),
            Self::Seal => write!(f, "seal"),
            Self::Verify => write!(f, "verify"),
            Self::Explain(number) => write!(f, "explain {number}"),
        }
    }
}

fn by_whom(f: &mut fmt::Formatter<'_>, what: &str, by: Option<Number>) -> fmt::Result {
    match by {
        Some(by) => write!(f, "{what} by {by}"),
        None => write!(f, "{what}"),
    }
}

fn list(f: &mut fmt::Formatter<'_>, verb: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    write!(f, "{verb} {}", lines.collect::<Vec<_>>().join(", "))
}

/// All operations, one a line.
pub fn print(ops: &[Op]) -> String {
    let lines: Vec<String> = ops.iter().map(|op| format!("{op}\n")).collect();
    lines.concat()
}

/// Reads operations; lines that begin with `#` and empty ones are left out.
///
/// # Errors
/// A sentence that names the first line that cannot be read.
pub fn parse(text: &str) -> Result<Vec<Op>, String> {
    let lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let read = |(at, line): (i32, &str)| {
        parse_one(line)
            .ok_or_else(|| format!("line {at}: `{line}` is no operation: see crates/testkit/src/sim/text.rs"))
    };
    lines.map(read).collect()
}

fn parse_one(line: &str) -> Option<Op> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words: Vec<&str> = rest.split_whitespace().collect();
    Some(match (verb, words.as_slice()) {
        ("user", [number, home]) => Op::User(number.parse().ok()?, code(home)?, Terms::Accepted),
        ("newcomer", [number, home]) => Op::User(number.parse().ok()?, code(home)?, Terms::Open),
        ("mailbox", [number, kind, home, owners @ ..]) => {
            let owners = owners.iter().map(|owner| owner.parse().ok()).collect::<Option<_>>()?;
            Op::Mailbox(number.parse().ok()?, Kind::parse(kind)?, code(home)?, owners)
        }
        ("ask", [number, ask @ .., "by", by]) => Op::Ask(number.parse().ok()?, asked(ask)?, Some(by.parse().ok()?)),
        ("ask", [number, ask @ ..]) => Op::Ask(number.parse().ok()?, asked(ask)?, None),
        ("grant", [number, role, over]) => Op::Grant(number.parse().ok()?, Role::parse(role)?, code(over)?),
        ("bulk", _) => Op::Bulk(actions(rest)?, Sent::Once),
        ("bulk-twice", _) => Op::Bulk(actions(rest)?, Sent::Twice),
        ("feed", _) => Op::Feed(each(rest, |words| match words {
            [number, home] => Some((number.parse().ok()?, code(home)?)),
            _ => None,
        })?),
        ("signals", _) => Op::Signals(each(rest, |words| match words {
            [number, what, ago] => Some((number.parse().ok()?, Signal::parse(what)?, ago.parse().ok()?)),
            _ => None,
        })?),
        ("close", [home]) => Op::Close(code(home)?),
        ("reopen", [home]) => Op::Reopen(code(home)?),
        ("adopt", [policy, days]) => Op::Adopt(Known::parse(policy)?, days.parse().ok()?),
        ("wait", [days]) => Op::Wait(days.parse().ok()?),
        ("run", []) => Op::Run,
        ("killed", [at]) => Op::Killed(at.parse().ok()?),
        ("again", []) => Op::Again,
        ("release", [part]) => Op::Release(part.parse().ok()?, None),
        ("release", [part, "by", by]) => Op::Release(part.parse().ok()?, Some(by.parse().ok()?)),
        ("refuse", [part]) => Op::Refuse(part.parse().ok()?, None),
        ("refuse", [part, "by", by]) => Op::Refuse(part.parse().ok()?, Some(by.parse().ok()?)),
        ("resend", [ago]) => Op::Resend(ago.parse().ok()?),
        ("rollback", [place, rest @ ..]) => {
            let (home, killed) = match rest {
                [] => (None, None),
                ["of", home] => (Some(code(home)?), None),
                ["killed", at] => (None, Some(at.parse().ok()?)),
                ["of", home, "killed", at] => (Some(code(home)?), Some(at.parse().ok()?)),
                _ => return None,
            };
            Op::Rollback(place.parse().ok()?, home, killed)
        }
        ("what-if", [policy, days]) => Op::WhatIf(Known::parse(policy)?, days.parse().ok()?),
        ("seal", []) => Op::Seal,
        ("verify", []) => Op::Verify,
        ("explain", [number]) => Op::Explain(number.parse().ok()?),
        _ => return None,
    })
}

fn code(word: &str) -> Option<Organisation> {
    word.parse().ok().filter(|number| (1..=ORGANISATIONS.len()).contains(&usize::from(*number)))
}

fn asked(words: &[&str]) -> Option<Ask> {
    Some(match words {
        ["join", to] => Ask::Join(code(to)?),
        ["transfer", to] => Ask::Transfer(code(to)?),
        [plain] => Ask::Plain(Plain::parse(plain)?),
        _ => return None,
    })
}

fn actions(rest: &str) -> Option<Vec<(Number, Ask)>> {
    each(rest, |words| {
        let (number, ask) = words.split_first()?;
        Some((number.parse().ok()?, asked(ask)?))
    })
}

/// What stands between commas; nothing is no line.
fn each<T>(rest: &str, read: impl Fn(&[&str]) -> Option<T>) -> Option<Vec<T>> {
    let lines = rest.split(',').map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.filter(|words| !words.is_empty()).map(|words| read(&words)).collect()
}
