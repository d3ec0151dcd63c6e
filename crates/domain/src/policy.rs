//! Policy as data: every period, limit and pattern that the rules use. A policy is read from TOML by `wire`, kept in
//! the store, and never has a default in code.

use crate::attachment::AttachmentRules;
use crate::org::Sector;
use crate::recovery::Proof;
use crate::rule::Rule;
use crate::secure::SecureRules;
use crate::signal::Signal;
use crate::spoofing::Stage;
use crate::status::{Kind, Status};
use crate::time::{Calendar, Day, Period};

/// A whole policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name, as `2018-09`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// In force from this day.
    pub from: Day,
    /// Its last day in force is the day before this one; open-ended when absent.
    pub until: Option<Day>,
    /// Notices and reminders.
    pub notice: NoticeRules,
    /// What a run may do in a day.
    pub run: RunRules,
    /// What waits for a second person.
    pub brakes: BrakeRules,
    /// Passwords, failed sign-ins and sessions; without them nobody signs in to the portal.
    pub identity: Option<IdentityRules>,
    /// What somebody proves who forgot a password; without it nobody helps themselves.
    pub recovery: Option<RecoveryRules>,
    /// How addresses are made and kept.
    pub addresses: AddressRules,
    /// What an account gets from its organisation when nothing else is said.
    pub entitlement: EntitlementRules,
    /// How many share a mailbox without a person, and how it may be called.
    pub mailboxes: MailboxRules,
    /// How much mail, how large, from where.
    pub mail: MailRules,
    /// Which files nobody may send by mail; without it all may be.
    pub attachments: Option<AttachmentRules>,
    /// Which domains are safe for sensitive data; without it only accredited ones are, and none is accredited anew.
    pub secure: Option<SecureRules>,
    /// What is done with mail that says it is from here and is not; without it nothing.
    pub spoofing: Option<Stage>,
    /// Where rules of mailboxes may send mail on to; without them nowhere outside the federation.
    pub forwarding: Option<ForwardingRules>,
    /// The rules of each kind, in the order of `Kind::ALL`.
    pub kinds: [KindRules; 4],
    /// Exceptions for a sector, dated; two for the same sector and kind never overlap.
    pub sectors: Vec<SectorRules>,
}

/// Notices and reminders (NTC-01, NTC-03, NTC-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRules {
    /// Days between the notice and an automatic deletion; at least 14 (decision 2).
    pub before_deletion_days: u16,
    /// Reminders so many days before the deletion, largest first.
    pub reminder_days: Vec<u16>,
    /// Reminders to the administrators so many days before a restore window ends, largest first.
    pub restore_reminder_days: Vec<u16>,
    /// Reminders so many days before a password expires, largest first.
    pub password_reminder_days: Vec<u16>,
}

/// What a run may do in a day (RUN-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRules {
    /// Automatic deletions a day in the whole federation.
    pub deletions_per_day: u32,
    /// Automatic deletions a day in one organisation.
    pub deletions_per_organisation_per_day: u32,
}

/// What waits for a second person (RUN-05, RUN-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrakeRules {
    /// So many a day of one organisation, kind and cause pass, whatever the shares say.
    pub floor: u32,
    /// Beyond the floor, so much of the organisation's accounts of that kind.
    pub share_percent: u16,
    /// Beyond the floor, so much of what was forecast, where there is a forecast.
    pub forecast_percent: u16,
    /// More days than this since the last run: nothing is destroyed without a person.
    pub clock_jump_days: u16,
    /// A held part that nobody released lapses after so many days.
    pub held_days: u16,
}

/// Passwords, failed sign-ins and sessions (PWD-01, PWD-02, decision 12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRules {
    /// A password must be changed after this; never, where absent.
    pub password_expiry: Option<Period>,
    /// Characters that a password has at least.
    pub password_length: u16,
    /// A new password is none of so many before it.
    pub passwords_remembered: u16,
    /// After so many failures each further try waits, longer each time.
    pub delay_after_failures: u32,
    /// After so many failures whoever failed is kept out; a device known to the account has a count of its own.
    pub lock_after_failures: u32,
    /// A session that nobody used so long is over.
    pub session_idle_minutes: u32,
    /// No session is older than this.
    pub session_hours: u32,
    /// An administrator lets somebody in without the second factor for so many hours; nobody, where absent.
    pub mfa_exception_hours: Option<u32>,
    /// The federation's roles may name up to so many days instead; none, where absent.
    pub mfa_exception_days: Option<u32>,
}

words! {
    /// What resecuring an account does to its second factors (PWD-04).
    pub enum SecondOnResecure {
        /// They stay.
        Keep = "keep",
        /// They are taken away: the person sets new ones up.
        Remove = "remove",
    }
}

/// What somebody proves who forgot a password or is locked out, and the check before others reset it (SSPR-01, ROLE-08).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRules {
    /// All of these are asked for.
    pub proofs: Vec<Proof>,
    /// Questions that people may choose.
    pub questions: Vec<String>,
    /// People may word questions themselves.
    pub own_questions: bool,
    /// Everybody answers so many; none: there are no secret questions.
    pub answers: u16,
    /// Letters and digits that an answer has at least.
    pub answer_length: u16,
    /// So many characters of an answer are asked for.
    pub characters: u16,
    /// A code, and the attempt it belongs to, holds so long.
    pub code_minutes: u16,
    /// A telephone gets so many codes until it has rested for an hour.
    pub codes_an_hour: u16,
    /// After so many wrong codes or answers an attempt is over.
    pub tries: u16,
    /// The country of mobile numbers that do not say theirs.
    pub country_code: Option<u16>,
    /// What resecuring does to second factors.
    pub resecure_second_factor: SecondOnResecure,
}

/// How addresses are made and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressRules {
    /// `{first}`, `{last}` and `{n}`; `{n}` is empty for the first of a name.
    pub pattern: String,
    /// The number that the second of a name gets.
    pub first_number: u32,
    /// A purged account's address stays reserved so long (LC-21).
    pub reserve_after_purge: Period,
    /// An address of the old organisation's form stays as an inbound alias so long after a join (JML-05).
    pub old_organisation_alias: Period,
}

/// Licence and quota that a joiner or a new account gets (JML-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementRules {
    /// The name of the licence.
    pub licence: String,
    /// Mailbox quota in MiB.
    pub quota_mib: i64,
}

/// Mailboxes without a person (SM-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxRules {
    /// So many may share one.
    pub members: u16,
    /// So many of them may own it.
    pub owners: u16,
    /// Its display name has at most so many characters.
    pub name_length: u16,
}

/// How much mail, how large, from where (LIM-01, APP-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailRules {
    /// The largest message, in MiB as it is sent.
    pub message_mib: u32,
    /// A sender names so many recipients a day.
    pub recipients_per_day: u32,
    /// A mailbox gets so many messages an hour.
    pub received_per_hour: u32,
    /// Mail programs of people may come from outside the federation's networks, too.
    pub people_from_internet: bool,
}

words! {
    /// Whether mailboxes may be forwarded out of the federation (OOO-01).
    pub enum Outside {
        /// To nobody.
        Never = "never",
        /// To anybody, or to some domains.
        Allowed = "allowed",
    }
}

/// Where rules of mailboxes may send mail on to (OOO-01).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardingRules {
    /// Whether out of the federation at all.
    pub outside: Outside,
    /// If so, to these domains alone; to all where there are none.
    pub domains: Vec<String>,
}

/// The periods of one kind of account. An absent period means: never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRules {
    /// Automatic steps out of pending, active, inactive and disabled happen on or after this day (LC-15); absent: never.
    /// What a person started (a leaver, a deletion) runs on without it.
    pub automation_from: Option<Day>,
    /// The signals that keep an account active (LC-02).
    pub signals: Vec<Signal>,
    /// LC-01.
    pub idle: Option<Period>,
    /// LC-03.
    pub password_age: Option<Period>,
    /// LC-13.
    pub pending: Option<Period>,
    /// LC-04.
    pub inactive: Option<Period>,
    /// LC-06.
    pub leaver: Option<Period>,
    /// LC-07.
    pub disabled: Option<Period>,
    /// LC-10.
    pub restore: Period,
    /// LC-14: unused so long, then the owners are asked.
    pub ask_owners: Option<Period>,
    /// LC-14: so long the owners may take to answer.
    pub confirmation: Option<Period>,
    /// Statuses in which an entry is absent from the directory (decision 9).
    pub hidden: Vec<Status>,
}

/// An exception for one sector and kind, between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectorRules {
    /// For accounts of organisations of this sector
    pub sector: Sector,
    /// and of this kind,
    pub kind: Kind,
    /// from this day
    pub from: Day,
    /// until the day before this one (open-ended when absent),
    pub until: Option<Day>,
    /// these rules hold instead.
    pub rules: KindRules,
}

impl Policy {
    /// The rules of a kind, sectors aside.
    pub const fn kind(&self, kind: Kind) -> &KindRules {
        let [user, shared, application, resource] = &self.kinds;
        match kind {
            Kind::User => user,
            Kind::Shared => shared,
            Kind::Application => application,
            Kind::Resource => resource,
        }
    }

    /// The terms that hold on a day for accounts of a kind in a sector (LC-18). Cost: a scan of the sector exceptions.
    pub fn terms<'a>(&'a self, kind: Kind, sector: Sector, on: Day, calendar: &'a Calendar) -> Terms<'a> {
        let exception = self.sectors.iter().find(|s| s.kind == kind && s.sector == sector && s.covers(on));
        Terms { policy: self, rules: exception.map_or(self.kind(kind), |s| &s.rules), calendar }
    }

    /// Whether the policy is in force on a day, later policies aside.
    pub fn covers(&self, on: Day) -> bool {
        self.from <= on && self.until.is_none_or(|until| on < until)
    }

    /// Names everything that due dates depend on: when it changes, they are computed anew (LC-19).
    pub fn epoch(&self, on: Day) -> String {
        let exceptions = self.sectors.iter().enumerate().filter(|(_, s)| s.covers(on)).map(|(i, _)| format!("+{i}"));
        // A revision keeps its name and begins on another day.
        std::iter::once(format!("{} {}", self.name, self.from)).chain(exceptions).collect()
    }
}

impl SectorRules {
    /// Whether the exception holds on a day.
    pub fn covers(&self, on: Day) -> bool {
        self.from <= on && self.until.is_none_or(|until| on < until)
    }

    /// Whether two exceptions would hold for the same accounts on the same day.
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |a: &Self, b: &Self| a.until.is_some_and(|until| until <= b.from);
        self.sector == other.sector && self.kind == other.kind && !before(self, other) && !before(other, self)
    }
}

/// What holds for one account on one day: its kind's rules in its sector, and the federation's calendar.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The policy they are of.
    pub policy: &'a Policy,
    /// The periods.
    pub rules: &'a KindRules,
    /// The federation's civil days.
    pub calendar: &'a Calendar,
}

impl KindRules {
    /// The period and rule that lead out of a status by time alone, if any.
    pub const fn period_of(&self, status: Status) -> (Option<Period>, Rule) {
        match status {
            Status::Pending => (self.pending, Rule::Lc13),
            Status::Active => (self.idle, Rule::Lc01),
            Status::Inactive => (self.inactive, Rule::Lc04),
            Status::Leaver => (self.leaver, Rule::Lc06),
            Status::Disabled => (self.disabled, Rule::Lc07),
            Status::Deleted => (Some(self.restore), Rule::Lc11),
            Status::Purged => (None, Rule::Lc11),
        }
    }
}
