//! Progress of long work. A port: the command line draws a bar, a test counts, the portal says when to stop.

use crate::error::Error;

/// Told how far a piece of work is.
pub trait Progress {
    /// A stage begins; `total` where it is known.
    fn stage(&self, name: &str, total: Option<u64>);
    /// So much more is done.
    fn advance(&self, done: u64);
    /// The stage is over.
    fn finish(&self);
    /// Whether the program was told to stop: what is begun is finished, and nothing more is begun.
    fn stops(&self) -> bool {
        false
    }
}

/// Refuses to begin the next batch of a program that was told to stop.
pub(crate) fn unless_stopped(progress: &dyn Progress) -> Result<(), Error> {
    if progress.stops() { Err(Error::Stopped) } else { Ok(()) }
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}
