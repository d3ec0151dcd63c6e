//! What a comparison says: by transition, by day, by organisation; and the columns that it was counted from.

use domain::ids::OdsCode;
use domain::status::Status;
use domain::time::Day;
use domain::words;

use crate::what_if::futures::Futures;
use crate::what_if::population::Members;

words! {
    /// What is counted.
    pub enum Turn {
        /// A deletion is announced.
        Notice = "notice",
        /// Its terms were not accepted.
        Lapse = "pending->inactive",
        /// Idle, or an old password.
        Idle = "active->inactive",
        /// A mailbox that nobody confirmed.
        Unconfirmed = "active->deleted",
        /// Inactive too long.
        Expire = "inactive->deleted",
        /// A leaver whom nobody joined.
        Unjoined = "leaver->deleted",
        /// Disabled too long.
        Disabled = "disabled->deleted",
        /// The restore window ends.
        Purge = "deleted->purged",
    }
}

impl Turn {
    /// The turn that leads from one status to another by time alone.
    pub(crate) const fn of(from: Status, to: Status) -> Option<Self> {
        match from {
            Status::Pending => Some(Self::Lapse),
            Status::Active if matches!(to, Status::Inactive) => Some(Self::Idle),
            Status::Active => Some(Self::Unconfirmed),
            Status::Inactive => Some(Self::Expire),
            Status::Leaver => Some(Self::Unjoined),
            Status::Disabled => Some(Self::Disabled),
            Status::Deleted => Some(Self::Purge),
            Status::Purged => None,
        }
    }
}

/// A number under the policies as they stand, and with the candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair {
    /// As they stand.
    pub before: u32,
    /// With the candidate.
    pub after: u32,
}

/// How often each turn is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([Pair; Turn::ALL.len()]);

impl Counts {
    /// Of one turn.
    pub fn get(&self, turn: Turn) -> Pair {
        self.0.get(turn as usize).copied().unwrap_or_default()
    }

    /// The turns that are taken at all.
    pub fn taken(&self) -> impl Iterator<Item = (Turn, Pair)> {
        Turn::ALL.iter().copied().zip(self.0).filter(|(_, pair)| *pair != Pair::default())
    }

    /// The changes of status together; notices are none.
    pub fn moves(&self) -> Pair {
        let moves = self.taken().filter(|(turn, _)| *turn != Turn::Notice);
        moves.fold(Pair::default(), |sum, (_, pair)| sum.plus(pair))
    }

    /// How many more or fewer changes of status, each transition by itself: of a day, how many come on it under one of
    /// the two only.
    pub fn difference(&self) -> u32 {
        let moves = self.taken().filter(|(turn, _)| *turn != Turn::Notice);
        moves.map(|(_, pair)| pair.before.abs_diff(pair.after)).sum()
    }

    pub(crate) fn slot(&mut self, turn: Turn) -> Option<&mut Pair> {
        self.0.get_mut(turn as usize)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, pair) in self.0.iter_mut().zip(other.0) {
            *sum = sum.plus(pair);
        }
    }
}

impl Pair {
    const fn plus(self, other: Self) -> Self {
        Self { before: self.before.saturating_add(other.before), after: self.after.saturating_add(other.after) }
    }
}

/// A day on which most accounts change their status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorstDay {
    /// The day.
    pub on: Day,
    /// What happens on it.
    pub counts: Counts,
}

/// What happens in one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfOrganisation {
    /// Its code.
    pub code: OdsCode,
    /// Its name.
    pub name: String,
    /// How many accounts it has.
    pub accounts: u32,
    /// What happens to them in all these days.
    pub total: Counts,
    /// The differences of its days together: a change that comes on another day counts on both.
    pub differs: u32,
    /// Its worst day with the candidate; absent when nothing happens.
    pub worst_day: Option<WorstDay>,
}

/// What the figures were counted from: kept for the rows of a file.
pub(crate) struct Columns {
    pub(crate) organisations: Vec<Members>,
    pub(crate) before: Futures,
    pub(crate) after: Futures,
}

/// Two policies compared.
pub struct WhatIf {
    /// The candidate's name.
    pub policy: String,
    /// The day from which it would hold.
    pub begins: Day,
    /// In a replay the past day at whose end everybody is taken.
    pub as_of: Option<Day>,
    /// The first day looked at.
    pub from: Day,
    /// The last one.
    pub to: Day,
    /// Accounts looked at.
    pub accounts: u64,
    /// What happens in all these days.
    pub total: Counts,
    /// The same for each day, from the first.
    pub by_day: Vec<Counts>,
    /// The organisations in which anything happens, the largest difference first.
    pub by_organisation: Vec<OfOrganisation>,
    /// The day on which, with the candidate, most accounts change their status; absent when none does.
    pub worst_day: Option<WorstDay>,
    /// Held accounts that would be deleted or purged but for the hold.
    pub held: Pair,
    /// What it took.
    pub size: Size,
    pub(crate) columns: Columns,
}

/// How large the comparison was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Classes of accounts under the policies as they stand, and with the candidate.
    pub classes: Pair,
    /// Bytes of the columns and the tables of classes.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_told_and_are_no_changes_of_status() {
        let mut counts = Counts::default();
        for (turn, before, after) in [(Turn::Notice, 5, 9), (Turn::Idle, 4, 1), (Turn::Purge, 1, 3)] {
            *counts.slot(turn).unwrap() = Pair { before, after };
        }
        assert_eq!(counts.moves(), Pair { before: 5, after: 4 });
        assert_eq!(counts.difference(), 5);
        assert_eq!(counts.taken().map(|(turn, _)| turn).collect::<Vec<_>>(), [Turn::Notice, Turn::Idle, Turn::Purge]);
        counts.add(&counts.clone());
        assert_eq!(counts.get(Turn::Idle), Pair { before: 8, after: 2 });
        assert_eq!(counts.get(Turn::Lapse), Pair::default());
    }

    #[test]
    fn every_turn_is_named_by_the_change_it_counts() {
        for from in Status::ALL {
            for to in [Status::Inactive, Status::Deleted, Status::Purged] {
                let word = format!("{from}->{to}");
                if let Some(turn) = Turn::parse(&word) {
                    assert_eq!(Turn::of(*from, to), Some(turn), "{word}");
                }
            }
        }
        assert_eq!(Turn::of(Status::Purged, Status::Purged), None);
    }
}
