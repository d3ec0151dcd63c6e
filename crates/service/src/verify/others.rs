//! What is no account: organisations, policies, editions, the federation itself.

use std::collections::BTreeMap;

use serde_json::Value;
use store::error::Error as Failure;
use store::federation::{FederationRow, PolicyRow};
use store::organisation::Edition;
use store::tx::Reader;
use store::whole::OtherLine;

use super::Report;
use crate::error::Error;
use crate::fields::{Fields, says_nothing};
use crate::history::fold::apply;
use crate::org::merge::facts;
use crate::secure::OBJECT;

/// Things by kind and name.
type Things = BTreeMap<(&'static str, String), Fields>;

pub(super) fn compare(db: &mut Reader<'_>, report: &mut Report) -> Result<(), Error> {
    let stored = stored(db)?;
    let mut told = Things::new();
    store::whole::of_no_account(db, |line| tell(&mut told, &line))?;
    let count = |what: &str| stored.keys().filter(|(kind, _)| *kind == what).count() as u64;
    (report.verified.organisations, report.verified.policies) = (count("organisation"), count("policy"));
    let nothing = Fields::new();
    for ((what, name), fields) in &stored {
        report.compare(what, name, fields, told.get(&(*what, name.clone())).unwrap_or(&nothing));
    }
    for ((what, name), fields) in told.iter().filter(|(thing, _)| !stored.contains_key(thing)) {
        report.compare(what, name, &nothing, fields);
    }
    Ok(())
}

fn named<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> Fields {
    let said = pairs.into_iter().filter(|(name, text)| !says_nothing(name, text));
    said.map(|(name, text)| (name.to_owned(), text)).collect()
}

fn stored(db: &mut Reader<'_>) -> Result<Things, Error> {
    let mut things = Things::new();
    for listed in store::organisation::all(db)? {
        things.insert(("organisation", listed.organisation.code.to_string()), named(facts(&listed)));
    }
    for row in store::federation::policies(db)? {
        things.insert(("policy", revision(&row.name, row.revision)), policy(&row));
    }
    for edition in store::whole::editions(db)? {
        things.insert(("edition", edition.name.clone()), of_edition(&edition));
    }
    for one in store::secure_domain::all(db)? {
        let facts = [
            ("accredited", one.accredited.to_string()),
            ("until", one.until.to_string()),
            ("reference", one.reference),
        ];
        things.insert((OBJECT, one.pattern), named(facts));
    }
    if let Some(row) = store::federation::get(db)? {
        things.insert(("federation", row.domain.clone()), federation(&row));
    }
    Ok(things)
}

fn revision(name: &str, revision: i64) -> String {
    format!("{name} ({revision})")
}

fn policy(row: &PolicyRow) -> Fields {
    named([
        ("from", row.from.to_string()),
        ("until", row.until.map_or_else(String::new, |day| day.to_string())),
        ("text", row.text.clone()),
        ("adopted_at", row.adopted_at.to_string()),
        ("adopted_by", row.adopted_by.clone()),
    ])
}

fn of_edition(edition: &Edition) -> Fields {
    named([
        ("series", edition.series.clone()),
        ("sha256", edition.digest.clone()),
        ("lines", edition.lines.to_string()),
        ("loaded_at", edition.loaded_at.to_string()),
        ("loaded_by", edition.loaded_by.clone()),
    ])
}

fn federation(row: &FederationRow) -> Fields {
    named([
        ("zone", row.zone.clone()),
        ("rehearsal", row.rehearsal.to_string()),
        ("created_at", row.created_at.to_string()),
        ("epoch", row.epoch.clone()),
    ])
}

/// Applies a line about no account. What a run or a request tells of itself is no fact of the store.
fn tell(told: &mut Things, line: &OtherLine<'_>) -> Result<(), Failure> {
    if line.object_type == "organisation" {
        return apply(told.entry(("organisation", line.object.to_owned())).or_default(), line.detail);
    }
    let read = || serde_json::from_str::<Value>(line.detail).map_err(|_| Failure::Corrupt("event.detail"));
    let by =
        |name: &str, by: &str| [(format!("{name}_at"), line.at.to_string()), (format!("{name}_by"), by.to_owned())];
    let texts = |detail: &Value, names: &[&str]| -> Vec<(String, String)> {
        let said = names.iter().filter_map(|name| Some(((*name).to_owned(), text(detail.get(*name)?)?)));
        said.filter(|(name, text)| !says_nothing(name, text)).collect()
    };
    match (line.object_type, line.action) {
        ("policy", "adopted") => {
            let detail = read()?;
            let number = detail.get("revision").and_then(Value::as_i64).unwrap_or(0);
            let fields = texts(&detail, &["from", "until", "text"]).into_iter().chain(by("adopted", line.actor));
            told.insert(("policy", revision(line.object, number)), fields.collect());
        }
        ("edition", "loaded") => {
            let fields = texts(&read()?, &["series", "sha256", "lines"]).into_iter().chain(by("loaded", line.actor));
            told.insert(("edition", line.object.to_owned()), fields.collect());
        }
        ("federation", "founded") => {
            let created = [("created_at".to_owned(), line.at.to_string())];
            let detail = read()?;
            let fields = texts(&detail, &["zone", "rehearsal", "epoch"]).into_iter().chain(created);
            told.insert(("federation", line.object.to_owned()), fields.collect());
            let first = detail.get("policy").and_then(Value::as_str).unwrap_or_default();
            let fields = texts(&detail, &["from", "until", "text"]).into_iter().chain(by("adopted", line.actor));
            told.insert(("policy", revision(first, 1)), fields.collect());
        }
        (OBJECT, "added" | "renewed") => {
            let fields = texts(&read()?, &["accredited", "until", "reference"]);
            told.insert((OBJECT, line.object.to_owned()), fields.into_iter().collect());
        }
        (OBJECT, "removed") => {
            told.remove(&(OBJECT, line.object.to_owned()));
        }
        ("run", "policy_in_force") => {
            let epoch = texts(&read()?, &["epoch"]);
            let federation = told.iter_mut().find(|((what, _), _)| *what == "federation");
            if let Some((_, fields)) = federation {
                fields.extend(epoch);
            }
        }
        _ => {}
    }
    Ok(())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn lines_about_no_account_are_told_apart() {
        let mut told = Things::new();
        for (object_type, object, action, detail) in [
            (
                "federation",
                "mail.example",
                "founded",
                r#"{"zone":"Europe/London","rehearsal":false,"epoch":"a","policy":"2018-09","from":"2018-01-01","text":"y"}"#,
            ),
            ("run", "2019-01-02", "policy_in_force", r#"{"epoch":"b"}"#),
            ("run", "2019-01-02", "finished", r#"{"addresses_freed":3}"#),
            ("policy", "2018-09", "adopted", r#"{"from":"2018-09-01","revision":2,"until":null,"text":"x"}"#),
            (
                "secure_domain",
                "a.example",
                "added",
                r#"{"accredited":"2019-01-01","until":"2020-01-01","reference":""}"#,
            ),
            (
                "secure_domain",
                "a.example",
                "renewed",
                r#"{"accredited":"2019-02-01","until":"2020-02-01","reference":"7"}"#,
            ),
            (
                "secure_domain",
                "b.example",
                "added",
                r#"{"accredited":"2019-01-01","until":"2020-01-01","reference":""}"#,
            ),
            (
                "secure_domain",
                "b.example",
                "removed",
                r#"{"accredited":"2019-01-01","until":"2020-01-01","reference":""}"#,
            ),
            ("organisation", "RX1", "created", r#"{"after":{"name":"A","legal":"active"}}"#),
            ("organisation", "RX1", "closed", r#"{"before":{"legal":"active"},"after":{"legal":"closed"}}"#),
        ] {
            let at = Timestamp::from_second(0);
            tell(&mut told, &OtherLine { object_type, object, action, at, actor: "operator", detail }).unwrap();
        }
        let said: Vec<String> = told
            .iter()
            .map(|((what, name), fields)| {
                let fields: Vec<String> = fields.iter().map(|(name, text)| format!("{name}={text}")).collect();
                format!("{what} {name}: {}", fields.join(" "))
            })
            .collect();
        assert_eq!(
            said,
            [
                "federation mail.example: created_at=1970-01-01T00:00:00Z epoch=b rehearsal=false zone=Europe/London",
                "organisation RX1: legal=closed name=A",
                "policy 2018-09 (1): adopted_at=1970-01-01T00:00:00Z adopted_by=operator from=2018-01-01 text=y",
                "policy 2018-09 (2): adopted_at=1970-01-01T00:00:00Z adopted_by=operator from=2018-09-01 text=x",
                "secure_domain a.example: accredited=2019-02-01 reference=7 until=2020-02-01",
            ]
        );
    }
}
