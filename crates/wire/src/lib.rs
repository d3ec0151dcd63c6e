//! Pure codecs of untrusted bytes: CSV, the published ODS files, the bulk files, the mail engine's questions. Nothing here
//! opens a file, asks the time, or knows an account beyond its line.

pub mod attachments;
pub mod base64url;
pub mod csv;
pub mod engine;
pub mod files;
pub mod mailbox_list;
pub mod notice_text;
pub mod ods;
pub mod passkey;
pub mod policy_file;
pub mod sheet;
pub mod text;

#[cfg(test)]
mod damage;
pub mod zip;
