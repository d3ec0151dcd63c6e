//! Words for people: times in the federation's zone, names, cards.

use domain::profile::Profile;
use domain::status::Status;
use domain::time::{Calendar, Timestamp};
use jiff::tz::TimeZone;

use crate::cli::table;

/// `2018-09-01 09:00` on the federation's clocks.
pub(crate) fn local_time(calendar: &Calendar, at: Timestamp) -> String {
    let zone = TimeZone::get(calendar.zone()).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_second(at.second())
        .map_or_else(|_| at.to_string(), |t| t.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string())
}

/// A status behind "is": `a leaver`, else the word itself.
pub(crate) const fn stand(status: Status) -> &'static str {
    match status {
        Status::Leaver => "a leaver",
        Status::Pending | Status::Active | Status::Inactive | Status::Disabled | Status::Deleted | Status::Purged => {
            status.as_str()
        }
    }
}

/// The name as people write it.
pub(crate) fn full_name(profile: &Profile) -> String {
    let name = format!("{} {}", profile.first_name, profile.last_name);
    if name.trim().is_empty() { profile.display_name.clone() } else { name.trim().to_owned() }
}

/// Named values below each other, broken where the screen ends; what is empty is left out.
pub(crate) fn card(lines: &[(&str, String)]) -> String {
    let told: Vec<_> = lines.iter().filter(|(_, value)| !value.is_empty()).collect();
    let width = told.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    told.iter().map(|(name, value)| hanging(&format!("{name:<width$}  "), value)).collect::<Vec<_>>().concat()
}

/// A sentence, broken where the screen ends.
pub(crate) fn wrapped(sentence: &str) -> String {
    hanging("", sentence)
}

/// A sentence behind its head, broken where the screen ends; its further lines stand below its first word.
pub(crate) fn hanging(head: &str, sentence: &str) -> String {
    let indent = head.chars().count();
    let lines = broken(sentence, usize::from(table::screen()).saturating_sub(indent));
    format!("{head}{}\n", lines.join(&format!("\n{:indent$}", "")))
}

/// A sentence in lines of at most `width` characters, a longer word alone on its line.
pub(crate) fn broken(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `1 account`, `2,000 accounts`.
pub(crate) fn count(number: i64, noun: &str) -> String {
    format!("{} {noun}{}", table::thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_on_the_clocks_of_the_federation() {
        let london = Calendar::new("Europe/London").unwrap();
        let cases = [("2018-09-01T08:00:00Z", "2018-09-01 09:00"), ("2018-12-01T08:00:00Z", "2018-12-01 08:00")];
        for (at, text) in cases {
            assert_eq!(local_time(&london, Timestamp::parse(at).unwrap()), text);
        }
    }

    #[test]
    fn a_card_leaves_out_what_is_empty() {
        let lines = [("name", "Ann".to_owned()), ("unit", String::new()), ("licence", "standard".to_owned())];
        assert_eq!(card(&lines), "name     Ann\nlicence  standard\n");
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(count(1, "account"), "1 account");
        assert_eq!(count(0, "account"), "0 accounts");
        assert_eq!(count(2_000, "account"), "2,000 accounts");
    }
}
