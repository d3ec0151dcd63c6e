//! Organisations: loading what the registry publishes (ORG-01), and what a person decides about one (ORG-02, ORG-03).

pub mod details;
mod file;
pub mod import;
mod judge;
mod known;
pub mod manage;
pub(crate) mod merge;
pub mod search;
mod sector;
mod witness;

/// Stands as an organisation's edition while its status is a person's decision, until the registry says the same. No
/// edition can have this name.
pub(crate) const BY_HAND: &str = "(by hand)";
