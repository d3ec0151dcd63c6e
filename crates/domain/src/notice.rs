//! Notices: messages owed to somebody, by a rule. Templates and delivery are not decided here.

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
        /// To the owners: the mailbox moved and its address changed.
        Moved = "moved",
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
            Self::LeaverMarked | Self::DeletionAnnounced | Self::DeletionReminder | Self::OwnersAsked | Self::Moved => {
                Audience::Holder
            }
            Self::RestoreEnding | Self::HeldByBrake => Audience::Administrators,
        }
    }
}
