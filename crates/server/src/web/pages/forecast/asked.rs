//! What somebody asks of the forecast, as it stands behind the `?`.

use domain::time::Day;
use service::account::list::Foreseen;
use service::what_if::report::Turn;

use crate::web::link;
use crate::web::visit::Visit;

/// Days that are looked ahead when nothing else is said, and at most.
const DAYS: (u16, u16) = (30, 400);
/// Organisations of one page.
const MOST: usize = 50;

/// The question.
pub(super) struct Asked {
    /// The organisations.
    pub(super) codes: Vec<String>,
    /// So many days ahead.
    pub(super) days: u16,
    /// Only this step, as its word; all where it is empty.
    pub(super) step: &'static str,
    /// Only the list of this day.
    pub(super) on: Option<Day>,
    /// Only what comes behind this.
    behind: Option<(Day, String)>,
}

/// Codes as people type them: in capitals or not, with spaces or commas between.
pub(crate) fn codes(typed: &[&str]) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for word in typed.iter().flat_map(|text| text.split([' ', ',', ';', '\n', '\r', '\t'])) {
        let code = word.trim().to_ascii_uppercase();
        if !code.is_empty() && !codes.contains(&code) && codes.len() < MOST {
            codes.push(code);
        }
    }
    codes
}

impl Asked {
    /// Reads it; whoever names no organisation gets their own.
    pub(super) fn read(visit: &Visit, mine: &[String]) -> Self {
        let typed = codes(&visit.queries("organisation"));
        let own: Vec<&str> = mine.iter().map(String::as_str).collect();
        Self {
            codes: if typed.is_empty() { codes(&own) } else { typed },
            days: visit.number::<u16>("days").unwrap_or(DAYS.0).clamp(1, DAYS.1),
            step: Turn::parse(visit.query("step")).filter(|turn| *turn != Turn::Notice).map_or("", Turn::as_str),
            on: Day::parse(visit.query("on")),
            behind: Day::parse(visit.query("behind")).map(|day| (day, visit.query("after").to_owned())),
        }
    }

    /// Whether it counts at all.
    pub(super) fn keeps(&self, one: &Foreseen) -> bool {
        let e = &one.expected;
        self.step.is_empty() || self.step == format!("{}->{}", e.from, e.to)
    }

    /// Whether it is on this list.
    pub(super) fn shows(&self, one: &Foreseen) -> bool {
        let on = one.expected.on;
        let behind = self.behind.as_ref();
        self.on.is_none_or(|day| day == on)
            && behind.is_none_or(|(day, address)| (*day, address.as_str()) < (on, one.account.address.as_str()))
    }

    /// The question without its day and page.
    pub(super) fn query(&self) -> String {
        let days = self.days.to_string();
        let codes = self.codes.iter().map(|code| ("organisation", code.as_str()));
        link::query(codes.chain([("days", days.as_str()), ("step", self.step)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for (typed, expected) in [
            (&["rx1, A81001"][..], &["RX1", "A81001"][..]),
            (&["RX1", "rx1"], &["RX1"]),
            (&["  RX1;\r\nRX2\t"], &["RX1", "RX2"]),
            (&["", " , "], &[]),
        ] {
            assert_eq!(codes(typed), expected, "{typed:?}");
        }
        let many: Vec<String> = (0..80).map(|n| format!("RX{n}")).collect();
        assert_eq!(codes(&[&many.join(" ")]).len(), MOST);
    }
}
