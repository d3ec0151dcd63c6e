//! What a line of a history changed, as people read it: fields in words, days and times on the federation's clocks,
//! organisations with their names, members with their addresses.

use domain::signal::Signal;
use domain::time::{Calendar, Day, Timestamp};
use serde_json::Value;
use service::account::history::Named;

use crate::detail::{Part, parts};
use crate::web::words;

/// The change of one field is shown up to so many characters; the audit's file and JSON have all of it.
const SHOWN: usize = 80;

/// How a field is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// What a person wrote: as it stands.
    Text,
    /// Words, days and times of ours.
    Words,
    /// An organisation, or a part of one.
    Place,
    /// A yes or a no.
    Truth,
    /// So many MiB.
    Mebibytes,
}

/// What history calls a field, what a page calls it, and how its value is read.
const FIELDS: &[(&str, &str, Reading)] = &[
    ("address", "Address", Reading::Text),
    ("announced_for", "Deletion announced for", Reading::Words),
    ("announced_on", "Notice of deletion sent", Reading::Words),
    ("asked_on", "Owners asked", Reading::Words),
    ("cause", "Cause", Reading::Words),
    ("confirmed_at", "An owner confirmed", Reading::Words),
    ("created", "Created", Reading::Words),
    ("disabled_at", "Sign-in stopped", Reading::Words),
    ("ended_at", "Ended", Reading::Words),
    ("ended_rule", "Ended by", Reading::Words),
    ("given_at", "Given", Reading::Words),
    ("hidden", "Hidden from the directory", Reading::Truth),
    ("hide_mobile", "Mobile hidden from the directory", Reading::Truth),
    ("inactive_rule", "Inactive by", Reading::Words),
    ("kind", "Kind", Reading::Words),
    ("method", "Method", Reading::Words),
    ("organisation", "Organisation", Reading::Place),
    ("quota_mib", "Quota", Reading::Mebibytes),
    ("refused_on", "Deletion refused because of a hold", Reading::Words),
    ("reminded", "Reminded so many days before", Reading::Words),
    ("role", "Role", Reading::Words),
    ("scope", "Over", Reading::Place),
    ("services_off", "Services switched off", Reading::Text),
    ("status", "Status", Reading::Words),
    ("terms", "Terms of use accepted", Reading::Words),
    ("until", "Until", Reading::Words),
];

/// What pages read a history with.
pub(crate) struct Reader<'r> {
    /// The federation's clocks.
    pub(crate) calendar: &'r Calendar,
    /// Who and what stands in the lines.
    pub(crate) named: &'r Named,
}

impl Reader<'_> {
    /// `Status from active to leaver; Reason: contract ends`.
    pub(crate) fn changes(&self, detail: &Value) -> String {
        let all: Vec<String> = parts(detail).iter().map(|part| self.part(part)).collect();
        all.join("; ")
    }

    /// An organisation by its code, with its name where that is known.
    pub(crate) fn place(&self, text: &str) -> String {
        let (code, unit) = text.split_once('/').unwrap_or((text, ""));
        match self.named.organisations.get(code) {
            Some(name) if unit.is_empty() => format!("{code} {name}"),
            Some(name) => format!("{unit} of {code} {name}"),
            None => text.to_owned(),
        }
    }

    fn part(&self, part: &Part<'_>) -> String {
        let (name, reading) = self.name(part.name);
        let read = |value: &Value| self.value(reading, value);
        match (part.was, part.is) {
            (Some(was), Value::Null) => format!("{name} no more (was {})", read(was)),
            (Some(was), is) => format!("{name} from {} to {}", read(was), read(is)),
            (None, is) => format!("{name}: {}", read(is)),
        }
    }

    fn name(&self, name: &str) -> (String, Reading) {
        if let Some((_, label, reading)) = FIELDS.iter().find(|(known, _, _)| *known == name) {
            return ((*label).to_owned(), *reading);
        }
        if let Some(id) = name.strip_prefix("member:") {
            let address = id.parse().ok().and_then(|id: i64| self.named.accounts.get(&id));
            return (format!("Member {}", address.map_or(id, String::as_str)), Reading::Words);
        }
        if let Some(address) = name.strip_prefix("address:") {
            return (format!("Address {address}"), Reading::Words);
        }
        let reading = if Signal::parse(name).is_some() { Reading::Words } else { Reading::Text };
        (words::label(name), reading)
    }

    fn value(&self, reading: Reading, value: &Value) -> String {
        let text = match value {
            Value::Null => return "nothing".to_owned(),
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
        };
        match (reading, text.as_str()) {
            (Reading::Words, _) => text.split(' ').map(|word| self.word(word)).collect::<Vec<_>>().join(" "),
            (Reading::Place, _) => self.place(&text),
            (Reading::Truth, "true") => "yes".to_owned(),
            (Reading::Truth, "false") => "no".to_owned(),
            (Reading::Mebibytes, _) => text.parse().map_or(text, |number| format!("{} MiB", words::number(number))),
            (Reading::Text | Reading::Truth, _) => match text.char_indices().nth(SHOWN) {
                Some((at, _)) => format!("{}\u{2026}", text.get(..at).unwrap_or_default()),
                None => text,
            },
        }
    }

    /// A word of ours, a day, or an instant.
    fn word(&self, word: &str) -> String {
        if let Some(day) = Day::parse(word) {
            return words::day(day);
        }
        Timestamp::parse(word).map_or_else(|| word.replace('_', " "), |at| words::time(self.calendar, at))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    fn told(detail: &Value) -> String {
        let calendar = Calendar::new("Europe/London").unwrap();
        let named = Named {
            organisations: HashMap::from([("RX1".to_owned(), "NORTH TRUST".to_owned())]),
            accounts: HashMap::from([(7, "ann.lee@mail.example".to_owned())]),
        };
        Reader { calendar: &calendar, named: &named }.changes(detail)
    }

    fn changed(name: &str, was: &Value, is: &Value) -> Value {
        let before = if was.is_null() { json!({}) } else { json!({ name: was }) };
        json!({ "before": before, "after": { name: is } })
    }

    #[test]
    fn fields_are_told_in_words_and_values_as_people_read_them() {
        for (name, was, is, text) in [
            ("status", json!("active"), json!("leaver"), "Status from active to leaver"),
            ("status", json!(null), json!("pending"), "Status: pending"),
            ("organisation", json!("RX2"), json!("RX1"), "Organisation from RX2 to RX1 NORTH TRUST"),
            ("announced_for", json!(null), json!("2018-09-01"), "Deletion announced for: 1 September 2018"),
            ("terms", json!(null), json!("2018-09-01T08:00:00Z"), "Terms of use accepted: 1 September 2018, 09:00"),
            (
                "terms",
                json!("2018-09-01T08:00:00Z"),
                json!(null),
                "Terms of use accepted no more (was 1 September 2018, 09:00)",
            ),
            (
                "mail_sent",
                json!(null),
                json!("2018-12-31T23:59:59Z signal_import"),
                "Mail sent: 31 December 2018, 23:59 signal import",
            ),
            ("cause", json!(null), json!("unjoined_leaver"), "Cause: unjoined leaver"),
            ("hidden", json!(null), json!("true"), "Hidden from the directory: yes"),
            ("hide_mobile", json!("true"), json!("false"), "Mobile hidden from the directory from yes to no"),
            ("quota_mib", json!("4096"), json!("51200"), "Quota from 4,096 MiB to 51,200 MiB"),
            ("member:7", json!(null), json!("member send_as"), "Member ann.lee@mail.example: member send as"),
            ("member:8", json!("owner"), json!(null), "Member 8 no more (was owner)"),
            (
                "address:ann@x.org",
                json!(null),
                json!("reserved until 2021-01-02"),
                "Address ann@x.org: reserved until 2 January 2021",
            ),
            ("job_title", json!("a_b 2018-09-01"), json!("Nurse"), "Job title from a_b 2018-09-01 to Nurse"),
        ] {
            assert_eq!(told(&changed(name, &was, &is)), text);
        }
    }

    #[test]
    fn several_changes_and_a_reason_stand_in_a_row() {
        let detail = json!({ "before": { "status": "active" }, "after": { "status": "deleted", "cause": "request" },
            "reason": "made_in 2018-09-01 error" });
        assert_eq!(told(&detail), "Status from active to deleted; Cause: request; Reason: made_in 2018-09-01 error");
        let grant = json!({ "before": {}, "after": { "role": "local_admin", "scope": "RX1/Ward 2" } });
        assert_eq!(told(&grant), "Role: local admin; Over: Ward 2 of RX1 NORTH TRUST");
        assert_eq!(told(&json!({ "role": "operator", "scope": "federation" })), "Role: operator; Over: federation");
        assert_eq!((told(&json!({})), told(&json!("odd"))), (String::new(), String::new()));
    }

    #[test]
    fn what_is_long_is_cut_where_a_letter_ends() {
        let text = told(&changed("display_name", &json!(null), &json!("\u{eb}".repeat(81))));
        assert_eq!(text, format!("Display name: {}\u{2026}", "\u{eb}".repeat(80)));
        assert!(told(&changed("display_name", &json!(null), &json!("\u{eb}".repeat(80)))).ends_with('\u{eb}'));
    }
}
