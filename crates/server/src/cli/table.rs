//! Tables for people: aligned columns, nothing but spaces between them, numbers to the right; an empty one says so.

use std::io::{self, IsTerminal};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use crate::cli::text;

/// Where nobody says how wide the screen is.
const NARROW: u16 = 80;
/// Wide enough for any row without sentences.
const WIDE: u16 = 250;
/// Between two columns.
const GAP: usize = 2;
/// The least room that a sentence is pleasant to read in, and that each of several beside each other gets.
const SENTENCE: usize = 28;
const SENTENCES: usize = 22;
/// Before a sentence that stands below its row.
const INDENT: &str = "    ";

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
    fit(headings, rows, when_empty, screen())
}

/// How wide the screen is.
pub(crate) fn screen() -> u16 {
    let screen = if io::stdout().is_terminal() { Table::new().width() } else { None };
    screen.unwrap_or(NARROW)
}

fn fit(headings: &[(&str, Align)], rows: Vec<Vec<String>>, when_empty: &str, screen: u16) -> String {
    if rows.is_empty() {
        return when_empty.to_owned();
    }
    let widths =
        headings.iter().enumerate().filter(|(_, (_, align))| *align != Align::Wrap).map(|(column, (name, _))| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.max().unwrap_or(0).max(name.chars().count()) + GAP
        });
    let left = usize::from(screen).saturating_sub(widths.sum());
    if left < room(headings, &rows) { stacked(headings, rows, screen) } else { flat(headings, rows, screen) }
}

/// What the sentences need: the short ones their length, the others enough to be broken in.
fn room(headings: &[(&str, Align)], rows: &[Vec<String>]) -> usize {
    let sentences = headings.iter().enumerate().filter(|(_, (_, align))| *align == Align::Wrap);
    let least = if sentences.clone().count() > 1 { SENTENCES } else { SENTENCE };
    let longest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count() + GAP);
        cells.max().unwrap_or(0)
    };
    sentences.map(|(column, (name, _))| longest(column).max(name.chars().count() + GAP).min(least)).sum()
}

/// One row, one line, and sentences broken in their columns.
fn flat(headings: &[(&str, Align)], rows: Vec<Vec<String>>, screen: u16) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(screen);
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

/// Where the screen is too narrow for sentences beside the rest, they stand below it.
fn stacked(headings: &[(&str, Align)], rows: Vec<Vec<String>>, screen: u16) -> String {
    let narrow: Vec<_> = headings.iter().filter(|(_, align)| *align != Align::Wrap).copied().collect();
    let (mut heads, mut tails) = (Vec::new(), Vec::new());
    for row in rows {
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        for (cell, (_, align)) in row.into_iter().zip(headings) {
            if *align == Align::Wrap { tail.push(cell) } else { head.push(cell) }
        }
        heads.push(head);
        tail.retain(|sentence| !sentence.is_empty());
        tails.push(tail.join(": "));
    }
    let table = flat(&narrow, heads, screen.max(WIDE));
    let mut lines = table.lines();
    let mut out: Vec<String> = lines.next().into_iter().map(str::to_owned).collect();
    for (line, sentence) in lines.zip(tails) {
        out.push(line.to_owned());
        out.extend(broken(&sentence, usize::from(screen).saturating_sub(INDENT.len())));
    }
    out.join("\n")
}

/// A sentence in lines of at most `width` characters, a longer word alone on its line.
fn broken(sentence: &str, width: usize) -> Vec<String> {
    text::broken(sentence, width).into_iter().map(|line| format!("{INDENT}{line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sentences_are_broken() {
        let headings = [("address", Align::Left), ("why", Align::Wrap)];
        let rows =
            || vec![vec!["ann.lee@mail.example".into(), "last mail_sent on 2018-06-01, and nothing since".into()]];
        let beside = "ADDRESS               WHY\n\
                      ann.lee@mail.example  last mail_sent on\n                      2018-06-01, and nothing\n                      since";
        assert_eq!(fit(&headings, rows(), "none", 50), beside);
        let below = "ADDRESS\nann.lee@mail.example\n    last mail_sent on 2018-06-01, and\n    nothing since";
        assert_eq!(fit(&headings, rows(), "none", 38), below);
    }

    #[test]
    fn a_table_aligns_and_an_empty_one_says_so() {
        let headings = [("name", Align::Left), ("count", Align::Right)];
        let rows = vec![vec!["inactive".into(), "12".into()], vec!["x".into(), "1,234".into()]];
        assert_eq!(fit(&headings, rows, "none", 80), "NAME      COUNT\ninactive     12\nx         1,234");
        assert_eq!(fit(&headings, vec![], "No runs yet.", 80), "No runs yet.");
    }

    #[test]
    fn names_of_any_script_stand_in_line() {
        let headings = [("name", Align::Left), ("n", Align::Right)];
        let row = |name: &str, number: &str| vec![name.to_owned(), number.to_owned()];
        let rows = vec![row("Siân Ó Néill", "7"), row("Ann", "12"), row("\u{141}ukasz", "1,000")];
        let expected = "NAME              N\nSiân Ó Néill      7\nAnn              12\nŁukasz        1,000";
        assert_eq!(fit(&headings, rows, "none", 80), expected);
    }

    #[test]
    fn an_address_is_never_broken_however_long_and_its_sentence_stands_below() {
        let headings = [("address", Align::Left), ("why", Align::Wrap)];
        for length in [79, 80, 81, 249, 251, 320] {
            let address = "a".repeat(length);
            let text = fit(&headings, vec![vec![address.clone(), "because".into()]], "none", 80);
            assert_eq!(text, format!("ADDRESS\n{address}\n    because"), "{length}");
        }
    }

    #[test]
    fn below_a_row_stand_its_sentences_and_nothing_where_it_has_none() {
        let headings = [("address", Align::Left), ("what", Align::Wrap), ("n", Align::Right), ("why", Align::Wrap)];
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["ann.lee@mail.example", "deleted on 2019-01-31 or later", "1", "a leaver whom nobody joined"]),
            row(["bob.ray@mail.example", "", "22", ""]),
            row(["cat.fox@mail.example", "", "3", "a password that is too old"]),
        ];
        let expected = "ADDRESS                N\n\
                        ann.lee@mail.example   1\n    deleted on 2019-01-31 or later: a leaver\n    whom nobody joined\n\
                        bob.ray@mail.example  22\n\
                        cat.fox@mail.example   3\n    a password that is too old";
        assert_eq!(fit(&headings, rows, "none", 44), expected);
    }

    #[test]
    fn a_sentence_that_just_fits_stands_beside_its_row() {
        let headings = [("code", Align::Left), ("why", Align::Wrap)];
        let row = || vec![vec!["RX1".to_owned(), "closed".to_owned()]];
        assert_eq!(fit(&headings, row(), "none", 14), "CODE  WHY\nRX1   closed");
        assert_eq!(fit(&headings, row(), "none", 13), "CODE\nRX1\n    closed");
    }
}
