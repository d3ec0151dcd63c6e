//! An account's lifecycle data: who it is, where it stands, what was seen of it, what was announced to it. What a
//! directory shows of it (names, telephone) is a [`crate::profile::Profile`] and plays no part in any rule.

pub mod flat;

use crate::delivery::may_work;
use crate::ids::{AccountId, Address, OdsCode};
use crate::rule::Rule;
use crate::signal::Signals;
use crate::status::{Kind, Status};
use crate::time::{Day, Timestamp};

words! {
    /// Why an account was deleted; the address reservation after purge depends on it (LC-21).
    pub enum Cause {
        /// Inactive too long (LC-04).
        Idle = "idle",
        /// A leaver whom nobody joined (LC-06).
        UnjoinedLeaver = "unjoined_leaver",
        /// Disabled too long (LC-07).
        Disabled = "disabled",
        /// An administrator asked for it, with a reason (LC-12).
        Request = "request",
        /// An administrator deleted a leaver whom nobody had joined (LC-12); its address stays reserved for good (LC-21).
        LeaverRequest = "leaver_request",
        /// A shared mailbox whose owners did not confirm it (LC-14).
        Unconfirmed = "unconfirmed",
        /// It was already deleted where it lived before.
        Elsewhere = "elsewhere",
    }
}

impl Cause {
    /// The rule that deleted the account.
    pub const fn rule(self) -> Rule {
        match self {
            Self::Idle => Rule::Lc04,
            Self::UnjoinedLeaver => Rule::Lc06,
            Self::Disabled => Rule::Lc07,
            Self::Request | Self::LeaverRequest => Rule::Lc12,
            Self::Unconfirmed => Rule::Lc14,
            Self::Elsewhere => Rule::Lc10,
        }
    }
}

/// What the owners of a shared mailbox were asked, and answered (LC-14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Nothing was asked since the mailbox was last used.
    None,
    /// "Do you still need it?" was asked on this day.
    Asked(Day),
    /// An owner said yes; the clock restarted then.
    Confirmed(Timestamp),
}

/// Where an account stands, with the data that only this stand has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waiting for its terms to be accepted.
    Pending {
        /// Created then.
        since: Timestamp,
    },
    /// In use.
    Active {
        /// Became active then.
        since: Timestamp,
        /// For shared mailboxes; `Question::None` for all others.
        question: Question,
    },
    /// Idle too long.
    Inactive {
        /// Became inactive then.
        since: Timestamp,
        /// LC-01, LC-03 or LC-13.
        rule: Rule,
    },
    /// Given up, waiting to be joined.
    Leaver {
        /// Marked then; the leaver clock runs from here whatever happens (decision 4).
        since: Timestamp,
        /// Disabled meanwhile: sign-in is refused, the clock runs on (LC-09).
        disabled_at: Option<Timestamp>,
    },
    /// Sign-in refused.
    Disabled {
        /// Disabled then.
        since: Timestamp,
    },
    /// Gone for the world, restorable.
    Deleted {
        /// Deleted then.
        since: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// Gone for good.
    Purged {
        /// Purged then.
        since: Timestamp,
        /// Why it had been deleted.
        cause: Cause,
    },
}

impl State {
    /// The status, without its data.
    pub const fn status(self) -> Status {
        match self {
            Self::Pending { .. } => Status::Pending,
            Self::Active { .. } => Status::Active,
            Self::Inactive { .. } => Status::Inactive,
            Self::Leaver { .. } => Status::Leaver,
            Self::Disabled { .. } => Status::Disabled,
            Self::Deleted { .. } => Status::Deleted,
            Self::Purged { .. } => Status::Purged,
        }
    }

    /// Since when the account stands here.
    pub const fn since(self) -> Timestamp {
        match self {
            Self::Pending { since }
            | Self::Active { since, .. }
            | Self::Inactive { since, .. }
            | Self::Leaver { since, .. }
            | Self::Disabled { since }
            | Self::Deleted { since, .. }
            | Self::Purged { since, .. } => since,
        }
    }
}

/// An announcement that was made: of a deletion (NTC-01), or of the end of a restore window (NTC-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Announced {
    /// The day it was sent.
    pub sent_on: Day,
    /// The day it named; nothing happens before, even if a later policy would allow it.
    pub effective_on: Day,
    /// The closest reminder sent so far, in days before `effective_on`.
    pub reminded: Option<u16>,
}

/// A legal hold on the account: while it stands nothing is destroyed (LC-20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Placed then (the oldest, when several stand).
    pub since: Timestamp,
    /// The day on which a deletion or purge was refused because of it.
    pub refused_on: Option<Day>,
}

/// One mailbox identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What it is for.
    pub kind: Kind,
    /// Its primary address.
    pub address: Address,
    /// The organisation it belongs to.
    pub organisation: OdsCode,
    /// Where it stands.
    pub state: State,
    /// What was seen of it.
    pub signals: Signals,
    /// What was announced to it, if anything.
    pub announced: Option<Announced>,
    /// Whether a hold covers it.
    pub held: Option<Held>,
    /// Created then.
    pub created_at: Timestamp,
    /// Its terms of use were accepted then.
    pub terms_at: Option<Timestamp>,
    /// Counts its changes; a change to an older version is refused.
    pub version: i64,
}

impl Account {
    /// The status, without its data.
    pub const fn status(&self) -> Status {
        self.state.status()
    }

    /// A leaver that was disabled stays a leaver (LC-09).
    pub const fn is_disabled_leaver(&self) -> bool {
        matches!(self.state, State::Leaver { disabled_at: Some(_), .. })
    }

    /// Whether its person or program works with mail now: reads and sends.
    pub const fn may_work(&self) -> bool {
        may_work(self.status(), self.is_disabled_leaver())
    }

    /// The rule that explains why the account stands where it stands.
    pub const fn rule(&self) -> Rule {
        match self.state {
            State::Pending { .. } => Rule::Lc13,
            State::Active { .. } => match self.kind {
                Kind::User => Rule::Lc01,
                Kind::Shared => Rule::Lc14,
                Kind::Application | Kind::Resource => Rule::Lc15,
            },
            State::Inactive { rule, .. } => rule,
            State::Leaver { .. } => Rule::Lc06,
            State::Disabled { .. } => Rule::Lc08,
            State::Deleted { cause, .. } => cause.rule(),
            State::Purged { .. } => Rule::Lc11,
        }
    }
}
