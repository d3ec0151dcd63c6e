//! Which passwords expire when, and whose people are reminded on a day (NTC-04). A day that was missed is made up for, and
//! whoever would be reminded of several days at once is reminded once.

use std::ops::Range;

use crate::account::{Account, State};
use crate::status::Kind;
use crate::time::{Calendar, Day, Period, Timestamp};

/// The days whose reminders are owed: behind `done`, up to and with `today`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// Up to this day everybody was reminded.
    pub done: Day,
    /// The day of the reminders.
    pub today: Day,
}

/// The day from which on a password that was set then must be changed (PWD-01).
pub fn expires_on(set: Timestamp, expiry: Period, calendar: &Calendar) -> Day {
    calendar.day_of(set).plus(expiry)
}

/// Whether somebody is reminded at all: their password lets them in, and nothing else is asked of them first. Whoever is
/// inactive hears of the deletion instead, who is pending has a temporary password, and the others do not sign in. A
/// leaver keeps everything until joined (JML-01).
pub fn is_reminded(account: &Account) -> bool {
    let has_one = match account.kind {
        Kind::User | Kind::Application => true,
        Kind::Shared | Kind::Resource => false,
    };
    has_one
        && match account.state {
            State::Active { .. } | State::Leaver { disabled_at: None, .. } => true,
            State::Leaver { disabled_at: Some(_), .. }
            | State::Pending { .. }
            | State::Inactive { .. }
            | State::Disabled { .. }
            | State::Deleted { .. }
            | State::Purged { .. } => false,
        }
}

impl Owed {
    /// The expiries to be reminded of, so many days before each: the earliest first, none twice. What expires today or did
    /// already is asked for at the next sign-in; there is nothing to remind of.
    pub fn expiries(self, days: &[u16]) -> Vec<Range<Day>> {
        let all = days.iter().map(|days| {
            let days = i32::from(*days);
            let begin = self.done.plus_days(days).max(self.today).plus_days(1);
            begin..self.today.plus_days(days).plus_days(1)
        });
        let mut all: Vec<Range<Day>> = all.filter(|range| range.start < range.end).collect();
        all.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<Day>> = Vec::new();
        for range in all {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                Some(_) | None => merged.push(range),
            }
        }
        merged
    }

    /// The instants at which the passwords were set that are to be reminded of, earliest first.
    pub fn set(self, days: &[u16], expiry: Period, calendar: &Calendar) -> Vec<Range<Timestamp>> {
        let instants = |range: Range<Day>| {
            let first = |on| calendar.start_of(first_to_reach(on, expiry));
            first(range.start)..first(range.end)
        };
        self.expiries(days).into_iter().map(instants).filter(|range| range.start < range.end).collect()
    }

    /// Whether an expiry is to be reminded of.
    pub fn has(self, expires: Day, days: &[u16]) -> bool {
        self.expiries(days).iter().any(|range| range.contains(&expires))
    }
}

/// The first day from which a period ends on `end` or later. Months are not all alike, so it is searched for: a period
/// that begins later never ends earlier.
fn first_to_reach(end: Day, period: Period) -> Day {
    let days = match period {
        Period::Days(days) => i32::from(days),
        Period::Months(months) => i32::from(months) * 31,
    };
    let (mut early, mut late) = (end.plus_days(-days - 1), end);
    while late.days_since(early) > 1 {
        let middle = early.plus_days(late.days_since(early) / 2);
        if middle.plus(period) < end { early = middle } else { late = middle }
    }
    late
}

#[cfg(test)]
#[path = "reminder_tests.rs"]
mod tests;
