//! One line after the other: each says what became of the fields that it names.

use std::collections::BTreeMap;

use serde::Deserialize;
use store::error::Error;

use crate::fields::{Fields, says_nothing};

/// What folding reads of a line's detail.
#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    after: BTreeMap<String, Option<String>>,
}

/// Applies one line to what was so before it. A field that is absent says the same as one that says nothing.
pub(crate) fn apply(facts: &mut Fields, detail: &str) -> Result<(), Error> {
    let detail: Detail = serde_json::from_str(detail).map_err(|_| Error::Corrupt("event.detail"))?;
    for (name, value) in detail.after {
        match value.filter(|text| !says_nothing(&name, text)) {
            Some(text) => facts.insert(name, text),
            None => facts.remove(&name),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: EXP-02
    #[test]
    fn lines_in_their_order_give_what_is_so_at_last() {
        let mut facts = Fields::new();
        for line in [
            r#"{"after":{"status":"active","title":"Dr","hidden":"true"}}"#,
            r#"{"before":{"status":"active"},"after":{"status":"leaver"},"reason":"contract ends"}"#,
            r#"{"before":{},"after":{"cause":"leaver","status":"deleted"},"note":"2019-01-31 deleted"}"#,
            r#"{"after":{"title":null,"hidden":"false","unit":""},"note":"2019-02-01 kept"}"#,
            "{}",
        ] {
            apply(&mut facts, line).unwrap();
        }
        let told: Vec<(&str, &str)> = facts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(told, [("cause", "leaver"), ("status", "deleted")], "what it adds to the notes stays in the line");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_changes_nothing() {
        let mut facts = Fields::from([("status".to_owned(), "active".to_owned())]);
        for broken in ["", "active", r#"{"after":{"status":7}}"#, r#"{"after":["status"]}"#] {
            assert_eq!(apply(&mut facts, broken), Err(Error::Corrupt("event.detail")), "{broken:?}");
        }
        assert_eq!(facts.len(), 1);
    }
}
