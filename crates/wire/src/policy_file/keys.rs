//! The keys of a policy file: each section's list, with an example of every value for the messages.

/// A key and an example of what may stand in the file.
pub(super) type Key = (&'static str, &'static str);

pub(super) const ROOT: &[Key] = &[
    ("name", "name = \"2018-09\""),
    ("title", "title = \"Rules of September 2018\""),
    ("from", "from = \"2018-09-01\""),
    ("until", "until = \"2021-02-01\""),
    ("notice", "[notice]"),
    ("run", "[run]"),
    ("brakes", "[brakes]"),
    ("identity", "[identity]"),
    ("recovery", "[recovery]"),
    ("addresses", "[addresses]"),
    ("entitlement", "[entitlement]"),
    ("mailboxes", "[mailboxes]"),
    ("mail", "[mail]"),
    ("attachments", "[attachments]"),
    ("secure_domains", "[secure_domains]"),
    ("spoofing", "[spoofing]"),
    ("forwarding", "[forwarding]"),
    ("user", "[user]"),
    ("shared", "[shared]"),
    ("application", "[application]"),
    ("resource", "[resource]"),
    ("sector", "[[sector]]"),
];

pub(super) const NOTICE: &[Key] = &[
    ("before_deletion_days", "before_deletion_days = 14"),
    ("reminder_days", "reminder_days = [7, 1]"),
    ("restore_reminder_days", "restore_reminder_days = [7, 1]"),
    ("password_reminder_days", "password_reminder_days = [18, 10, 5, 2, 1]"),
];

pub(super) const RUN: &[Key] = &[
    ("deletions_per_day", "deletions_per_day = 20000"),
    ("deletions_per_organisation_per_day", "deletions_per_organisation_per_day = 500"),
];

pub(super) const BRAKES: &[Key] = &[
    ("floor", "floor = 5"),
    ("share_percent", "share_percent = 20"),
    ("forecast_percent", "forecast_percent = 150"),
    ("clock_jump_days", "clock_jump_days = 7"),
    ("held_days", "held_days = 14"),
];

pub(super) const IDENTITY: &[Key] = &[
    ("password_expiry", "password_expiry = \"90 days\""),
    ("password_length", "password_length = 10"),
    ("passwords_remembered", "passwords_remembered = 4"),
    ("delay_after_failures", "delay_after_failures = 3"),
    ("lock_after_failures", "lock_after_failures = 10"),
    ("session_idle_minutes", "session_idle_minutes = 30"),
    ("session_hours", "session_hours = 12"),
    ("mfa_exception_hours", "mfa_exception_hours = 24"),
    ("mfa_exception_days", "mfa_exception_days = 30"),
];

pub(super) const RECOVERY: &[Key] = &[
    ("proofs", "proofs = [\"answers\", \"code\"]"),
    ("questions", "questions = [\"What was your first school called?\"]"),
    ("own_questions", "own_questions = true"),
    ("answers", "answers = 3"),
    ("answer_length", "answer_length = 6"),
    ("characters", "characters = 3"),
    ("code_minutes", "code_minutes = 10"),
    ("codes_an_hour", "codes_an_hour = 3"),
    ("tries", "tries = 5"),
    ("country_code", "country_code = 44"),
    ("resecure_second_factor", "resecure_second_factor = \"remove\""),
];

pub(super) const ADDRESSES: &[Key] = &[
    ("pattern", "pattern = \"{first}.{last}{n}\""),
    ("first_number", "first_number = 1"),
    ("reserve_after_purge", "reserve_after_purge = \"2 years\""),
    ("old_organisation_alias", "old_organisation_alias = \"90 days\""),
];

pub(super) const ENTITLEMENT: &[Key] = &[("licence", "licence = \"standard\""), ("quota_mib", "quota_mib = 4096")];

pub(super) const MAILBOXES: &[Key] =
    &[("members", "members = 250"), ("owners", "owners = 100"), ("name_length", "name_length = 249")];

pub(super) const MAIL: &[Key] = &[
    ("message_mib", "message_mib = 35"),
    ("recipients_per_day", "recipients_per_day = 10000"),
    ("received_per_hour", "received_per_hour = 3600"),
    ("people_from_internet", "people_from_internet = false"),
];

pub(super) const ATTACHMENTS: &[Key] = &[
    ("blocked_extensions", "blocked_extensions = [\"exe\", \"js\"]"),
    ("blocked_kinds", "blocked_kinds = [\"windows_program\"]"),
    ("archive_depth", "archive_depth = 3"),
    ("files", "files = 5000"),
    ("unpacked_mib", "unpacked_mib = 200"),
    ("locked_archives", "locked_archives = true"),
];

pub(super) const SECURE: &[Key] = &[
    ("accredited_for", "accredited_for = \"1 year\""),
    ("soon_days", "soon_days = 60"),
    ("legacy", "legacy = [\"*.mail.example until 2019-04-01\"]"),
];

pub(super) const SPOOFING: &[Key] = &[("stage", "stage = \"tag\"")];

pub(super) const FORWARDING: &[Key] =
    &[("outside", "outside = \"never\""), ("domains", "domains = [\"partner.example\"]")];

pub(super) const KIND: &[Key] = &[
    ("automation_from", "automation_from = \"2018-09-01\""),
    ("signals", "signals = [\"password_change\", \"mail_sent\"]"),
    ("idle", "idle = \"90 days\""),
    ("password_age", "password_age = \"365 days\""),
    ("pending", "pending = \"30 days\""),
    ("inactive", "inactive = \"90 days\""),
    ("leaver", "leaver = \"30 days\""),
    ("disabled", "disabled = \"18 months\""),
    ("restore", "restore = \"30 days\""),
    ("ask_owners", "ask_owners = \"6 months\""),
    ("confirmation", "confirmation = \"30 days\""),
    ("hidden", "hidden = [\"pending\", \"deleted\"]"),
];

/// What a sector exception says about itself; all other keys are those of a kind.
pub(super) const EXCEPTION: &[Key] = &[
    ("sector", "sector = \"pharmacy\""),
    ("kind", "kind = \"user\""),
    ("from", "from = \"2019-04-01\""),
    ("until", "until = \"2020-04-01\""),
];

/// How many single characters must be changed, put in or taken out to make one word the other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, pair) in b.chars().zip(row.windows(2)) {
            let (corner, above) = (pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0));
            left = (corner + usize::from(x != y)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// The key that was probably meant: at most two slips away, and not all of the word.
pub(super) fn nearest<'k>(word: &str, keys: impl Iterator<Item = &'k Key>) -> Option<Key> {
    let length = word.chars().take(64).count();
    let close = |name: &str| name.chars().count().abs_diff(length) <= 2;
    keys.filter(|(name, _)| close(name))
        .map(|key| (distance(word, key.0), *key))
        .filter(|(slips, _)| *slips <= 2 && *slips < length)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_at_most_two_slips_away() {
        for (word, meant) in [
            ("idel", Some("idle")),
            ("Idle", Some("idle")),
            ("password-age", Some("password_age")),
            ("askowner", Some("ask_owners")),
            ("askowne", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, KIND.iter()).map(|(name, _)| name), meant, "{word}");
        }
        assert_eq!([distance("abc", "abc"), distance("", "ab"), distance("kitten", "sitting")], [0, 2, 3]);
    }
}
