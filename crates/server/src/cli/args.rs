//! The command line: every verb, option and example. What a verb does is in the module of its name.

pub(crate) mod control;
pub(crate) mod mail;
pub(crate) mod people;
pub(crate) mod records;
pub(crate) mod rules;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use domain::ids::OdsCode;
use domain::time::Day;

use crate::cli::args::control::{Audit, Brake, Grant, Mfa, Notice, Policy, ReleasePart, Report};
use crate::cli::args::mail::Mail;
use crate::cli::args::records::{Account, Bulk, Org, Signal};
use crate::cli::{examples, parse};
use crate::clock::Now;
use crate::config::Config;

/// The heading of what every verb takes.
const EVERYWHERE: &str = "Everywhere";

/// Runs the mail accounts of a federation by dated, explainable rules.
#[derive(Debug, Parser)]
#[command(name = "almoner", version, max_term_width = 110, propagate_version = true, after_help = examples::ALMONER)]
pub(crate) struct Cli {
    /// Where the federation is kept: sqlite:FILE or postgres://USER@HOST/DATABASE
    /// (sqlite:almoner.db, if no configuration says it)
    #[arg(long = "store", global = true, help_heading = EVERYWHERE, value_name = "URL")]
    pub(crate) store_flag: Option<String>,
    /// The configuration (keys: docs/generated/config.md); ALMONER_CONFIG names it, too
    #[arg(long = "config", global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// Print JSON (fields: docs/json.md) instead of tables
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
    /// In a rehearsal, the time it is: RFC 3339 (2018-09-01T08:00:00Z) or a date, whose noon is meant (2018-09-01)
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "TIME", value_parser = Now::parse)]
    pub(crate) now: Option<Now>,
    /// Who acts: an account's address (the operator by default)
    #[arg(long = "as", global = true, help_heading = EVERYWHERE, value_name = "PERSON")]
    pub(crate) acting: Option<String>,
    /// No progress bars
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) quiet: bool,
    /// How long each stage of long work took, on stderr
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) timings: bool,
    /// What flags, environment and file say together; filled in before the verb begins.
    #[arg(skip)]
    pub(crate) config: Config,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a new federation in an empty store
    #[command(after_help = examples::INIT)]
    Init(Init),
    /// Organisations: load the published files, show, list, close, open, name successors
    #[command(subcommand, after_help = examples::ORG)]
    Org(Org),
    /// Accounts: import, list, show
    #[command(subcommand, after_help = examples::ACCOUNT)]
    Account(Account),
    /// Activity reported by other systems
    #[command(subcommand, after_help = examples::SIGNAL)]
    Signal(Signal),
    /// Apply a file of actions (Address,Action,Argument,Reason) and write it back with its outcome
    #[command(after_help = examples::BULK)]
    Bulk(Bulk),
    /// The lifecycle run of the day: plan, notices, transitions
    #[command(after_help = examples::RUN, args_conflicts_with_subcommands = true)]
    Run(Run),
    /// What a brake holds, until a second person releases it
    #[command(subcommand, after_help = examples::BRAKE)]
    Brake(Brake),
    /// What will happen to an organisation's accounts, with dates and reasons
    #[command(after_help = examples::FORECAST)]
    Forecast(Forecast),
    /// A report within one's scope: on the screen by page, as a file whole
    #[command(after_help = examples::REPORT)]
    Report(Report),
    /// The backlog of deletions, and on how many days the daily caps let it be worked off
    #[command(after_help = examples::WAVES)]
    Waves,
    /// What a policy would do to everyone, before it is adopted
    #[command(after_help = examples::WHAT_IF)]
    WhatIf(WhatIf),
    /// Why an account stands where it stands, what comes next, what would change it
    #[command(after_help = examples::EXPLAIN)]
    Explain(Explain),
    /// Everything that ever happened to an account
    #[command(after_help = examples::HISTORY)]
    History(AddressOnly),
    /// Mark an account as a leaver
    #[command(after_help = examples::LEAVER)]
    Leaver(WithReason),
    /// Take a leaver back
    #[command(after_help = examples::CANCEL_LEAVER)]
    CancelLeaver(AddressOnly),
    /// Take a leaver in
    #[command(after_help = examples::JOIN)]
    Join(ToOrganisation),
    /// Move an account to another organisation in one step
    #[command(after_help = examples::TRANSFER)]
    Transfer(ToOrganisation),
    /// Refuse sign-in; mail still arrives
    #[command(after_help = examples::DISABLE)]
    Disable(WithReason),
    /// Allow sign-in again
    #[command(after_help = examples::ENABLE)]
    Enable(AddressOnly),
    /// Delete an account at once
    #[command(after_help = examples::DELETE)]
    Delete(NeedsReason),
    /// Give a deleted account back
    #[command(after_help = examples::RESTORE)]
    Restore(AddressOnly),
    /// Put an account under legal hold
    #[command(after_help = examples::HOLD)]
    Hold(NeedsReason),
    /// Release every hold on an account
    #[command(after_help = examples::RELEASE_HOLD)]
    ReleaseHold(AddressOnly),
    /// Record that an account's terms of use were accepted
    #[command(after_help = examples::ACCEPT_TERMS)]
    AcceptTerms(AddressOnly),
    /// Confirm, as or for an owner, that a shared mailbox is needed
    #[command(after_help = examples::CONFIRM)]
    Confirm(AddressOnly),
    /// Roles over organisations, sectors or the federation
    #[command(subcommand, after_help = examples::GRANT)]
    Grant(Grant),
    /// Policies: check, show, compare, propose, adopt
    #[command(subcommand, after_help = examples::POLICY)]
    Policy(Policy),
    /// Notices owed and sent
    #[command(subcommand, after_help = examples::NOTICE)]
    Notice(Notice),
    /// Who did what
    #[command(subcommand, after_help = examples::AUDIT)]
    Audit(Audit),
    /// Whether everything that the program needs is there and in order
    #[command(after_help = examples::CHECK)]
    Check,
    /// What the program is set to by flags, environment and file
    #[command(subcommand, after_help = examples::CONFIG)]
    Config(ConfigWhat),
    /// The portal: pages for administrators and users
    #[command(after_help = examples::SERVE)]
    Serve(Serve),
    /// The mail engine: Postfix and Dovecot, set up, kept running and looked at
    #[command(subcommand, after_help = examples::MAIL)]
    Mail(Mail),
    /// Give a person a temporary password for the portal, to be changed at its first use
    #[command(after_help = examples::PASSWORD)]
    Password(Authenticated),
    /// Make an account that may be in the wrong hands secure again: another password, no security answers, the terms anew
    #[command(after_help = examples::RESECURE)]
    Resecure(Authenticated),
    /// Second factors: who has which, letting somebody in without, taking a lost one away
    #[command(subcommand, after_help = examples::MFA)]
    Mfa(Mfa),
    /// Derive the whole store anew from its events and name every difference
    #[command(after_help = examples::VERIFY)]
    Verify,
    /// Make a plausible federation on the real organisations, and run its first day
    #[command(after_help = examples::DEMO)]
    Demo(Demo),
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The mail domain that all share
    #[arg(long, default_value = "mail.example")]
    pub(crate) domain: String,
    /// The time zone whose civil days count
    #[arg(long, default_value = "Europe/London")]
    pub(crate) zone: String,
    /// The first policy: a shipped name or a TOML file
    #[arg(long, default_value = "2018-09")]
    pub(crate) policy: String,
    /// Allow --now, to rehearse a year in a minute; never for a real federation
    #[arg(long)]
    pub(crate) rehearsal: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(subcommand)]
    pub(crate) what: Option<RunWhat>,
    /// Show what the run would do, and change nothing
    #[arg(long)]
    pub(crate) preview: bool,
    /// With --preview: of this future day
    #[arg(long, requires = "preview", value_name = "DATE", value_parser = parse::day)]
    pub(crate) on: Option<Day>,
    /// Share the work among so many (1 on SQLite; on PostgreSQL as many as there are cores, at most 4)
    #[arg(long, value_name = "N", conflicts_with = "preview", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) workers: Option<u8>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunWhat {
    /// The latest runs
    #[command(after_help = examples::RUN_LIST)]
    List {
        /// At most so many
        #[arg(long, default_value_t = 30)]
        limit: u32,
    },
    /// Undo what a run did, account by account; what changed since stays and is told
    #[command(after_help = examples::RUN_ROLLBACK)]
    Rollback {
        /// The number of the run, or of a rollback
        id: i64,
        /// Only the accounts of this organisation
        #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
        organisation: Option<OdsCode>,
    },
    /// One run, by its number
    #[command(after_help = examples::RUN_SHOW)]
    Show {
        /// Its number
        id: i64,
    },
    /// Release a held part, as `almoner brake release` does
    #[command(after_help = examples::RUN_RELEASE)]
    Release(ReleasePart),
}

#[derive(Debug, Args)]
pub(crate) struct Forecast {
    /// Its ODS code
    #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
    pub(crate) organisation: OdsCode,
    /// So many days from today
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u16,
}

#[derive(Debug, Args)]
pub(crate) struct WhatIf {
    /// An adopted or shipped name, or a TOML file
    #[arg(long)]
    pub(crate) policy: String,
    /// So many days, today included; with --from, from the day after it
    #[arg(long, default_value_t = 90)]
    pub(crate) days: u16,
    /// Replay: everyone as at the end of this past day, the policy in force from the day after; what
    /// people did meanwhile is not replayed
    #[arg(long, value_name = "DATE", value_parser = parse::day)]
    pub(crate) from: Option<Day>,
    /// As if it came into force on this day (its own, or today if that is past)
    #[arg(long, value_name = "DATE", value_parser = parse::day)]
    pub(crate) begins: Option<Day>,
    /// Only this organisation; whoever does not see the whole federation must name one
    #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
    pub(crate) organisation: Option<OdsCode>,
    /// Write a row for each organisation, day and transition to this file (- for standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Any of its addresses
    pub(crate) address: String,
    /// As of this day, past or future (today by default)
    #[arg(long, value_name = "DATE", value_parser = parse::day)]
    pub(crate) on: Option<Day>,
}

#[derive(Debug, Args)]
pub(crate) struct AddressOnly {
    /// Any of its addresses
    pub(crate) address: String,
}

#[derive(Debug, Args)]
pub(crate) struct Authenticated {
    /// Any of its addresses
    pub(crate) address: String,
    /// With --as: the characters of the person's answer that are asked for
    #[arg(long, value_name = "CHARACTERS")]
    pub(crate) characters: Option<String>,
    /// With --as: how you made sure that it is the person, where no characters are asked for
    #[arg(long, value_name = "TEXT")]
    pub(crate) statement: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct WithReason {
    /// Any of its addresses
    pub(crate) address: String,
    /// Kept, and shown to whoever asks why
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct NeedsReason {
    /// Any of its addresses
    pub(crate) address: String,
    /// Kept, and shown to whoever asks why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct ToOrganisation {
    /// Any of its addresses
    pub(crate) address: String,
    /// The new organisation
    #[arg(long, value_name = "ODS", value_parser = OdsCode::parse)]
    pub(crate) organisation: OdsCode,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigWhat {
    /// Every key with its value and what said so; secrets are not shown
    #[command(after_help = examples::CONFIG_SHOW)]
    Show,
    /// Read everything, the files of secrets too, and name every mistake
    #[command(after_help = examples::CONFIG_CHECK)]
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen (127.0.0.1:8080); port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Where browsers find it
    #[arg(
        help = "Where browsers find it, as https://portal.example; https keeps cookies to TLS",
        long,
        value_name = "URL"
    )]
    pub(crate) origin: Option<String>,
    /// The key that seals secrets in the store; made if it is not there (beside a SQLite store, as FILE.key)
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The service's name, on every page (Almoner)
    #[arg(long, value_name = "NAME")]
    pub(crate) brand: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many accounts, up to 2,100,000
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..=2_100_000))]
    pub(crate) accounts: u64,
    /// The same seed makes the same people
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Make the federation only; no first run
    #[arg(long)]
    pub(crate) no_run: bool,
    /// Then serve its portal, where whoever sits at this machine is signed in as anybody by one click
    #[arg(long, conflicts_with_all = ["no_run", "json"])]
    pub(crate) serve: bool,
    /// Then keep a mail engine running for it, on 127.0.0.1, for two people whose passwords are told. As root
    #[arg(long, conflicts_with_all = ["no_run", "json"])]
    pub(crate) mail: bool,
    /// With --mail: a folder for it that is not there yet
    #[arg(long, value_name = "FOLDER", requires = "mail", default_value = "/var/lib/almoner/demo")]
    pub(crate) mail_folder: PathBuf,
    /// With --mail: the first of its eight ports
    #[arg(long, value_name = "PORT", requires = "mail", default_value_t = 2500,
        value_parser = clap::value_parser!(u16).range(1024..=65_000))]
    pub(crate) mail_ports: u16,
    /// With --serve: where to listen, on this machine only (127.0.0.1:8080)
    #[arg(long, value_name = "ADDRESS:PORT", requires = "serve")]
    pub(crate) listen: Option<String>,
}
