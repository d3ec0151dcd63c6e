//! Words for people: times in the federation's zone, names, cards.

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
    fn a_sentence_is_broken_where_the_next_word_has_no_room() {
        for (sentence, width, lines) in [
            ("aaaa bbbb", 9, vec!["aaaa bbbb"]),
            ("aaaa bbbb", 8, vec!["aaaa", "bbbb"]),
            ("a bbbbbbbbbbbb c", 4, vec!["a", "bbbbbbbbbbbb", "c"]),
            ("  a \n b\t c  ", 80, vec!["a b c"]),
            ("Zoë Łu", 6, vec!["Zoë Łu"]),
            ("a b", 0, vec!["a", "b"]),
            ("", 80, vec![]),
        ] {
            assert_eq!(broken(sentence, width), lines, "{sentence:?} in {width}");
        }
    }

    #[test]
    fn times_around_a_change_of_the_clocks_and_beyond_all_calendars_are_shown() {
        let london = Calendar::new("Europe/London").unwrap();
        for (at, text) in [
            ("2019-03-31T00:59:59Z", "2019-03-31 00:59"),
            ("2019-03-31T01:00:00Z", "2019-03-31 02:00"),
            ("2019-10-27T00:59:59Z", "2019-10-27 01:59"),
            ("2019-10-27T01:00:00Z", "2019-10-27 01:00"),
            ("2018-12-31T23:59:59Z", "2018-12-31 23:59"),
        ] {
            assert_eq!(local_time(&london, Timestamp::parse(at).unwrap()), text);
        }
        for second in [i64::MIN, i64::MAX] {
            let at = Timestamp::from_second(second);
            assert_eq!(local_time(&london, at), at.to_string());
        }
    }

    #[test]
    fn a_card_aligns_names_of_any_script() {
        let lines = [("né le", "1".to_owned()), ("name", "Ann".to_owned())];
        assert_eq!(card(&lines), "né le  1\nname   Ann\n");
        assert_eq!(card(&[("name", String::new())]), "");
    }
}
