//! The simulation: a fixed budget of made-up lives, what was found and kept, and the tools themselves.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail as the test does")]

mod lives;
mod program;
mod shrinking;
mod texts;
