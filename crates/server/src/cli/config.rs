//! `config`: what the program is set to, and what is wrong with that.

use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::args::{Cli, ConfigWhat};
use crate::cli::failure::{Failure, REFUSED};
use crate::cli::table::{Align, render};
use crate::config::secret::Secret;
use crate::config::{Config, Mistake};

/// Shows or checks it.
pub(crate) fn config(cli: &Cli, what: &ConfigWhat) -> Result<Answer, Failure> {
    match what {
        ConfigWhat::Show => Ok(show(&cli.config)),
        ConfigWhat::Check => check(cli),
    }
}

fn show(config: &Config) -> Answer {
    let json: Vec<Value> = config
        .told
        .iter()
        .map(|told| json!({ "key": told.key, "value": told.value, "from": told.from, "means": told.means }))
        .collect();
    let rows =
        config.told.iter().map(|told| vec![told.key.to_owned(), told.value.clone(), told.from.clone()]).collect();
    let headings = [("key", Align::Left), ("value", Align::Left), ("from", Align::Left)];
    Answer::new(json, render(&headings, rows, "There are no keys."))
}

fn check(cli: &Cli) -> Result<Answer, Failure> {
    let mistakes = match Config::try_of(cli)? {
        Ok(config) => secrets(&config),
        Err(mistakes) => mistakes,
    };
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let told: Vec<Value> = mistakes.iter().map(one).collect();
    let json = json!({ "good": told.is_empty(), "mistakes": told });
    if lines.is_empty() {
        return Ok(Answer::new(json, "The configuration can be used."));
    }
    Ok(Answer::new(json, lines.join("\n")).with_code(REFUSED))
}

fn one(mistake: &Mistake) -> Value {
    json!({ "place": mistake.place, "key": mistake.key, "what": mistake.what, "write": mistake.write })
}

/// The files of secrets that cannot be read.
pub(super) fn secrets(config: &Config) -> Vec<Mistake> {
    let smtp = config.smtp.as_ref().map(|smtp| ("smtp.password_file", &smtp.password));
    let sms = config.sms.as_ref().map(|sms| ("sms.key_file", &sms.key));
    let read = |(key, secret): (&'static str, &Secret)| {
        let failure = secret.read().err()?;
        let place = config.told.iter().find(|told| told.key == key).map_or_else(String::new, |told| told.from.clone());
        let (what, write) = failure.told();
        Some(Mistake { place, key: key.to_owned(), what, write: format!("a file that can be used: {write}") })
    };
    smtp.into_iter().chain(sms).filter_map(read).collect()
}
