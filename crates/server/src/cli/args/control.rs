//! What governs it: grants, policies, notices, the audit trail.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::confirmation::Confirmer;
use domain::ids::OdsCode;
use domain::notice::{Delivery, NoticeKind};
use domain::org::Sector;
use domain::rights::Role;
use domain::rule::Rule;
use domain::time::Day;

use crate::cli::{examples, parse};

#[derive(Debug, Subcommand)]
pub(crate) enum Grant {
    /// Give a role
    #[command(after_help = examples::GRANT_ADD)]
    Add {
        /// Whose: the address of a user account
        address: String,
        /// Which
        #[arg(long, value_parser = parse::role())]
        role: Role,
        #[command(flatten)]
        over: Over,
        /// Only over this unit of the organisation
        #[arg(long, requires = "organisation")]
        unit: Option<String>,
        /// For the first primary administrator of an organisation: the name of who confirmed it
        #[arg(long, value_name = "NAME", requires = "confirmed_as")]
        confirmed_by: Option<String>,
        /// In which office of the organisation
        #[arg(long, value_name = "OFFICE", value_parser = parse::confirmer(), requires = "confirmed_by")]
        confirmed_as: Option<Confirmer>,
        /// On which day (today by default)
        #[arg(long, value_name = "DATE", value_parser = parse::day, requires = "confirmed_by")]
        confirmed_on: Option<Day>,
    },
    /// End a grant
    #[command(after_help = examples::GRANT_END)]
    End {
        /// Its number
        id: i64,
    },
    /// Who holds what
    #[command(after_help = examples::GRANT_LIST)]
    List {
        /// Of this account
        #[arg(long, required_unless_present = "organisation")]
        address: Option<String>,
        /// Over this organisation
        #[arg(long, value_name = "ODS", conflicts_with = "address", value_parser = OdsCode::parse)]
        organisation: Option<OdsCode>,
        /// As of this day (today by default)
        #[arg(long, value_name = "DATE", value_parser = parse::day)]
        on: Option<Day>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mfa {
    /// What somebody signs in with beside the password
    #[command(after_help = examples::MFA_SHOW)]
    Show {
        /// Any of its addresses
        address: String,
    },
    /// Let somebody sign in without the second factor for the policy's hours
    #[command(after_help = examples::MFA_EXCEPT)]
    Except {
        /// Any of its addresses
        address: String,
        /// The operator: for so many days instead
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// With --as: how you made sure that it is the person
        #[arg(long, value_name = "TEXT")]
        statement: Option<String>,
    },
    /// End such an exception before its time
    #[command(after_help = examples::MFA_END)]
    End {
        /// Any of its addresses
        address: String,
    },
    /// Take lost second factors away and end the sessions
    #[command(after_help = examples::MFA_RESET)]
    Reset {
        /// Any of its addresses
        address: String,
        /// With --as: how you made sure that it is the person
        #[arg(long, value_name = "TEXT")]
        statement: Option<String>,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Over {
    /// Over this organisation
    #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
    pub(crate) organisation: Option<OdsCode>,
    /// Over every organisation of this sector
    #[arg(long, value_parser = parse::sector())]
    pub(crate) sector: Option<Sector>,
    /// Over everything
    #[arg(long)]
    pub(crate) federation: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Say everything that is wrong with a policy
    #[command(after_help = examples::POLICY_CHECK)]
    Check {
        /// A shipped name or a TOML file
        policy: String,
    },
    /// Show a policy: shipped, adopted, or a file; the one in force by default
    #[command(after_help = examples::POLICY_SHOW)]
    Show {
        /// An adopted or shipped name, or a TOML file
        policy: Option<String>,
    },
    /// Compare two policies
    #[command(after_help = examples::POLICY_DIFF)]
    Diff {
        /// An adopted or shipped name, or a TOML file
        one: String,
        /// The same
        other: String,
    },
    /// Propose a policy, with what it would do in its first year; another operator puts it in force
    #[command(after_help = examples::POLICY_PROPOSE)]
    Propose {
        /// A shipped name or a TOML file
        policy: PathBuf,
        /// From this day (its own, or the day of adoption if that is past)
        #[arg(long, value_name = "DATE", value_parser = parse::day)]
        from: Option<Day>,
        /// Why, for whoever decides
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        note: String,
    },
    /// The latest proposals, or one of them
    #[command(after_help = examples::POLICY_PROPOSALS)]
    Proposals {
        /// Its number
        id: Option<i64>,
    },
    /// Put in force what another person proposed
    #[command(after_help = examples::POLICY_ACCEPT)]
    Accept {
        /// The proposal's number
        id: i64,
    },
    /// Refuse what another person proposed, or take one's own proposal back
    #[command(after_help = examples::POLICY_DROP)]
    Drop {
        /// The proposal's number
        id: i64,
    },
    /// Put a policy in force, as whoever sits at the machine; persons (--as) propose one, and another accepts it
    #[command(after_help = examples::POLICY_ADOPT)]
    Adopt {
        /// A shipped name or a TOML file
        policy: String,
        /// From this day (its own, or today if that is past)
        #[arg(long, value_name = "DATE", value_parser = parse::day)]
        from: Option<Day>,
    },
    #[command(after_help = examples::POLICY_LIST)]
    /// The policies adopted so far
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Notice {
    /// Notices, newest first
    #[command(after_help = examples::NOTICE_LIST)]
    List {
        /// About this account
        #[arg(long, conflicts_with = "run")]
        address: Option<String>,
        /// Made by this run
        #[arg(long, value_name = "ID")]
        run: Option<i64>,
        /// Only those that stand so, as `failed`
        #[arg(long, conflicts_with_all = ["address", "run"], value_parser = parse::delivery())]
        state: Option<Delivery>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Make what is owed today and by no step of the lifecycle; `almoner run` does it, too
    #[command(after_help = examples::NOTICE_REMIND)]
    Remind,
    /// Send what is due by mail, once; from a timer, or after setting the mail server right
    #[command(after_help = examples::NOTICE_SEND)]
    Send {
        /// At most so many
        #[arg(long, default_value_t = 1_000_000)]
        limit: u32,
        /// Send although this federation is a rehearsal: its addresses may belong to somebody
        #[arg(long)]
        even_in_rehearsal: bool,
    },
    /// Put what failed back into the queue
    #[command(after_help = examples::NOTICE_RETRY)]
    Retry {
        /// The notice's number; without one, all that failed
        id: Option<i64>,
        /// All that failed of this organisation
        #[arg(long, value_name = "ODS", value_parser = OdsCode::parse, conflicts_with = "id")]
        organisation: Option<OdsCode>,
    },
    /// Find every mistake in a folder of templates; without a folder, in those that come with Almoner
    #[command(after_help = examples::NOTICE_CHECK)]
    Check {
        /// The folder; what it does not have is taken from those that come with Almoner
        folder: Option<PathBuf>,
    },
    /// Show what a notice looks like
    #[command(after_help = examples::NOTICE_PREVIEW)]
    Preview {
        /// Its kind, as `leaver_marked`
        #[arg(value_parser = parse::notice_kind())]
        kind: NoticeKind,
        /// With the templates of this folder
        #[arg(long, value_name = "FOLDER", env = "ALMONER_NOTICES")]
        folder: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Brake {
    /// Held parts, newest first
    #[command(after_help = examples::BRAKE_LIST)]
    List {
        /// Of this organisation; whoever does not see the whole federation must name one
        #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
        organisation: Option<OdsCode>,
        /// Only those that are held (the default)
        #[arg(long, conflicts_with = "all")]
        open: bool,
        /// Also those that were released, refused or lapsed
        #[arg(long)]
        all: bool,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// One part: why it is held, and its accounts
    #[command(after_help = examples::BRAKE_SHOW)]
    Show {
        /// Its number
        id: i64,
        /// Only accounts behind this item (the next page)
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        after: i64,
        /// At most so many accounts
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Let a held part happen, or some of it
    #[command(after_help = examples::BRAKE_RELEASE)]
    Release {
        #[command(flatten)]
        part: ReleaseAny,
    },
    /// Drop a held part: requests are forgotten, a run measures its accounts anew
    #[command(after_help = examples::BRAKE_REFUSE)]
    Refuse {
        /// Its number
        id: i64,
    },
}

/// A part, or all of a run's.
#[derive(Debug, Args)]
pub(crate) struct ReleaseAny {
    /// The part's number
    #[arg(required_unless_present = "run")]
    pub(crate) id: Option<i64>,
    /// Every held part of this run
    #[arg(long, value_name = "ID", conflicts_with_all = ["id", "accounts", "only", "except", "all_but", "count"])]
    pub(crate) run: Option<i64>,
    #[command(flatten)]
    pub(crate) much: HowMuch,
}

/// One part.
#[derive(Debug, Args)]
pub(crate) struct ReleasePart {
    /// The part's number
    pub(crate) id: i64,
    #[command(flatten)]
    pub(crate) much: HowMuch,
}

/// How much of a part.
#[derive(Debug, Args)]
pub(crate) struct HowMuch {
    /// Only this account; may be given several times
    #[arg(long = "account", value_name = "ADDRESS", conflicts_with_all = ["count", "except", "all_but"])]
    pub(crate) accounts: Vec<String>,
    /// Only the accounts of this file: an address on each line, or a column `address`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["count", "except", "all_but"])]
    pub(crate) only: Option<PathBuf>,
    /// All but this account, which stays held; may be given several times
    #[arg(long, value_name = "ADDRESS", conflicts_with = "count")]
    pub(crate) except: Vec<String>,
    /// All but the accounts of this file, which stay held
    #[arg(long, value_name = "FILE", conflicts_with = "count")]
    pub(crate) all_but: Option<PathBuf>,
    /// Only so many, those held first
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Search by performer, target, organisation, action and time
    #[command(after_help = examples::AUDIT_SEARCH)]
    Search(AuditSearch),
    /// Read the whole trail and name what is not as it was written
    #[command(after_help = examples::AUDIT_VERIFY)]
    Verify {
        /// Compare with the seals that were written here before
        #[arg(long, value_name = "FILE")]
        roots: Option<PathBuf>,
    },
    /// Seal what is not sealed yet; every run does it when it ends
    #[command(after_help = examples::AUDIT_SEAL)]
    Seal,
    /// The chain of seals, to be kept where nobody who can write the store can write
    #[command(after_help = examples::AUDIT_ROOTS)]
    Roots {
        /// Write the seals here
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write the proof that an organisation's own lines are in the sealed trail
    #[command(after_help = examples::AUDIT_PROOF)]
    Proof {
        /// Of this organisation
        #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
        organisation: OdsCode,
        /// Write the proof here
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Check such a proof; no store is needed
    #[command(after_help = examples::AUDIT_CHECK_PROOF)]
    CheckProof {
        /// The proof
        file: PathBuf,
        /// Compare with the seals that were written here before
        #[arg(long, value_name = "FILE")]
        roots: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Which report
    #[arg(value_name = "NAME", value_parser = parse::report())]
    pub(crate) name: service::report::Report,
    /// Of this organisation (all in one's scope by default)
    #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
    pub(crate) organisation: Option<OdsCode>,
    /// Of a forecast: so many days from today
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=400))]
    pub(crate) days: u16,
    /// Only lines with these words in some column
    #[arg(long, value_name = "TEXT")]
    pub(crate) words: Option<String>,
    /// By this column; the last first with a minus before it
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true, conflicts_with_all = ["after", "csv"])]
    pub(crate) sort: Option<String>,
    /// Only lines behind this place (the next page)
    #[arg(long, value_name = "PLACE", conflicts_with = "csv")]
    pub(crate) after: Option<String>,
    /// At most so many lines on the screen
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
    /// Write all lines to this file (- for standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AuditSearch {
    /// Who did it: an address, operator or system
    #[arg(long)]
    pub(crate) performer: Option<String>,
    /// What it was done to: an address or an ODS code
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// In this organisation; whoever does not see the whole federation must name one
    #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
    pub(crate) organisation: Option<OdsCode>,
    /// What was done, as deleted
    #[arg(long)]
    pub(crate) action: Option<String>,
    /// Only by this rule, as LC-06
    #[arg(long, value_parser = parse::rule)]
    pub(crate) rule: Option<Rule>,
    /// On or after this day
    #[arg(long, value_name = "DATE", value_parser = parse::day)]
    pub(crate) from: Option<Day>,
    /// Before this day
    #[arg(long, value_name = "DATE", value_parser = parse::day)]
    pub(crate) until: Option<Day>,
    /// Only older than this line (the next page)
    #[arg(long)]
    pub(crate) before: Option<i64>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
}
