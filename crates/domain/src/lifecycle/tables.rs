//! Tables that prove the lifecycle's rules, both sides of each boundary. Days are counted from 1 January 2019, day 0.

mod deletion;
mod disabled;
pub(crate) mod fixture;
mod hold;
mod idle;
mod leaver;
mod matrix;
mod moves;
mod periods;
mod resecure;
mod restore;
mod shared;
mod timeline;
