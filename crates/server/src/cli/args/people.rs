//! One account at a time: create it, edit it, give it addresses and members.

use clap::{Args, Subcommand};
use domain::ids::OdsCode;
use domain::mailbox::Right;

use crate::cli::{examples, parse};

/// What a person is called and does. What is not named stays as it is.
#[derive(Debug, Args)]
pub(crate) struct Details {
    /// As Dr
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Given name
    #[arg(long)]
    pub(crate) first_name: Option<String>,
    /// Family name
    #[arg(long)]
    pub(crate) last_name: Option<String>,
    /// The name of a mailbox without a person; a person's is made of their names
    #[arg(long)]
    pub(crate) display_name: Option<String>,
    /// What they do
    #[arg(long)]
    pub(crate) job_title: Option<String>,
    /// Telephone at work
    #[arg(long)]
    pub(crate) telephone: Option<String>,
    /// Mobile number
    #[arg(long)]
    pub(crate) mobile: Option<String>,
    /// Organisational unit
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// The organisation's own number for the person
    #[arg(long)]
    pub(crate) local_id: Option<String>,
    /// The licence's name
    #[arg(long)]
    pub(crate) licence: Option<String>,
    /// Mailbox quota in MiB
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(i64).range(1..=1 << 30))]
    pub(crate) quota: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its organisation
    #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
    pub(crate) organisation: OdsCode,
    /// What it is for
    #[arg(long, default_value = "user", value_parser = ["user", "shared", "resource"])]
    pub(crate) kind: String,
    #[command(flatten)]
    pub(crate) details: Details,
    /// An owner of a mailbox without a person; may be given several times
    #[arg(long = "owner", value_name = "ADDRESS")]
    pub(crate) owners: Vec<String>,
    /// Create it although somebody alike has an account
    #[arg(long)]
    pub(crate) anyway: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Any of its addresses
    pub(crate) address: String,
    #[command(flatten)]
    pub(crate) details: Details,
    /// A line for the notes
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// The name changed: give an address of the new name; the old one stays for good
    #[arg(long)]
    pub(crate) new_address: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Alias {
    /// Give a further address
    #[command(after_help = examples::ALIAS_ADD)]
    Add(AliasOf),
    /// Take one away; it stays reserved to the account
    #[command(after_help = examples::ALIAS_REMOVE)]
    Remove(AliasOf),
}

#[derive(Debug, Args)]
pub(crate) struct AliasOf {
    /// Any address of the account
    pub(crate) address: String,
    /// The further address
    pub(crate) alias: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// Who belongs to a mailbox, and what they may do in it
    #[command(after_help = examples::MEMBER_LIST)]
    List {
        /// The mailbox
        mailbox: String,
    },
    /// Make somebody a member or owner, or change what they may do
    #[command(after_help = examples::MEMBER_SET)]
    Set {
        /// The mailbox
        mailbox: String,
        /// The person
        member: String,
        /// Answers for the mailbox and manages its members
        #[arg(long)]
        owner: bool,
        /// What they may do in it
        #[arg(long, default_value = "full", value_parser = parse::right())]
        right: Right,
    },
    /// End somebody's membership
    #[command(after_help = examples::MEMBER_REMOVE)]
    Remove {
        /// The mailbox
        mailbox: String,
        /// The person
        member: String,
    },
}
