//! Accounts: what people ask for, one at a time or many in a file, and how decisions are kept.

pub mod act;
pub mod alias;
pub(crate) mod alike;
pub(crate) mod belongings;
pub mod create;
pub(crate) mod decided;
pub mod draft;
pub mod edit;
pub(crate) mod freeing;
pub mod history;
pub mod kept_search;
pub mod list;
pub mod mailbox;
pub mod many;
pub(crate) mod mobile;
pub(crate) mod moving;
pub(crate) mod naming;
mod purge;
mod right;
pub(crate) mod save;
pub mod search;
pub mod see;
pub mod setting;
mod shelf;
pub(crate) mod shelves;
pub mod twins;
mod wording;
