//! The mail engine as an operator has it: real Postfix and Dovecot, on free ports of the loopback address, in folders that
//! are gone afterwards. It needs root and the packages; a build server must have both.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

mod authentic;
mod clients;
mod commands;
mod content;
mod delivery;
mod demo;
mod filter;
mod kept;
mod limits;
mod names;
mod own_name;
mod room;
mod rules;
mod screens;
mod set_up;
mod sign_in;
mod spoofing;
mod world;
