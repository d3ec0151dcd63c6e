//! Accounts: what people ask for, one at a time or many in a file, and how decisions are kept.

pub mod act;
mod alike;
pub(crate) mod belongings;
pub mod create;
pub(crate) mod decided;
pub mod draft;
pub(crate) mod freeing;
pub mod history;
pub mod list;
pub(crate) mod moving;
pub(crate) mod naming;
mod purge;
mod right;
pub(crate) mod save;
pub mod search;
pub mod see;
pub mod setting;
