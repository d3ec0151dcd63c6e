//! What each kind of bulk file does with its lines; how a file is read, retried and reported is the same for all.

use store::event::NewEvent;
use store::tx::WriteTx;
use wire::files::{Line, Problem};

use crate::error::Error;
use crate::import::outcome::Outcome;

/// A line that was read well.
#[derive(Debug)]
pub(crate) struct Sent<'a, L> {
    /// Where it stands in the file.
    pub(crate) number: u64,
    /// What it means.
    pub(crate) line: &'a L,
}

/// What a batch did: outcomes for its first lines, at least one, and the audit lines of all changes. Lines behind
/// touch an account that an earlier line has touched, and wait for the next transaction.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) events: Vec<NewEvent>,
}

/// The meaning of one kind of file.
pub(crate) trait Job {
    /// Its lines.
    type Line: Line;

    /// Lines in one transaction.
    const BATCH: usize;

    /// What is wrong with a line beyond its own text: organisation, rights, dates.
    fn check(&self, number: u64, line: &Self::Line) -> Vec<Problem>;

    /// Names of what the line is about; two lines that share one never meet in one transaction.
    fn keys(&self, line: &Self::Line) -> Vec<String>;

    /// The value that names the line in a report.
    fn name<'l>(&self, line: &'l Self::Line) -> &'l str;

    /// Whether the whole file is weighed before its first line is applied (RUN-05).
    const WEIGHED: bool = false;

    /// Adds what lines would do, as things stand now, to what the file would do; changes nothing. Called only for a job
    /// that is weighed.
    fn weigh(&self, _digest: &str, _lines: &[Sent<'_, Self::Line>]) -> Result<(), Error> {
        Ok(())
    }

    /// Every line was weighed.
    fn weighed(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Applies lines that were checked, in one transaction. `digest` names the file by its content.
    fn apply(&self, tx: &mut WriteTx<'_>, digest: &str, lines: &[Sent<'_, Self::Line>]) -> Result<Applied, Error>;
}

/// One problem of a checked line.
pub(crate) fn problem(number: u64, column: &'static str, value: &impl ToString, why: impl Into<String>) -> Problem {
    Problem { line: number, column, value: value.to_string(), why: why.into() }
}
