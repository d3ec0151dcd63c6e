//! The demo federation: plausible accounts on top of real organisations, made through the same way in as any other.

mod careers;
pub mod cast;
mod lives;
mod names;
pub mod people;
mod population;

use std::collections::{HashMap, VecDeque};

use domain::account::{Cause, Question, State};
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::change::Action as Happened;
use domain::mailbox::Standing;
use domain::org::{Organisation, Sector};
use domain::profile::Profile;
use domain::rights::{Action, Grant, Role, Scope};
use domain::rule::Rule;
use domain::signal::{Seen, Signals, Source};
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};
use store::grant::Given;
use store::member::Membership;
use store::tx::{Audit, WriteTx};

use crate::account::act::Request;
use crate::account::create::{New, allocate, create};
use crate::account::naming::Base;
use crate::error::Error;
use crate::federation::Almoner;
use crate::progress::Progress;
use people::{Class, DemoAccount, DemoGrant, DemoOrganisation};

/// Accounts made in one transaction.
const BATCH: usize = 10_000;

/// Owners are among the accounts made shortly before; so many are remembered.
const REMEMBERED: usize = 50_000;

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DemoReport {
    /// Accounts.
    pub accounts: u64,
    /// Organisations that have some.
    pub organisations: u64,
    /// Administrators.
    pub grants: u64,
    /// Legal holds.
    pub holds: u64,
}

/// An organisation with what its accounts need to know.
struct Home {
    code: OdsCode,
    sector: Sector,
    short_name: String,
}

impl Almoner {
    /// Makes `accounts` plausible accounts in the organisations that were loaded; the same seed and day make the same.
    /// Refused where there are accounts already. Cost: about 30 microseconds an account on SQLite.
    pub fn demo(&self, ctx: &Ctx, accounts: u64, seed: u64, progress: &dyn Progress) -> Result<DemoReport, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        let today = self.today(ctx);
        let (listed, existing) = {
            let mut db = self.store.reader()?;
            (store::organisation::all(&mut db)?, store::account::count(&mut db)?)
        };
        if existing > 0 {
            return Err(Error::input("the store has accounts already: name an empty one with --store sqlite:demo.db"));
        }
        let all: Vec<Organisation> = listed.into_iter().map(|l| l.organisation).collect();
        let described: Vec<DemoOrganisation> = all.iter().map(describe).collect();
        let homes: Vec<Home> = all.into_iter().map(home).collect();
        let federation = people::Federation::new(&described, today, seed);
        progress.stage("accounts", Some(accounts));
        let mut maker =
            Maker { almoner: self, ctx, homes: &homes, recent: VecDeque::new(), report: DemoReport::default() };
        let mut held = Vec::new();
        let mut batch = Vec::with_capacity(BATCH);
        let mut last_organisation = None;
        for account in federation.accounts(accounts) {
            if last_organisation.replace(account.organisation) != Some(account.organisation) {
                maker.report.organisations += 1;
            }
            batch.push(account);
            if batch.len() == BATCH {
                held.extend(maker.make(&batch)?);
                progress.advance(batch.len() as u64);
                batch.clear();
            }
        }
        held.extend(maker.make(&batch)?);
        progress.advance(batch.len() as u64);
        progress.finish();
        let mut report = maker.report;
        if report.accounts == 0 {
            return Err(Error::input("no organisation can have accounts: load some with `almoner org import`"));
        }
        for address in held {
            self.act(ctx, &address, &Request::Hold, "Inquiry 2018/4 (demonstration)")?;
            report.holds += 1;
        }
        Ok(report)
    }
}

/// Makes batches, and remembers who was made shortly before.
struct Maker<'a> {
    almoner: &'a Almoner,
    ctx: &'a Ctx,
    homes: &'a [Home],
    recent: VecDeque<AccountId>,
    report: DemoReport,
}

impl Maker<'_> {
    /// One transaction; gives back the addresses that are to be held.
    fn make(&mut self, batch: &[DemoAccount]) -> Result<Vec<String>, Error> {
        let (almoner, ctx, homes) = (self.almoner, self.ctx, self.homes);
        let recent = &self.recent;
        let made = almoner.store.write("demo", |tx| {
            let nameless = || Error::input("a made-up name has no letter for an address: report this as a defect");
            let bases: Vec<Base> =
                batch.iter().map(|a| base(almoner, ctx, homes, a)?.ok_or_else(nameless)).collect::<Result<_, _>>()?;
            let addresses = allocate(almoner, tx, ctx, &bases)?;
            let news: Vec<New> = batch
                .iter()
                .zip(addresses)
                .filter_map(|(account, address)| new(almoner, homes, account, address))
                .collect();
            let members = |ids: &[AccountId]| owners(batch, ids, recent);
            let (ids, mut events) = create(almoner, tx, ctx, &news, Happened::Created, None, members)?;
            let grants = grants(ctx, homes, batch, &ids, tx)?;
            store::grant::insert(tx, &grants)?;
            events.extend(grants.iter().map(|given| crate::grant::given_event(ctx, given)));
            if events.is_empty() {
                return Ok(((Vec::new(), 0, Vec::new()), Audit::nothing_changed()));
            }
            let held = batch.iter().zip(&news).filter(|(a, _)| a.hold).map(|(_, n)| n.address.to_string()).collect();
            Ok::<_, Error>(((ids, grants.len(), held), Audit::events(events)?))
        })?;
        let (ids, grants, held): (Vec<AccountId>, usize, Vec<String>) = made;
        self.report.accounts += ids.len() as u64;
        self.report.grants += grants as u64;
        self.recent.extend(ids);
        while self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
        Ok(held)
    }
}

fn describe(organisation: &Organisation) -> DemoOrganisation {
    DemoOrganisation {
        code: organisation.code.to_string(),
        name: organisation.name.clone(),
        opened_on: organisation.opened_on,
        closed_on: organisation.closed_on,
        class: match organisation.sector {
            Sector::Gp => Class::GpPractice,
            Sector::Trust => Class::Trust,
            Sector::Commissioner => Class::Commissioner,
            Sector::Pharmacy | Sector::Dentistry | Sector::Optometry | Sector::SocialCare | Sector::Other => {
                Class::Other
            }
        },
    }
}

fn home(organisation: Organisation) -> Home {
    let short_name = organisation.short_name.unwrap_or_else(|| domain::org::proposed_short_name(&organisation.code));
    Home { code: organisation.code, sector: organisation.sector, short_name }
}

/// The name an address is made from.
fn base(almoner: &Almoner, ctx: &Ctx, homes: &[Home], account: &DemoAccount) -> Result<Option<Base>, Error> {
    let pattern = &almoner.policy_on(almoner.today(ctx))?.addresses.pattern;
    let short = homes.get(account.organisation).map_or("", |home| home.short_name.as_str());
    Ok(match account.kind {
        Kind::User => Base::of(pattern, &account.first_name, &account.last_name),
        Kind::Shared | Kind::Application | Kind::Resource => Base::of_mailbox(short, &account.display_name),
    })
}

fn new(almoner: &Almoner, homes: &[Home], account: &DemoAccount, address: domain::ids::Address) -> Option<New> {
    let home = homes.get(account.organisation)?;
    // Noon: well inside the civil day, whatever the zone does.
    let noon = |day: Day| almoner.calendar().start_of(day).plus_seconds(12 * 3600);
    let since = noon(account.status_since);
    let mut signals = Signals::default();
    for (signal, at) in account.signals.iter().flatten() {
        signals.see(*signal, Seen { at: *at, source: Source::Demo });
    }
    let personal = account.kind == Kind::User;
    let profile = Profile {
        local_id: account.local_id.clone(),
        title: account.title.to_owned(),
        first_name: account.first_name.to_string(),
        last_name: account.last_name.to_string(),
        display_name: if personal { String::new() } else { account.display_name.clone() },
        mobile: account.mobile.clone().unwrap_or_default(),
        hide_mobile: false,
        telephone: account.telephone.clone(),
        job_title: account.job_title.to_owned(),
        unit: account.unit.to_owned(),
        licence: "standard".to_owned(),
        quota_mib: 4096,
        services_off: String::new(),
        hidden: account.hidden,
        notes: String::new(),
    };
    Some(New {
        kind: account.kind,
        address,
        organisation: home.code.clone(),
        sector: home.sector,
        state: state(account.status, since),
        signals,
        created_at: noon(account.created),
        terms_at: account.terms_accepted.map(noon),
        profile,
    })
}

fn state(status: Status, since: Timestamp) -> State {
    match status {
        Status::Pending => State::Pending { since },
        Status::Active => State::Active { since, question: Question::None },
        Status::Inactive => State::Inactive { since, rule: Rule::Lc01 },
        Status::Leaver => State::Leaver { since, disabled_at: None },
        Status::Disabled => State::Disabled { since },
        Status::Deleted => State::Deleted { since, cause: Cause::Idle },
        Status::Purged => State::Purged { since, cause: Cause::Idle },
    }
}

fn grants(
    ctx: &Ctx,
    homes: &[Home],
    batch: &[DemoAccount],
    ids: &[AccountId],
    tx: &mut WriteTx<'_>,
) -> Result<Vec<Given>, Error> {
    let wanted: Vec<(&DemoAccount, AccountId, DemoGrant)> =
        batch.iter().zip(ids).filter_map(|(a, id)| a.grant.map(|grant| (a, *id, grant))).collect();
    let first = tx.next_ids("grant", i64::try_from(wanted.len()).unwrap_or(0))?;
    let given = (first..).zip(wanted).filter_map(|(id, (account, holder, grant))| {
        let role = match grant {
            DemoGrant::PrimaryLocalAdmin => Role::PrimaryLocalAdmin,
            DemoGrant::LocalAdmin => Role::LocalAdmin,
            DemoGrant::Helpdesk => Role::Helpdesk,
        };
        let scope = Scope::Organisation(homes.get(account.organisation)?.code.clone());
        Some(Given { grant: Grant { id, holder, role, scope }, by: ctx.actor.name().to_owned(), at: ctx.now })
    });
    Ok(given.collect())
}

/// The owners of mailboxes without a person: a few accounts back, in this batch or before it.
fn owners(batch: &[DemoAccount], ids: &[AccountId], recent: &VecDeque<AccountId>) -> Vec<Membership> {
    let mut members: HashMap<(AccountId, AccountId), Standing> = HashMap::new();
    for (i, (account, mailbox)) in batch.iter().zip(ids).enumerate() {
        for offset in account.owner_offsets.iter().filter(|offset| **offset > 0) {
            let back = usize::try_from(*offset).unwrap_or(usize::MAX);
            let owner = match i.checked_sub(back) {
                Some(here) => ids.get(here),
                None => recent.len().checked_sub(back - i).and_then(|there| recent.get(there)),
            };
            members.extend(owner.map(|owner| ((*mailbox, *owner), Standing::OWNER)));
        }
    }
    members.into_iter().map(|((mailbox, owner), owns)| (mailbox, owner, owns)).collect()
}
