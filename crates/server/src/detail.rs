//! What an audit line changed, in short: for the terminal, pages and files alike.

use serde_json::Value;
use store::audit::Line;

/// The change of one field is shown up to so many characters; JSON has all of it.
const SHOWN: usize = 60;

/// What a line tells, as JSON.
pub(crate) fn detail(line: &Line) -> Value {
    // What is no JSON is shown as the text that it is.
    serde_json::from_str(&line.detail).unwrap_or_else(|_| line.detail.clone().into())
}

/// What a line tells of one field.
#[derive(Debug)]
pub(crate) struct Part<'d> {
    /// The field.
    pub(crate) name: &'d str,
    /// What it was; absent where it was not, or nothing changed.
    pub(crate) was: Option<&'d Value>,
    /// What it is.
    pub(crate) is: &'d Value,
}

/// What a line tells, field by field; a reason stands last.
pub(crate) fn parts(detail: &Value) -> Vec<Part<'_>> {
    let object = |name: &str| detail.get(name).and_then(Value::as_object);
    let plain = |name, is| Part { name, was: None, is };
    // What a grant is of is told whatever else changed of it.
    if let (Some(role), Some(scope)) = (detail.get("role"), detail.get("scope")) {
        return vec![plain("role", role), plain("scope", scope)];
    }
    let mut told: Vec<Part<'_>> = match (object("before"), object("after")) {
        (Some(before), Some(after)) => {
            let all = after.iter().filter(told_of);
            all.map(|(name, is)| Part { name, was: before.get(name), is }).collect()
        }
        (None, Some(after)) => {
            let first = ["kind", "status", "organisation"];
            first.iter().filter_map(|name| Some(plain(*name, after.get(*name)?))).collect()
        }
        (_, None) => {
            let all = detail.as_object().into_iter().flatten().filter(told_of);
            all.map(|(name, is)| plain(name, is)).collect()
        }
    };
    told.extend(detail.get("reason").map(|reason| plain("reason", reason)));
    told
}

/// What a line changed, in short: `status active > leaver; reason: contract ends`.
pub(crate) fn changes(detail: &Value) -> String {
    let field = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.chars().take(SHOWN).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let told = parts(detail).into_iter().map(|Part { name, was, is }| match was {
        Some(was) => format!("{name} {} > {}", field(was), field(is)),
        None if name == "reason" => format!("reason: {}", field(is)),
        None => format!("{name} {}", field(is)),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// The line itself says who and when; a period that ended with the step that it led to needs no word.
fn told_of((name, value): &(&String, &Value)) -> bool {
    match name.as_str() {
        // The hold's reason is told, and a text of a policy is told by `policy show`.
        _ if name.starts_with("hold:") => false,
        "text" | "since" | "notes" | "reason" | "given_by" | "held_since" => false,
        "cause" | "asked_on" | "announced_on" | "announced_for" | "refused_on" => !value.is_null(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_in_short_what_changed() {
        let before = json!({ "status": "active", "since": "x" });
        let cases = [
            (json!({ "before": before, "after": { "status": "leaver", "since": "y" } }), "status active > leaver"),
            (json!({ "before": {}, "after": { "announced_on": "2018-09-01" } }), "announced_on 2018-09-01"),
            (json!({ "before": { "terms": "x" }, "after": { "terms": null } }), "terms x > nothing"),
            (json!({ "after": { "kind": "user", "status": "active", "created": "x" } }), "kind user; status active"),
            (json!({ "before": {}, "after": {}, "reason": "duplicate" }), "reason: duplicate"),
            (json!({ "role": "operator", "scope": "federation" }), "role operator; scope federation"),
            (
                json!({ "role": "helpdesk", "scope": "RX1", "before": {}, "after": { "ended_at": "x" } }),
                "role helpdesk; scope RX1",
            ),
        ];
        for (detail, text) in cases {
            assert_eq!(changes(&detail), text);
        }
    }

    #[test]
    fn what_is_long_odd_or_nobodys_business_is_told_in_short() {
        let long = "x".repeat(99);
        let cases = [
            (json!({ "before": {}, "after": { "job_title": long } }), format!("job_title {}", "x".repeat(SHOWN))),
            (json!({ "before": {}, "after": { "quota_mib": 9 } }), "quota_mib 9".to_owned()),
            (json!({ "before": {}, "after": { "hidden": true } }), "hidden true".to_owned()),
            (json!({ "before": {}, "after": { "notes": "secret" } }), String::new()),
            (json!({ "before": {}, "after": { "hold:1": "matter" } }), String::new()),
            (json!({ "before": {}, "after": { "cause": null } }), String::new()),
            (json!({ "accounts": 3 }), "accounts 3".to_owned()),
            (json!({}), String::new()),
            (json!("no object at all"), String::new()),
            (json!(null), String::new()),
        ];
        for (detail, text) in cases {
            assert_eq!(changes(&detail), text, "{detail}");
        }
    }

    #[test]
    fn a_detail_that_is_no_json_is_the_text_that_it_is() {
        let line = |text: &str| Line {
            id: 1,
            at: domain::time::Timestamp::from_second(0),
            actor: "ann@x.org".to_owned(),
            grant: None,
            object_type: "user".to_owned(),
            object: "bob@x.org".to_owned(),
            account: None,
            organisation: None,
            action: "edited".to_owned(),
            rule: None,
            detail: text.to_owned(),
            run: None,
        };
        assert_eq!(detail(&line("{\"a\":1}")), json!({ "a": 1 }));
        assert_eq!(detail(&line("{broken")), json!("{broken"));
    }
}
