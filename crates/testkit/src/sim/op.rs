//! What can happen. Operations name things by small numbers (person 17, organisation 2) that mean the same when operations
//! before them are left out; one that makes no sense any more does nothing.

use domain::rights::Role;
use domain::signal::Signal;
use domain::status::Kind;
use domain::words;

/// A person or mailbox: its current account is the last one made for it.
pub type Number = u32;

/// An organisation: 1 and 2 are trusts, 3 is a practice, 4 is a practice that closed before the story begins.
pub type Organisation = u8;

/// The codes of the organisations, by number.
pub const ORGANISATIONS: [&str; 4] = ["RX1", "RX2", "A81001", "A81002"];

words! {
    /// A request about an account that names nothing else, in the words of the actions file where that has it.
    pub enum Plain {
        /// Give it up.
        Leaver = "leaver",
        /// Take that back.
        CancelLeaver = "cancel-leaver",
        /// Refuse sign-in.
        Disable = "disable",
        /// Allow it again.
        Enable = "enable",
        /// Delete at once.
        Delete = "delete",
        /// Give it back.
        Restore = "restore",
        /// Place a legal hold.
        Hold = "hold",
        /// Release all holds.
        ReleaseHold = "release-hold",
        /// Its terms are accepted.
        AcceptTerms = "accept-terms",
        /// An owner confirms it.
        Confirm = "confirm",
        /// Out of the directory.
        Hide = "hide",
        /// Into it again.
        Show = "show",
        /// Another licence.
        Licence = "licence",
        /// A service on.
        ServiceOn = "service-on",
        /// A service off.
        ServiceOff = "service-off",
    }
}

words! {
    /// A policy that may be adopted.
    pub enum Known {
        /// As shipped.
        P2018 = "2018-09",
        /// As shipped.
        P2021 = "2021-02",
        /// The periods of 2022, automated at once.
        P2022 = "2022-12",
        /// Everything is over in weeks: many deletions, purges and freed addresses.
        Short = "short",
        /// Short, and two deletions a day, one an organisation.
        Capped = "capped",
        /// Short, with longer periods for practices in spring and another exception in summer.
        Sector = "sector",
        /// As shipped, and what takes away more than one account in twenty is held.
        Braked = "braked",
        /// Nothing is automated.
        Still = "still",
        /// Applications and resources are automated, notices are sent 21 days before.
        Wide = "wide",
    }
}

/// What is asked for about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Something that names nothing else.
    Plain(Plain),
    /// Take it in.
    Join(Organisation),
    /// Move it in one step.
    Transfer(Organisation),
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A person's account is made by hand; with its terms accepted or not.
    User(Number, Organisation, Terms),
    /// A mailbox without a person is made, with its owners.
    Mailbox(Number, Kind, Organisation, Vec<Number>),
    /// Somebody (the operator, where absent) asks for something.
    Ask(Number, Ask, Option<Number>),
    /// A person is given a role over an organisation.
    Grant(Number, Role, Organisation),
    /// An actions file, sent twice where so said.
    Bulk(Vec<(Number, Ask)>, Sent),
    /// The actions file that was sent so many files ago is sent again: what was done then is not done again.
    Resend(u8),
    /// An accounts file: each person is made, or edited where known.
    Feed(Vec<(Number, Organisation)>),
    /// A signals file: what was seen, so many days ago.
    Signals(Vec<(Number, Signal, u16)>),
    /// An organisation closes.
    Close(Organisation),
    /// It opens again.
    Reopen(Organisation),
    /// A policy comes into force in so many days.
    Adopt(Known, u16),
    /// So many days pass, and no run comes by.
    Wait(u16),
    /// The run comes by.
    Run,
    /// The run comes by and is killed when it has told the time or its progress so often.
    Killed(u16),
    /// The run comes by again, which changes nothing.
    Again,
    /// Somebody (the operator, where absent) releases a held part: the oldest is 1.
    Release(u8, Option<Number>),
    /// Somebody refuses it.
    Refuse(u8, Option<Number>),
    /// The run, or rollback, that stands at a place among those that moved anybody, the newest is 1, is rolled back:
    /// everywhere or in one organisation; killed when it has told its progress so often, and then asked for again.
    Rollback(u8, Option<Organisation>, Option<u16>),
    /// What a policy would do in so many days is asked; then it is adopted for tomorrow.
    WhatIf(Known, u16),
    /// The audit trail is sealed, and the seal is pinned elsewhere.
    Seal,
    /// The audit trail is verified.
    Verify,
    /// An account is explained; what was said is said of this day for good.
    Explain(Number),
}

/// Whether a new person has accepted the terms of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terms {
    /// Yes: active.
    Accepted,
    /// Not yet: pending.
    Open,
}

/// How often a file is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Once.
    Once,
    /// Once more, which does nothing.
    Twice,
}

impl Op {
    /// The same operation with less in it, for shrinking: each of its lines left out.
    pub fn smaller(&self) -> Vec<Self> {
        match self {
            Self::Bulk(lines, sent) => without_one(lines).map(|lines| Self::Bulk(lines, *sent)).collect(),
            Self::Feed(lines) => without_one(lines).map(Self::Feed).collect(),
            Self::Signals(lines) => without_one(lines).map(Self::Signals).collect(),
            Self::Mailbox(number, kind, organisation, owners) => {
                without_one(owners).map(|owners| Self::Mailbox(*number, *kind, *organisation, owners)).collect()
            }
            Self::Ask(number, ask, Some(_)) => vec![Self::Ask(*number, *ask, None)],
            Self::Rollback(place, home, Some(_)) => vec![Self::Rollback(*place, *home, None)],
            Self::Rollback(place, Some(_), None) => vec![Self::Rollback(*place, None, None)],
            Self::WhatIf(policy, days @ 2..) => vec![Self::WhatIf(*policy, days / 2)],
            Self::Ask(_, _, None)
            | Self::User(..)
            | Self::Grant(..)
            | Self::Close(_)
            | Self::Reopen(_)
            | Self::Adopt(..)
            | Self::Rollback(_, None, None)
            | Self::WhatIf(..)
            | Self::Wait(_)
            | Self::Run
            | Self::Killed(_)
            | Self::Again
            | Self::Resend(_)
            | Self::Release(..)
            | Self::Refuse(..)
            | Self::Seal
            | Self::Verify
            | Self::Explain(_) => Vec::new(),
        }
    }
}

fn without_one<T: Clone>(lines: &[T]) -> impl Iterator<Item = Vec<T>> {
    (0..lines.len()).map(|at| {
        let (before, after) = lines.split_at(at);
        before.iter().chain(after.iter().skip(1)).cloned().collect()
    })
}
