//! Progress of long work. A port: the command line draws a bar, a test counts, nobody else cares.

/// Told how far a piece of work is.
pub trait Progress {
    /// A stage begins; `total` where it is known.
    fn stage(&self, name: &str, total: Option<u64>);
    /// So much more is done.
    fn advance(&self, done: u64);
    /// The stage is over.
    fn finish(&self);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}
