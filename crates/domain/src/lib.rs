//! The rules of Almoner as pure functions: no clock, no I/O, no database, no serialisation.
//! Start with [`lifecycle`]; the words are in the spec's order: accounts, organisations, grants, policy.

#[macro_use]
mod words;

pub mod account;
pub mod attachment;
pub mod brake;
pub mod capital;
pub mod command;
pub mod confirmation;
pub mod ctx;
pub mod delivery;
pub mod duplicate;
pub mod explain;
pub mod filter;
pub mod hex;
pub mod identity;
pub mod ids;
pub mod lifecycle;
pub mod mail_rule;
pub mod mailbox;
pub mod mobile;
pub mod notice;
pub mod org;
pub mod policy;
pub mod profile;
pub mod recovery;
pub mod refusal;
pub mod reminder;
pub mod rights;
pub mod rule;
pub mod second_factor;
pub mod secure;
pub mod signal;
pub mod spoofing;
pub mod status;
pub mod time;
