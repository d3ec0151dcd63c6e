//! The sections about what is in messages and where it may go.

use domain::attachment::{AttachmentRules, FileKind};
use domain::secure::{Pattern, SafeUntil, SecureRules};
use domain::spoofing::Stage;
use domain::time::Day;

use crate::policy_file::keys;
use crate::policy_file::reader::{Reader, Section};
use crate::policy_file::values::{self, Wrong};

/// `[attachments]` (LIM-01).
pub(super) fn attachments(r: &mut Reader<'_>, root: &Section<'_>) -> Option<AttachmentRules> {
    let s = r.section(root, "attachments", keys::ATTACHMENTS)?;
    let extensions = r.need(&s, "blocked_extensions", values::lines);
    for one in extensions.iter().flatten().filter(|one| !is_extension(one)) {
        let what = format!("\"{}\" is no end of a file's name", values::shown(one));
        r.wrong(&s, "blocked_extensions", Wrong::new(&what, "small letters and digits without the dot, as \"exe\""));
    }
    let kinds =
        r.need(&s, "blocked_kinds", |item| values::words(item, "kind of file", FileKind::ALL, FileKind::as_str));
    let depth = r.need(&s, "archive_depth", |item| values::whole(item, 1, 10, 3));
    let files = r.need(&s, "files", |item| values::whole(item, 100, 100_000, 5_000));
    // A message of 35 MiB alone unpacks to 26.
    let unpacked = r.need(&s, "unpacked_mib", |item| values::whole(item, 150, 2_000, 200));
    let locked = r.need(&s, "locked_archives", values::truth);
    Some(AttachmentRules {
        blocked_extensions: extensions?,
        blocked_kinds: kinds?,
        archive_depth: depth?,
        files: files?,
        unpacked_mib: unpacked?,
        locked_archives: locked?,
    })
}

/// `[spoofing]` (SPF-01).
pub(super) fn spoofing(r: &mut Reader<'_>, root: &Section<'_>) -> Option<Stage> {
    let s = r.section(root, "spoofing", keys::SPOOFING)?;
    r.need(&s, "stage", |item| values::word(item, "stage", Stage::ALL, Stage::as_str))
}

fn is_extension(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

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
