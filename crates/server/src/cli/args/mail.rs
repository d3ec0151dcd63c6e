//! What the mail engine can be told.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::command::Fate;
use domain::time::Day;

use crate::cli::{examples, parse};
use crate::config::net::Networks;
use crate::engine::authentic::Names;
use crate::engine::settings::{Outgoing, gateway};

/// Where an installation has its mail.
const FOLDER: &str = "/var/lib/almoner/mail";

#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// Write the configuration of both programs, with all folders, into a folder of its own
    #[command(after_help = examples::MAIL_SETUP)]
    Setup(Setup),
    /// Print what setup would write, told the same
    #[command(after_help = examples::MAIL_CONFIG)]
    Config {
        #[command(flatten)]
        setup: Setup,
        /// Only the lines that it would take away (-) and add (+)
        #[arg(long)]
        diff: bool,
    },
    /// Keep both running until told to stop
    #[command(after_help = examples::MAIL_START)]
    Start(Place),
    /// Stop both, and the process that keeps them running
    #[command(after_help = examples::MAIL_STOP)]
    Stop(Place),
    /// Look at everything that mail needs; each line says what to do
    #[command(after_help = examples::MAIL_CHECK)]
    Check(Place),
    /// What the mail engine is told to do: listed, tried again, dropped
    #[command(subcommand, after_help = examples::MAIL_COMMANDS)]
    Commands(Commands),
    /// End all sessions of an account with mail programs
    #[command(after_help = examples::MAIL_KICK)]
    Kick {
        /// The account
        address: String,
    },
    /// Have what a mailbox takes up counted anew
    #[command(after_help = examples::MAIL_RECOUNT)]
    Recount {
        /// The account
        address: String,
    },
    /// Write a unit for systemd, which then keeps all running
    #[command(after_help = examples::MAIL_UNITS)]
    Units {
        #[command(flatten)]
        place: Place,
        /// Into this folder (the folder of the mail engine by default)
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// The keys that sign what is sent, and what the DNS is to publish
    #[command(subcommand, after_help = examples::DKIM_SHOW)]
    Dkim(Dkim),
    /// Which addresses are safe for sensitive data
    #[command(subcommand, after_help = examples::SECURE_ASK)]
    Secure(Secure),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dkim {
    /// Each key with the record that the DNS is to publish, and whether it signs
    #[command(after_help = examples::DKIM_SHOW)]
    Show(Place),
    /// Make two new keys, which do not sign yet
    #[command(after_help = examples::DKIM_MAKE)]
    Make(Place),
    /// Sign with these keys from now on, and with no other
    #[command(after_help = examples::DKIM_USE)]
    Use {
        #[command(flatten)]
        place: Place,
        /// The names of the keys; none: nothing is signed
        #[arg(value_name = "SELECTOR")]
        selectors: Vec<String>,
    },
    /// Remove a key that does not sign
    #[command(after_help = examples::DKIM_REMOVE)]
    Remove {
        #[command(flatten)]
        place: Place,
        /// The name of the key
        selector: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Secure {
    /// Whether an address is safe for sensitive data
    #[command(after_help = examples::SECURE_ASK)]
    Ask {
        /// The address
        address: String,
    },
    /// The domains that are, or were, safe for sensitive data
    #[command(after_help = examples::SECURE_LIST)]
    List {
        /// Only those that end soon, or are over
        #[arg(long)]
        ending: bool,
    },
    /// Add a domain that was accredited
    #[command(after_help = examples::SECURE_ADD)]
    Add(Accredited),
    /// Accredit a domain of the list again
    #[command(after_help = examples::SECURE_RENEW)]
    Renew(Accredited),
    /// Take a domain off the list
    #[command(after_help = examples::SECURE_REMOVE)]
    Remove {
        /// As it is listed
        domain: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Accredited {
    /// The domain, as trust.example, or *.trust.example for all below it
    pub(crate) domain: String,
    /// The day of the accreditation (today by default)
    #[arg(long, value_name = "DATE", value_parser = parse::day)]
    pub(crate) on: Option<Day>,
    /// Where it is written down
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reference: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Commands {
    /// Commands, newest first; those that wait by when they are due
    #[command(after_help = examples::MAIL_COMMANDS_LIST)]
    List {
        /// Only those that fare so
        #[arg(long, value_name = "STATE", value_parser = parse::fate())]
        state: Option<Fate>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_name = "COUNT")]
        limit: u32,
    },
    /// Let a command that failed be tried again; all of them without a number
    #[command(after_help = examples::MAIL_COMMANDS_RETRY)]
    Retry {
        /// Its number
        id: Option<i64>,
    },
    /// Take away a command that waits or failed: it was done by hand, or is not wanted any more
    #[command(after_help = examples::MAIL_COMMANDS_DROP)]
    Drop {
        /// Its number
        id: i64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Where configuration, queue and mailboxes are
    #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Setup {
    #[command(flatten)]
    pub(crate) place: Place,
    /// What the server calls itself (the federation's domain)
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    /// The address of all ports (127.0.0.1)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) ports: Ports,
    /// A certificate in PEM, with those that vouch for it (one is made)
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// Its key
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// The number that owns all mail, as a user and as a group (the first from 8800 that nobody has)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) mail_uid: Option<u32>,
    /// Where mail to other domains goes: none, direct or HOST:PORT (direct; in a rehearsal none)
    #[arg(long, value_name = "WHERE", value_parser = Outgoing::parse)]
    pub(crate) outgoing: Option<Outgoing>,
    /// The server that encrypts what users mark as secure for others: none or HOST:PORT (none: such mail is refused)
    #[arg(long, value_name = "WHERE", value_parser = Gateway::parse)]
    pub(crate) secure_gateway: Option<Gateway>,
    /// Who is asked about names, to find out where mail comes from: system, none or ADDRESS:PORT (system; in a
    /// rehearsal none)
    #[arg(long, value_name = "WHO", value_parser = Names::parse)]
    pub(crate) dns: Option<Names>,
    /// The networks of the federation, with commas between: from all others only application accounts may come
    /// (the private networks of RFC 1918 and RFC 4193, and this machine)
    #[arg(long, value_name = "NETWORKS", value_parser = parse::networks)]
    pub(crate) inside: Option<Networks>,
    /// Whether passwords may come without TLS from this machine itself (false)
    #[arg(long, value_name = "BOOL")]
    pub(crate) plain_on_loopback: Option<bool>,
}

/// The encryption gateway, or none.
#[derive(Debug, Clone)]
pub(crate) struct Gateway(pub(crate) Option<String>);

impl Gateway {
    fn parse(text: &str) -> Result<Self, String> {
        gateway(text).map(Self)
    }
}

/// 0 where a service is not offered.
#[derive(Debug, Args)]
pub(crate) struct Ports {
    /// Mail from other servers (25)
    #[arg(long = "smtp-port", value_name = "PORT")]
    pub(crate) smtp: Option<u16>,
    /// Mail from users, with STARTTLS (587; 0: none)
    #[arg(long = "submission-port", value_name = "PORT")]
    pub(crate) submission: Option<u16>,
    /// Mail from users, with TLS (465; 0: none)
    #[arg(long = "submissions-port", value_name = "PORT")]
    pub(crate) submissions: Option<u16>,
    /// IMAP with STARTTLS (143; 0: none)
    #[arg(long = "imap-port", value_name = "PORT")]
    pub(crate) imap: Option<u16>,
    /// IMAP with TLS (993; 0: none)
    #[arg(long = "imaps-port", value_name = "PORT")]
    pub(crate) imaps: Option<u16>,
    /// POP3 with STARTTLS (110; 0: none)
    #[arg(long = "pop3-port", value_name = "PORT")]
    pub(crate) pop3: Option<u16>,
    /// POP3 with TLS (995; 0: none)
    #[arg(long = "pop3s-port", value_name = "PORT")]
    pub(crate) pop3s: Option<u16>,
    /// ManageSieve, by which people bring scripts of their own, with STARTTLS (0: none; its number is 4190)
    #[arg(long = "sieve-port", value_name = "PORT")]
    pub(crate) sieve: Option<u16>,
    /// Where Almoner tells Dovecot who may try to sign in, on 127.0.0.1 (4001)
    #[arg(long = "auth-port", value_name = "PORT")]
    pub(crate) auth: Option<u16>,
    /// Where Dovecot hands over what rules of mailboxes send, on 127.0.0.1 (4002)
    #[arg(long = "rules-port", value_name = "PORT")]
    pub(crate) rules: Option<u16>,
}

impl Ports {
    /// Each that was told, with its name.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&'static str, u16)> {
        let all = [
            ("smtp", self.smtp),
            ("submission", self.submission),
            ("submissions", self.submissions),
            ("imap", self.imap),
            ("imaps", self.imaps),
            ("pop3", self.pop3),
            ("pop3s", self.pop3s),
            ("sieve", self.sieve),
            ("auth", self.auth),
            ("rules", self.rules),
        ];
        all.into_iter().filter_map(|(name, port)| port.map(|port| (name, port)))
    }
}
