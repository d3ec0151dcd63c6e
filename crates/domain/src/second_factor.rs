//! The second factor (MFA-01, ROLE-07): who may do without it and how long, which of them may go, and when a passkey was
//! copied. Nothing here knows a secret.

use std::fmt;

use crate::policy::IdentityRules;
use crate::time::Timestamp;

/// Seconds of an hour and of a day.
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Why nobody is let in without a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionFault {
    /// The policy gives no number of hours.
    None,
    /// The policy gives no number of days.
    NotLonger,
    /// More days than the policy's, or none.
    Days(u32),
}

impl fmt::Display for ExceptionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("the policy lets nobody sign in without the second factor: set up a new one"),
            Self::NotLonger => f.write_str("the policy has no longer exceptions: leave the number of days out"),
            Self::Days(most) => write!(f, "an exception lasts from 1 to {most} days: name fewer days"),
        }
    }
}

/// When an exception that begins now ends: after the policy's hours, or after so many days within the policy's bound.
pub fn exception_until(now: Timestamp, days: Option<u32>, rules: &IdentityRules) -> Result<Timestamp, ExceptionFault> {
    let Some(days) = days else {
        let hours = rules.mfa_exception_hours.ok_or(ExceptionFault::None)?;
        return Ok(now.plus_seconds(i64::from(hours) * HOUR));
    };
    let most = rules.mfa_exception_days.ok_or(ExceptionFault::NotLonger)?;
    if days == 0 || days > most {
        return Err(ExceptionFault::Days(most));
    }
    Ok(now.plus_seconds(i64::from(days) * DAY))
}

/// Whether an exception holds.
pub fn exception_holds(until: Timestamp, now: Timestamp) -> bool {
    now < until
}

words! {
    /// How somebody stands to the second factor.
    pub enum Standing {
        /// They have one.
        Has = "yes",
        /// They have none and need none.
        Without = "no",
        /// They have none although they hold a grant: they do nothing before they set one up.
        Owed = "owed",
    }
}

/// How somebody stands who has a second factor or not, and holds a grant or not (ROLE-07).
pub fn standing(has_one: bool, holds_grant: bool) -> Standing {
    match (has_one, holds_grant) {
        (true, _) => Standing::Has,
        (false, true) => Standing::Owed,
        (false, false) => Standing::Without,
    }
}

/// Whether somebody may give one of their second factors up: who holds a grant keeps one (ROLE-07).
pub fn may_go(holds_grant: bool, others: usize) -> bool {
    !holds_grant || others > 0
}

/// Whether a passkey's counter went on. One that did not was copied; passkeys that do not count say 0 each time.
pub fn counter_went_on(kept: u32, shown: u32) -> bool {
    shown > kept || (shown == 0 && kept == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(hours: Option<u32>, days: Option<u32>) -> IdentityRules {
        IdentityRules {
            password_expiry: None,
            password_length: 10,
            passwords_remembered: 4,
            delay_after_failures: 3,
            lock_after_failures: 10,
            session_idle_minutes: 30,
            session_hours: 12,
            mfa_exception_hours: hours,
            mfa_exception_days: days,
        }
    }

    // Proves: MFA-01
    #[test]
    fn an_exception_lasts_as_long_as_the_policy_says() {
        let now = Timestamp::from_second(1_000_000);
        let after = |seconds| Ok(now.plus_seconds(seconds));
        for (hours, most, asked, expected) in [
            (Some(24), Some(30), None, after(86_400)),
            (Some(24), None, None, after(86_400)),
            (None, Some(30), None, Err(ExceptionFault::None)),
            (Some(24), Some(30), Some(0), Err(ExceptionFault::Days(30))),
            (Some(24), Some(30), Some(1), after(86_400)),
            (Some(24), Some(30), Some(30), after(30 * 86_400)),
            (Some(24), Some(30), Some(31), Err(ExceptionFault::Days(30))),
            (Some(24), None, Some(1), Err(ExceptionFault::NotLonger)),
        ] {
            assert_eq!(exception_until(now, asked, &rules(hours, most)), expected, "{hours:?} {most:?} {asked:?}");
        }
        let until = now.plus_seconds(86_400);
        assert!(exception_holds(until, now.plus_seconds(86_399)));
        assert!(!exception_holds(until, until), "it ends by itself");
    }

    #[test]
    fn each_fault_says_what_to_do() {
        for fault in [ExceptionFault::None, ExceptionFault::NotLonger, ExceptionFault::Days(30)] {
            assert!(fault.to_string().contains(": "), "{fault}");
        }
    }

    // Proves: ROLE-07
    #[test]
    fn whoever_holds_a_grant_keeps_a_second_factor() {
        for (grant, others, may) in [(false, 0, true), (false, 1, true), (true, 0, false), (true, 1, true)] {
            assert_eq!(may_go(grant, others), may, "{grant} {others}");
        }
    }

    // Proves: ROLE-07
    #[test]
    fn whoever_holds_a_grant_owes_a_second_factor() {
        for (has, grant, expected) in [
            (true, true, Standing::Has),
            (true, false, Standing::Has),
            (false, true, Standing::Owed),
            (false, false, Standing::Without),
        ] {
            assert_eq!(standing(has, grant), expected, "{has} {grant}");
        }
    }

    // Proves: MFA-01
    #[test]
    fn a_counter_that_stands_still_or_goes_back_betrays_a_copy() {
        for (kept, shown, on) in
            [(0, 0, true), (0, 1, true), (5, 6, true), (5, 900, true), (5, 5, false), (5, 4, false), (5, 0, false)]
        {
            assert_eq!(counter_went_on(kept, shown), on, "{kept} then {shown}");
        }
    }
}
