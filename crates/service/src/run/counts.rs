//! What a plan or a batch comes to, in numbers.

use std::collections::BTreeMap;

use domain::lifecycle::change::Change;
use domain::status::Status;

/// The name under which notices are counted beside the transitions.
pub(crate) const NOTICES: &str = "notices";
/// The name under which deletions that wait for another day are counted.
pub(crate) const DEFERRED: &str = "deferred";
/// The name under which the forecast's score is counted: planned = expected, done = matched.
pub(crate) const EXPECTED: &str = "expected";
/// The name under which newly computed due dates are counted.
pub(crate) const RESCHEDULED: &str = "rescheduled";

/// Transitions by where they lead from and to, and notices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    moves: BTreeMap<(Status, Status), i64>,
    pub(crate) notices: i64,
}

impl Counts {
    /// Counts a change: its transition, and its notice.
    pub(crate) fn change(&mut self, change: &Change) {
        self.step(change.from, change.account.status(), change.notice.is_some());
    }

    /// Counts a step, which may leave the status as it is, and its notice.
    pub(crate) fn step(&mut self, from: Status, to: Status, notice: bool) {
        if from != to {
            *self.moves.entry((from, to)).or_default() += 1;
        }
        self.notices += i64::from(notice);
    }

    /// The transitions, as `active->inactive`.
    pub(crate) fn transitions(&self) -> BTreeMap<String, i64> {
        self.moves.iter().map(|((from, to), count)| (format!("{from}->{to}"), *count)).collect()
    }

    /// Everything that was counted, by name.
    pub(crate) fn named(&self) -> BTreeMap<String, i64> {
        let notices = (self.notices > 0).then(|| (NOTICES.to_owned(), self.notices));
        self.transitions().into_iter().chain(notices).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_stays_is_no_transition_and_its_notice_counts() {
        let mut counts = Counts::default();
        assert_eq!(counts.named(), BTreeMap::new(), "nothing is named where nothing is");
        counts.step(Status::Active, Status::Active, true);
        counts.step(Status::Active, Status::Inactive, true);
        counts.step(Status::Active, Status::Inactive, false);
        counts.step(Status::Inactive, Status::Active, false);
        let moves = [("active->inactive".to_owned(), 2), ("inactive->active".to_owned(), 1)];
        assert_eq!(counts.transitions(), BTreeMap::from(moves.clone()));
        let all = moves.into_iter().chain([("notices".to_owned(), 2)]).collect();
        assert_eq!(counts.named(), all);
    }
}
