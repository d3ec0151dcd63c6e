//! Notices: messages owed to somebody, by a rule; why, and whether they are still true when they go out.

use crate::account::{Account, Question, State};
use crate::reminder::is_reminded;
use crate::rule::Rule;
use crate::status::Status;
use crate::time::Day;

words! {
    /// What a notice says; also the name of its template.
    pub enum NoticeKind {
        /// "You have been marked as a leaver" (NTC-02).
        LeaverMarked = "leaver_marked",
        /// "Your mailbox will be deleted on" (NTC-01).
        DeletionAnnounced = "deletion_announced",
        /// The same, again, shortly before (NTC-03).
        DeletionReminder = "deletion_reminder",
        /// To the administrators: "it can be restored until" (NTC-03).
        RestoreEnding = "restore_ending",
        /// To the owners: "do you still need this mailbox?" (LC-14).
        OwnersAsked = "owners_asked",
        /// To the administrators: "a brake holds this until a second person releases it" (RUN-05).
        HeldByBrake = "held_by_brake",
        /// To the person or the owners: the mailbox moved, and its address may have changed.
        Moved = "moved",
        /// To the person: another organisation took the account in (NTC-05).
        Joined = "joined",
        /// "You chose a new password without the old one" (SSPR-01).
        PasswordRecovered = "password_recovered",
        /// "Your account was unlocked" (SSPR-01, ROLE-08).
        Unlocked = "unlocked",
        /// "Your account was resecured: finish by" (PWD-04).
        Resecured = "resecured",
        /// "Your password expires on" (NTC-04).
        PasswordExpires = "password_expires",
        /// To whoever sent a file: "it was worked off", with what came of it (NTC-05).
        FileDone = "file_done",
        /// To the administrators, monthly: "these mailboxes have no owner" (NTC-05).
        Ownerless = "ownerless",
    }
}

words! {
    /// Who gets it.
    pub enum Audience {
        /// The account itself; for a mailbox without a person, its owners; without owners, the administrators.
        Holder = "holder",
        /// The administrators of the organisation; without any, the operator.
        Administrators = "administrators",
    }
}

impl NoticeKind {
    /// Who gets this kind of notice.
    pub const fn audience(self) -> Audience {
        match self {
            Self::LeaverMarked
            | Self::DeletionAnnounced
            | Self::DeletionReminder
            | Self::OwnersAsked
            | Self::Moved
            | Self::Joined
            | Self::PasswordRecovered
            | Self::Unlocked
            | Self::Resecured
            | Self::PasswordExpires
            | Self::FileDone => Audience::Holder,
            Self::RestoreEnding | Self::HeldByBrake | Self::Ownerless => Audience::Administrators,
        }
    }
}

impl NoticeKind {
    /// The rule that owes it, where it is always the same; else the first of its reasons.
    pub const fn rule(self) -> Rule {
        match self {
            Self::LeaverMarked => Rule::Ntc02,
            Self::DeletionAnnounced => Rule::Lc04,
            Self::DeletionReminder | Self::RestoreEnding => Rule::Ntc03,
            Self::OwnersAsked => Rule::Lc14,
            Self::HeldByBrake => Rule::Run05,
            Self::Moved => Rule::Jml06,
            Self::Joined | Self::FileDone | Self::Ownerless => Rule::Ntc05,
            Self::PasswordExpires => Rule::Ntc04,
            Self::PasswordRecovered | Self::Unlocked => Rule::Sspr01,
            Self::Resecured => Rule::Pwd04,
        }
    }

    /// The rules that may stand behind it: templates word each, and are tried with each.
    pub const fn reasons(self) -> &'static [Rule] {
        match self {
            Self::LeaverMarked => &[Rule::Ntc02],
            Self::DeletionAnnounced | Self::DeletionReminder => &[Rule::Lc04, Rule::Lc06, Rule::Lc07, Rule::Lc14],
            Self::RestoreEnding => &[Rule::Lc11],
            Self::OwnersAsked => &[Rule::Lc14],
            Self::HeldByBrake => &[Rule::Run05, Rule::Run06],
            Self::Moved => &[Rule::Jml06],
            Self::Joined | Self::FileDone | Self::Ownerless => &[Rule::Ntc05],
            Self::PasswordExpires => &[Rule::Ntc04],
            Self::PasswordRecovered | Self::Unlocked => &[Rule::Sspr01],
            Self::Resecured => &[Rule::Pwd04],
        }
    }
}

/// Why a notice is sent, for the person who reads it. A reminder is owed by NTC-03; what it reminds of is the rule by
/// which the account will go.
pub const fn reason(rule: Rule, account: &Account) -> Rule {
    if !matches!(rule, Rule::Ntc03) {
        return rule;
    }
    match account.status() {
        Status::Pending | Status::Inactive => Rule::Lc04,
        Status::Leaver => Rule::Lc06,
        Status::Disabled => Rule::Lc07,
        Status::Active => Rule::Lc14,
        Status::Deleted | Status::Purged => Rule::Lc11,
    }
}

/// Why a notice must not go out any more, if so. Somebody who was revived, joined or restored between the run and the
/// sending must not be told that they will be deleted; the step it spoke of cannot happen without another notice. One that
/// was kept back until after the day it speaks of tells nothing.
pub fn untrue(kind: NoticeKind, about: Option<Day>, account: &Account, today: Day) -> Option<&'static str> {
    let named = account.announced.map(|said| said.effective_on);
    let holds = match kind {
        NoticeKind::DeletionAnnounced | NoticeKind::DeletionReminder => {
            about == named && !matches!(account.status(), Status::Deleted | Status::Purged)
        }
        NoticeKind::RestoreEnding => about == named && account.status() == Status::Deleted,
        NoticeKind::OwnersAsked => matches!(account.state, State::Active { question: Question::Asked(_), .. }),
        NoticeKind::LeaverMarked => account.status() == Status::Leaver,
        NoticeKind::Resecured => account.terms_at.is_none(),
        NoticeKind::PasswordExpires => is_reminded(account),
        NoticeKind::FileDone
        | NoticeKind::Ownerless
        | NoticeKind::HeldByBrake
        | NoticeKind::Moved
        | NoticeKind::Joined
        | NoticeKind::PasswordRecovered
        | NoticeKind::Unlocked => true,
    };
    if !holds {
        return Some("it is not true any more");
    }
    about.is_some_and(|day| day < today).then_some("the day it speaks of is past")
}

words! {
    /// How a notice fares.
    pub enum Delivery {
        /// It waits to be sent, perhaps again.
        Queued = "queued",
        /// A mail server took it.
        Sent = "sent",
        /// No mail server would take it; somebody has to look.
        Failed = "failed",
        /// It was not true any more when it should have gone, or its recipient was deleted.
        Withdrawn = "withdrawn",
    }
}

/// Seconds of the first wait.
const FIRST_WAIT: i64 = 60;
/// Seconds of the longest.
const LONGEST_WAIT: i64 = 6 * 3600;
/// More tries are not made: with these waits it is about two days.
const MOST_TRIES: u32 = 12;

/// How long to wait after so many tries that a mail server put off: each wait is four times the one before. `None`: it is
/// given up.
pub fn wait_after(tries: u32) -> Option<i64> {
    let longer = 4_i64.saturating_pow(tries.saturating_sub(1));
    (tries < MOST_TRIES).then(|| FIRST_WAIT.saturating_mul(longer).min(LONGEST_WAIT))
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
