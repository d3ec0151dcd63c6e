//! The rows of a forecast, on a page and in a file.

use service::account::list::Foreseen;
use wire::sheet::Sheet;

use crate::web::answer::Answer;
use crate::web::stream::Producer;
use crate::web::words;

/// A row of the page.
pub(super) struct Row {
    pub(super) address: String,
    pub(super) organisation: String,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) on: String,
    pub(super) rule: &'static str,
    pub(super) why: String,
    pub(super) notice: String,
    pub(super) would_change: Vec<String>,
}

/// The columns of the file.
const COLUMNS: [&str; 8] =
    ["address", "organisation", "step", "on", "rule", "reason", "notice sent on", "what would change it"];

/// A row of the page.
pub(super) fn row(foreseen: &Foreseen) -> Row {
    let e = &foreseen.expected;
    Row {
        address: foreseen.account.address.to_string(),
        organisation: foreseen.account.organisation.to_string(),
        from: e.from.as_str(),
        to: e.to.as_str(),
        on: words::day(e.on),
        rule: e.rule.as_str(),
        why: words::sentence(&e.why),
        notice: match (e.notice_sent_on, e.notice_on) {
            (Some(on), _) => format!("sent on {}", words::day(on)),
            (None, Some(on)) => format!("on {}", words::day(on)),
            (None, None) => "none owed".to_owned(),
        },
        would_change: foreseen.would_change.iter().map(|one| words::sentence(one)).collect(),
    }
}

/// The file.
pub(super) fn file(all: Vec<Foreseen>) -> Answer {
    Answer::csv(
        "forecast.csv",
        Producer(Box::new(move |out| {
            let mut sheet = Sheet::new(out, COLUMNS)?;
            for Foreseen { account, expected: e, would_change } in all {
                let (step, on) = (format!("{} > {}", e.from, e.to), e.on.to_string());
                let sent = e.notice_sent_on.map(|day| day.to_string()).unwrap_or_default();
                let (address, organisation) = (account.address.as_str(), account.organisation.as_str());
                let ways = would_change.join("; ");
                sheet.line(&[address, organisation, &step, &on, e.rule.as_str(), &e.why, &sent, &ways])?;
            }
            sheet.end()
        })),
    )
}
