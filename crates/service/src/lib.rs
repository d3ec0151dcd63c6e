//! Use cases: load, may I?, decide, save with audit in one transaction. Every surface calls these; none has a rule of
//! its own.

pub mod account;
mod again;
pub mod audit;
pub mod brake;
pub mod demo;
pub mod directory;
pub mod engine;
pub mod error;
pub mod federation;
mod fields;
pub mod first;
pub mod gauges;
pub mod grant;
mod grouped;
mod history;
pub mod identity;
pub mod import;
pub mod notice;
pub mod org;
pub mod outlook;
pub mod policy;
pub mod progress;
pub mod report;
pub mod run;
pub mod secure;
pub mod verify;
pub mod what_if;
