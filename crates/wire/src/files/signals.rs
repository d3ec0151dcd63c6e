//! `signal import`: what another mail system has seen.

use domain::ids::Address;
use domain::signal::Signal;
use domain::time::Timestamp;

use super::form::Form;
use super::{Line, Problem};
use crate::csv::Record;

/// One sighting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalLine {
    /// The account.
    pub address: Address,
    /// What was seen.
    pub signal: Signal,
    /// When.
    pub at: Timestamp,
}

impl Line for SignalLine {
    const HEADINGS: &'static [&'static str] = &["Address", "Signal", "Time"];

    fn parse(record: &Record) -> Result<Self, Vec<Problem>> {
        let mut form = Form::open::<Self>(record)?;
        let address = form.address("Address");
        form.demand("Signal", "");
        let words: Vec<&str> = Signal::ALL.iter().map(|signal| signal.as_str()).collect();
        let signal = form.word("Signal", Signal::parse, &words);
        form.demand("Time", "");
        let value = form.raw("Time");
        // A date without a time of day and a zone is no instant; the parser alone would take some other shapes too.
        let at = Timestamp::parse(value).filter(|_| is_rfc_3339(value));
        if at.is_none() && !value.is_empty() {
            form.note("Time", "this is no time: write it as 2018-09-01T08:00:00Z");
        }
        let line = match (address, signal, at) {
            (Some(address), Some(signal), Some(at)) => Some(Self { address, signal, at }),
            _ => None,
        };
        form.finish(line)
    }
}

/// `2018-09-01T08:00:00`, an optional fraction, then `Z` or `+01:00`.
fn is_rfc_3339(value: &str) -> bool {
    let matches = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
    };
    let Some((instant, rest)) = value.split_at_checked("0000-00-00T00:00:00".len()) else { return false };
    let fraction = rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = fraction.unwrap_or(rest);
    matches(instant, "0000-00-00T00:00:00")
        && (zone == "Z" || matches(zone, "+00:00") || matches(zone, "-00:00"))
        && !rest.starts_with(".Z")
}
