//! How often somebody may ask: a bucket for each, which fills by so many a second. In memory, and no more of it than is
//! stated: what has rested long enough to be full again is forgotten first.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use crate::config::Rate;

/// Buckets that are kept.
const KEPT: usize = 100_000;
/// A request in thousandths.
const ONE: u64 = 1_000;

/// What is left in a bucket, in thousandths, and since when.
type Bucket = (u64, u64);

/// The buckets.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    rate: Rate,
    kept: usize,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash> Rates<K> {
    /// None yet.
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, kept: KEPT, buckets: Mutex::default() }
    }

    /// Takes one out of somebody's bucket, at a moment in milliseconds; whether there was one.
    pub(crate) fn take(&self, who: K, now: u64) -> bool {
        let (full, speed) = (u64::from(self.rate.burst) * ONE, u64::from(self.rate.per_second));
        let left =
            |(left, since): Bucket| left.saturating_add(now.saturating_sub(since).saturating_mul(speed)).min(full);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.kept && !buckets.contains_key(&who) {
            buckets.retain(|_, bucket| left(*bucket) < full);
            if buckets.len() >= self.kept {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(who).or_insert((full, now));
        let there = left(*bucket);
        let enough = there >= ONE;
        *bucket = (if enough { there - ONE } else { there }, now.max(bucket.1));
        enough
    }
}

/// Whom an address stands for: of IPv6 a household has a whole network of 64 bits.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2, burst: 3 };

    #[test]
    fn a_bucket_is_emptied_at_once_and_fills_by_the_second() {
        let rates = Rates::new(RATE);
        let cases = [
            ("one", 0, true),
            ("one", 0, true),
            ("one", 0, true),
            ("one", 0, false),
            ("other", 0, true),
            ("one", 499, false),
            ("one", 500, true),
            ("one", 500, false),
            ("one", 100_000, true),
            ("one", 100_000, true),
            ("one", 100_000, true),
            ("one", 100_000, false),
            ("one", 99_000, false),
        ];
        for (at, (who, now, enough)) in cases.into_iter().enumerate() {
            assert_eq!(rates.take(who, now), enough, "step {at}");
        }
    }

    #[test]
    fn however_many_come_the_memory_is_bounded_and_the_tired_are_remembered() {
        let rates = Rates { kept: 10, ..Rates::new(RATE) };
        for _ in 0..4 {
            rates.take(0, 0);
        }
        for who in 1..=9 {
            rates.take(who, 0);
        }
        assert!(rates.take(77, 600), "those that are full again are forgotten");
        assert!(rates.buckets.lock().unwrap().len() <= 10);
        assert!(rates.take(0, 600) && !rates.take(0, 600), "the tired one is not");
        for who in 100..1_000 {
            rates.take(who, 600);
            assert!(rates.buckets.lock().unwrap().len() <= 10);
        }
    }

    #[test]
    fn a_household_of_ipv6_is_one() {
        let same = |one: &str, other: &str| household(one.parse().unwrap()) == household(other.parse().unwrap());
        assert!(same("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::"));
        assert!(!same("2001:db8:1:2::", "2001:db8:1:3::"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1") && !same("192.0.2.1", "192.0.2.2"));
    }
}
