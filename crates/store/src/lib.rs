//! The database: the only crate that contains SQL. One SQL text runs on SQLite and PostgreSQL; rules and periods are decided in `domain`.

pub mod account;
pub mod address;
pub mod audit;
pub mod brake;
pub mod bulk;
pub mod chain;
pub mod credential;
pub mod db;
pub mod error;
pub mod event;
pub mod federation;
pub mod grant;
pub mod hold;
pub mod lease;
pub mod member;
pub mod merkle;
mod migrate;
pub mod notice;
pub mod organisation;
pub mod profile;
pub mod rollback;
pub mod run;
pub mod session;
mod statements;
pub mod tx;
pub mod value;
pub mod whole;
