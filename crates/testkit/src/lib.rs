//! The test world: a federation in either database, a clock that tests move, people who act.

pub mod databases;
pub mod world;
