//! Bulk files: read twice, checked in full before anything is changed, applied in batches that are safe to send again.

mod accounts;
mod actions;
mod check;
mod job;
pub mod kept;
mod measure;
mod migration;
mod outcome;
mod registry;
mod send;
mod signals;

use std::path::PathBuf;

use wire::files::Problem;

use crate::import::outcome::{Outcome, Word};

/// Problems that are kept in memory; all of them are in the outcome file.
const KEPT_PROBLEMS: usize = 1_000;

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Lines, the headings aside.
    pub lines: u64,
    /// Accounts made.
    pub created: u64,
    /// Accounts whose directory data changed.
    pub updated: u64,
    /// Lines that say what is so already.
    pub unchanged: u64,
    /// Actions or signals that took effect.
    pub done: u64,
    /// Actions that had been done before, or ask for what is so already.
    pub already: u64,
    /// Actions that a brake holds for a second person.
    pub held: u64,
    /// Actions that a rule refused.
    pub refused: u64,
    /// Lines with a mistake.
    pub rejected: u64,
    /// Lines that would be applied; only where a check was asked for.
    pub good: u64,
    /// The first thousand mistakes and refusals.
    pub problems: Vec<LineProblem>,
    /// How many more there are.
    pub more: u64,
    /// The outcome file.
    pub out: Option<PathBuf>,
}

/// One mistake in one line, or one refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// The line in the file; the headings are line 1.
    pub line: u64,
    /// The heading of the column.
    pub column: &'static str,
    /// What stands there.
    pub value: String,
    /// What is wrong and what to do.
    pub why: String,
}

impl FileReport {
    /// How many lines took effect or had taken effect before: none means that the file did nothing at all.
    pub const fn effective(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.done + self.already + self.good
    }

    fn count(&mut self, word: Word) {
        self.lines += 1;
        let counter = match word {
            Word::Created => &mut self.created,
            Word::Updated => &mut self.updated,
            Word::Unchanged => &mut self.unchanged,
            Word::Done => &mut self.done,
            Word::Already => &mut self.already,
            Word::Held => &mut self.held,
            Word::Refused => &mut self.refused,
            Word::Rejected => &mut self.rejected,
            Word::Good => &mut self.good,
        };
        *counter += 1;
    }

    /// Notes the problems of a line with mistakes.
    fn note(&mut self, problems: &[Problem]) {
        for p in problems {
            self.keep(|| LineProblem { line: p.line, column: p.column, value: p.value.clone(), why: p.why.clone() });
        }
    }

    /// Notes a line that was read well and could not be applied.
    fn note_outcome(&mut self, line: u64, value: &str, outcome: &Outcome) {
        match outcome.word {
            Word::Refused | Word::Rejected => self.keep(|| LineProblem {
                line,
                column: outcome.column,
                value: value.to_owned(),
                why: outcome.detail.clone(),
            }),
            Word::Created | Word::Updated | Word::Unchanged | Word::Done | Word::Already | Word::Held | Word::Good => {}
        }
    }

    fn keep(&mut self, problem: impl FnOnce() -> LineProblem) {
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(problem());
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_keeps_a_thousand_problems_and_counts_the_rest() {
        let problem = |line| Problem { line, column: "Notes", value: String::new(), why: "no".to_owned() };
        let mut report = FileReport::default();
        for line in 1..=1_003 {
            report.note(&[problem(line)]);
            report.count(Word::Rejected);
        }
        assert_eq!((report.problems.len(), report.more, report.rejected), (1_000, 3, 1_003));
        assert_eq!(report.effective(), 0);
    }

    #[test]
    fn each_word_is_counted_by_itself_and_only_what_took_effect_is_effective() {
        let effective = [Word::Created, Word::Updated, Word::Unchanged, Word::Done, Word::Already, Word::Good];
        for word in Word::ALL {
            let mut report = FileReport::default();
            report.count(*word);
            report.note_outcome(2, "ann@x.org", &Outcome::rejected("Address", "no"));
            let r = &report;
            let counters =
                [r.created, r.updated, r.unchanged, r.done, r.already, r.held, r.refused, r.rejected, r.good];
            let at = counters.iter().position(|counter| *counter == 1);
            assert_eq!((at, counters.iter().sum::<u64>(), r.lines), (Some(*word as usize), 1, 1), "{word}");
            assert_eq!(r.effective(), u64::from(effective.contains(word)), "{word}");
        }
    }

    #[test]
    fn only_refusals_and_rejections_are_told_as_problems() {
        for word in Word::ALL {
            let mut report = FileReport::default();
            report.note_outcome(
                7,
                "ann@x.org",
                &Outcome { word: *word, column: "Action", detail: "because".to_owned() },
            );
            let told = matches!(word, Word::Refused | Word::Rejected);
            assert_eq!(report.problems.len(), usize::from(told), "{word}");
            for problem in &report.problems {
                let said = (problem.line, problem.column, problem.value.as_str(), problem.why.as_str());
                assert_eq!(said, (7, "Action", "ann@x.org", "because"));
            }
        }
    }
}
