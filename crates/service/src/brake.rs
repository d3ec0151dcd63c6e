//! Brakes in use: what people ask for is weighed before it is done, what is held is kept for a second person, and what
//! that person releases is done (RUN-05).

pub mod choice;
pub(crate) mod figures;
pub(crate) mod gate;
pub(crate) mod keep;
mod lapse;
pub mod release;
pub(crate) mod request;
pub mod see;

use std::fmt;

/// A request that a brake holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRequest {
    /// The part that it is kept in.
    pub part: i64,
    /// The figures.
    pub why: String,
}

impl fmt::Display for HeldRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a brake holds it as part {}: {} (RUN-05)", self.part, self.why)
    }
}
