//! `verify`: the store against its events.

use serde::Serialize;
use service::verify::{Found, Verified};

use crate::cli::answer::Answer;
use crate::cli::failure::{Failure, REFUSED};
use crate::cli::session::Session;
use crate::cli::text::{hanging, wrapped};
use crate::figure::{count, thousands};

/// How many differences people are shown; JSON has all that the report has.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct VerifiedJson {
    good: bool,
    accounts: u64,
    grants: u64,
    organisations: u64,
    policies: u64,
    found: u64,
    differences: Vec<FoundJson>,
}

#[derive(Serialize)]
struct FoundJson {
    object_type: &'static str,
    object: String,
    field: String,
    stored: Option<String>,
    told: Option<String>,
}

/// Derives the store anew from its events and compares.
pub(crate) fn verify(s: &Session) -> Result<Answer, Failure> {
    let verified = s.almoner.verify(&s.ctx, &s.bars)?;
    let text = text(&verified);
    let good = verified.differences == 0;
    let answer = Answer::new(json(verified), text);
    Ok(if good { answer } else { answer.with_code(REFUSED) })
}

fn json(verified: Verified) -> VerifiedJson {
    let found =
        |f: Found| FoundJson { object_type: f.what, object: f.name, field: f.field, stored: f.stored, told: f.told };
    VerifiedJson {
        good: verified.differences == 0,
        accounts: verified.accounts,
        grants: verified.grants,
        organisations: verified.organisations,
        policies: verified.policies,
        found: verified.differences,
        differences: verified.told.into_iter().map(found).collect(),
    }
}

fn text(verified: &Verified) -> String {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let compared = [
        count(number(verified.accounts), "account"),
        count(number(verified.grants), "grant"),
        count(number(verified.organisations), "organisation"),
    ];
    let compared = format!("Compared with the events: {}.", compared.join(", "));
    if verified.differences == 0 {
        return wrapped(&format!("{compared} The store is what its events tell."));
    }
    let side = |text: &Option<String>| text.as_deref().map_or_else(|| "nothing".to_owned(), shortened);
    let lines = verified.told.iter().take(SHOWN).map(|f| {
        let what = format!(
            "{} {}, {}: the store has {}, its events tell {}",
            f.what,
            f.name,
            f.field,
            side(&f.stored),
            side(&f.told)
        );
        hanging("  ", &what)
    });
    let shown: String = lines.collect();
    let more = verified.differences.saturating_sub(SHOWN as u64);
    let rest = if more == 0 {
        String::new()
    } else {
        format!("  and {} more (--json has the first thousand)\n", thousands(number(more)))
    };
    let found = count(number(verified.differences), "difference");
    let next = "Somebody changed the database past Almoner, or Almoner has a fault. What the lines say of an account: \
                `almoner history ADDRESS`";
    format!("{}\n{shown}{rest}\n{}", wrapped(&compared) + &format!("{found}:\n"), wrapped(next))
}

/// The beginning of a text, on one line.
fn shortened(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_how_much_was_compared_and_what_differs() {
        let good = Verified { accounts: 1_200, grants: 1, organisations: 2, policies: 1, ..Verified::default() };
        assert_eq!(
            text(&good),
            "Compared with the events: 1,200 accounts, 1 grant, 2 organisations. The store is\nwhat its events tell.\n"
        );
        let found = Found {
            what: "account",
            name: "7".into(),
            field: "status".into(),
            stored: Some("active".into()),
            told: None,
        };
        let bad = Verified { differences: 25, told: vec![found; 25], ..good };
        let told = text(&bad);
        assert_eq!(told.matches("account 7, status: the store has active").count(), 20, "{told}");
        assert!(told.contains("25 differences:") && told.contains("and 5 more (--json"), "{told}");
    }

    #[test]
    fn a_long_text_is_shortened_to_one_line() {
        assert_eq!(shortened("a\nb\n"), "a b");
        assert_eq!(shortened(&"x".repeat(61)).chars().count(), 60);
        assert_eq!(shortened(&"x".repeat(60)), "x".repeat(60));
    }
}
