//! A state laid flat, as rows and audit lines hold it, and built again from there. The one place that knows which data
//! belongs to which status.

use crate::account::{Cause, Question, State};
use crate::rule::Rule;
use crate::status::Status;
use crate::time::{Day, Timestamp};

/// A state as independent fields; what a status does not have is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flat {
    /// The status.
    pub status: Status,
    /// Since when.
    pub since: Timestamp,
    /// Inactive: by which rule.
    pub inactive_rule: Option<Rule>,
    /// Deleted, purged: why.
    pub cause: Option<Cause>,
    /// Leaver: sign-in refused since.
    pub disabled_at: Option<Timestamp>,
    /// Active: owners asked on.
    pub asked_on: Option<Day>,
    /// Active: an owner confirmed then.
    pub confirmed_at: Option<Timestamp>,
}

impl State {
    /// Lays the state flat.
    pub const fn flat(self) -> Flat {
        let (status, since) = (self.status(), self.since());
        let none = Flat {
            status,
            since,
            inactive_rule: None,
            cause: None,
            disabled_at: None,
            asked_on: None,
            confirmed_at: None,
        };
        match self {
            Self::Pending { .. } | Self::Disabled { .. } => none,
            Self::Active { question, .. } => match question {
                Question::None => none,
                Question::Asked(day) => Flat { asked_on: Some(day), ..none },
                Question::Confirmed(at) => Flat { confirmed_at: Some(at), ..none },
            },
            Self::Inactive { rule, .. } => Flat { inactive_rule: Some(rule), ..none },
            Self::Leaver { disabled_at, .. } => Flat { disabled_at, ..none },
            Self::Deleted { cause, .. } | Self::Purged { cause, .. } => Flat { cause: Some(cause), ..none },
        }
    }

    /// Builds the state again; `None` when the fields do not fit the status.
    pub fn from_flat(flat: &Flat) -> Option<Self> {
        let since = flat.since;
        let state = match flat.status {
            Status::Pending => Self::Pending { since },
            Status::Active => {
                let question = match (flat.asked_on, flat.confirmed_at) {
                    (Some(day), None) => Question::Asked(day),
                    (None, Some(at)) => Question::Confirmed(at),
                    (None, None) => Question::None,
                    (Some(_), Some(_)) => return None,
                };
                Self::Active { since, question }
            }
            Status::Inactive => Self::Inactive { since, rule: flat.inactive_rule? },
            Status::Leaver => Self::Leaver { since, disabled_at: flat.disabled_at },
            Status::Disabled => Self::Disabled { since },
            Status::Deleted => Self::Deleted { since, cause: flat.cause? },
            Status::Purged => Self::Purged { since, cause: flat.cause? },
        };
        (state.flat() == *flat).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_lies_flat_and_stands_up_again() {
        let since = Timestamp::from_second(1);
        let at = Timestamp::from_second(2);
        let states = [
            State::Pending { since },
            State::Active { since, question: Question::None },
            State::Active { since, question: Question::Asked(Day::from_number(3)) },
            State::Active { since, question: Question::Confirmed(at) },
            State::Inactive { since, rule: Rule::Lc03 },
            State::Leaver { since, disabled_at: None },
            State::Leaver { since, disabled_at: Some(at) },
            State::Disabled { since },
            State::Deleted { since, cause: Cause::Request },
            State::Purged { since, cause: Cause::UnjoinedLeaver },
        ];
        for state in states {
            assert_eq!(State::from_flat(&state.flat()), Some(state));
        }
    }

    #[test]
    fn fields_that_do_not_fit_the_status_are_refused() {
        let pending = State::Pending { since: Timestamp::from_second(1) }.flat();
        for bad in [
            Flat { cause: Some(Cause::Idle), ..pending },
            Flat { status: Status::Deleted, ..pending },
            Flat { status: Status::Inactive, ..pending },
            Flat { disabled_at: Some(Timestamp::from_second(2)), ..pending },
        ] {
            assert_eq!(State::from_flat(&bad), None, "{bad:?}");
        }
    }
}
