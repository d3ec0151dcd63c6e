//! Charts, drawn on the server as SVG: shapes only, which stretch to any width. Words stand beside them as text that grows
//! with the reader's own size, and a table says the same.

use std::fmt::Write as _;

use crate::web::words;

/// Units across and down, whatever the size on the screen.
const WIDE: usize = 1000;
const HIGH: u64 = 200;

/// A chart with the words around it.
pub(crate) struct Chart {
    /// The picture.
    pub(crate) svg: String,
    /// The highest number in it.
    pub(crate) most: String,
    /// What stands below, from left to right.
    pub(crate) below: Vec<String>,
    /// What the lines are: their class and name; empty where there is one sort only.
    pub(crate) legend: Vec<(&'static str, String)>,
}

/// One line, or one sort of bars.
pub(crate) struct Series {
    /// Its class in the style sheet: its colour and its dashes.
    pub(crate) class: &'static str,
    /// What it is, for the legend.
    pub(crate) name: String,
    /// Its numbers, from left to right.
    pub(crate) values: Vec<u64>,
}

fn text(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The frame of a picture that is read out by its title and description.
fn framed(id: &str, title: &str, told: &str, inside: &str) -> String {
    format!(
        "<svg role=\"img\" aria-labelledby=\"{id}-title {id}-told\" viewBox=\"0 0 {WIDE} {HIGH}\" preserveAspectRatio=\"none\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-told\">{}</desc>{inside}</svg>",
        text(title),
        text(told)
    )
}

fn told_number(number: u64) -> String {
    words::number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn highest(series: &[Series]) -> u64 {
    series.iter().flat_map(|one| one.values.iter().copied()).max().unwrap_or(0)
}

/// How high a number stands, from above.
fn down(value: u64, most: u64) -> u64 {
    HIGH - value.saturating_mul(HIGH - 6) / most.max(1)
}

/// Lines that share one scale.
pub(crate) fn lines(id: &str, title: &str, told: &str, series: Vec<Series>, below: Vec<String>) -> Chart {
    let most = highest(&series);
    let mut inside = String::new();
    for one in &series {
        let steps = one.values.len().saturating_sub(1).max(1);
        let mut points = String::new();
        for (at, value) in one.values.iter().enumerate() {
            // String takes everything that is written to it.
            let _ = write!(points, "{},{} ", at * WIDE / steps, down(*value, most));
        }
        if let [only] = one.values.as_slice() {
            let _ = write!(points, "{WIDE},{}", down(*only, most));
        }
        let _ = write!(inside, "<polyline class=\"{}\" points=\"{}\"/>", one.class, points.trim_end());
    }
    let legend = series.into_iter().map(|one| (one.class, one.name)).collect();
    Chart { svg: framed(id, title, told, &inside), most: told_number(most), below, legend }
}

/// Bars beside each other.
pub(crate) fn bars(id: &str, title: &str, told: &str, values: &[u64], below: Vec<String>) -> Chart {
    let most = values.iter().copied().max().unwrap_or(0);
    let each = WIDE / values.len().max(1);
    let mut inside = String::new();
    for (at, value) in values.iter().enumerate() {
        let top = down(*value, most);
        let (left, width) = (at * WIDE / values.len().max(1), (each * 4 / 5).max(1));
        let _ = write!(inside, "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\"/>", HIGH - top);
    }
    Chart { svg: framed(id, title, told, &inside), most: told_number(most), below, legend: Vec::new() }
}

/// Two bars in a row of a table whose numbers stand beside them: before above, after below.
pub(crate) fn pair(before: u64, after: u64, most: u64) -> String {
    let wide = |value: u64| value.saturating_mul(WIDE as u64) / most.max(1);
    format!(
        "<svg class=\"pair\" aria-hidden=\"true\" viewBox=\"0 0 {WIDE} 20\" preserveAspectRatio=\"none\">\
         <rect class=\"before\" y=\"1\" width=\"{}\" height=\"8\"/><rect class=\"after\" y=\"11\" width=\"{}\" height=\"8\"/></svg>",
        wide(before),
        wide(after)
    )
}

/// Sums of neighbours, so that no more than so many are left; and how many went into one.
pub(crate) fn gathered(values: &[u64], most: usize) -> (Vec<u64>, usize) {
    let each = values.len().div_ceil(most.max(1)).max(1);
    (values.chunks(each).map(|some| some.iter().sum()).collect(), each)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[u64]) -> Series {
        Series { class: "after", name: "After".into(), values: values.to_vec() }
    }

    #[test]
    fn a_line_goes_from_edge_to_edge_and_from_top_to_bottom() {
        for (values, points) in [
            (&[0, 10][..], "0,200 1000,6"),
            (&[10, 5, 0], "0,6 500,103 1000,200"),
            (&[7], "0,6 1000,6"),
            (&[0, 0], "0,200 1000,200"),
            (&[], ""),
        ] {
            let chart = lines("c", "T", "D", vec![series(values)], Vec::new());
            assert!(chart.svg.contains(&format!("points=\"{points}\"")), "{values:?}: {}", chart.svg);
            assert_eq!(chart.most, values.iter().copied().max().unwrap_or(0).to_string());
        }
    }

    #[test]
    fn a_chart_is_read_out_and_its_words_are_no_markup() {
        let chart = lines("days", "A < B", "C & D", vec![series(&[1]), series(&[2])], Vec::new());
        for part in ["role=\"img\"", "aria-labelledby=\"days-title days-told\"", "A &lt; B", "C &amp; D"] {
            assert!(chart.svg.contains(part), "{part}: {}", chart.svg);
        }
        assert!(!chart.svg.contains("style="), "the portal allows no inline style");
        assert_eq!(chart.legend.len(), 2);
    }

    #[test]
    fn bars_share_the_width_and_the_highest_fills_the_height() {
        let chart = bars("b", "T", "D", &[4, 0, 2, 1], Vec::new());
        assert!(chart.svg.contains("x=\"0\" y=\"6\" width=\"200\" height=\"194\""), "{}", chart.svg);
        assert!(chart.svg.contains("x=\"250\" y=\"200\" width=\"200\" height=\"0\""), "{}", chart.svg);
        assert_eq!(bars("b", "T", "D", &[], Vec::new()).svg.matches("<rect").count(), 0);
        assert!(pair(5, 20, 20).contains("width=\"250\"") && pair(0, 0, 0).contains("width=\"0\""));
    }

    #[test]
    fn many_days_are_gathered_without_losing_any() {
        for (count, most, each) in [(0, 10, 1), (10, 10, 1), (11, 10, 2), (365, 100, 4), (3650, 120, 31)] {
            let values = vec![1; count];
            let (sums, found) = gathered(&values, most);
            assert_eq!((sums.iter().sum::<u64>(), found), (count as u64, each), "{count} in {most}");
            assert!(sums.len() <= most);
        }
    }
}
