//! A comparison in few figures, to be kept with what it was made for.

use serde::{Deserialize, Serialize};

use crate::what_if::report::{Pair, WhatIf};

/// The organisations that are named.
const NAMED: usize = 10;

/// The figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The day from which the policy was taken to hold.
    pub begins: String,
    /// The first and the last day looked at.
    pub days: (String, String),
    /// Accounts looked at.
    pub accounts: u64,
    /// Each transition as things stand, and with the policy.
    pub total: Vec<(String, u32, u32)>,
    /// The day on which most accounts change their status with it, and how many.
    pub worst: Option<(String, u32)>,
    /// Kept by a legal hold, before and after.
    pub held: (u32, u32),
    /// The organisations that differ most: code, name, changes of status before and after.
    pub most: Vec<(String, String, u32, u32)>,
}

impl WhatIf {
    /// In few figures.
    pub fn summary(&self) -> Summary {
        let most = self.by_organisation.iter().filter(|one| one.differs > 0).take(NAMED).map(|one| {
            let Pair { before, after } = one.total.moves();
            (one.code.to_string(), one.name.clone(), before, after)
        });
        Summary {
            begins: self.begins.to_string(),
            days: (self.from.to_string(), self.to.to_string()),
            accounts: self.accounts,
            total: self.total.taken().map(|(turn, pair)| (turn.to_string(), pair.before, pair.after)).collect(),
            worst: self.worst_day.as_ref().map(|day| (day.on.to_string(), day.counts.moves().after)),
            held: (self.held.before, self.held.after),
            most: most.collect(),
        }
    }
}

impl Summary {
    /// As it is kept.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was kept; absent where there is none.
    pub fn of_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_back_and_nothing_is_no_summary() {
        let summary = Summary {
            begins: "2021-02-01".into(),
            days: ("2021-01-01".into(), "2021-12-31".into()),
            accounts: 12,
            total: vec![("active->inactive".into(), 3, 5)],
            worst: Some(("2021-03-01".into(), 4)),
            held: (0, 1),
            most: vec![("RX1".into(), "ORGANISATION \"RX1\"".into(), 3, 5)],
        };
        assert_eq!(Summary::of_text(&summary.to_text()), Some(summary));
        assert_eq!((Summary::of_text(""), Summary::of_text("{}")), (None, None));
    }
}
