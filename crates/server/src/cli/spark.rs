//! A row of marks for a series of numbers.

use std::env;

/// What marks are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    /// Eight heights of a block.
    Blocks,
    /// For terminals that know ASCII only.
    Ascii,
}

impl Marks {
    /// What the terminal can show, by its locale.
    pub(crate) fn of_terminal() -> Self {
        let said = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
        Self::of_locale(&said.into_iter().find(|value| !value.is_empty()).unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        let locale = locale.to_ascii_lowercase().replace('-', "");
        if locale.contains("utf8") { Self::Blocks } else { Self::Ascii }
    }

    const fn heights(self) -> [char; 8] {
        match self {
            Self::Blocks => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
            Self::Ascii => ['.', ':', '-', '=', '+', '*', '#', '@'],
        }
    }
}

/// One mark for each number; nothing is a space, something never is, and only the most is the highest.
pub(crate) fn line(numbers: &[u64], most: u64, marks: Marks) -> String {
    let heights = marks.heights();
    let mark = |number: &u64| {
        let height = (number * heights.len() as u64).div_ceil(most.max(1)).saturating_sub(1);
        let height = usize::try_from(height).unwrap_or(usize::MAX);
        if *number == 0 { ' ' } else { heights.get(height).copied().unwrap_or('?') }
    };
    numbers.iter().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_grow_with_the_numbers_and_nothing_is_left_blank() {
        assert_eq!(line(&[0, 1, 125, 126, 500, 875, 876, 1_000], 1_000, Marks::Blocks), " ▁▁▂▄▇██");
        assert_eq!(line(&[0, 1, 125, 126, 500, 875, 876, 1_000], 1_000, Marks::Ascii), " ..:=#@@");
        assert_eq!(line(&[0, 0], 0, Marks::Blocks), "  ");
        assert_eq!(line(&[], 5, Marks::Blocks), "");
    }

    #[test]
    fn blocks_are_for_terminals_that_know_them() {
        for (locale, marks) in [
            ("en_GB.UTF-8", Marks::Blocks),
            ("C.utf8", Marks::Blocks),
            ("C", Marks::Ascii),
            ("en_GB.ISO-8859-1", Marks::Ascii),
            ("", Marks::Ascii),
        ] {
            assert_eq!(Marks::of_locale(locale), marks, "{locale}");
        }
    }
}
