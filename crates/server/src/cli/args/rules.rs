//! Out of office and forwarding.

use clap::Args;
use domain::mail_rule::MOST_DAYS;
use domain::time::Day;

use crate::cli::parse;

#[derive(Debug, Args)]
pub(crate) struct Away {
    /// Any address of the mailbox
    pub(crate) address: String,
    /// What whoever writes is answered
    #[arg(long, required_unless_present = "off", conflicts_with = "off")]
    pub(crate) text: Option<String>,
    /// What those outside the federation are answered instead
    #[arg(long, value_name = "TEXT", conflicts_with = "off")]
    pub(crate) outside: Option<String>,
    /// The first day away (at once)
    #[arg(long, value_name = "DATE", value_parser = parse::day, conflicts_with = "off")]
    pub(crate) from: Option<Day>,
    /// The day they are back: nobody is answered from then on (until it is switched off)
    #[arg(long, value_name = "DATE", value_parser = parse::day, conflicts_with = "off")]
    pub(crate) until: Option<Day>,
    /// The same sender is answered once in so many days
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_DAYS)))]
    pub(crate) days: u16,
    /// Answer nobody any more
    #[arg(long)]
    pub(crate) off: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Forward {
    /// Any address of the mailbox
    pub(crate) address: String,
    /// Where its mail goes
    #[arg(long, value_name = "ADDRESS", required_unless_present = "off", conflicts_with = "off")]
    pub(crate) to: Option<String>,
    /// Leave a copy in the mailbox
    #[arg(long, conflicts_with = "off")]
    pub(crate) keep: bool,
    /// Send nothing on any more
    #[arg(long)]
    pub(crate) off: bool,
}
