//! Notices: what was owed, what each says, how it fares, and sending it (NTC-06).

pub mod letter;
pub mod list;
pub mod send;
