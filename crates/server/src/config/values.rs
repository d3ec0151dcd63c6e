//! The text of each key and what said it: a flag, else the environment, else the file, else the table.

use std::ffi::OsString;

use crate::config::keys::{KEYS, Key, find};
use crate::config::{Mistake, Told, file};

/// What said a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The table.
    Default,
    /// A line of the file.
    File(String),
    /// A variable.
    Env(String),
    /// A flag.
    Flag(&'static str),
}

impl Source {
    /// Where it stands.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Default => "by itself".to_owned(),
            Self::File(place) | Self::Env(place) => place.clone(),
            Self::Flag(flag) => (*flag).to_owned(),
        }
    }
}

/// One value for each key, in the order of the table.
#[derive(Clone)]
pub(super) struct Values(Vec<(Source, String)>);

impl Default for Values {
    fn default() -> Self {
        Self(KEYS.iter().map(|key| (Source::Default, key.default.to_owned())).collect())
    }
}

impl Values {
    /// Reads all of them, with everything that is wrong.
    pub(super) fn read(
        flags: &[(&str, String)],
        env: &dyn Fn(&str) -> Option<OsString>,
        file: Option<(&str, &str)>,
    ) -> (Self, Vec<Mistake>) {
        let mut values = Self::default();
        let mut mistakes = Vec::new();
        if let Some((name, text)) = file {
            for said in file::read(name, text) {
                match said {
                    Ok((key, place, value)) => values.set(key, Source::File(place), value, &mut mistakes),
                    Err(wrong) => mistakes.push(wrong),
                }
            }
        }
        for (at, key) in KEYS.iter().enumerate() {
            let name = key.env();
            // What is set to nothing is not set.
            let Some(told) = env(&name).filter(|told| !told.is_empty()) else { continue };
            let value = told.into_string().unwrap_or_else(|_| "\u{0}".to_owned());
            values.set(at, Source::Env(name), value, &mut mistakes);
        }
        for (key, value) in flags {
            if let Some((at, key)) = find(key) {
                values.set(at, Source::Flag(key.flag), value.clone(), &mut mistakes);
            }
        }
        (values, mistakes)
    }

    fn set(&mut self, at: usize, source: Source, value: String, mistakes: &mut Vec<Mistake>) {
        let Some(key) = KEYS.get(at) else { return };
        if let Some(what) = wrong(key, &value) {
            mistakes.push(mistake(&source.place(), key, what));
        } else if let Some(kept) = self.0.get_mut(at) {
            *kept = (source, value);
        }
    }

    /// The text of a key; of one that is not in the table, nothing.
    pub(super) fn text(&self, name: &str) -> &str {
        find(name).and_then(|(at, _)| self.0.get(at)).map_or("", |(_, value)| value)
    }

    /// What said the value of a key.
    pub(super) fn source(&self, name: &str) -> Source {
        find(name).and_then(|(at, _)| self.0.get(at)).map_or(Source::Default, |(source, _)| source.clone())
    }

    /// Every key as people may see it.
    pub(super) fn told(&self) -> Vec<Told> {
        let all = KEYS.iter().zip(&self.0);
        all.map(|(key, (source, value))| Told {
            key: key.name,
            value: shown(key, value),
            from: source.place(),
            means: if key.unit.is_empty() { key.meaning.to_owned() } else { format!("{}: {}", key.unit, key.meaning) },
        })
        .collect()
    }
}

fn shown(key: &Key, value: &str) -> String {
    if key.secret && !value.is_empty() {
        "(set, not shown)".to_owned()
    } else if key.name == "store" {
        without_password(value)
    } else {
        value.to_owned()
    }
}

fn wrong(key: &Key, value: &str) -> Option<String> {
    if value.is_empty() {
        return (!key.default.is_empty()).then(|| "it is empty".to_owned());
    }
    let what = key.kind.wrong(value)?;
    // What was typed is not repeated where it may hold a password.
    let quoted = value.chars().filter(|c| !c.is_control()).take(60).collect::<String>();
    Some(if key.secret || key.name == "store" { format!("it {what}") } else { format!("{quoted:?} {what}") })
}

/// A mistake at a key, with what to write.
pub(super) fn mistake(place: &str, key: &Key, what: String) -> Mistake {
    let example = if key.example.is_empty() { "it in one line".to_owned() } else { format!("as {}", key.example) };
    Mistake { place: place.to_owned(), key: key.name.to_owned(), what, write: format!("{}{example}", key.kind.write()) }
}

/// A store's URL as it may be printed.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (who, host) = rest.rsplit_once('@').map_or(("", rest), |(who, host)| (who, host));
    let secret = |text: &str| text.contains("password=");
    let host = if secret(host) { host.split('?').next().unwrap_or_default() } else { host };
    match who.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:(not shown)@{host}"),
        None if who.is_empty() => format!("{scheme}://{host}"),
        None => format!("{scheme}://{who}@{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_shown_without_its_password() {
        for (url, shown) in [
            ("sqlite:almoner.db", "sqlite:almoner.db"),
            ("postgres://almoner@db/almoner", "postgres://almoner@db/almoner"),
            ("postgres://db/almoner", "postgres://db/almoner"),
            ("postgres://almoner:pass@db/almoner", "postgres://almoner:(not shown)@db/almoner"),
            ("postgres://almoner:p@ss@db/almoner", "postgres://almoner:(not shown)@db/almoner"),
            ("postgres://almoner@db/almoner?password=x", "postgres://almoner@db/almoner"),
        ] {
            assert_eq!(without_password(url), shown, "{url}");
        }
    }
}
