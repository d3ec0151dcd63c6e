//! What can go wrong in the database, each with what to do about it. No text ever holds a value of a row or a password.

/// A failure of the database, not of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke; the text says why.
    #[error("the database cannot be reached ({0}): check that it runs and that the URL is right, then try again")]
    Unavailable(String),
    /// Other writes were in the way, also after several attempts.
    #[error("the database is busy with other writes: try again in a moment")]
    Busy,
    /// A row was not as it was when it was read.
    #[error("{table} was changed by somebody else in the meantime: load it again and repeat")]
    Stale {
        /// The table.
        table: &'static str,
    },
    /// A unique index refused the row.
    #[error("{table} already has a row with this key: choose another")]
    Conflict {
        /// The table, where the database names it.
        table: String,
    },
    /// A stored word, number or text that this version cannot read.
    #[error(
        "the database holds something in {0} that cannot be read: run the version that wrote it, or restore a backup"
    )]
    Corrupt(&'static str),
    /// Writes are not allowed here.
    #[error("the database refuses writes: check the file's permissions, or that the URL names the primary server")]
    ReadOnly,
    /// No room left.
    #[error("the database's disk is full: make room, then try again")]
    DiskFull,
    /// Written by a newer version of Almoner.
    #[error("the database has schema {found}, this version knows {known}: run the newer version of Almoner")]
    NewerSchema {
        /// What the database has.
        found: i64,
        /// The newest that this version has.
        known: i64,
    },
    /// An empty or missing database.
    #[error("the database has no Almoner schema: run `almoner init`")]
    NoSchema,
    /// Somebody else does this work now.
    #[error("`{name}` is being done by {holder}: wait until it ends")]
    Leased {
        /// The lease.
        name: String,
        /// Who has it.
        holder: String,
        /// Until when, in seconds since 1970.
        until: i64,
    },
    /// The lease was taken over by somebody else.
    #[error("the lease was taken over by another process: nothing was changed; start again")]
    LeaseLost,
    /// A write came without an audit event; nothing was kept.
    #[error("a change without an audit event is never kept: this is a fault in Almoner, report it")]
    NoAudit,
    /// The connection broke or the disk failed while the change was being kept.
    #[error(
        "it is not known whether the change was kept (the connection or the disk failed): look whether it is there \
         before repeating it"
    )]
    CommitUnknown,
    /// The URL of the database cannot be used; the text is the whole sentence.
    #[error("{0}")]
    BadUrl(String),
    /// Anything else the database said.
    #[error("the database said: {0}; report it with the log")]
    Database(String),
}

impl Error {
    /// Whether the same transaction may succeed when it is run again.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }
}
