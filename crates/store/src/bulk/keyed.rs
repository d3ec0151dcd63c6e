//! Rows for a set of keys, in one question for up to 5,000 of them.

use std::fmt::Write as _;

use super::{CHUNK, Texts};
use crate::db::conn::Backend;
use crate::db::row::Row;
use crate::error::Error;
use crate::tx::Reader;
use crate::value::Value;

/// A SELECT with `IN {keys}`, as `SELECT id, status FROM account WHERE id IN {keys}`, or with `FROM {keys}`, which reads
/// the keys as rows `k.value`; other parameters begin at `$2`.
/// A `static`; its texts are written once.
#[derive(Debug)]
pub struct Keyed {
    name: &'static str,
    sql: &'static str,
    array: &'static str,
    texts: Texts,
}

/// The keys that are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Keys<'k> {
    /// Ids.
    Ints(&'k [i64]),
    /// Codes or addresses.
    Texts(&'k [&'k str]),
}

impl Keyed {
    /// A SELECT by BIGINT keys; `name` is its own, for error messages.
    pub const fn by_int(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, array: "bigint[]", texts: Texts::new() }
    }

    /// A SELECT by TEXT keys; `name` is its own, for error messages.
    pub const fn by_text(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, array: "text[]", texts: Texts::new() }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn text(&'static self, backend: Backend) -> &'static str {
        self.texts.get(backend, |backend| {
            let keys = match backend {
                Backend::Sqlite => "IN (SELECT value FROM json_each($1))".to_owned(),
                // The list goes as a text: one kind of parameter for both.
                Backend::Postgres => format!("= ANY($1::text::{})", self.array),
            };
            let rows = match backend {
                Backend::Sqlite => "json_each($1) k".to_owned(),
                Backend::Postgres => format!("UNNEST($1::text::{}) AS k(value)", self.array),
            };
            self.sql.replace("IN {keys}", &keys).replace("FROM {keys}", &format!("FROM {rows}"))
        })
    }
}

impl Reader<'_> {
    /// The rows for these keys, in any order; a key without a row gives none. `rest` are the parameters from `$2` on.
    pub fn by_keys<T>(
        &mut self,
        keyed: &'static Keyed,
        keys: Keys<'_>,
        rest: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let backend = self.store().backend();
        let mut rows = Vec::new();
        for list in keys.lists(backend) {
            let params: Vec<Value<'_>> = std::iter::once(list.into()).chain(rest.iter().cloned()).collect();
            self.for_each(keyed.text(backend), &params, |row| {
                rows.push(read(row)?);
                Ok(())
            })?;
        }
        Ok(rows)
    }
}

impl Keys<'_> {
    /// The keys as texts of at most 5,000: a JSON list or the literal of an array.
    fn lists(self, backend: Backend) -> Vec<String> {
        let (open, close) = match backend {
            Backend::Sqlite => ('[', ']'),
            Backend::Postgres => ('{', '}'),
        };
        let list = |pieces: Vec<String>| format!("{open}{}{close}", pieces.join(","));
        match self {
            Self::Ints(keys) => {
                keys.chunks(CHUNK).map(|some| list(some.iter().map(i64::to_string).collect())).collect()
            }
            Self::Texts(keys) => {
                keys.chunks(CHUNK).map(|some| list(some.iter().map(|key| quoted(key, backend)).collect())).collect()
            }
        }
    }
}

/// A text in quotes. Both databases take `\"` and `\\`; only JSON wants control characters escaped.
fn quoted(key: &str, backend: Backend) -> String {
    let mut text = String::with_capacity(key.len() + 2);
    text.push('"');
    for letter in key.chars() {
        if letter == '"' || letter == '\\' {
            text.push('\\');
        }
        if letter < ' ' && backend == Backend::Sqlite {
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        } else {
            text.push(letter);
        }
    }
    text.push('"');
    text
}
