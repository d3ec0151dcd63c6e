//! The lifecycle's words: the four kinds of account and the seven statuses.

words! {
    /// What an account is for.
    pub enum Kind {
        /// A person's mailbox.
        User = "user",
        /// A mailbox that its members open; it has no password.
        Shared = "shared",
        /// A mailbox that a program uses.
        Application = "application",
        /// A room or a piece of equipment.
        Resource = "resource",
    }
}

words! {
    /// Where an account stands in its lifecycle, without the data of that stand (`account::State` has it).
    pub enum Status {
        /// Created; its terms of use are not accepted yet.
        Pending = "pending",
        /// In use.
        Active = "active",
        /// Idle too long; any signal revives it.
        Inactive = "inactive",
        /// Given up by its organisation, waiting to be joined by another.
        Leaver = "leaver",
        /// Sign-in refused by an administrator; mail still arrives.
        Disabled = "disabled",
        /// Gone for the world, restorable for a while.
        Deleted = "deleted",
        /// Gone for good.
        Purged = "purged",
    }
}
