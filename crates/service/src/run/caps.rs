//! The daily caps on deletions (RUN-04, LC-16): a backlog is worked off over days, oldest eligibility first, and neither
//! the federation nor one organisation loses more mailboxes a day than the policy allows.

use std::collections::HashMap;

use domain::policy::RunRules;

/// What is left of today's budgets.
#[derive(Debug, Clone)]
pub(crate) struct Caps {
    federation: i64,
    each: i64,
    organisations: HashMap<String, i64>,
}

impl Caps {
    /// Today's budgets, less what was deleted in this run already.
    pub(crate) fn new(rules: &RunRules, deleted: &[(String, i64)]) -> Self {
        let gone: i64 = deleted.iter().map(|(_, n)| n).sum();
        Self {
            federation: i64::from(rules.deletions_per_day) - gone,
            each: i64::from(rules.deletions_per_organisation_per_day),
            organisations: deleted.iter().cloned().collect(),
        }
    }

    /// Takes one deletion out of the budgets, if both have one left.
    pub(crate) fn take(&mut self, organisation: &str) -> bool {
        if self.federation <= 0 || self.each <= 0 {
            return false;
        }
        match self.organisations.get_mut(organisation) {
            Some(done) if *done >= self.each => return false,
            Some(done) => *done += 1,
            None => drop(self.organisations.insert(organisation.to_owned(), 1)),
        }
        self.federation -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: RunRules = RunRules { deletions_per_day: 3, deletions_per_organisation_per_day: 2 };

    // Proves: RUN-04, LC-16
    #[test]
    fn neither_the_federation_nor_one_organisation_goes_beyond_its_budget() {
        let mut caps = Caps::new(&RULES, &[]);
        let took: Vec<bool> = ["RX1", "RX1", "RX1", "RX2", "RX3"].iter().map(|code| caps.take(code)).collect();
        assert_eq!(took, [true, true, false, true, false]);
    }

    // Proves: RUN-02
    #[test]
    fn a_run_that_goes_on_remembers_what_it_deleted() {
        let mut caps = Caps::new(&RULES, &[("RX1".into(), 1), ("RX2".into(), 1)]);
        let took: Vec<bool> = ["RX1", "RX2"].iter().map(|code| caps.take(code)).collect();
        assert_eq!(took, [true, false]);
    }

    // Proves: RUN-04
    #[test]
    fn a_budget_of_nothing_deletes_nobody_and_a_refused_take_costs_nothing() {
        for (day, each, expected) in [(0, 5, [false; 3]), (5, 0, [false; 3]), (1, 1, [true, false, false])] {
            let rules = RunRules { deletions_per_day: day, deletions_per_organisation_per_day: each };
            let mut caps = Caps::new(&rules, &[]);
            assert_eq!(["RX1", "RX1", "RX2"].map(|code| caps.take(code)), expected, "{day} {each}");
        }
        let mut caps = Caps::new(&RULES, &[("RX1".into(), 2)]);
        assert!((0..9).all(|_| !caps.take("RX1")));
        assert!(caps.take("RX2"), "what one organisation may not have is left for another");
        let mut over = Caps::new(&RULES, &[("RX1".into(), 9)]);
        assert!(!over.take("RX2"), "more than the budget was deleted before");
    }
}
