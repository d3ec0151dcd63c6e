//! Doing a write again when others were in its way: people, runs and files change the same accounts at the same time.

use store::error::Error as Failure;

use crate::error::Error;

/// An account was changed between its reading and this write: it is decided anew.
pub(crate) const fn is_stale(failure: &Failure) -> bool {
    matches!(failure, Failure::Stale { .. })
}

/// The same, or a name or number was taken meanwhile: what took it is found the next time.
pub(crate) const fn is_overtaken(failure: &Failure) -> bool {
    matches!(failure, Failure::Conflict { .. } | Failure::Stale { .. })
}

/// Tries some work, and so many times again while its failure is of this kind.
pub(crate) fn again<T>(
    times: u32,
    passing: impl Fn(&Failure) -> bool,
    mut work: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let mut left = times;
    loop {
        match work() {
            Err(Error::Store(failure)) if left > 0 && passing(&failure) => left -= 1,
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale() -> Failure {
        Failure::Stale { table: "account" }
    }

    fn conflict() -> Failure {
        Failure::Conflict { table: "account".to_owned() }
    }

    #[test]
    fn a_write_is_tried_again_only_while_its_failure_passes() {
        type Kind = fn(&Failure) -> bool;
        // The failures it meets, one after the other; then it works. How often it was tried, and whether it ended well.
        let cases: [(Kind, Vec<Failure>, (u32, bool)); 7] = [
            (is_stale, vec![], (1, true)),
            (is_stale, vec![stale(), stale()], (3, true)),
            (is_stale, vec![stale(), stale(), stale()], (3, false)),
            (is_stale, vec![conflict()], (1, false)),
            (is_overtaken, vec![conflict(), stale()], (3, true)),
            (is_overtaken, vec![stale(), conflict(), stale()], (3, false)),
            (is_overtaken, vec![Failure::NoAudit], (1, false)),
        ];
        for (passing, failures, expected) in cases {
            let (mut tries, mut met) = (0, failures.clone().into_iter());
            let done = again(2, passing, || {
                tries += 1;
                met.next().map_or(Ok(()), |failure| Err(failure.into()))
            });
            assert_eq!((tries, done.is_ok()), expected, "{failures:?}");
        }
    }
}
