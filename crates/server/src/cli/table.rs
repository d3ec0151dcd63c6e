//! Tables for people: aligned columns, nothing but spaces between them, numbers to the right; an empty one says so.

use std::io::{self, IsTerminal};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

/// Where nobody says how wide the screen is.
const NARROW: u16 = 80;

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Codes, dates, addresses: never broken.
    Left,
    /// Numbers.
    Right,
    /// Sentences: broken where the screen ends.
    Wrap,
}

/// The table as text, as wide as the screen, or the sentence for an empty one.
pub(crate) fn render(headings: &[(&str, Align)], rows: Vec<Vec<String>>, when_empty: &str) -> String {
    let width = if io::stdout().is_terminal() { None } else { Some(NARROW) };
    fit(headings, rows, when_empty, width)
}

fn fit(headings: &[(&str, Align)], rows: Vec<Vec<String>>, when_empty: &str, width: Option<u16>) -> String {
    if rows.is_empty() {
        return when_empty.to_owned();
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = width {
        table.set_width(width);
    }
    table.set_header(headings.iter().map(|(name, _)| name.to_uppercase()));
    table.add_rows(rows);
    for (column, (_, align)) in table.column_iter_mut().zip(headings) {
        column.set_padding((0, 2));
        if *align != Align::Wrap {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if *align == Align::Right {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (2_100_000, "2,100,000"), (-12_345, "-12,345")]
        {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn only_sentences_are_broken() {
        let headings = [("address", Align::Left), ("why", Align::Wrap)];
        let rows = vec![vec!["ann.lee@mail.example".into(), "last mail_sent on 2018-06-01".into()]];
        let expected =
            "ADDRESS               WHY\nann.lee@mail.example  last mail_sent\n                      on 2018-06-01";
        assert_eq!(fit(&headings, rows, "none", Some(40)), expected);
    }

    #[test]
    fn a_table_aligns_and_an_empty_one_says_so() {
        let headings = [("name", Align::Left), ("count", Align::Right)];
        let rows = vec![vec!["inactive".into(), "12".into()], vec!["x".into(), "1,234".into()]];
        assert_eq!(fit(&headings, rows, "none", Some(80)), "NAME      COUNT\ninactive     12\nx         1,234");
        assert_eq!(fit(&headings, vec![], "No runs yet.", None), "No runs yet.");
    }
}
