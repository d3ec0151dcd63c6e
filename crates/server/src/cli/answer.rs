//! What a command prints: a text for people, or one JSON document. Nothing else ever goes to stdout.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

/// What a command has to say, and how it ended.
#[derive(Debug)]
pub(crate) struct Answer {
    json: Value,
    text: String,
    code: u8,
}

impl Answer {
    /// Done.
    pub(crate) fn new(json: impl Serialize, text: impl Into<String>) -> Self {
        // Cannot fail: the documents have texts for keys, and numbers that JSON knows.
        let json = serde_json::to_value(json).unwrap_or_default();
        Self { json, text: text.into(), code: 0 }
    }

    /// Nothing to say.
    pub(crate) fn silent() -> Self {
        Self { json: Value::Null, text: String::new(), code: 0 }
    }

    /// The same, ended with another code.
    #[must_use]
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// Prints it. A reader who has seen enough (`| head`) is no failure.
    pub(crate) fn print(&self, json: bool) -> ExitCode {
        let mut text =
            if json && !self.json.is_null() { format!("{:#}", self.json) } else { self.text.trim_end().to_owned() };
        if !text.is_empty() {
            text.push('\n');
        }
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => ExitCode::from(self.code),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(self.code),
            Err(error) => {
                drop(writeln!(
                    io::stderr(),
                    "error: the answer could not be written ({error}); what was asked is done"
                ));
                ExitCode::FAILURE
            }
        }
    }
}
