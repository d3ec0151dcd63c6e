//! What a use case may answer instead of a result.

use domain::refusal::Refusal;

use crate::brake::HeldRequest;

/// Three kinds: a person can act on it (refused, not found, input), or the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no, and what to do instead.
    #[error("{0} ({rule})", rule = .0.rule())]
    Refused(#[from] Refusal),
    /// It does not exist, or may not be seen (ROLE-02): the answer is the same.
    #[error("there is no {what} {name}, or you may not see it")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// By which name.
        name: String,
    },
    /// Seen, but the actor's roles do not allow it.
    #[error("your roles do not allow that here ({0})")]
    NotAllowed(&'static str),
    /// The request itself is wrong.
    #[error("{0}")]
    Input(String),
    /// The file is refused whole; nothing of it was applied.
    #[error("the file is refused, nothing was changed: {0}")]
    File(String),
    /// A brake holds it for a second person; what was asked is kept (RUN-05).
    #[error("{0}")]
    Held(HeldRequest),
    /// The program was told to stop in the middle of long work; what was done is kept.
    #[error("the program was told to stop: what is done is kept, and the rest goes on when it is asked for again")]
    Stopped,
    /// The database says no.
    #[error(transparent)]
    Store(#[from] store::error::Error),
}

impl Error {
    /// A shorthand for input that cannot be used.
    pub(crate) fn input(text: impl Into<String>) -> Self {
        Self::Input(text.into())
    }

    /// Nothing by that name.
    pub(crate) fn not_found(what: &'static str, name: impl std::fmt::Display) -> Self {
        Self::NotFound { what, name: name.to_string() }
    }
}
