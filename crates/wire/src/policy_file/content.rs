//! The sections about what is in messages and where it may go.

use domain::secure::{Pattern, SafeUntil, SecureRules};
use domain::time::Day;

use crate::policy_file::keys;
use crate::policy_file::reader::{Reader, Section};
use crate::policy_file::values::{self, Wrong};

/// `[secure_domains]` (SEM-01).
pub(super) fn secure(r: &mut Reader<'_>, root: &Section<'_>) -> Option<SecureRules> {
    let s = r.section(root, "secure_domains", keys::SECURE)?;
    let accredited_for = r.need(&s, "accredited_for", values::period);
    let soon_days = r.need(&s, "soon_days", |item| values::whole(item, 0, 365, 60));
    let lines = r.need(&s, "legacy", values::lines);
    let mut legacy = Vec::new();
    for line in lines.as_deref().unwrap_or_default() {
        match safe_until(line) {
            Some(one) if legacy.iter().any(|known: &SafeUntil| known.pattern == one.pattern) => {
                let what = format!("{} is there twice", one.pattern);
                r.wrong(&s, "legacy", Wrong::new(&what, "each domain once"));
            }
            Some(one) => legacy.push(one),
            None => {
                let what = format!("\"{}\" is no domain with a day", values::shown(line));
                r.wrong(&s, "legacy", Wrong::new(&what, "a domain and a day, as \"*.mail.example until 2019-04-01\""));
            }
        }
    }
    Some(SecureRules { accredited_for: accredited_for?, soon_days: soon_days?, legacy: lines.map(|_| legacy)? })
}

fn safe_until(line: &str) -> Option<SafeUntil> {
    let (pattern, day) = line.split_once(" until ")?;
    Some(SafeUntil { pattern: Pattern::parse(pattern)?, until: Day::parse(day.trim())? })
}
