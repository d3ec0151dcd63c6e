//! The mail engine: Postfix and Dovecot of the system's packages, with a configuration that is made here, in a folder of
//! their own, kept running by this program.

pub(crate) mod answer;
mod answering;
pub(crate) mod authentic;
pub(crate) mod certificate;
pub(crate) mod check;
mod child;
pub(crate) mod diff;
pub(crate) mod dkim;
pub(crate) mod files;
mod filter;
mod hands;
pub(crate) mod junk;
mod left;
mod local;
mod lock;
pub(crate) mod people;
mod probe;
pub(crate) mod programs;
mod queue;
mod read;
pub(crate) mod render;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod stop;
pub(crate) mod supervise;
pub(crate) mod units;
