//! What the simulation may find: a promise that was not kept, at which operation, of which account.

use std::fmt;

use domain::words;

use crate::sim::op::Op;

words! {
    /// A promise.
    pub enum Promise {
        /// Nobody is deleted by the system without 14 days' notice (NTC-01).
        Notice = "notice",
        /// No held account is deleted or purged (LC-20).
        Hold = "hold",
        /// No address has two owners, reservations included (LC-21).
        Owner = "owner",
        /// Nobody has grants after leaving (ROLE-06).
        Grants = "grants",
        /// Every field is what history rebuilds (EXP-02).
        History = "history",
        /// The stored due date is what the rules say.
        Schedule = "schedule",
        /// What an explanation says is next happens, and nothing else does (EXP-01).
        Explained = "explained",
        /// What was said on a past day is said of it today (EXP-02).
        Past = "past",
        /// The preview is what the run does (RUN-01).
        Preview = "preview",
        /// A run's counts are its events, and its plan is what it did (RUN-02).
        Counts = "counts",
        /// The daily caps hold (RUN-04).
        Caps = "caps",
        /// Forecast and outcome are equal, or the difference is truly explained (RUN-07).
        Forecast = "forecast",
        /// Every notice once (RUN-02).
        Once = "once",
        /// What is done twice changes nothing the second time (RUN-02, CSV-02).
        Twice = "twice",
        /// What is held waits for a second person (RUN-05).
        Brake = "brake",
        /// A rollback restores what was, or refuses for a true reason (RUN-08).
        Rollback = "rollback",
        /// What-if is what then happens (RUN-09).
        WhatIf = "what-if",
        /// The audit trail is as it was written (AUD-02).
        Trail = "trail",
        /// Only a rule may refuse; everything else works.
        Works = "works",
        /// Nothing panics.
        Panic = "panic",
        /// A fault planted by a test.
        Planted = "planted",
    }
}

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub promise: Promise,
    /// What is wrong.
    pub told: String,
}

impl Broken {
    /// A broken promise, told.
    pub(crate) fn new(promise: Promise, told: impl Into<String>) -> Self {
        Self { promise, told: told.into() }
    }
}

impl From<service::error::Error> for Broken {
    fn from(error: service::error::Error) -> Self {
        Self::new(Promise::Works, format!("{error:?}"))
    }
}

impl From<store::error::Error> for Broken {
    fn from(error: store::error::Error) -> Self {
        Self::new(Promise::Works, format!("{error:?}"))
    }
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::new(Promise::Works, format!("{error:?}"))
    }
}

/// Where a life broke a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The operation, counted from 0; as many as there are: after the last.
    pub at: usize,
    /// What it was; absent after the last.
    pub op: Option<Op>,
    /// The day, as `2019-01-01`.
    pub day: String,
    /// What broke.
    pub broken: Broken,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = self.op.as_ref().map_or_else(|| "the end".to_owned(), |op| format!("`{op}`"));
        write!(f, "{}: at operation {} ({op}) on {}: {}", self.broken.promise, self.at + 1, self.day, self.broken.told)
    }
}

/// Checks a promise.
///
/// # Errors
/// When it is not kept; `told` says how.
pub(crate) fn keeps(kept: bool, promise: Promise, told: impl FnOnce() -> String) -> Result<(), Broken> {
    if kept { Ok(()) } else { Err(Broken::new(promise, told())) }
}
