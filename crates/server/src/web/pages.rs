//! The pages, one file for each thing that a person comes for.

pub(crate) mod accounts;
pub(crate) mod acting;
pub(crate) mod aliases;
pub(crate) mod audit;
pub(crate) mod authenticator;
pub(crate) mod consequences;
pub(crate) mod creating;
pub(crate) mod delivery;
pub(crate) mod editing;
pub(crate) mod files;
pub(crate) mod forecast;
pub(crate) mod held;
pub(crate) mod mailboxes;
pub(crate) mod many;
pub(crate) mod me;
pub(crate) mod notices;
pub(crate) mod offers;
pub(crate) mod passkeys;
pub(crate) mod play;
pub(crate) mod reports;
pub(crate) mod runs;
pub(crate) mod search;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod sign_in;
pub(crate) mod steps;
