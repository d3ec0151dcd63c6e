//! What waits in Postfix's queue, as `postqueue -j` lists it: a JSON object a line.

use serde::Deserialize;

/// A message.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Its name in the queue.
    #[serde(rename = "queue_id")]
    pub(super) id: String,
    recipients: Vec<Recipient>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Recipient {
    address: String,
}

impl Waiting {
    /// Whether one of its recipients has one of these names.
    pub(super) fn is_for_some(&self, names: &[String]) -> bool {
        self.recipients.iter().any(|recipient| is_one(&recipient.address, names))
    }

    /// Whether all have.
    pub(super) fn is_for_nobody_but(&self, names: &[String]) -> bool {
        self.recipients.iter().all(|recipient| is_one(&recipient.address, names))
    }
}

/// Whether an address is a name, perhaps with something behind a `+`.
fn is_one(address: &str, names: &[String]) -> bool {
    let address = address.to_ascii_lowercase();
    let plain = || {
        let (local, host) = address.rsplit_once('@')?;
        let (name, _) = local.split_once('+')?;
        Some(format!("{name}@{host}"))
    };
    names.contains(&address) || plain().is_some_and(|plain| names.contains(&plain))
}

/// Reads the list.
pub(super) fn read(list: &str) -> Result<Vec<Waiting>, String> {
    let line = |line| serde_json::from_str(line).map_err(|_| "the list of the queue cannot be read".to_owned());
    list.lines().filter(|line| !line.trim().is_empty()).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_for_names_by_all_or_some_of_its_recipients() {
        let list = concat!(
            r#"{"queue_name": "deferred", "queue_id": "4A", "arrival_time": 1, "message_size": 9, "sender": "x@y.z", "#,
            r#""recipients": [{"address": "Ann@mail.example", "delay_reason": "late"}, {"address": "ann+News@mail.example"}]}"#,
            "\n",
            r#"{"queue_id": "4B", "recipients": [{"address": "ann@mail.example"}, {"address": "ben@mail.example"}]}"#,
            "\n",
            r#"{"queue_id": "4C", "recipients": [{"address": "joann@mail.example"}]}"#,
            "\n"
        );
        let all = read(list).unwrap();
        let names = ["ann@mail.example".to_owned()];
        let told: Vec<_> =
            all.iter().map(|m| (m.id.as_str(), m.is_for_some(&names), m.is_for_nobody_but(&names))).collect();
        assert_eq!(told, [("4A", true, true), ("4B", true, false), ("4C", false, false)]);
        assert_eq!(read("\n"), Ok(Vec::new()));
        assert!(read("Mail queue is empty\n").is_err());
    }
}
