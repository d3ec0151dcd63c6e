//! What stands in a report's cell: it knows how it sorts, and how it is written in a file.

use std::cmp::Ordering;

use domain::time::Day;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// It is not known, or does not apply.
    Nothing,
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// A civil day.
    Day(Day),
}

/// A line: a cell for each column.
pub type Line = Vec<Cell>;

impl Cell {
    /// A text, or nothing where it is empty.
    pub(crate) fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }

    /// `yes` or `no`.
    pub(crate) fn yes(yes: bool) -> Self {
        Self::Text(if yes { "yes" } else { "no" }.to_owned())
    }

    /// A day, or nothing.
    pub(crate) fn day(day: Option<Day>) -> Self {
        day.map_or(Self::Nothing, Self::Day)
    }

    /// A number of things.
    pub(crate) fn count(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// As it is written in a file.
    pub fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
        }
    }

    /// Which comes first; what is not known comes last, whichever way is sorted.
    pub(crate) fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        match (self, other) {
            (Self::Nothing, Self::Nothing) => Ordering::Equal,
            (Self::Nothing, _) => Ordering::Greater,
            (_, Self::Nothing) => Ordering::Less,
            (Self::Number(a), Self::Number(b)) => turned(a.cmp(b)),
            (Self::Day(a), Self::Day(b)) => turned(a.cmp(b)),
            (Self::Text(_) | Self::Number(_) | Self::Day(_), _) => {
                turned(self.text().to_lowercase().cmp(&other.text().to_lowercase()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_sort_as_people_expect_and_what_is_not_known_comes_last_both_ways() {
        let day = |text| Cell::Day(Day::parse(text).unwrap());
        let text = |text: &str| Cell::Text(text.into());
        for (less, more) in [
            (Cell::Number(9), Cell::Number(10)),
            (day("2018-09-30"), day("2018-10-01")),
            (text("ann"), text("Bob")),
            (text("Ann"), text("bob")),
        ] {
            assert_eq!(less.compare(&more, false), Ordering::Less, "{less:?} {more:?}");
            assert_eq!(less.compare(&more, true), Ordering::Greater, "{less:?} {more:?}");
            for descending in [false, true] {
                assert_eq!(less.compare(&Cell::Nothing, descending), Ordering::Less);
                assert_eq!(Cell::Nothing.compare(&less, descending), Ordering::Greater);
                assert_eq!(less.compare(&less.clone(), descending), Ordering::Equal);
            }
        }
    }

    #[test]
    fn a_cell_is_written_plainly() {
        for (cell, text) in [
            (Cell::Nothing, ""),
            (Cell::of(""), ""),
            (Cell::of("a"), "a"),
            (Cell::Number(-5), "-5"),
            (Cell::day(Day::parse("2018-09-01")), "2018-09-01"),
            (Cell::day(None), ""),
            (Cell::yes(true), "yes"),
            (Cell::yes(false), "no"),
            (Cell::count(3), "3"),
        ] {
            assert_eq!(cell.text(), text);
        }
    }
}
