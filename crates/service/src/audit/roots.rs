//! The seals of the audit trail as a text to be pinned elsewhere: one line a seal.

use std::fmt::Write as _;

use domain::ctx::Ctx;
use domain::hex::hex;
use domain::rights::Action;
use domain::time::Timestamp;
use store::chain::Seal;
use store::merkle::{self, Hash};

use crate::error::Error;
use crate::federation::Almoner;

/// Seals read at a time.
pub(crate) const PAGE: i64 = 1_000;

/// A seal as somebody wrote it down elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// Its number.
    pub id: i64,
    /// Its value.
    pub value: Hash,
}

impl Almoner {
    /// Seals every line that is not sealed yet; the seals that were made. The store's own bookkeeping: it has no line
    /// of its own in the trail, or there would always be one to seal.
    pub fn seal(&self, ctx: &Ctx) -> Result<Vec<Seal>, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        let mut made = Vec::new();
        while let Some(seal) = self.store.seal(ctx.now.second())? {
            made.push(seal);
        }
        Ok(made)
    }

    /// All seals, in order.
    pub fn audit_seals(&self, ctx: &Ctx) -> Result<Vec<Seal>, Error> {
        Self::may_federation(&ctx.actor, Action::SearchAudit)?;
        let mut db = self.store.reader()?;
        let (mut all, mut after) = (Vec::new(), i64::MIN);
        loop {
            let page = store::chain::seals(&mut db, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.id;
            all.extend(page);
        }
    }
}

/// The text of seals: number, time, lines, last line, value.
pub fn write(seals: &[Seal], domain: &str) -> String {
    let mut text = format!("# Audit seals of {domain}: seal, time, lines, last line, value\n");
    for seal in seals {
        let (at, value) = (Timestamp::from_second(seal.at), hex(&seal.value));
        let _ = writeln!(text, "{} {at} {} {} {value}", seal.id, seal.lines, seal.last_id);
    }
    text
}

/// Reads what `write` wrote.
pub fn read(text: &str) -> Result<Vec<Pinned>, Error> {
    let mut pinned: Vec<Pinned> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let seal = pin(line).filter(|seal| pinned.last().is_none_or(|last| last.id < seal.id));
        let wrong = || {
            Error::input(format!("line {number} of the pinned seals is none: write them with `almoner audit roots`"))
        };
        pinned.push(seal.ok_or_else(wrong)?);
    }
    if pinned.is_empty() {
        return Err(Error::input("the file pins no seal: write it with `almoner audit roots`"));
    }
    Ok(pinned)
}

fn pin(line: &str) -> Option<Pinned> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [id, _at, lines, last, value] = words.as_slice() else { return None };
    (lines.parse::<i64>().is_ok() && last.parse::<i64>().is_ok()).then_some(())?;
    Some(Pinned { id: id.parse().ok()?, value: merkle::from_hex(value)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let seal = |id, value: u8| Seal {
            id,
            at: 1_546_300_800,
            batches: 1,
            lines: 5,
            first_id: 1,
            last_id: 5,
            previous: vec![0; 32],
            root: vec![1; 32],
            value: vec![value; 32],
        };
        let text = write(&[seal(1, 7), seal(2, 8)], "mail.example");
        assert!(text.contains(&format!("\n1 2019-01-01T00:00:00Z 5 5 {}\n", "07".repeat(32))), "{text}");
        let expected = [Pinned { id: 1, value: [7; 32] }, Pinned { id: 2, value: [8; 32] }];
        assert_eq!(read(&text).unwrap(), expected);
        assert_eq!(read(&format!("\n  {}", text.replace('\n', "\r\n"))).unwrap(), expected);
    }

    #[test]
    fn a_line_that_pins_nothing_is_named() {
        let value = "ab".repeat(32);
        let good = format!("1 2019-01-01T00:00:00Z 5 5 {value}");
        for (text, said) in [
            (String::new(), "pins no seal"),
            ("# only a comment".into(), "pins no seal"),
            (format!("{good}\n{good}"), "line 2"),
            (format!("{good} more"), "line 1"),
            (format!("# x\n{}", good.replace("ab", "AB")), "line 2"),
            (good.replacen("5 5", "5 x", 1), "line 1"),
            (good.replacen('1', "one", 1), "line 1"),
            (good.trim_end_matches('b').into(), "line 1"),
        ] {
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }
}
