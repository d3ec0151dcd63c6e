//! Out of office and forwarding (OOO-01): what a person, or an administrator for somebody away, has a mailbox do by itself
//! with what arrives. The rules of the mailbox's own programs (Sieve) come after these.

use crate::delivery::{Reply, arrival, may_work};
use crate::ids::{Address, OdsCode};
use crate::policy::{ForwardingRules, Outside};
use crate::status::{Kind, Status};
use crate::time::Day;

/// A text of an answer has at most so many characters.
pub const LONGEST_TEXT: usize = 4_000;
/// The same sender is answered again after so many days, at most.
pub const MOST_DAYS: u16 = 30;
/// The days that are offered where nobody says any.
pub const USUAL_DAYS: u16 = 7;
/// A mailbox is forwarded over so many others at most; more is as good as a ring.
pub const MOST_HOPS: usize = 8;

/// What whoever writes is answered while somebody is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// The first day; at once, when absent.
    pub from: Option<Day>,
    /// The first day on which nobody is answered any more; until it is switched off, when absent.
    pub until: Option<Day>,
    /// For those inside the federation, and for all where there is no other text.
    pub text: String,
    /// For everybody else.
    pub outside: Option<String>,
    /// The same sender is answered once in so many days.
    pub days: u16,
}

/// Where mail goes on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// To whom.
    pub to: Address,
    /// The mailbox gets it, too.
    pub keep: bool,
    /// The organisation whose administrator set it; none where its own person did.
    pub by_administrator_of: Option<OdsCode>,
}

/// Why a rule is refused as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Nothing is answered.
    #[error("write what those who write to you shall read")]
    NoText,
    /// Too much is answered.
    #[error("write at most {LONGEST_TEXT} characters")]
    LongText,
    /// A character that no text has.
    #[error("a character of the text cannot be sent: type it again")]
    Character,
    /// The end is not behind the beginning.
    #[error("the day you are back must be after the first day away")]
    Order,
    /// It would never be answered.
    #[error("the day you are back has passed: name a later one")]
    Over,
    /// The days between two answers.
    #[error("answer the same person again after 1 to {MOST_DAYS} days")]
    Days,
}

fn text_fault(text: &str) -> Option<Wrong> {
    let strange = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{fffd}';
    if text.trim().is_empty() {
        Some(Wrong::NoText)
    } else if text.chars().count() > LONGEST_TEXT {
        Some(Wrong::LongText)
    } else if text.chars().any(strange) {
        Some(Wrong::Character)
    } else {
        None
    }
}

impl Away {
    /// Whether it can be kept as it is.
    pub fn checked(self, today: Day) -> Result<Self, Wrong> {
        let texts = [Some(&self.text), self.outside.as_ref()];
        if let Some(wrong) = texts.into_iter().flatten().find_map(|text| text_fault(text)) {
            return Err(wrong);
        }
        if self.until.is_some_and(|until| self.from.is_some_and(|from| until <= from)) {
            return Err(Wrong::Order);
        }
        if self.until.is_some_and(|until| until <= today) {
            return Err(Wrong::Over);
        }
        if !(1..=MOST_DAYS).contains(&self.days) {
            return Err(Wrong::Days);
        }
        Ok(self)
    }

    /// Whether whoever writes on a day is answered.
    pub fn answers_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// Which mailboxes have such rules: a room answers by its bookings.
pub const fn has_rules(kind: Kind) -> bool {
    match kind {
        Kind::User | Kind::Shared | Kind::Application => true,
        Kind::Resource => false,
    }
}

/// Mail is answered while it arrives: somebody who was disabled is away all the more (decision 10).
pub fn answers(status: Status) -> bool {
    arrival(status).is_ok()
}

/// Whether forwarding works now. Of what the person set, nothing happens while they may not work: whoever is kept out of a
/// mailbox does not get its mail elsewhere. What an administrator set works as long as mail arrives (decision 10), and only
/// in the organisation whose administrator it was.
pub fn forwards(forward: &Forward, status: Status, disabled: bool, organisation: &OdsCode) -> bool {
    match &forward.by_administrator_of {
        None => may_work(status, disabled),
        Some(of) => arrival(status).is_ok() && of == organisation,
    }
}

/// Mail that a rule of a mailbox sends on and that may not go there: it stays in the mailbox.
pub const NOT_FORWARDED: Reply = Reply {
    code: 550,
    enhanced: "5.7.1",
    text: "Mail is not forwarded to this address by the rules of the federation",
};

/// Whether mail may be sent on to an address. Inside the federation it may; a policy without the section forbids all else.
pub fn may_go(rules: Option<&ForwardingRules>, home: &str, to: &Address) -> Result<(), Reply> {
    if to.domain() == home {
        return Ok(());
    }
    match rules {
        Some(ForwardingRules { outside: Outside::Allowed, domains }) => {
            let named = domains.is_empty() || domains.iter().any(|domain| domain == to.domain());
            if named { Ok(()) } else { Err(NOT_FORWARDED) }
        }
        Some(ForwardingRules { outside: Outside::Never, .. }) | None => Err(NOT_FORWARDED),
    }
}

#[cfg(test)]
#[path = "mail_rule_tests.rs"]
mod tests;
