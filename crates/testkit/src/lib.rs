//! The test world: a federation in either database, a clock that tests move, people who act, and a simulation of it all.

pub mod databases;
pub mod dice;
mod killer;
pub mod sim;
pub mod world;
