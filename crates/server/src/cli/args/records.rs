//! What is kept: organisations, accounts, and the files that bring them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::ids::OdsCode;
use domain::status::Status;
use domain::time::Day;

use crate::cli::args::people::{Alias, Create, Edit, Member};
use crate::cli::args::rules::{Away, Forward};
use crate::cli::{examples, parse};

#[derive(Debug, Subcommand)]
pub(crate) enum Org {
    /// Load a published ODS file; the same edition may be loaded again
    #[command(after_help = examples::ORG_IMPORT)]
    Import {
        /// The file: 27 quoted columns, no heading
        file: PathBuf,
        /// A name for this edition
        #[arg(long)]
        edition: String,
        /// The number of lines that the publisher states; another number is refused
        #[arg(long)]
        lines: Option<u64>,
        /// Load it although many codes of the last edition are missing
        #[arg(long)]
        accept_missing: bool,
    },
    /// One organisation
    #[command(after_help = examples::ORG_SHOW)]
    Show {
        /// Its ODS code
        #[arg(value_parser = OdsCode::parse)]
        ods: OdsCode,
        /// As of this day, past or future (today by default)
        #[arg(long, value_name = "DATE", value_parser = parse::day)]
        on: Option<Day>,
    },
    /// Organisations, by code
    #[command(after_help = examples::ORG_LIST)]
    List(OrgList),
    /// Record that an organisation closed
    #[command(after_help = examples::ORG_CLOSE)]
    Close {
        /// Its ODS code
        #[arg(value_parser = OdsCode::parse)]
        ods: OdsCode,
    },
    /// Record that an organisation opened again
    #[command(after_help = examples::ORG_OPEN)]
    Open {
        /// Its ODS code
        #[arg(value_parser = OdsCode::parse)]
        ods: OdsCode,
    },
    /// Record who took over
    #[command(after_help = examples::ORG_SUCCEED)]
    Succeed {
        /// The closed organisation
        #[arg(value_parser = OdsCode::parse)]
        ods: OdsCode,
        /// Its successor
        #[arg(long = "by", value_name = "ODS", value_parser = OdsCode::parse)]
        successor: OdsCode,
    },
    /// Say where an organisation's people find help
    #[command(after_help = examples::ORG_SUPPORT)]
    Support {
        /// Its ODS code
        #[arg(value_parser = OdsCode::parse)]
        ods: OdsCode,
        /// A number to ring
        #[arg(long, default_value = "", hide_default_value = true)]
        telephone: String,
        /// A page to read
        #[arg(
            help = "A page to read, as https://help.example/mail",
            long,
            default_value = "",
            hide_default_value = true
        )]
        page: String,
    },
    /// Give an organisation another short name, while it owns no shared mailbox
    #[command(after_help = examples::ORG_SHORT_NAME)]
    ShortName {
        /// Its ODS code
        #[arg(value_parser = OdsCode::parse)]
        ods: OdsCode,
        /// Letters, digits and hyphens, in lower case
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct OrgList {
    /// Only open ones
    #[arg(long, conflicts_with = "closed")]
    pub(crate) open: bool,
    /// Only closed ones
    #[arg(long)]
    pub(crate) closed: bool,
    /// Only codes after this one (the next page)
    #[arg(long)]
    pub(crate) after: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Create one account; its address is made of its name
    #[command(after_help = examples::ACCOUNT_CREATE)]
    Create(Create),
    /// Edit one account: names, unit, licence, a line for its notes
    #[command(after_help = examples::ACCOUNT_EDIT)]
    Edit(Edit),
    /// Further addresses of an account
    #[command(subcommand, after_help = examples::ALIAS_ADD)]
    Alias(Alias),
    /// Members and owners of a shared mailbox or resource
    #[command(subcommand, after_help = examples::MEMBER_SET)]
    Member(Member),
    /// What a mailbox does by itself: out of office, forwarding
    #[command(after_help = examples::ACCOUNT_RULES)]
    Rules {
        /// Any address of the mailbox
        address: String,
    },
    /// Answer whoever writes to somebody who is away
    #[command(after_help = examples::ACCOUNT_AWAY)]
    Away(Away),
    /// Send a mailbox's mail on to another address
    #[command(after_help = examples::ACCOUNT_FORWARD)]
    Forward(Forward),
    /// Create or edit accounts from a file
    #[command(after_help = examples::ACCOUNT_IMPORT)]
    Import(AccountImport),
    /// Accounts of an organisation
    #[command(after_help = examples::ACCOUNT_LIST)]
    List {
        /// Its ODS code
        #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
        organisation: OdsCode,
        /// Only of this status
        #[arg(long, value_parser = parse::status())]
        status: Option<Status>,
        /// Only after this id (the next page)
        #[arg(long)]
        after: Option<i64>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// One account
    #[command(after_help = examples::ACCOUNT_SHOW)]
    Show {
        /// Any of its addresses
        address: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AccountImport {
    /// CSV with headings, as `docs/files.md` says
    pub(crate) file: PathBuf,
    /// The file brings a population over: it names addresses and statuses
    #[arg(long)]
    pub(crate) migrate: bool,
    /// Write the file here with Outcome and Detail added
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Only validate
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Signal {
    /// Import Address,Signal,Time
    #[command(after_help = examples::SIGNAL_IMPORT)]
    Import {
        /// CSV with the headings Address,Signal,Time
        file: PathBuf,
        /// Write the file here with Outcome and Detail added
        #[arg(long)]
        out: Option<PathBuf>,
        /// Only validate
        #[arg(long)]
        check: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Bulk {
    /// CSV with the headings Address,Action,Argument,Reason
    pub(crate) file: PathBuf,
    /// Write the file here with Outcome and Detail added
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Only validate
    #[arg(long)]
    pub(crate) check: bool,
}
