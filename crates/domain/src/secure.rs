//! Which addresses are safe for sensitive data, and what becomes of a message that asks to be kept secret (SEM-01).

use std::fmt;

use crate::delivery::{Reply, reply};
use crate::ids::Address;
use crate::time::{Day, Period};

/// A domain, as `trust.example`, or all domains below one, as `*.gov.example`; in small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// Reads one; upper case is folded. `None` when it is none, or would hold for half of the world, as `*.example`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let domain = text.strip_prefix("*.").unwrap_or(&text);
        let host = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(host)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let good = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label);
        good.then_some(Self(text))
    }

    /// Every pattern that has a domain: itself, then what stands above it, nearest first.
    pub fn over(domain: &str) -> Vec<String> {
        let domain = domain.to_ascii_lowercase();
        let above = domain.match_indices('.').filter_map(|(at, _)| domain.get(at..));
        let above: Vec<String> = above.map(|rest| format!("*{rest}")).collect();
        std::iter::once(domain).chain(above).collect()
    }

    /// Whether it has a domain.
    pub fn has(&self, domain: &str) -> bool {
        Self::over(domain).contains(&self.0)
    }

    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A pattern that is safe until a day, which counts as over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeUntil {
    /// Which domains.
    pub pattern: Pattern,
    /// The first day on which they are not.
    pub until: Day,
}

impl fmt::Display for SafeUntil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} until {}", self.pattern, self.until)
    }
}

/// What the policy says of secure domains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecureRules {
    /// An accreditation holds so long.
    pub accredited_for: Period,
    /// It is listed as ending so many days before.
    pub soon_days: u16,
    /// Domains that are safe without an accreditation, each until its day.
    pub legacy: Vec<SafeUntil>,
}

/// Whether an address is safe for sensitive data, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safety {
    /// It is the federation's own.
    Inside,
    /// Its domain is accredited, or safe as it was before.
    Secure(SafeUntil),
    /// Its domain was.
    Lapsed(SafeUntil),
    /// Nobody vouches for its domain.
    Unknown,
}

impl Safety {
    /// Whether sensitive data may go there.
    pub const fn is_safe(&self) -> bool {
        match self {
            Self::Inside | Self::Secure(_) => true,
            Self::Lapsed(_) | Self::Unknown => false,
        }
    }
}

/// Judges an address by the patterns that have its domain, accredited and legacy ones alike; of several the one that holds
/// longest counts.
pub fn safety(to: &Address, federation: &str, known: impl IntoIterator<Item = SafeUntil>, today: Day) -> Safety {
    if to.domain().eq_ignore_ascii_case(federation) {
        return Safety::Inside;
    }
    let found = known.into_iter().filter(|one| one.pattern.has(to.domain())).max_by_key(|one| one.until);
    match found {
        Some(one) if today < one.until => Safety::Secure(one),
        Some(one) => Safety::Lapsed(one),
        None => Safety::Unknown,
    }
}

/// How far an accreditation is from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Holds,
    /// It ends within the policy's days.
    EndsSoon,
    /// It is over.
    Over,
}

/// Judges a day of expiry.
pub fn standing(until: Day, soon_days: u16, today: Day) -> Standing {
    if today >= until {
        Standing::Over
    } else if until.days_since(today) <= i32::from(soon_days) {
        Standing::EndsSoon
    } else {
        Standing::Holds
    }
}

/// Why an accreditation cannot begin on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAccreditation {
    /// The day is yet to come.
    Ahead,
    /// It would be over today.
    Over,
}

/// Until when an accreditation of a day holds.
pub fn accredited_until(on: Day, rules: &SecureRules, today: Day) -> Result<Day, NoAccreditation> {
    let until = on.plus(rules.accredited_for);
    if on > today {
        Err(NoAccreditation::Ahead)
    } else if until <= today {
        Err(NoAccreditation::Over)
    } else {
        Ok(until)
    }
}

/// What a sender writes into the subject.
pub const MARK: &str = "[secure]";

/// Whether a subject, decoded, asks for secrecy.
pub fn is_marked(subject: &str) -> bool {
    subject.to_ascii_lowercase().contains(MARK)
}

/// The way of a message to one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As any other.
    Plain,
    /// To the encryption gateway, which delivers it so that nobody else reads it.
    Gateway,
    /// The whole message is refused.
    Refused(Reply),
}

/// No gateway encrypts what goes elsewhere.
pub const NOT_SAFE: Reply = reply(
    550,
    "5.7.4",
    "Not sent: [secure] goes to secure domains only, and a recipient is in none. Ask in the portal, under Secure mail, which \
     address is safe",
);

/// Where a message that a user sends goes.
pub const fn way(marked: bool, to: &Safety, gateway: bool) -> Way {
    match (marked, to.is_safe(), gateway) {
        (false, _, _) | (true, true, _) => Way::Plain,
        (true, false, true) => Way::Gateway,
        (true, false, false) => Way::Refused(NOT_SAFE),
    }
}

#[cfg(test)]
#[path = "secure_tests.rs"]
mod tests;
