//! A process that is killed at a chosen moment, as far as a test can: its work ends there and nothing of it is tidied up.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use service::progress::Progress;

/// What a killed process leaves: a panic of any other kind is a fault.
struct Killed;

/// Ends the work that tells it its progress after so many calls.
pub(crate) struct Killer {
    left: Cell<usize>,
}

impl Killer {
    pub(crate) fn after(calls: usize) -> Self {
        Self { left: Cell::new(calls) }
    }

    /// One call more.
    pub(crate) fn count(&self) {
        match self.left.get() {
            0 => resume_unwind(Box::new(Killed)),
            left => self.left.set(left - 1),
        }
    }
}

/// What some work came to; none when a killer ended it before.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => Some(done),
        Err(payload) if payload.downcast_ref::<Killed>().is_some() => None,
        Err(payload) => resume_unwind(payload),
    }
}

impl Progress for Killer {
    fn stage(&self, _: &str, _: Option<u64>) {
        self.count();
    }

    fn advance(&self, _: u64) {
        self.count();
    }

    fn finish(&self) {
        self.count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_at_the_chosen_call_or_at_its_own_end() {
        for (after, expected) in [(0, None), (2, None), (3, Some(3)), (9, Some(3))] {
            let killer = Killer::after(after);
            let work = || {
                (0..3).for_each(|_| killer.advance(1));
                3
            };
            assert_eq!(watched(work), expected, "{after}");
        }
    }

    #[test]
    fn a_panic_of_another_kind_is_not_taken_for_a_kill() {
        let other = || watched(|| resume_unwind(Box::new("a fault")));
        let payload = catch_unwind(AssertUnwindSafe(other)).unwrap_err();
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"a fault"));
    }
}
