//! Words for pages: days and times as people of the federation read them.

use domain::capital::capital;
use domain::signal::Signal;
use domain::status::Status;
use domain::time::{Calendar, Day, Timestamp};
use jiff::tz::TimeZone;

use crate::figure::thousands;

/// `1 September 2018`.
pub(crate) fn day(day: Day) -> String {
    day.date().strftime("%-d %B %Y").to_string()
}

/// `1 September 2018, 09:00` on the federation's clocks.
pub(crate) fn time(calendar: &Calendar, at: Timestamp) -> String {
    let zone = TimeZone::get(calendar.zone()).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_second(at.second())
        .map_or_else(|_| at.to_string(), |t| t.to_zoned(zone).strftime("%-d %B %Y, %H:%M").to_string())
}

/// A stable word as a label: `mail_sent` becomes `Mail sent`.
pub(crate) fn label(word: &str) -> String {
    capital(word).replace('_', " ")
}

/// A sentence of the rules as people read it: days in words, signals without the signs of their stable names.
pub(crate) fn sentence(text: &str) -> String {
    let told = text.split(' ').map(|word| {
        let end = word.find([':', ',', ';', ')']).unwrap_or(word.len());
        let (plain, rest) = word.split_at(end);
        match (Day::parse(plain), Signal::parse(plain)) {
            (Some(on), _) => format!("{}{rest}", day(on)),
            (None, Some(_)) => format!("{}{rest}", plain.replace('_', " ")),
            (None, None) => word.to_owned(),
        }
    });
    told.collect::<Vec<_>>().join(" ")
}

/// A number with its thousands apart: `1,234`.
pub(crate) fn number(number: i64) -> String {
    thousands(number)
}

/// What a status means for its person, in one sentence.
pub(crate) const fn meaning(status: Status) -> &'static str {
    match status {
        Status::Pending => "The account waits until its terms of use are accepted.",
        Status::Active => "The account is in use.",
        Status::Inactive => "The account was not used for too long. Using it makes it active again at once.",
        Status::Leaver => "The organisation has given the account up. It keeps its mail until another takes it in.",
        Status::Disabled => "An administrator has stopped sign-in. Mail still arrives.",
        Status::Deleted => "The account is gone for the world and can be restored for a while.",
        Status::Purged => "The account and its mail are gone for good.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (n, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (12_000, "12,000")]
        {
            assert_eq!(number(n), expected);
        }
    }

    #[test]
    fn days_and_signals_in_a_sentence_of_the_rules_are_words() {
        let cases = [
            (
                "password_change or mailbox_login before 2027-02-18: it stays active",
                "password change or mailbox login before 18 February 2027: it stays active",
            ),
            ("last mail_sent on 2026-08-25; notice was sent", "last mail sent on 25 August 2026; notice was sent"),
            ("joined before (2026-02-31)  twice", "joined before (2026-02-31)  twice"),
            ("RXX_1 keeps my_unit", "RXX_1 keeps my_unit"),
            ("", ""),
        ];
        for (text, told) in cases {
            assert_eq!(sentence(text), told);
        }
    }

    #[test]
    fn days_and_times_are_those_of_the_federation() {
        let london = Calendar::new("Europe/London").unwrap();
        let at = |text| Timestamp::parse(text).unwrap();
        assert_eq!(day(Day::parse("2018-09-01").unwrap()), "1 September 2018");
        assert_eq!(time(&london, at("2018-09-01T08:00:00Z")), "1 September 2018, 09:00");
        assert_eq!(time(&london, at("2018-12-31T23:59:59Z")), "31 December 2018, 23:59");
        assert_eq!((label("mail_sent").as_str(), label("").as_str()), ("Mail sent", ""));
    }
}
