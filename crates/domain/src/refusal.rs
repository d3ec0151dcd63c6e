//! Refusals: a rule says no. Each tells the person what to do instead.

use crate::ids::OdsCode;
use crate::rule::Rule;
use crate::status::Status;
use crate::time::Day;

/// Why something may not be done, and what may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is there already.
    #[error("the account is {named} already", named = named(*.0))]
    Already(Status),
    /// Not from this status.
    #[error("the account is {named}: {instead}", named = named(*status))]
    WrongStatus {
        /// Where it stands.
        status: Status,
        /// What to do.
        instead: &'static str,
    },
    /// LC-09.
    #[error("the account is disabled: enable it first, then mark it as a leaver")]
    EnableFirst,
    /// Not for this kind of mailbox.
    #[error("only a user account can be {what}: transfer or delete this mailbox instead")]
    NotAPerson {
        /// What was asked.
        what: &'static str,
    },
    /// ORG-02.
    #[error("organisation {code} is closed: it takes no accounts{}", successor.as_ref().map(|s| format!("; its successor is {s}")).unwrap_or_default())]
    Closed {
        /// The organisation.
        code: OdsCode,
        /// Who took over, if known.
        successor: Option<OdsCode>,
    },
    /// ORG-03.
    #[error("organisation {0} has no short name: give it one before it owns mailboxes")]
    NoShortName(OdsCode),
    /// It is there already.
    #[error("the account belongs to {0} already")]
    SameOrganisation(OdsCode),
    /// LC-20.
    #[error("a legal hold covers the account: release the hold first")]
    Held,
    /// LC-12.
    #[error("a deletion needs a reason: say why, for example \"duplicate of ann.lee2\"")]
    ReasonNeeded,
    /// LC-11.
    #[error("the restore window ended on {0}: the person needs a new account")]
    WindowEnded(Day),
    /// LC-06.
    #[error("the time to join ended on {0}: the account is to be deleted; restore it then, or cancel the leaver")]
    JoinEnded(Day),
    /// There is none.
    #[error("no hold covers the account")]
    NotHeld,
    /// Nothing falls due.
    #[error("nothing is due for the account before {}", next.map_or_else(|| "ever".to_owned(), |d| d.to_string()))]
    NotDue {
        /// The day something is.
        next: Option<Day>,
    },
    /// It is so already.
    #[error("it is set so already")]
    AlreadySet,
    /// RUN-05.
    #[error("you {did}: a second person must release it")]
    SecondPerson {
        /// What they did already.
        did: &'static str,
    },
    /// LC-14.
    #[error("the owners were not asked: nothing is to be confirmed")]
    NotAsked,
    /// ROLE-07.
    #[error("whoever administers accounts of others keeps a second factor: set up another before this one goes")]
    LastSecondFactor,
    /// MFA-01.
    #[error("nobody does this for themselves: ask another administrator")]
    OwnSecondFactor,
    /// MFA-01.
    #[error("the second factor was not shown in this session: sign in again and show it first")]
    SecondFactorFirst,
}

/// A status behind "is".
const fn named(status: Status) -> &'static str {
    match status {
        Status::Leaver => "a leaver",
        Status::Pending | Status::Active | Status::Inactive | Status::Disabled | Status::Deleted | Status::Purged => {
            status.as_str()
        }
    }
}

impl Refusal {
    /// The rule that says no.
    pub const fn rule(&self) -> Rule {
        match self {
            Self::Already(_) | Self::WrongStatus { .. } => Rule::Lc08,
            Self::EnableFirst => Rule::Lc09,
            Self::NotAPerson { .. } => Rule::Jml01,
            Self::Closed { .. } => Rule::Org02,
            Self::NoShortName(_) => Rule::Org03,
            Self::SameOrganisation(_) => Rule::Jml06,
            Self::ReasonNeeded => Rule::Lc12,
            Self::WindowEnded(_) => Rule::Lc11,
            Self::JoinEnded(_) => Rule::Lc06,
            Self::Held | Self::NotHeld => Rule::Lc20,
            Self::NotDue { .. } => Rule::Run01,
            Self::NotAsked => Rule::Lc14,
            Self::SecondPerson { .. } => Rule::Run05,
            Self::AlreadySet => Rule::Csv02,
            Self::LastSecondFactor => Rule::Role07,
            Self::OwnSecondFactor | Self::SecondFactorFirst => Rule::Mfa01,
        }
    }

    /// What was asked for is the case already: sending it twice is no mistake (CSV-02).
    pub const fn is_already(&self) -> bool {
        match self {
            Self::Already(_) | Self::SameOrganisation(_) | Self::NotHeld | Self::AlreadySet => true,
            Self::WrongStatus { .. }
            | Self::EnableFirst
            | Self::NotAPerson { .. }
            | Self::Closed { .. }
            | Self::NoShortName(_)
            | Self::Held
            | Self::ReasonNeeded
            | Self::WindowEnded(_)
            | Self::JoinEnded(_)
            | Self::NotDue { .. }
            | Self::SecondPerson { .. }
            | Self::LastSecondFactor
            | Self::OwnSecondFactor
            | Self::SecondFactorFirst
            | Self::NotAsked => false,
        }
    }
}
