//! Stories: what the federation lives through, told on SQLite and on PostgreSQL alike.

#![expect(clippy::needless_raw_string_hashes, reason = "what a story tells is written by the tests themselves")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a story's helpers fail as its tests do")]

mod auditing;
mod brakes;
mod braking;
mod bulk;
mod chain_proof;
mod classes;
mod content;
mod cycle;
mod deletion;
mod explaining;
mod finding;
mod forecast;
mod held_runs;
mod helping;
mod holding;
mod identity;
mod import;
mod import_takes;
mod mail;
mod mail_commands;
mod mail_door;
mod mail_rules;
mod mailboxes;
mod many;
mod mfa;
mod mobiles;
mod moving;
mod org;
mod org_damage;
mod org_manage;
mod past;
mod people;
mod policy;
mod proposals;
mod recovery;
mod releasing;
mod reminding;
mod reports;
mod rights;
mod rollback;
mod running;
mod searching;
mod secure;
mod sending;
mod shared;
mod stopping;
mod touching;
mod what_if;
