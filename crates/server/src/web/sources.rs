//! Failed sign-ins by source address, in memory. A hospital stands behind one address: only failures count, and a device
//! that is known to an account is never kept waiting by them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::time::Timestamp;

use crate::web::rates::household;

/// Failures of a source within a window before strangers from it must wait.
const MOST: u32 = 100;
/// The window, in seconds.
const WINDOW: i64 = 600;
/// Sources that are remembered; beyond, those whose window is over are forgotten first, then all.
const REMEMBERED: usize = 100_000;

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Sources(Mutex<HashMap<IpAddr, (i64, u32)>>);

impl Sources {
    /// Whether a source has failed so often that it must wait.
    pub(crate) fn is_tired(&self, source: IpAddr, now: Timestamp) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&household(source)).is_some_and(|(begun, count)| now.second() - begun < WINDOW && *count >= MOST)
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, source: IpAddr, now: Timestamp) {
        let (source, now) = (household(source), now.second());
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED && !counts.contains_key(&source) {
            counts.retain(|_, (begun, _)| now - *begun < WINDOW);
            if counts.len() >= REMEMBERED {
                counts.clear();
            }
        }
        let (begun, count) = counts.entry(source).or_insert((now, 0));
        if now - *begun >= WINDOW {
            (*begun, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_waits_after_a_hundred_failures_until_its_window_is_over() {
        let sources = Sources::default();
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let at = Timestamp::from_second;
        for _ in 0..MOST - 1 {
            sources.failed(one, at(1_000));
        }
        assert!(!sources.is_tired(one, at(1_000)), "ninety-nine");
        sources.failed(one, at(1_100));
        assert!(sources.is_tired(one, at(1_599)), "a hundred");
        assert!(!sources.is_tired(other, at(1_599)), "another source");
        assert!(!sources.is_tired(one, at(1_600)), "the window is over");
        sources.failed(one, at(1_600));
        assert!(!sources.is_tired(one, at(1_600)), "a new one begins with one failure");
    }

    #[test]
    fn whoever_has_a_network_of_ipv6_is_one_source() {
        let sources = Sources::default();
        let at = Timestamp::from_second(1_000);
        for low in 0..u128::from(MOST) {
            sources.failed(IpAddr::from((0x2001_0db8_u128 << 96 | low).to_be_bytes()), at);
        }
        let within = |text: &str| sources.is_tired(text.parse().unwrap(), at);
        assert!(within("2001:db8::ffff:1") && !within("2001:db8:0:1::1"));
    }
}
