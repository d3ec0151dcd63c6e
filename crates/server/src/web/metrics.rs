//! What is counted for whoever watches over the service, in the text form that Prometheus reads. Labels are names of
//! routes and words of the program; nobody is named.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use service::gauges::Gauges;

/// The upper bounds of the histogram, in milliseconds.
const BOUNDS: [u64; 10] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

/// What a try to sign in came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// The password was right.
    Password,
    /// It was not, or nobody may know.
    Refused,
    /// Too soon after a failure.
    Wait,
    /// The source has failed too often.
    Tired,
    /// A passkey stood instead of it.
    Passkey,
    /// The second factor was right.
    Second,
    /// It was not.
    SecondRefused,
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Refused => "refused",
            Self::Wait => "wait",
            Self::Tired => "tired",
            Self::Passkey => "passkey",
            Self::Second => "second",
            Self::SecondRefused => "second_refused",
        }
    }
}

/// How long requests of a route took.
#[derive(Debug, Default, Clone)]
struct Times {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    millis: u64,
}

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<(&'static str, &'static str, u16), u64>,
    times: BTreeMap<(&'static str, &'static str), Times>,
    sign_ins: BTreeMap<Outcome, u64>,
}

/// The counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    counts: Mutex<Counts>,
    /// Passwords that wait for their turn to be hashed.
    pub(crate) hashes_waiting: AtomicI64,
    /// Pages that wait for their turn.
    pub(crate) pages_waiting: AtomicI64,
    /// Open connections.
    pub(crate) connections: AtomicI64,
}

/// One more while it lives.
pub(crate) struct Counted<'m>(&'m AtomicI64);

impl<'m> Counted<'m> {
    /// Begins.
    pub(crate) fn new(gauge: &'m AtomicI64) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn request(&self, method: &'static str, route: &'static str, status: u16, millis: u64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((method, route, status)).or_default() += 1;
        let times = counts.times.entry((method, route)).or_default();
        for (bucket, bound) in times.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(millis <= bound);
        }
        times.count += 1;
        times.millis = times.millis.saturating_add(millis);
    }

    /// Somebody tried to sign in.
    pub(crate) fn sign_in(&self, outcome: Outcome) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.sign_ins.entry(outcome).or_default() += 1;
    }

    /// All of it as text. Without gauges the store did not answer.
    pub(crate) fn text(&self, gauges: Option<&Gauges>, now: i64) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        head(&mut text, "almoner_requests_total", "counter", "Requests that were answered");
        for ((method, route, status), count) in &counts.requests {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            let _ = writeln!(text, "almoner_requests_total{{{labels}}} {count}");
        }
        head(&mut text, "almoner_request_seconds", "histogram", "How long requests took");
        for ((method, route), times) in &counts.times {
            histogram(&mut text, &format!("method=\"{method}\",route=\"{route}\""), times);
        }
        head(&mut text, "almoner_sign_ins_total", "counter", "Tries to sign in, by what they came to");
        for (outcome, count) in &counts.sign_ins {
            let _ = writeln!(text, "almoner_sign_ins_total{{outcome=\"{}\"}} {count}", outcome.word());
        }
        drop(counts);
        self.gauges(&mut text, gauges, now);
        text
    }

    fn gauges(&self, text: &mut String, gauges: Option<&Gauges>, now: i64) {
        let mut one = |name: &str, help: &str, value: i64| {
            head(text, name, "gauge", help);
            let _ = writeln!(text, "{name} {value}");
        };
        let read = |gauge: &AtomicI64| gauge.load(Ordering::Relaxed);
        one("almoner_hashes_waiting", "Passwords that wait to be hashed", read(&self.hashes_waiting));
        one("almoner_pages_waiting", "Pages that wait for their turn", read(&self.pages_waiting));
        one("almoner_connections", "Open connections", read(&self.connections));
        one("almoner_store_up", "Whether the store answers", i64::from(gauges.is_some()));
        let Some(gauges) = gauges else { return };
        let size = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
        one("almoner_store_idle_connections", "Connections to the store that wait", size(gauges.idle_connections));
        one("almoner_sessions", "Sessions that are not over, at most 100000", gauges.sessions);
        one("almoner_held_parts", "Parts that a brake holds, at most 1000", size(gauges.held));
        one("almoner_outbox_commands", "Commands the mail engine has not taken, at most 100000", gauges.outbox);
        let since = gauges.last_run.map_or(gauges.founded, |(at, _)| at).second();
        one("almoner_run_age_seconds", "Since the latest run began, or the federation was made", now - since);
        one(
            "almoner_run_finished",
            "Whether the latest run was ended",
            i64::from(gauges.last_run.is_some_and(|run| run.1)),
        );
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}.\n# TYPE {name} {kind}");
}

fn histogram(text: &mut String, labels: &str, times: &Times) {
    for (bound, count) in BOUNDS.iter().zip(times.buckets) {
        let _ = writeln!(text, "almoner_request_seconds_bucket{{{labels},le=\"{}\"}} {count}", seconds(*bound));
    }
    let _ = writeln!(text, "almoner_request_seconds_bucket{{{labels},le=\"+Inf\"}} {}", times.count);
    let _ = writeln!(text, "almoner_request_seconds_sum{{{labels}}} {}", seconds(times.millis));
    let _ = writeln!(text, "almoner_request_seconds_count{{{labels}}} {}", times.count);
}

fn seconds(millis: u64) -> String {
    let text = format!("{}.{:03}", millis / 1_000, millis % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_sign_ins_are_counted_by_route_and_outcome() {
        let metrics = Metrics::default();
        metrics.request("GET", "/accounts/{address}", 200, 7);
        metrics.request("GET", "/accounts/{address}", 200, 30);
        metrics.request("GET", "/accounts/{address}", 404, 60_000);
        metrics.sign_in(Outcome::Refused);
        metrics.sign_in(Outcome::Refused);
        let waits = Counted::new(&metrics.hashes_waiting);
        let text = metrics.text(None, 0);
        drop(waits);
        for line in [
            "almoner_requests_total{method=\"GET\",route=\"/accounts/{address}\",status=\"200\"} 2",
            "almoner_requests_total{method=\"GET\",route=\"/accounts/{address}\",status=\"404\"} 1",
            "almoner_request_seconds_bucket{method=\"GET\",route=\"/accounts/{address}\",le=\"0.005\"} 0",
            "almoner_request_seconds_bucket{method=\"GET\",route=\"/accounts/{address}\",le=\"0.01\"} 1",
            "almoner_request_seconds_bucket{method=\"GET\",route=\"/accounts/{address}\",le=\"0.05\"} 2",
            "almoner_request_seconds_bucket{method=\"GET\",route=\"/accounts/{address}\",le=\"10\"} 2",
            "almoner_request_seconds_bucket{method=\"GET\",route=\"/accounts/{address}\",le=\"+Inf\"} 3",
            "almoner_request_seconds_sum{method=\"GET\",route=\"/accounts/{address}\"} 60.037",
            "almoner_sign_ins_total{outcome=\"refused\"} 2",
            "almoner_hashes_waiting 1",
            "almoner_store_up 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(metrics.text(None, 0).contains("almoner_hashes_waiting 0\n"), "it waits no longer");
    }

    #[test]
    fn a_duration_is_told_in_seconds() {
        for (millis, text) in [(0, "0"), (5, "0.005"), (50, "0.05"), (1_000, "1"), (2_500, "2.5"), (10_000, "10")] {
            assert_eq!(seconds(millis), text);
        }
    }
}
