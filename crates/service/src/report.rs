//! Reports (REP-01): each is its columns and a producer that reads behind a key, so that any number of lines goes
//! through in the same memory. A new report is a word, its columns and one arm of `batch`.

mod administrators;
pub mod cell;
mod closed;
mod duplicates;
mod forecast;
mod mailbox;
mod ownerless;
mod protocols;
mod readiness;
mod runs;
pub mod screen;
mod spoofing;
pub(crate) mod walk;

use domain::ctx::Ctx;
use domain::delivery::{Door, Network};
use domain::rights::Action;
use domain::second_factor::Standing;
use domain::spoofing::Claim;
use domain::status::{Kind, Status};
use domain::time::Day;
use domain::words;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::report::cell::Line;
use crate::report::walk::Over;

words! {
    /// The reports.
    pub enum Report {
        /// Every mailbox: where it stands, when it was last used, what comes next.
        Mailbox = "mailbox",
        /// What will happen, on which day, by which rule, and what would change it.
        Forecast = "forecast",
        /// The lifecycle's runs.
        Run = "run",
        /// Accounts that may be the same person's.
        Duplicates = "possible-duplicates",
        /// Shared mailboxes, resources and applications that nobody owns.
        Ownerless = "ownerless",
        /// What people sign in with, who administers without a second factor, who could not reset a password alone.
        Readiness = "sign-in",
        /// Who administers what, and when each grant was last used.
        Administrators = "administrators",
        /// By which protocol and from where each account came in with a mail program.
        Protocols = "protocol-use",
        /// Who sent mail that said it was from here and was not.
        Spoofing = "spoofing",
        /// Organisations that closed, and what is left of them.
        Closed = "closed-organisations",
    }
}

/// A column of a report.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading in files, which never changes.
    pub name: &'static str,
    /// The words that stand in it, where they are few.
    pub choices: fn() -> Vec<&'static str>,
    /// Numbers, to the right.
    pub number: bool,
}

const fn text(name: &'static str) -> Column {
    Column { name, choices: Vec::new, number: false }
}

const fn number(name: &'static str) -> Column {
    Column { name, choices: Vec::new, number: true }
}

const fn choice(name: &'static str, choices: fn() -> Vec<&'static str>) -> Column {
    Column { name, choices, number: false }
}

fn statuses() -> Vec<&'static str> {
    Status::ALL.iter().filter(|status| **status != Status::Purged).map(|status| status.as_str()).collect()
}

fn kinds() -> Vec<&'static str> {
    Kind::ALL.iter().map(|kind| kind.as_str()).collect()
}

fn unattended() -> Vec<&'static str> {
    kinds().into_iter().filter(|kind| *kind != Kind::User.as_str()).collect()
}

fn seconds() -> Vec<&'static str> {
    Standing::ALL.iter().map(|second| second.as_str()).collect()
}

fn protocols() -> Vec<&'static str> {
    Door::ALL.iter().map(|door| door.as_str()).collect()
}

fn networks() -> Vec<&'static str> {
    Network::ALL.iter().map(|network| network.as_str()).collect()
}

fn claims() -> Vec<&'static str> {
    Claim::ALL.iter().map(|claim| claim.as_str()).collect()
}

fn yes_or_no() -> Vec<&'static str> {
    vec!["yes", "no"]
}

impl Report {
    /// Its columns, in order.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Mailbox => MAILBOX,
            Self::Forecast => FORECAST,
            Self::Run => RUN,
            Self::Duplicates => DUPLICATES,
            Self::Ownerless => OWNERLESS,
            Self::Readiness => READINESS,
            Self::Administrators => ADMINISTRATORS,
            Self::Protocols => PROTOCOLS,
            Self::Spoofing => SPOOFING,
            Self::Closed => CLOSED,
        }
    }

    /// It belongs to the federation as a whole.
    pub const fn is_federal(self) -> bool {
        match self {
            Self::Run | Self::Spoofing => true,
            Self::Mailbox
            | Self::Forecast
            | Self::Duplicates
            | Self::Ownerless
            | Self::Readiness
            | Self::Administrators
            | Self::Protocols
            | Self::Closed => false,
        }
    }

    /// It looks ahead, so many days.
    pub const fn looks_ahead(self) -> bool {
        match self {
            Self::Forecast => true,
            Self::Mailbox
            | Self::Run
            | Self::Duplicates
            | Self::Ownerless
            | Self::Readiness
            | Self::Administrators
            | Self::Protocols
            | Self::Spoofing
            | Self::Closed => false,
        }
    }
}

const MAILBOX: &[Column] = &[
    text("address"),
    text("name"),
    choice("kind", kinds),
    text("organisation"),
    text("unit"),
    choice("status", statuses),
    text("status_since"),
    text("last_signal"),
    text("last_signal_on"),
    text("next_step"),
    text("next_step_on"),
    text("licence"),
    number("quota_mib"),
    number("used_mib"),
    number("used_percent"),
    choice("hidden", yes_or_no),
    choice("held", yes_or_no),
    text("local_id"),
];
const FORECAST: &[Column] = &[
    text("address"),
    text("organisation"),
    choice("step", statuses),
    text("on"),
    text("rule"),
    text("reason"),
    text("notice_sent_on"),
    text("what_would_change_it"),
];
const RUN: &[Column] = &[
    number("run"),
    text("day"),
    text("policy"),
    number("planned"),
    number("done"),
    number("held"),
    text("held_by"),
    number("refused"),
    text("refused_why"),
    number("differences"),
];
const DUPLICATES: &[Column] =
    &[number("group"), text("address"), text("name"), text("organisation"), text("matching_facts"), number("score")];
const OWNERLESS: &[Column] =
    &[choice("kind", unattended), text("address"), text("organisation"), number("members"), text("last_used")];
const READINESS: &[Column] = &[
    text("address"),
    text("name"),
    text("organisation"),
    text("grants"),
    text("methods"),
    number("recovery_codes"),
    choice("second_factor", seconds),
    choice("resets_alone", yes_or_no),
    text("missing"),
];
const ADMINISTRATORS: &[Column] = &[
    text("account"),
    text("role"),
    text("scope"),
    text("granted_by"),
    text("granted_on"),
    text("last_used"),
    choice("unused", yes_or_no),
    number("grant"),
];
const PROTOCOLS: &[Column] = &[
    text("address"),
    choice("kind", kinds),
    text("organisation"),
    choice("status", statuses),
    choice("protocol", protocols),
    choice("network", networks),
    text("first_used"),
    text("last_used"),
    number("days"),
];
const SPOOFING: &[Column] = &[
    text("day"),
    text("source"),
    text("address"),
    choice("network", networks),
    choice("claims", claims),
    number("messages"),
];
const CLOSED: &[Column] = &[
    text("organisation"),
    text("name"),
    text("closed"),
    text("successor"),
    text("accounts_by_status"),
    number("shared"),
    number("left_to_do"),
];

/// Where a reading stands: in this place, at this number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key {
    /// An organisation's code, or what else the report goes by.
    pub place: String,
    /// An account, a grant, a run.
    pub id: i64,
}

impl Key {
    /// As it stands in a link: `A81001.17`.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, id) = text.rsplit_once('.')?;
        Some(Self { place: place.to_owned(), id: id.parse().ok()? })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.place, self.id)
    }
}

/// Which report, of what.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The report.
    pub report: Report,
    /// Of this organisation; of all in the reader's scope, where it is empty.
    pub organisation: String,
    /// So many days ahead, for a forecast.
    pub days: u16,
    /// Only lines that hold these words in some cell, in any order.
    pub words: String,
    /// Only lines with exactly this in a column.
    pub only: Vec<(String, String)>,
}

impl Asked {
    /// All of a report that the reader may see.
    pub fn all(report: Report) -> Self {
        Self { report, organisation: String::new(), days: 30, words: String::new(), only: Vec::new() }
    }

    /// Whether a line is asked for.
    fn has(&self, line: &Line) -> bool {
        let columns = self.report.columns();
        let exact = self.only.iter().all(|(name, value)| {
            columns.iter().zip(line).any(|(column, cell)| column.name == name && cell.text() == *value)
        });
        exact && {
            let texts = || line.iter().map(|cell| cell.text().to_lowercase());
            self.words.split_whitespace().all(|word| texts().any(|text| text.contains(&word.to_lowercase())))
        }
    }
}

/// A report that is being read: for whom, over what.
pub(crate) struct Work<'a> {
    asked: &'a Asked,
    ctx: &'a Ctx,
    over: Over,
    today: Day,
}

/// Lines with their keys, and where to go on.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    lines: Vec<(Key, Line)>,
    /// Rows that were looked at for them.
    looked: usize,
    next: Option<Key>,
}

/// Rows that are looked at in one go, when all are wanted.
const STREAMED: u32 = 5_000;

impl Almoner {
    /// Every line of a report that was asked for and that the reader may see, one by one; `each` says whether to go on.
    /// No view of the store is held while `each` is at work: however slowly it goes, nobody waits for it, and what
    /// changes meanwhile is told as it is when its turn comes.
    pub fn stream_report(&self, ctx: &Ctx, asked: &Asked, each: &mut dyn FnMut(&Line) -> bool) -> Result<(), Error> {
        let work = self.begin_report(ctx, asked)?;
        let mut next = Some(Key::default());
        while let Some(after) = next {
            let batch = self.batch(&work, &after, STREAMED)?;
            if !batch.lines.iter().filter(|(_, line)| asked.has(line)).all(|(_, line)| each(line)) {
                return Ok(());
            }
            next = batch.next;
        }
        Ok(())
    }

    /// Whether the reader may have a report at all; what is outside their scope is not there (ROLE-02).
    pub fn check_report(&self, ctx: &Ctx, asked: &Asked) -> Result<(), Error> {
        self.begin_report(ctx, asked).map(drop)
    }

    fn begin_report<'a>(&self, ctx: &'a Ctx, asked: &'a Asked) -> Result<Work<'a>, Error> {
        let over = if asked.report.is_federal() {
            Self::may_federation(&ctx.actor, Action::Report)?;
            Over::Everything
        } else {
            Over::of(&mut self.store.reader()?, ctx, Action::Report, &asked.organisation)?
        };
        Ok(Work { asked, ctx, over, today: self.today(ctx) })
    }

    fn batch(&self, work: &Work<'_>, after: &Key, size: u32) -> Result<Batch, Error> {
        let db: &mut Reader<'_> = &mut self.store.reader()?;
        match work.asked.report {
            Report::Mailbox => mailbox::batch(self, db, work, after, size),
            Report::Forecast => forecast::batch(self, db, work, after, size),
            Report::Run => runs::batch(self, work, after, size),
            Report::Duplicates => duplicates::batch(self, db, work, after, size),
            Report::Ownerless => ownerless::batch(self, db, work, after, size),
            Report::Readiness => readiness::batch(self, db, work, after, size),
            Report::Administrators => administrators::batch(self, db, work, after, size),
            Report::Protocols => protocols::batch(db, work, after, size),
            Report::Spoofing => spoofing::batch(db, after, size),
            Report::Closed => closed::batch(db, work, after, size),
        }
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
