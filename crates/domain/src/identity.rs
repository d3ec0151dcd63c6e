//! Passwords, failed sign-ins and sessions: what is allowed, by figures that the policy states. Nothing here knows a
//! password's hash or a browser.

use std::fmt;

use crate::policy::IdentityRules;
use crate::reminder::expires_on;
use crate::time::{Calendar, Day, Timestamp};

/// Longer ones are refused before anything is computed from them.
pub const LONGEST_PASSWORD: usize = 256;

/// No wait between two tries is longer than this; an account is locked long before.
const LONGEST_WAIT_SECONDS: i64 = 300;

/// How many characters of a name make a part of it that a password must not be built of.
const NAME_PART: usize = 4;

/// How a series of failed sign-ins stands: of everybody who is a stranger to the account, or of one known device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Failures since the last success.
    pub failures: u32,
    /// The last one, in seconds since 1970.
    pub last: i64,
}

/// What may happen to the next try (decision 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is looked at.
    Go,
    /// It is not looked at before this time.
    Wait(Timestamp),
    /// Whoever has this count is kept out until the account is unlocked.
    Locked,
}

impl Tries {
    /// What the next try meets. The wait doubles with each failure once it begins.
    pub fn verdict(self, rules: &IdentityRules, now: Timestamp) -> Verdict {
        if self.failures >= rules.lock_after_failures {
            return Verdict::Locked;
        }
        let Some(over) = self.failures.checked_sub(rules.delay_after_failures) else { return Verdict::Go };
        let seconds = 2_i64.checked_pow(over + 1).map_or(LONGEST_WAIT_SECONDS, |s| s.min(LONGEST_WAIT_SECONDS));
        let until = Timestamp::from_second(self.last.saturating_add(seconds));
        if now < until { Verdict::Wait(until) } else { Verdict::Go }
    }
}

/// Why a new password is refused (PWD-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer characters than the policy asks for.
    Short(u16),
    /// More than can be looked at.
    Long,
    /// It holds a part of the person's name or address.
    Name,
    /// It is on the list of common and breached ones.
    Common,
    /// It was used before.
    Used(u16),
}

impl fmt::Display for PasswordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(least) => write!(f, "The password is too short: use {least} characters or more"),
            Self::Long => write!(f, "The password is too long: use at most {LONGEST_PASSWORD} characters"),
            Self::Name => f.write_str("The password contains your name or address: use something else"),
            Self::Common => f.write_str("This password is known to those who guess passwords: use another"),
            Self::Used(last) => write!(f, "You used this password before: it must differ from the last {last}"),
        }
    }
}

/// What is wrong with a password that can be told from itself and the names of its person; no class of characters is
/// asked for (PWD-02).
pub fn password_faults(password: &str, names: &[&str], rules: &IdentityRules) -> Vec<PasswordFault> {
    let mut faults = Vec::new();
    let length = password.chars().count();
    if length < usize::from(rules.password_length) {
        faults.push(PasswordFault::Short(rules.password_length));
    }
    if length > LONGEST_PASSWORD {
        faults.push(PasswordFault::Long);
    }
    let low = password.to_lowercase();
    let parts = names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    if parts.map(str::to_lowercase).any(|part| part.chars().count() >= NAME_PART && low.contains(&part)) {
        faults.push(PasswordFault::Name);
    }
    faults
}

/// Whether a password that was set then must be changed at the next sign-in (PWD-01).
pub fn password_expired(set: Timestamp, rules: &IdentityRules, today: Day, calendar: &Calendar) -> bool {
    rules.password_expiry.is_some_and(|period| today >= expires_on(set, period, calendar))
}

/// Whether a session is over: unused for too long, or too old (its own limits, whatever was done in it).
pub fn session_over(made: Timestamp, seen: Timestamp, rules: &IdentityRules, now: Timestamp) -> bool {
    let idle = i64::from(rules.session_idle_minutes) * 60;
    let whole = i64::from(rules.session_hours) * 3600;
    now >= seen.plus_seconds(idle) || now >= made.plus_seconds(whole)
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
