//! The log: one line for each thing, for people or for programs. What it is given are words of the program, numbers and
//! names of routes; nobody's address, no token and nothing that a browser typed.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::clock;
use crate::config;
use crate::config::Level;

/// Where lines go.
type Out = Box<dyn Write + Send>;

/// The log.
pub(crate) struct Log {
    json: bool,
    level: Level,
    out: Mutex<Out>,
}

impl Log {
    /// On standard error.
    pub(crate) fn new(how: config::Log) -> Self {
        Self::to(how, Box::new(std::io::stderr()))
    }

    /// Elsewhere.
    pub(crate) fn to(how: config::Log, out: Out) -> Self {
        Self { json: how.json, level: how.level, out: Mutex::new(out) }
    }

    /// Writes a line, if it matters enough.
    pub(crate) fn line(&self, level: Level, event: &str, fields: &[(&str, Value)]) {
        if level > self.level {
            return;
        }
        let at = clock::wall().to_string();
        let line = if self.json { json(&at, level, event, fields) } else { text(&at, level, event, fields) };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is left to tell when the log is gone.
        drop(out.write_all(line.as_bytes()));
    }
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
    }
}

fn json(at: &str, level: Level, event: &str, fields: &[(&str, Value)]) -> String {
    let head = [("at", Value::from(at)), ("level", Value::from(word(level))), ("event", Value::from(event))];
    let all: Map<String, Value> =
        head.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    format!("{}\n", Value::Object(all))
}

fn text(at: &str, level: Level, event: &str, fields: &[(&str, Value)]) -> String {
    let mut line = format!("{at} {} {event}", word(level));
    for (name, value) in fields {
        let value = match value {
            Value::String(text) if !text.contains([' ', '"', '\n', '=']) => text.clone(),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.to_string()
            }
        };
        line.extend([" ", name, "=", &value]);
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_for_people_or_for_programs_and_never_two() {
        let fields = [
            ("route", Value::from("/accounts/{address}")),
            ("status", Value::from(200)),
            ("why", Value::from("a \"b\"\nc")),
        ];
        assert_eq!(
            text("2018-09-01T08:00:00Z", Level::Info, "request", &fields),
            "2018-09-01T08:00:00Z info request route=/accounts/{address} status=200 why=\"a \\\"b\\\"\\nc\"\n"
        );
        assert_eq!(
            json("2018-09-01T08:00:00Z", Level::Warn, "request", &fields[..2]),
            "{\"at\":\"2018-09-01T08:00:00Z\",\"level\":\"warn\",\"event\":\"request\",\"route\":\"/accounts/{address}\",\"status\":200}\n"
        );
    }

    #[test]
    fn what_matters_less_than_the_level_is_left_out() {
        let levels = [Level::Error, Level::Warn, Level::Info, Level::Debug];
        for (at, least) in levels.iter().enumerate() {
            let kept = levels.iter().filter(|level| **level <= *least).count();
            assert_eq!(kept, at + 1, "{least:?}");
        }
    }
}
