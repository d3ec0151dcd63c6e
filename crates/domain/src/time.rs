//! Instants, civil days and periods. A day is a civil day in the federation's zone (decision 1); nothing here asks
//! what time it is.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// An instant: whole seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From whole seconds since the epoch.
    pub const fn from_second(second: i64) -> Self {
        Self(second)
    }

    /// Whole seconds since the epoch.
    pub const fn second(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 (`2018-09-01T08:00:00Z`, any offset).
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_second()))
    }

    /// The same instant some seconds later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(t) => write!(f, "{t}"),
            Err(_) => write!(f, "second {}", self.0),
        }
    }
}

/// A civil day in the federation's zone, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// From days since 1970-01-01.
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// From a calendar date.
    pub fn from_date(date: Date) -> Self {
        Self(date.since(Date::constant(1970, 1, 1)).map_or(i32::MAX, |span| span.get_days()))
    }

    /// Reads `YYYY-MM-DD`; a day that does not exist (31 February) is refused.
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(i, b)| matches!(i, 4 | 7) == (b == b'-') && (b == b'-' || b.is_ascii_digit()));
        if !shape {
            return None;
        }
        text.parse::<Date>().ok().map(Self::from_date)
    }

    /// The day a number of days later (or, negative, earlier).
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The day on which a period that began on this day has elapsed. Months keep the day of the month, or take the
    /// month's last day where it is shorter.
    #[must_use]
    pub fn plus(self, period: Period) -> Self {
        match period {
            Period::Days(days) => self.plus_days(i32::from(days)),
            Period::Months(months) => {
                let later = self.date().checked_add(jiff::Span::new().months(i64::from(months)));
                later.map_or(Self(i32::MAX), Self::from_date)
            }
        }
    }

    /// Whole days from `earlier` to this day.
    pub const fn days_since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The calendar date; days beyond year 9999 show as its last.
    pub fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0.clamp(-4_000_000, 2_932_896)))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.date().to_string())
    }
}

/// A length of time that a policy states, counted in civil days or calendar months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// So many days.
    Days(u16),
    /// So many calendar months.
    Months(u16),
}

impl Period {
    /// Reads `90 days`, `1 day`, `18 months`, `2 years`. Zero is read, and refused by the policy's own check.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.split_once(' ')?;
        let count: u16 = count.parse().ok()?;
        match unit {
            "day" | "days" => Some(Self::Days(count)),
            "month" | "months" => Some(Self::Months(count)),
            "year" | "years" => count.checked_mul(12).map(Self::Months),
            _ => None,
        }
    }

    /// Nothing at all: a mistake in a policy.
    pub const fn is_zero(self) -> bool {
        matches!(self, Self::Days(0) | Self::Months(0))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match *self {
            Self::Days(n) => (n, "day"),
            Self::Months(n) if n > 0 && n % 12 == 0 && n != 12 => (n / 12, "year"),
            Self::Months(n) => (n, "month"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

/// The federation's civil calendar: which day an instant falls on.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    name: String,
    /// From each of these seconds on so many seconds are added; until `KNOWN_UNTIL`. Rules of a zone are slow to follow.
    offsets: Vec<(i64, i64)>,
}

/// Offsets are looked up from 1970 until 2100; before and after the zone is asked.
const KNOWN_UNTIL: i64 = 4_102_444_800;

impl Calendar {
    /// A calendar for an IANA zone (`Europe/London`); `None` when there is no such zone.
    pub fn new(zone: &str) -> Option<Self> {
        let found = TimeZone::get(zone).ok()?;
        let first = (0, found.to_offset(jiff::Timestamp::UNIX_EPOCH).seconds().into());
        let later = found
            .following(jiff::Timestamp::UNIX_EPOCH)
            .map(|t| (t.timestamp().as_second(), t.offset().seconds().into()));
        let offsets = std::iter::once(first).chain(later.take_while(|(at, _)| *at < KNOWN_UNTIL)).collect();
        Some(Self { zone: found, name: zone.to_owned(), offsets })
    }

    /// The zone's IANA name.
    pub fn zone(&self) -> &str {
        &self.name
    }

    /// The civil day of an instant. Cost: a search among some hundred offsets.
    pub fn day_of(&self, at: Timestamp) -> Day {
        let Some(offset) = self.offset(at.0) else { return Day(i32::MAX) };
        Day(i32::try_from(at.0.saturating_add(offset).div_euclid(86_400)).unwrap_or(i32::MAX))
    }

    fn offset(&self, second: i64) -> Option<i64> {
        if (0..KNOWN_UNTIL).contains(&second) {
            let next = self.offsets.partition_point(|(from, _)| *from <= second);
            return self.offsets.get(next.checked_sub(1)?).map(|(_, offset)| *offset);
        }
        let instant = jiff::Timestamp::from_second(second).ok()?;
        Some(self.zone.to_offset(instant).seconds().into())
    }

    /// The instant at which a civil day begins.
    pub fn start_of(&self, day: Day) -> Timestamp {
        day.date()
            .to_zoned(self.zone.clone())
            .map_or(Timestamp(i64::from(day.0) * 86_400), |z| Timestamp(z.timestamp().as_second()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_period_ends_on_the_day_it_has_elapsed() {
        for (from, period, until) in [
            ("2018-09-01", Period::Days(90), "2018-11-30"),
            ("2018-08-31", Period::Months(18), "2020-02-29"),
            ("2018-08-31", Period::Months(6), "2019-02-28"),
            ("2020-02-29", Period::Months(12), "2021-02-28"),
            ("2018-03-25", Period::Days(1), "2018-03-26"),
        ] {
            assert_eq!(day(from).plus(period), day(until), "{from} + {period}");
        }
    }

    #[test]
    fn a_day_is_a_civil_day_in_the_zone() {
        let london = Calendar::new("Europe/London").unwrap();
        for (at, expected) in [
            ("2018-07-01T22:59:59Z", "2018-07-01"),
            ("2018-07-01T23:00:00Z", "2018-07-02"),
            ("2018-12-01T23:59:59Z", "2018-12-01"),
            ("2018-12-02T00:00:00Z", "2018-12-02"),
        ] {
            assert_eq!(london.day_of(Timestamp::parse(at).unwrap()), day(expected), "{at}");
        }
        assert_eq!(london.start_of(day("2018-07-02")), Timestamp::parse("2018-07-01T23:00:00Z").unwrap());
        assert!(Calendar::new("Europe/Londn").is_none());
    }

    #[test]
    fn offsets_that_were_looked_up_are_those_of_the_zone() {
        for name in ["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"] {
            let calendar = Calendar::new(name).unwrap();
            let asked =
                |second| i64::from(calendar.zone.to_offset(jiff::Timestamp::from_second(second).unwrap()).seconds());
            let edges =
                calendar.offsets.iter().map(|(from, _)| *from).chain([-1, KNOWN_UNTIL, -3_000_000_000, 5_000_000_000]);
            let steps = (0..20_000).map(|n| n * 250_007);
            for second in edges.flat_map(|edge| [edge - 1, edge, edge + 1]).chain(steps) {
                assert_eq!(calendar.offset(second), Some(asked(second)), "{name} {second}");
            }
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for bad in ["2019-02-31", "2019-2-1", "20190201", "2019-02-29", "", "2019-02-01T00:00", "abcd-ef-gh"] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
        assert_eq!(day("2020-02-29").to_string(), "2020-02-29");
        assert_eq!(Day::from_number(0).to_string(), "1970-01-01");
    }

    #[test]
    fn periods_read_and_print_alike() {
        for text in ["90 days", "1 day", "18 months", "1 month", "2 years"] {
            assert_eq!(Period::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Period::parse("1 year"), Some(Period::Months(12)));
        for bad in ["90", "days", "-1 days", "90 dayz", "90  days", "70000 days", "6000 years"] {
            assert_eq!(Period::parse(bad), None, "{bad}");
        }
        assert!(Period::Days(0).is_zero() && Period::Months(0).is_zero());
    }

    #[test]
    fn a_day_on_which_clocks_change_is_an_hour_shorter_or_longer() {
        let london = Calendar::new("Europe/London").unwrap();
        for (from, hours) in [("2018-03-24", 24), ("2018-03-25", 23), ("2018-03-26", 24), ("2018-10-28", 25)] {
            let (start, next) = (london.start_of(day(from)), london.start_of(day(from).plus_days(1)));
            assert_eq!(next.second() - start.second(), hours * 3600, "{from}");
            assert_eq!(london.day_of(start), day(from));
            assert_eq!(london.day_of(next.plus_seconds(-1)), day(from), "its last second");
        }
    }

    #[test]
    fn months_end_where_the_shorter_month_does() {
        for (from, months, until) in [
            ("2019-01-28", 1, "2019-02-28"),
            ("2019-01-29", 1, "2019-02-28"),
            ("2020-01-29", 1, "2020-02-29"),
            ("2020-01-31", 1, "2020-02-29"),
            ("2019-12-31", 2, "2020-02-29"),
            ("2019-03-31", 0, "2019-03-31"),
            ("2019-05-31", 1, "2019-06-30"),
        ] {
            assert_eq!(day(from).plus(Period::Months(months)), day(until), "{from} + {months}");
        }
    }

    #[test]
    fn instants_are_read_at_any_offset_and_nothing_else_is() {
        let eight = Timestamp::parse("2018-09-01T08:00:00Z");
        for same in ["2018-09-01T09:00:00+01:00", "2018-09-01T03:00:00-05:00", "2018-09-01T08:00:00.9Z"] {
            assert_eq!(Timestamp::parse(same), eight, "{same}");
        }
        assert_eq!(eight.map(|at| at.to_string()).as_deref(), Some("2018-09-01T08:00:00Z"));
        for bad in ["", "2018-09-01", "2018-09-01T08:00:00", "2018-09-31T08:00:00Z", "yesterday"] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }
}
