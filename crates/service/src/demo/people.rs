//! The people and mailboxes of the demo federation: a stream of plausible accounts on top of real organisations, the
//! same for the same seed, size, organisations and day. Each organisation's accounts can be made alone.

use std::borrow::Cow;

use domain::signal::Signal;
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};
use fastrand::Rng;

use super::careers;
use super::lives::{Life, Months, live};
use super::names;
use super::population;

/// What an organisation does, as far as it decides who works there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A general practice.
    GpPractice,
    /// A trust, with thousands of staff in units.
    Trust,
    /// A body that commissions care.
    Commissioner,
    /// Anything else; small.
    Other,
}

/// An organisation that may get accounts.
#[derive(Debug, Clone)]
pub struct DemoOrganisation {
    /// Its ODS code; decides its size and its people.
    pub code: String,
    /// Its name, for display names.
    pub name: String,
    /// Not open before.
    pub opened_on: Option<Day>,
    /// Closed from then on; if lately, a few accounts are left.
    pub closed_on: Option<Day>,
    /// What it does.
    pub class: Class,
}

/// How many accounts an organisation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Its place in the list of organisations.
    pub organisation: usize,
    /// Its accounts, at least one.
    pub accounts: u64,
}

/// Up to one sighting of each signal.
pub type Sightings = [Option<(Signal, Timestamp)>; 6];

/// A role over the account's own organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoGrant {
    /// Primary Local Administrator: the first account of every open organisation.
    PrimaryLocalAdmin,
    /// Local Administrator.
    LocalAdmin,
    /// Local helpdesk.
    Helpdesk,
}

/// A made-up account.
#[derive(Debug, Clone)]
pub struct DemoAccount {
    /// The place of its organisation in the list.
    pub organisation: usize,
    /// What it is for.
    pub kind: Kind,
    /// Dr, Mrs, ...; may be empty.
    pub title: &'static str,
    /// Given names; empty unless a user.
    pub first_name: Cow<'static, str>,
    /// Surnames; empty unless a user.
    pub last_name: Cow<'static, str>,
    /// `LAST, First (ORGANISATION)` of a user; else a name of its own in the organisation, as `Referrals`, `Room 2.14`.
    pub display_name: String,
    /// What a user does; else empty.
    pub job_title: &'static str,
    /// The organisational unit; empty where there is none.
    pub unit: &'static str,
    /// Staff number, unique in the organisation.
    pub local_id: String,
    /// A number of a country that does not exist, no other account's.
    pub mobile: Option<String>,
    /// A number set aside for drama.
    pub telephone: String,
    /// Where it stands.
    pub status: Status,
    /// Since when it stands there.
    pub status_since: Day,
    /// When it was made.
    pub created: Day,
    /// When a user accepted the terms of use.
    pub terms_accepted: Option<Day>,
    /// The newest sighting of some signals, all before today.
    pub signals: Sightings,
    /// Not in the directory, by wish.
    pub hidden: bool,
    /// A role it holds.
    pub grant: Option<DemoGrant>,
    /// Who owns a mailbox that is no person's: so many accounts before it in the same organisation; 0 is nobody.
    pub owner_offsets: [u32; 2],
    /// Under a legal hold.
    pub hold: bool,
}

/// One hold in so many accounts.
const HOLD_ONE_IN: u32 = 25_000;
/// Owned by nobody: so many mailboxes of a thousand.
const OWNERLESS: u32 = 20;
/// No country has this code: it is kept for a service to come. Of the numbers that are set aside for drama there are a
/// thousand, too few for each person to have one of their own (SSPR-02).
const MOBILE: &str = "+999";
/// Numbers that Ofcom sets aside for drama, but for their last three digits.
const TELEPHONES: [&str; 12] = [
    "020 7946 0",
    "0113 496 0",
    "0114 496 0",
    "0115 496 0",
    "0116 496 0",
    "0117 496 0",
    "0118 496 0",
    "0121 496 0",
    "0151 496 0",
    "0161 496 0",
    "0191 498 0",
    "01632 960",
];
const NUMBERS: u64 = 1000;

/// The federation from which accounts are drawn.
pub struct Federation<'a> {
    organisations: &'a [DemoOrganisation],
    months: Months,
    today: Day,
    seed: u64,
}

impl<'a> Federation<'a> {
    /// A federation of these organisations as it stands on a day.
    pub fn new(organisations: &'a [DemoOrganisation], today: Day, seed: u64) -> Self {
        Self { organisations, months: Months::until(today), today, seed }
    }

    /// Which organisations get how many of `accounts` accounts. Exact, unless none can have any.
    pub fn shares(&self, accounts: u64) -> Vec<Share> {
        population::shares(self.organisations, self.today, accounts)
    }

    /// The accounts of one organisation, users before what they own.
    pub fn accounts_of(&self, share: Share) -> impl Iterator<Item = DemoAccount> {
        let desk = self.organisations.get(share.organisation).map(|organisation| Desk::open(self, organisation, share));
        desk.into_iter().flat_map(move |mut desk| (0..share.accounts).map(move |number| desk.next(number)))
    }

    /// All of `accounts` accounts, organisation by organisation.
    pub fn accounts(&self, accounts: u64) -> impl Iterator<Item = DemoAccount> {
        self.shares(accounts).into_iter().flat_map(|share| self.accounts_of(share))
    }
}

/// What is remembered between two accounts of an organisation.
struct Desk<'a> {
    organisation: &'a DemoOrganisation,
    months: &'a Months,
    share: Share,
    open: bool,
    rng: Rng,
    offset: usize,
    telephones: &'static str,
    first_mobile: u64,
    mobiles: u64,
    mailboxes: [usize; 4],
    users: [Option<u64>; 2],
    local_id: u64,
}

impl<'a> Desk<'a> {
    fn open(federation: &'a Federation<'a>, organisation: &'a DemoOrganisation, share: Share) -> Self {
        let mut rng = Rng::with_seed(population::seed_of(organisation, federation.seed));
        Self {
            organisation,
            months: &federation.months,
            share,
            open: population::is_open(organisation, federation.today),
            offset: rng.usize(0..1000),
            telephones: TELEPHONES.get(rng.usize(0..TELEPHONES.len())).copied().unwrap_or("01632 960"),
            first_mobile: rng.u64(0..NUMBERS),
            mobiles: 0,
            mailboxes: [0; 4],
            users: [None; 2],
            local_id: 20_000_000 + rng.u64(0..5_000_000),
            rng,
        }
    }

    fn next(&mut self, number: u64) -> DemoAccount {
        let chief = self.open && number == 0;
        let kind = if chief { Kind::User } else { population::kind(&mut self.rng, self.open) };
        let status = if chief { Status::Active } else { population::status(&mut self.rng, kind, self.open) };
        let closed = self.organisation.closed_on.filter(|_| !self.open);
        let Life { created, terms_accepted, since, signals } =
            live(&mut self.rng, self.months, (kind, status), (self.organisation.opened_on, closed));
        self.local_id += self.rng.u64(1..9);
        let mut account = DemoAccount {
            organisation: self.share.organisation,
            kind,
            title: "",
            first_name: Cow::Borrowed(""),
            last_name: Cow::Borrowed(""),
            display_name: String::new(),
            job_title: "",
            unit: "",
            local_id: self.local_id.to_string(),
            mobile: None,
            telephone: self.telephone(),
            status,
            status_since: since,
            created,
            terms_accepted,
            signals,
            hidden: self.hidden(kind),
            grant: None,
            owner_offsets: [0; 2],
            hold: self.rng.u32(0..HOLD_ONE_IN) == 0,
        };
        match kind {
            Kind::User => self.fill_person(&mut account, number, chief),
            Kind::Shared | Kind::Application | Kind::Resource => self.fill_mailbox(&mut account, number),
        }
        account
    }

    fn fill_person(&mut self, account: &mut DemoAccount, number: u64, chief: bool) {
        let first_job = careers::administrators_job(self.organisation.class);
        let drawn = if chief { None } else { careers::job(&mut self.rng, self.organisation.class) };
        let job = drawn.unwrap_or(first_job);
        let woman = self.rng.u32(0..100) < job.women;
        let name = names::person(&mut self.rng, job.calling, woman);
        account.title = careers::title(&mut self.rng, job, woman);
        account.display_name = display_name(&name, &self.organisation.name);
        (account.first_name, account.last_name) = (name.first, name.last);
        account.job_title = job.title;
        account.unit = careers::unit(&mut self.rng, job);
        account.mobile = self.mobile();
        account.grant = if account.status == Status::Active { self.grant(number) } else { None };
        match account.status {
            Status::Active | Status::Inactive | Status::Leaver | Status::Disabled => {
                let [newest, _] = self.users;
                self.users = [Some(number), newest];
            }
            Status::Pending | Status::Deleted | Status::Purged => {}
        }
    }

    fn fill_mailbox(&mut self, account: &mut DemoAccount, number: u64) {
        if let Some(count) = self.mailboxes.get_mut(account.kind as usize) {
            let (name, unit) = careers::function(account.kind, self.organisation.class, *count, self.offset);
            (account.display_name, account.unit) = (name, unit);
            *count += 1;
        }
        if self.rng.u32(0..1000) >= OWNERLESS {
            let back = |owner: Option<u64>| owner.and_then(|owner| u32::try_from(number - owner).ok()).unwrap_or(0);
            account.owner_offsets = self.users.map(back);
        }
    }

    fn grant(&mut self, number: u64) -> Option<DemoGrant> {
        if !self.open {
            return None;
        }
        match (number, self.rng.u32(0..6000)) {
            (1, _) if self.share.accounts >= 8 => Some(DemoGrant::LocalAdmin),
            (0, _) | (_, 0..4) => Some(DemoGrant::PrimaryLocalAdmin),
            (_, 4..28) => Some(DemoGrant::LocalAdmin),
            (_, 28..78) => Some(DemoGrant::Helpdesk),
            _ => None,
        }
    }

    fn hidden(&mut self, kind: Kind) -> bool {
        let share = match kind {
            Kind::User => 10,
            Kind::Shared => 50,
            Kind::Application => 600,
            Kind::Resource => 20,
        };
        self.rng.u32(0..1000) < share
    }

    fn telephone(&mut self) -> String {
        format!("{}{:03}", self.telephones, self.rng.u64(0..NUMBERS))
    }

    /// A mobile number that nobody else has, for half of the users and at most a thousand.
    fn mobile(&mut self) -> Option<String> {
        let chance = self.rng.u64(0..100_000);
        let share = (NUMBERS * 90_000 / self.share.accounts.max(1)).min(55_000);
        if self.mobiles >= NUMBERS || chance >= share {
            return None;
        }
        // 387 and 1000 have no common factor, so no number comes twice in a thousand steps.
        let number = (self.first_mobile + self.mobiles * 387) % NUMBERS;
        self.mobiles += 1;
        Some(format!("{MOBILE}{:05}{number:03}", self.share.organisation))
    }
}

/// `LAST, First (ORGANISATION NAME)`.
fn display_name(name: &names::Name, organisation: &str) -> String {
    format!("{}, {} ({organisation})", name.last.to_uppercase(), name.first)
}

#[cfg(test)]
pub(super) mod fixtures {
    use super::*;

    /// 15 October 2018, a Monday.
    pub(in super::super) const TODAY: Day = Day::from_number(17_819);

    /// 8,000 organisations in the proportions of the real ones, some closed, some opened lately.
    pub(in super::super) fn federation() -> Vec<DemoOrganisation> {
        let make = |number: i32| {
            let class = match number % 64 {
                0 | 1 => Class::Trust,
                2 => Class::Commissioner,
                3..=22 => Class::Other,
                _ => Class::GpPractice,
            };
            let closed_on = (number % 5 == 4).then(|| TODAY.plus_days(-number / 4));
            let opened_on = if number % 97 == 7 { TODAY.plus_days(-number % 40) } else { TODAY.plus_days(-9000) };
            let opened_on = Some(closed_on.map_or(opened_on, |closed| opened_on.min(closed.plus_days(-300))));
            DemoOrganisation {
                code: format!("A{number:05}"),
                name: format!("SURGERY {number}"),
                opened_on,
                closed_on,
                class,
            }
        };
        (0..8000).map(make).collect()
    }
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
