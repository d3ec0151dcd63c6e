//! The simulation: everything that can happen to a federation, in any order, from a seed, on a real store, with what the
//! rules promise checked after each step. What breaks is made as short as it gets and kept as a file.

mod accounts;
mod brakes;
mod claims;
pub mod doing;
pub mod failure;
mod files;
mod foresight;
pub mod generate;
mod killed;
pub mod life;
mod mirror;
pub mod op;
pub mod play;
mod policies;
mod promises;
mod restored;
mod rollbacks;
mod running;
pub mod shrink;
pub mod text;
