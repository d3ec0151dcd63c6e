//! The keys of a policy in the words of a page (`docs/policy.md` has them all).

use domain::status::Kind;

/// A key with its value, as people read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What it says.
    pub(crate) label: String,
    /// What it is; for the rules of kinds it stands in a column of its own.
    pub(crate) value: String,
    /// The rules that it is for.
    pub(crate) rules: &'static str,
}

/// Key, words, unit, rules.
type Label = (&'static str, &'static str, &'static str, &'static str);

/// The sections with their keys.
const SECTIONS: &[(&str, &[Label])] = &[
    (
        "Notices",
        &[
            ("notice.before_deletion_days", "Notice before an automatic deletion", "days", "NTC-01"),
            ("notice.reminder_days", "Further reminders, so many days before a deletion", "", "NTC-03"),
            ("notice.restore_reminder_days", "Reminders before a restore window ends, to administrators", "", "NTC-03"),
            ("notice.password_reminder_days", "Reminders so many days before a password expires", "", "NTC-04"),
        ],
    ),
    (
        "The daily run",
        &[
            (
                "run.deletions_per_day",
                "Automatic deletions a day in the whole federation, at most",
                "",
                "RUN-04, LC-16",
            ),
            ("run.deletions_per_organisation_per_day", "The same in one organisation", "", "RUN-04"),
        ],
    ),
    (
        "Brakes",
        &[
            (
                "brakes.floor",
                "Pass every day without asking, of one organisation, kind and cause",
                "accounts",
                "RUN-05",
            ),
            ("brakes.share_percent", "Beyond that: at most so much of the accounts in use", "%", "RUN-05"),
            ("brakes.forecast_percent", "Beyond that: at most so much of what was forecast", "%", "RUN-05"),
            ("brakes.clock_jump_days", "Nothing is destroyed by itself after longer without a run", "days", "RUN-06"),
            ("brakes.held_days", "What is held lapses after", "days", "RUN-05"),
        ],
    ),
    (
        "Signing in",
        &[
            ("identity.password_expiry", "A password must be changed after", "", "PWD-01"),
            ("identity.password_length", "A password has at least", "characters", "PWD-02"),
            ("identity.passwords_remembered", "A new password is none of so many before it", "", "PWD-02"),
            ("identity.delay_after_failures", "Tries wait after", "failures", "decision 12"),
            ("identity.lock_after_failures", "Strangers are kept out after", "failures", "decision 12"),
            ("identity.session_idle_minutes", "A session that nobody uses is over after", "minutes", ""),
            ("identity.session_hours", "No session is older than", "hours", ""),
            ("identity.mfa_exception_hours", "An administrator lets in without a second factor for", "hours", "MFA-01"),
            ("identity.mfa_exception_days", "The operator names at most", "days", "MFA-01"),
        ],
    ),
    (
        "Forgotten passwords and locks",
        &[
            ("recovery.proofs", "Who resets alone shows all of", "", "SSPR-01"),
            ("recovery.questions", "Questions to choose from", "", "SSPR-01"),
            ("recovery.own_questions", "Questions of one's own", "", "SSPR-01"),
            ("recovery.answers", "Everybody answers", "questions", "SSPR-01"),
            ("recovery.answer_length", "An answer has at least", "letters and digits", "SSPR-01"),
            ("recovery.characters", "Of one answer are asked", "characters", "SSPR-01, ROLE-08"),
            ("recovery.code_minutes", "A code holds", "minutes", "SSPR-01"),
            ("recovery.codes_an_hour", "A telephone gets, in an hour, at most", "codes", "SSPR-01"),
            ("recovery.tries", "Wrong codes or answers before one begins again", "", "SSPR-01"),
            ("recovery.country_code", "Mobile numbers that name no country are of", "", "SSPR-02"),
            ("recovery.resecure_second_factor", "What a resecured account does with its second factor", "", "PWD-04"),
        ],
    ),
    (
        "Addresses",
        &[
            ("addresses.pattern", "How an address is made before the @", "", "decision 8"),
            ("addresses.first_number", "The number of the second person of a name", "", ""),
            ("addresses.reserve_after_purge", "A purged account's address is kept from others for", "", "LC-21"),
            (
                "addresses.old_organisation_alias",
                "Mail to an address of the old organisation arrives for",
                "",
                "JML-05",
            ),
        ],
    ),
    (
        "What an account gets",
        &[
            ("entitlement.licence", "Licence, where its organisation says nothing else", "", "ENT-01, JML-04"),
            ("entitlement.quota_mib", "Mailbox", "MiB", "JML-04"),
        ],
    ),
    (
        "Mailboxes without a person",
        &[
            ("mailboxes.members", "Share one at most", "members", "SM-01"),
            ("mailboxes.owners", "Of them own it at most", "owners", "SM-01"),
            ("mailboxes.name_length", "Its name has at most", "characters", "SM-01"),
        ],
    ),
    (
        "Mail",
        &[
            ("mail.message_mib", "A message has at most", "MiB", "LIM-01"),
            ("mail.recipients_per_day", "A sender names a day at most", "recipients", "LIM-01"),
            ("mail.received_per_hour", "A mailbox takes an hour at most", "messages", "LIM-01"),
            ("mail.people_from_internet", "People read and send from outside the networks", "", "APP-04"),
        ],
    ),
    (
        "Attachments",
        &[
            ("attachments.blocked_extensions", "Refused, by how their names end", "", "LIM-01"),
            ("attachments.blocked_kinds", "Refused, by what they are", "", "LIM-01"),
            ("attachments.archive_depth", "Archives in one another at most", "", "LIM-01"),
            ("attachments.files", "Files of a message at most", "", "LIM-01"),
            ("attachments.unpacked_mib", "Unpacked of a message at most", "MiB", "LIM-01"),
            ("attachments.locked_archives", "Archives with a password are taken", "", "LIM-01"),
        ],
    ),
    ("Mail in our name", &[("spoofing.stage", "What nobody sent who signed in", "", "SPF-01")]),
    (
        "Secure domains",
        &[
            ("secure_domains.accredited_for", "An accreditation holds", "", "SEM-01"),
            ("secure_domains.soon_days", "It is shown as ending within", "days", "SEM-01"),
            ("secure_domains.legacy", "Safe without one", "", "SEM-01"),
        ],
    ),
    (
        "Forwarding",
        &[
            ("forwarding.outside", "Mailboxes are forwarded out of the federation", "", "OOO-01"),
            ("forwarding.domains", "To these domains alone", "", "OOO-01"),
        ],
    ),
];

/// The keys of a kind.
const KINDS: &[Label] = &[
    ("automation_from", "Steps by time alone happen from", "", "LC-15"),
    ("signals", "What keeps an account active", "", "LC-02"),
    ("idle", "No such signal for so long: inactive", "", "LC-01"),
    ("password_age", "A password older than this: inactive", "", "LC-03"),
    ("pending", "Terms not accepted for so long: inactive", "", "LC-13"),
    ("inactive", "Inactive for so long: deleted", "", "LC-04"),
    ("leaver", "Leaver, not joined for so long: deleted", "", "LC-06"),
    ("disabled", "Disabled for so long: deleted", "", "LC-07"),
    ("restore", "Deleted can be restored for so long; then purged", "", "LC-10, LC-11"),
    ("ask_owners", "No signal for so long: the owners are asked", "", "LC-14"),
    ("confirmation", "They may take so long; then deleted", "", "LC-14"),
    ("hidden", "Absent from the directory while", "", "decision 9"),
];

/// The keys at the head of a file, and of an exception.
const HEAD: &[Label] = &[
    ("name", "Name", "", "LC-18"),
    ("title", "Title", "", ""),
    ("from", "From", "", "LC-18"),
    ("until", "Until the day before", "", "LC-18"),
    ("sector", "Sector", "", "LC-18"),
    ("kind", "Kind", "", "LC-18"),
];

fn all() -> impl Iterator<Item = &'static Label> {
    SECTIONS.iter().flat_map(|(_, labels)| labels.iter()).chain(KINDS).chain(HEAD)
}

fn known(key: &str) -> Option<&'static Label> {
    all().find(|(known, ..)| *known == key)
}

/// A value as people read it.
fn value(text: &str, unit: &str) -> String {
    match text {
        "-" => "never".to_owned(),
        text => format!("{} {unit}", text.replace('_', " ")).trim_end().to_owned(),
    }
}

/// The label of a full key, as `user.idle` or `sector[1].idle`.
pub(crate) fn told(key: &str) -> String {
    if let Some((_, label, ..)) = known(key) {
        return (*label).to_owned();
    }
    let (section, last) = key.rsplit_once('.').unwrap_or(("", key));
    let label = known(last).map_or(last, |(_, label, ..)| *label);
    let section = section.replace("sector[", "exception ").replace(']', "");
    format!("{section}: {label}")
}

fn line(label: &Label, text: &str) -> Line {
    let (_, words, unit, rules) = *label;
    Line { label: words.to_owned(), value: value(text, unit), rules }
}

/// The sections of a policy, the kinds aside.
pub(crate) fn lines(fields: &[(String, String)]) -> Vec<(&'static str, Vec<Line>)> {
    let of = |label: &Label| Some(line(label, &fields.iter().find(|(key, _)| key == label.0)?.1));
    let sections = SECTIONS.iter().map(|(name, labels)| (*name, labels.iter().filter_map(of).collect::<Vec<_>>()));
    sections.filter(|(_, lines)| !lines.is_empty()).collect()
}

/// Each key of the kinds, with its value for each of them.
pub(crate) fn kinds(fields: &[(String, String)]) -> Vec<(Line, Vec<String>)> {
    let of = |kind: &Kind, key: &str| {
        let full = format!("{kind}.{key}");
        fields.iter().find(|(key, _)| *key == full).map_or_else(String::new, |(_, text)| value(text, ""))
    };
    KINDS.iter().map(|label| (line(label, ""), Kind::ALL.iter().map(|kind| of(kind, label.0)).collect())).collect()
}

/// The exceptions for sectors: what each is for, and its keys.
pub(crate) fn exceptions(fields: &[(String, String)]) -> Vec<(String, Vec<Line>)> {
    let mut found: Vec<(String, Vec<Line>)> = Vec::new();
    for (key, text) in fields.iter().filter(|(key, _)| key.starts_with("sector[")) {
        let Some((section, last)) = key.split_once("].") else { continue };
        let name = section.replace("sector[", "Exception ");
        if found.last().is_none_or(|(known, _)| *known != name) {
            found.push((name, Vec::new()));
        }
        if let (Some((_, lines)), Some(label)) = (found.last_mut(), known(last)) {
            lines.push(line(label, text));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::policy_file;

    fn fields(more: &str) -> Vec<(String, String)> {
        let (_, text) = policy_file::shipped()[0];
        policy_file::fields(&policy_file::parse(&format!("{text}{more}")).unwrap())
    }

    #[test]
    fn every_key_of_a_policy_has_words_and_is_on_the_page() {
        let fields =
            fields("\n[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = \"2019-04-01\"\nidle = \"9 days\"\n");
        for (key, _) in &fields {
            let last = key.rsplit_once('.').map_or(key.as_str(), |(_, last)| last);
            assert!(known(key).or(known(last)).is_some(), "{key} has no words");
        }
        let sections: usize = lines(&fields).iter().map(|(_, lines)| lines.len()).sum();
        let kinds: usize = kinds(&fields).iter().map(|(_, values)| values.len()).sum();
        let exceptions: usize = exceptions(&fields).iter().map(|(_, lines)| lines.len()).sum();
        let head = fields.iter().filter(|(key, _)| !key.contains('.')).count();
        assert_eq!(sections + kinds + exceptions + head, fields.len());
    }

    #[test]
    fn values_and_keys_are_told_as_people_say_them() {
        for (text, unit, expected) in
            [("-", "", "never"), ("14", "days", "14 days"), ("mail_sent, app_use", "", "mail sent, app use")]
        {
            assert_eq!(value(text, unit), expected);
        }
        assert_eq!(told("user.idle"), "user: No such signal for so long: inactive");
        assert_eq!(told("sector[2].idle"), "exception 2: No such signal for so long: inactive");
        assert_eq!(told("run.deletions_per_day"), "Automatic deletions a day in the whole federation, at most");
    }
}
