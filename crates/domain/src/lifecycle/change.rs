//! What a decision changes: the account as it is afterwards, and everything owed because of it.

use crate::account::Account;
use crate::ids::OdsCode;
use crate::notice::NoticeKind;
use crate::rule::Rule;
use crate::status::Status;
use crate::time::Day;

words! {
    /// What happened, in the audit's words.
    pub enum Action {
        /// Created.
        Created = "created",
        /// Brought over from another system.
        Migrated = "migrated",
        /// A signal was recorded.
        Signalled = "signalled",
        /// Terms of use accepted.
        AcceptedTerms = "accepted_terms",
        /// The owners of a shared mailbox were asked.
        OwnersAsked = "owners_asked",
        /// An owner confirmed a shared mailbox.
        Confirmed = "confirmed",
        /// A deletion was announced.
        Announced = "deletion_announced",
        /// A reminder was sent.
        Reminded = "reminded",
        /// Made inactive by the system.
        Inactivated = "inactivated",
        /// Revived by a signal.
        Reactivated = "reactivated",
        /// Marked leaver.
        MarkedLeaver = "marked_leaver",
        /// Leaver cancelled.
        CancelledLeaver = "cancelled_leaver",
        /// Joined by a new organisation.
        Joined = "joined",
        /// Transferred to a new organisation.
        Transferred = "transferred",
        /// Resecured: its terms must be accepted anew.
        Resecured = "resecured",
        /// Disabled.
        Disabled = "disabled",
        /// Enabled.
        Enabled = "enabled",
        /// Deleted.
        Deleted = "deleted",
        /// Restored.
        Restored = "restored",
        /// Purged.
        Purged = "purged",
        /// A hold was placed.
        HoldPlaced = "hold_placed",
        /// The last hold was released.
        HoldReleased = "hold_released",
        /// A deletion or purge was refused because of a hold.
        DeletionRefused = "deletion_refused",
        /// Directory data, licence or services were edited.
        Edited = "edited",
        /// Out of office or forwarding was set or ended.
        RulesSet = "rules_set",
        /// A member of the mailbox was purged, or the mailbox was, and the membership ended.
        MemberLeft = "member_left",
        /// The time of some of its addresses ended: anybody may have them.
        AddressFreed = "address_freed",
        /// What a run did to it was undone.
        RolledBack = "rolled_back",
    }
}

/// A move between two organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The organisation it left.
    pub from: OdsCode,
    /// A join gives the new organisation's entitlements (JML-04); a transfer keeps the account's own.
    pub fresh_entitlements: bool,
}

/// How long an address stays taken after a purge (LC-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// Free again from this day.
    Until(Day),
    /// Never free again.
    ForGood,
}

/// A notice that is owed because of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// Which.
    pub kind: NoticeKind,
    /// The rule that owes it.
    pub rule: Rule,
    /// The day it speaks of.
    pub about: Option<Day>,
}

/// The outcome of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The account as it is now.
    pub account: Account,
    /// The status before.
    pub from: Status,
    /// What happened.
    pub action: Action,
    /// Why it may or must.
    pub rule: Rule,
    /// A notice owed at once.
    pub notice: Option<Owed>,
    /// All admin grants of the account end (ROLE-06).
    pub ends_grants: bool,
    /// It moved to another organisation.
    pub moved: Option<Move>,
    /// Its addresses are taken for so long (purge only).
    pub reservation: Option<Reservation>,
    /// The system changed the status: a line for the account's notes (LC-17).
    pub note: Option<String>,
}

impl Change {
    /// A change with no consequences but the account itself.
    pub fn plain(account: Account, from: Status, action: Action, rule: Rule) -> Self {
        let (notice, moved, reservation, note) = (None, None, None, None);
        Self { account, from, action, rule, notice, ends_grants: false, moved, reservation, note }
    }

    /// The status changed: the mail engine must hear of it.
    pub fn is_transition(&self) -> bool {
        self.from != self.account.status()
    }
}
