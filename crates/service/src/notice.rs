//! Notices: what was owed, what each says, how it fares, and sending it (NTC-06); those that no run makes (NTC-04, NTC-05).

pub mod letter;
pub mod list;
mod ownerless;
mod passwords;
pub mod remind;
pub mod send;
