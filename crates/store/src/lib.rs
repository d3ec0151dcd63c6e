//! The database: the only crate that contains SQL. One SQL text runs on SQLite and PostgreSQL; rules and periods are decided in `domain`.

pub mod bulk;
pub mod db;
pub mod error;
pub mod event;
pub mod lease;
mod migrate;
mod statements;
pub mod tx;
pub mod value;
