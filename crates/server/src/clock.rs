//! What time it is. The only place that reads the real clock; everybody else is told (`Ctx`).

use std::time::{Duration, Instant, SystemTime};

use domain::time::{Calendar, Day, Timestamp};

/// A day that is given without a time means noon, so that no change of the clocks moves it to another day.
const NOON: i64 = 12 * 60 * 60;

/// The time that `--now` states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Now {
    /// An instant.
    At(Timestamp),
    /// Noon of a civil day in the federation's zone.
    On(Day),
}

impl Now {
    /// Reads RFC 3339 or a date.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let at = || Timestamp::parse(text).map(Self::At);
        Day::parse(text).map(Self::On).or_else(at).ok_or_else(|| {
            "not a time that exists; write 2018-09-01T08:00:00Z, or 2018-09-01 for noon of that day".to_owned()
        })
    }

    /// The instant.
    pub(crate) fn instant(self, calendar: &Calendar) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::On(day) => calendar.start_of(day).plus_seconds(NOON),
        }
    }
}

/// The time on the wall.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub(crate) fn wall() -> Timestamp {
    Timestamp::from_second(jiff::Timestamp::now().as_second())
}

/// When something happened that the file system knows.
pub(crate) fn instant(at: SystemTime) -> Timestamp {
    let second = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, second))
}

/// Starts a stopwatch. Nothing is decided by it.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rfc_3339_or_a_date_that_means_noon() {
        let london = Calendar::new("Europe/London").unwrap();
        let cases = [
            ("2018-09-01T08:00:00Z", Some("2018-09-01T08:00:00Z")),
            ("2018-09-01T08:00:00+01:00", Some("2018-09-01T07:00:00Z")),
            ("2018-09-01", Some("2018-09-01T11:00:00Z")),
            ("2018-12-01", Some("2018-12-01T12:00:00Z")),
            ("2018-02-31", None),
            ("2018-02-31T08:00:00Z", None),
            ("tomorrow", None),
            ("2018-09-01 08:00", None),
            ("", None),
        ];
        for (text, instant) in cases {
            let read = Now::parse(text).ok().map(|now| now.instant(&london).to_string());
            assert_eq!(read.as_deref(), instant, "{text}");
        }
    }
}
