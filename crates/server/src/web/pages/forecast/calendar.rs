//! The forecast as a calendar: a month is a table of weeks, a day says how many accounts change and leads to their list.

use std::collections::BTreeMap;

use domain::status::Status;
use domain::time::Day;
use service::account::list::Foreseen;

use crate::web::pages::forecast::asked::Asked;

/// How many accounts become something on a day.
pub(super) struct Count {
    /// What they become.
    pub(super) to: &'static str,
    /// The letter that stands for it where there is little room.
    pub(super) letter: &'static str,
    /// How many.
    pub(super) accounts: u32,
}

/// A day.
pub(super) struct Cell {
    /// Of the month.
    pub(super) number: i8,
    /// It is today.
    pub(super) today: bool,
    /// It is one of the days that were asked for.
    pub(super) ahead: bool,
    /// Its list; empty where nothing happens.
    pub(super) link: String,
    /// What happens.
    pub(super) counts: Vec<Count>,
}

/// A month.
pub(super) struct Month {
    /// As `December 2026`.
    pub(super) name: String,
    /// Seven days each, from Monday; absent where the day is of another month.
    pub(super) weeks: Vec<Vec<Option<Cell>>>,
}

const fn letter(status: Status) -> &'static str {
    match status {
        Status::Pending => "P",
        Status::Active => "A",
        Status::Inactive => "I",
        Status::Leaver => "L",
        Status::Disabled => "S",
        Status::Deleted => "D",
        Status::Purged => "X",
    }
}

/// The months from today to the last day that was asked for.
pub(super) fn months(asked: &Asked, all: &[Foreseen], today: Day) -> Vec<Month> {
    let mut counts: BTreeMap<Day, BTreeMap<Status, u32>> = BTreeMap::new();
    for one in all {
        *counts.entry(one.expected.on).or_default().entry(one.expected.to).or_default() += 1;
    }
    let last = today.plus_days(asked.days.into());
    let (query, mut months) = (asked.query(), Vec::new());
    let mut first = today.plus_days(1 - i32::from(today.date().day()));
    while first <= last {
        let length = i32::from(first.date().days_in_month());
        let cells = (0..length).map(|n| first.plus_days(n)).map(|day| {
            let of_day = counts.get(&day);
            let counts: Vec<Count> = of_day
                .into_iter()
                .flatten()
                .map(|(to, count)| Count { to: to.as_str(), letter: letter(*to), accounts: *count })
                .collect();
            let link = if counts.is_empty() { String::new() } else { format!("/forecast?{query}&on={day}") };
            let ahead = (today..=last).contains(&day);
            Cell { number: day.date().day(), today: day == today, ahead, link, counts }
        });
        let mut weeks = weeks(first, cells);
        weeks.retain(|week| week.iter().flatten().any(|cell| cell.ahead));
        months.push(Month { name: first.date().strftime("%B %Y").to_string(), weeks });
        first = first.plus_days(length);
    }
    months
}

/// The days of a month in rows of seven.
fn weeks(first: Day, cells: impl Iterator<Item = Cell>) -> Vec<Vec<Option<Cell>>> {
    let before = usize::try_from(first.date().weekday().to_monday_zero_offset()).unwrap_or(0);
    let mut all: Vec<Option<Cell>> = (0..before).map(|_| None).chain(cells.map(Some)).collect();
    while !all.len().is_multiple_of(7) {
        all.push(None);
    }
    let mut weeks = Vec::new();
    let mut all = all.into_iter().peekable();
    while all.peek().is_some() {
        weeks.push(all.by_ref().take(7).collect());
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_under_its_weekday_and_has_all_its_days() {
        for (first, before, rows, days) in [
            ("2026-06-01", 0, 5, 30),
            ("2026-11-01", 6, 6, 30),
            ("2027-02-01", 0, 4, 28),
            ("2028-02-01", 1, 5, 29),
            ("2026-12-01", 1, 5, 31),
        ] {
            let first = Day::parse(first).unwrap();
            let cells = (1..=first.date().days_in_month()).map(|number| Cell {
                number,
                today: false,
                ahead: true,
                link: String::new(),
                counts: Vec::new(),
            });
            let weeks = weeks(first, cells);
            assert!(weeks.iter().all(|week| week.len() == 7));
            assert_eq!(weeks.len(), rows, "{first}");
            let empty = weeks[0].iter().take_while(|cell| cell.is_none()).count();
            let numbers: Vec<i8> = weeks.iter().flatten().flatten().map(|cell| cell.number).collect();
            assert_eq!((empty, numbers), (before, (1..=days).collect()), "{first}");
        }
    }

    #[test]
    fn every_status_has_a_letter_of_its_own() {
        let letters: std::collections::BTreeSet<&str> = Status::ALL.iter().map(|status| letter(*status)).collect();
        assert_eq!(letters.len(), Status::ALL.len());
    }
}
