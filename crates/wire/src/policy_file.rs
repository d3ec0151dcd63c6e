//! Reads policy files (TOML) for administrators: every mistake of a file is found at once, with its line, its key and
//! what to write instead. It does not say which policy is in force; the store knows.

mod content;
mod fields;
mod keys;
mod kinds;
mod mail;
mod reader;
mod recovery;
mod sections;
mod sectors;
mod values;

#[cfg(test)]
mod content_tests;
#[cfg(test)]
mod fields_tests;
#[cfg(test)]
mod mistake_tests;
#[cfg(test)]
mod shipped_tests;
#[cfg(test)]
mod sign_in_tests;

use std::fmt;

use domain::policy::Policy;
use toml_edit::{Document, TomlError};

use crate::policy_file::reader::{Reader, Section};

/// Something in a policy file that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line it stands in, from 1; for a missing key the line of its section.
    pub line: usize,
    /// The full key, as `user.idle`; empty where the file is no TOML.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead, with an example.
    pub write: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = if self.key.is_empty() { "" } else { ", " };
        write!(f, "line {}{comma}{}: {}; write {}", self.line, self.key, self.what, self.write)
    }
}

/// A key that has another value in another policy; `-` where it is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The full key, as `user.idle`.
    pub key: String,
    /// Its value in the first policy.
    pub before: String,
    /// Its value in the second.
    pub after: String,
}

/// Reads a policy, or says everything that is wrong with it, by line.
pub fn parse(text: &str) -> Result<Policy, Vec<Mistake>> {
    let document = Document::parse(text).map_err(|error| vec![syntax(text, &error)])?;
    let mut reader = Reader::new(text);
    let root = Section::new("", document.as_table(), 0, keys::ROOT);
    let policy = sections::policy(&mut reader, &root);
    let mistakes = reader.finish();
    match policy {
        Some(policy) if mistakes.is_empty() => Ok(policy),
        _ => Err(mistakes),
    }
}

/// The policies that come with Almoner, oldest first: name and text.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &[
        ("2018-09", include_str!("../../../policy/2018-09.toml")),
        ("2021-02", include_str!("../../../policy/2021-02.toml")),
        ("2022-12", include_str!("../../../policy/2022-12.toml")),
        ("modern", include_str!("../../../policy/modern.toml")),
    ]
}

/// Every key of a policy with its value, in the order of the file; `-` where it is absent.
pub fn fields(policy: &Policy) -> Vec<(String, String)> {
    fields::of(policy)
}

/// Every key whose value differs. Sector exceptions are compared by their place in the file.
pub fn diff(before: &Policy, after: &Policy) -> Vec<Difference> {
    fields::diff(before, after)
}

/// The parser stops at its first error: what follows it cannot be told apart.
fn syntax(text: &str, error: &TomlError) -> Mistake {
    Mistake {
        line: reader::line_of(text, error.span().map_or(0, |span| span.start)),
        key: String::new(),
        what: format!("the file cannot be read from here on ({})", error.message().replace('\n', ", ")),
        write: "each key once, as `key = value`, with text in quotes, as `idle = \"90 days\"`".to_owned(),
    }
}
