//! The file: TOML, a section for each part before the point of a key. Every mistake is found at once, by its line.

use toml_edit::{Document, Item, Value};

use crate::config::Mistake;
use crate::config::keys::{KEYS, Key, find};
use crate::config::kinds::Kind;
use crate::config::values::mistake;

/// A key by its place in the table, where it stands, and its text.
type Found = (usize, String, String);

/// What a file says, in its order, each thing a value or a mistake.
pub(super) fn read(name: &str, text: &str) -> Vec<Result<Found, Mistake>> {
    let line = |at: usize| format!("{name}, line {}", text.bytes().take(at).filter(|b| *b == b'\n').count() + 1);
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let what = format!("the file cannot be read from here on ({})", error.message().replace('\n', ", "));
            let write = "each key once, as `listen = \"127.0.0.1:8080\"`, below its [section]".to_owned();
            let place = line(error.span().map_or(0, |span| span.start));
            return vec![Err(Mistake { place, key: String::new(), what, write })];
        }
    };
    let one = |(full, at, item): (String, usize, &Item)| {
        let place = line(at);
        let Some((number, key)) = find(&full) else { return Err(unknown(place, &full)) };
        match text_of(key, item) {
            Ok(value) => Ok((number, place, value)),
            Err(what) => Err(mistake(&place, key, what)),
        }
    };
    entries(document.as_table()).into_iter().map(one).collect()
}

/// Every key with its section, where it stands, and its value.
fn entries(table: &toml_edit::Table) -> Vec<(String, usize, &Item)> {
    let at = |table: &dyn toml_edit::TableLike, key: &str, item: &Item| {
        let spot = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
        spot.map_or(0, |span| span.start)
    };
    let mut all = Vec::new();
    for (name, item) in table {
        let known = KEYS.iter().any(|key| key.section() == name);
        match item.as_table_like().filter(|_| known) {
            Some(section) => {
                all.extend(
                    section.iter().map(|(key, value)| (format!("{name}.{key}"), at(section, key, value), value)),
                );
            }
            None => all.push((name.to_owned(), at(table, name, item), item)),
        }
    }
    all
}

/// A value as the environment would tell it.
fn text_of(key: &Key, item: &Item) -> Result<String, String> {
    if key.secret {
        return Err(format!(
            "a secret does not stand here: use {}_file, or {} in the environment",
            key.name,
            key.env()
        ));
    }
    match (key.kind, item.as_value()) {
        (Kind::Number(..), Some(Value::Integer(number))) => Ok(number.value().to_string()),
        (Kind::Number(..), _) => Err("it is no number without quotes".to_owned()),
        (Kind::Networks, Some(Value::Array(all))) => {
            let texts: Option<Vec<&str>> = all.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(", ")).ok_or_else(|| "it is no list of texts".to_owned())
        }
        (_, Some(Value::String(text))) => Ok(text.value().clone()),
        (_, _) => Err("it is no text in quotes".to_owned()),
    }
}

fn unknown(place: String, full: &str) -> Mistake {
    let shown: String = full.chars().filter(|c| !c.is_control()).take(60).collect();
    let section = KEYS.iter().find(|key| key.section() == full);
    let near = KEYS.iter().map(|key| (slips(full, key.name), key.name)).min().filter(|(slips, _)| *slips <= 2);
    let (what, write) = match (section, near) {
        (Some(_), _) => ("it is a section".to_owned(), format!("[{full}] and its keys below it")),
        (None, Some((_, name))) => (format!("there is no such key (did you mean {name}?)"), name.to_owned()),
        (None, None) => ("there is no such key".to_owned(), "one of docs/generated/config.md, or nothing".to_owned()),
    };
    Mistake { place, key: shown, what, write }
}

/// How many letters are wrong, missing or too many.
fn slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().take(64).enumerate() {
        let mut before = at;
        let mut left = at + 1;
        for (column, known) in other.iter().enumerate() {
            let above = row.get(column + 1).copied().unwrap_or(usize::MAX);
            let same = before + usize::from(letter != *known);
            if let Some(cell) = row.get_mut(column) {
                *cell = left;
            }
            left = same.min(above + 1).min(left + 1);
            before = above;
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (one, other, count) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("ac", "abc", 1),
            ("abcd", "abc", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(slips(one, other), count, "{one} {other}");
        }
    }
}
