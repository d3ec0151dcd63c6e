//! What people type about an account: tidied, and every mistake told by the name of its field.

use domain::mailbox::is_display_name;
use domain::mobile::plain;
use domain::policy::MailboxRules;
use domain::profile::Profile;
use domain::status::Kind;
use wire::text::{NAME, NOTES, PHRASE, fault};

use crate::error::Error;

/// What stands in for what could not be read.
const UNREADABLE: char = '\u{FFFD}';

/// The same without spaces around the texts; or all that is wrong with it, a line each.
pub(crate) fn cleaned(kind: Kind, typed: &Profile, rules: MailboxRules) -> Result<Profile, Error> {
    let mut p = typed.clone();
    let mut wrong: Vec<String> = Vec::new();
    for (field, text, most) in [
        ("Title", &mut p.title, NAME),
        ("First name", &mut p.first_name, NAME),
        ("Last name", &mut p.last_name, NAME),
        ("Display name", &mut p.display_name, PHRASE),
        ("Job title", &mut p.job_title, PHRASE),
        ("Telephone", &mut p.telephone, NAME),
        ("Unit", &mut p.unit, PHRASE),
        ("Local id", &mut p.local_id, NAME),
        ("Licence", &mut p.licence, NAME),
    ] {
        *text = text.trim().to_owned();
        wrong.extend(problem(text, most).map(|why| format!("{field}: {why}")));
    }
    let required: &[(&str, &str)] = match kind {
        Kind::User => &[("First name", p.first_name.as_str()), ("Last name", p.last_name.as_str())],
        Kind::Shared | Kind::Application | Kind::Resource => &[("Display name", p.display_name.as_str())],
    };
    wrong.extend(required.iter().filter(|(_, text)| text.is_empty()).map(|(field, _)| format!("{field}: write one")));
    if kind != Kind::User && !p.display_name.is_empty() && !is_display_name(&p.display_name, rules.name_length) {
        wrong.push(format!(
            "Display name: write at most {} letters, digits, spaces and - , ; . ( ) & [ ] (SM-01)",
            rules.name_length
        ));
    }
    if p.mobile.trim().is_empty() {
        p.mobile.clear();
    } else {
        match plain(&p.mobile) {
            Ok(number) => p.mobile = number,
            Err(why) => wrong.push(format!("Mobile: {why}")),
        }
    }
    if p.quota_mib < 0 {
        wrong.push("Quota: write a number of MiB".to_owned());
    }
    let mut off: Vec<&str> = p.services_off.split_whitespace().collect();
    off.sort_unstable();
    off.dedup();
    p.services_off = off.join(" ");
    if wrong.is_empty() { Ok(p) } else { Err(Error::input(wrong.join("\n"))) }
}

/// A line that is added to the notes, or what is wrong with it.
pub(crate) fn note(typed: &str) -> Result<String, Error> {
    // A browser sends the lines of a note; a dated line is one.
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    problem(&text, NOTES).map_or(Ok(text), |why| Err(Error::input(format!("Note: {why}"))))
}

fn problem(text: &str, most: usize) -> Option<String> {
    if text.contains(UNREADABLE) {
        return Some("a character could not be read: type it again".to_owned());
    }
    fault(text, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: MailboxRules = MailboxRules { members: 250, owners: 100, name_length: 249 };

    fn ann() -> Profile {
        Profile { first_name: " Ann ".into(), last_name: "Lee".into(), quota_mib: 1, ..Profile::default() }
    }

    fn said(kind: Kind, profile: &Profile) -> String {
        cleaned(kind, profile, RULES).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn spaces_around_what_was_typed_go() {
        let tidy = cleaned(Kind::User, &Profile { mobile: " 07700 900-123 ".into(), ..ann() }, RULES).unwrap();
        assert_eq!((tidy.first_name.as_str(), tidy.mobile.as_str()), ("Ann", "07700900123"));
        let off = Profile { services_off: "web  audio web".into(), ..ann() };
        assert_eq!(cleaned(Kind::User, &off, RULES).unwrap().services_off, "audio web");
    }

    #[test]
    fn every_mistake_is_told_by_its_field() {
        for (bad, told) in [
            (Profile { first_name: "x".repeat(300), ..ann() }, "First name: 300 characters are too many"),
            (
                Profile { last_name: "Lee\u{202e}eeL".into(), ..ann() },
                "Last name: there is a control character (U+202E)",
            ),
            (Profile { unit: "a\u{FFFD}b".into(), ..ann() }, "Unit: a character could not be read"),
            (Profile { job_title: "a\nb".into(), ..ann() }, "Job title: there is a control character (U+000A)"),
            (Profile { mobile: "ring me".into(), ..ann() }, "Mobile: this is no mobile number"),
            (Profile { last_name: "  ".into(), ..ann() }, "Last name: write one"),
            (Profile { quota_mib: -1, ..ann() }, "Quota: write a number"),
        ] {
            assert!(said(Kind::User, &bad).contains(told), "{told}: {}", said(Kind::User, &bad));
        }
        let all = Profile { first_name: String::new(), mobile: "x".into(), ..ann() };
        assert_eq!(said(Kind::User, &all).lines().count(), 2);
        assert_eq!(
            said(Kind::User, &Profile { last_name: "<script>alert(1)</script>".into(), ..ann() }),
            "",
            "it is text"
        );
    }

    // Proves: SM-01
    #[test]
    fn a_mailbox_without_a_person_has_a_name_of_letters_and_a_few_signs() {
        for (name, told) in [("Ward 2", ""), ("", "write one"), ("Ward <2>", "SM-01"), ("\u{202e}", "control")] {
            let said = said(Kind::Shared, &Profile { display_name: name.into(), ..Profile::default() });
            assert!(said.contains(told) && said.is_empty() == told.is_empty(), "{name}: {said}");
        }
    }

    #[test]
    fn a_note_is_one_line() {
        assert_eq!(note(" rang,\r\n left a message ").unwrap(), "rang, left a message");
        assert!(note(&"x".repeat(2_001)).is_err() && note("a\u{202e}b").is_err());
    }
}
