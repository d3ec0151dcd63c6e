//! Seeing one account: as it is, and why it is so (EXP-01).

use std::cmp::Ordering;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::explain::{Explanation, Fact, explain};
use domain::ids::AccountId;
use domain::mailbox::Standing;
use domain::org::Organisation;
use domain::profile::Profile;
use domain::reminder::expires_on;
use domain::rights::{Action, Actor, Place, may};
use domain::time::{Day, Timestamp};
use store::address::Taken;
use store::brake::Part;
use store::hold::Hold;
use store::tx::Reader;

use crate::account::history::{rebuilt, system_notes};
use crate::brake;
use crate::error::Error;
use crate::federation::Almoner;
use crate::history::organisations;
use crate::outlook;

/// An account with everything that is known of it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The account.
    pub account: Account,
    /// Its directory data.
    pub profile: Profile,
    /// The lines of its notes: what people wrote, then what the system changed of itself (LC-17).
    pub notes: Vec<String>,
    /// Its organisation.
    pub organisation: Organisation,
    /// Its addresses.
    pub addresses: Vec<Taken>,
    /// The holds on it, for those who may place one.
    pub holds: Vec<Hold>,
    /// The parts in which a brake holds something for it.
    pub brakes: Vec<Part>,
    /// Owners and members, for mailboxes without a person, and how each belongs to it.
    pub members: Vec<(String, Standing)>,
}

/// An explanation, and whom it is about.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The account as of that day.
    pub account: Account,
    /// Why, what next, what would change it.
    pub explanation: Explanation,
}

impl Almoner {
    /// An account by any of its addresses, if the actor may see it; people see their own.
    pub fn account(&self, ctx: &Ctx, address: &str) -> Result<Account, Error> {
        Self::find(&mut self.store.reader()?, ctx, address).map(|(account, _)| account)
    }

    pub(crate) fn find(db: &mut Reader<'_>, ctx: &Ctx, address: &str) -> Result<(Account, Organisation), Error> {
        let unseen = || Error::not_found("account", address);
        let account = store::account::by_address(db, &address.trim().to_ascii_lowercase())?.ok_or_else(unseen)?;
        let organisation = store::organisation::get(db, &account.organisation)?.ok_or_else(unseen)?;
        let own = matches!(&ctx.actor, Actor::Person { id, .. } if *id == account.id);
        if !own {
            let profile = store::profile::get(db, account.id)?;
            let place =
                Place::Organisation { code: &organisation.code, sector: organisation.sector, unit: &profile.unit };
            Self::may(&ctx.actor, Action::SeeAccount, place, unseen)?;
        }
        Ok((account, organisation))
    }

    /// Everything about one account.
    pub fn show(&self, ctx: &Ctx, address: &str) -> Result<Shown, Error> {
        let mut db = self.store.reader()?;
        let (account, organisation) = Self::find(&mut db, ctx, address)?;
        let members = store::member::of_mailbox(&mut db, account.id)?;
        let ids: Vec<AccountId> = members.iter().map(|(id, _)| *id).collect();
        let known = store::account::by_ids(&mut db, &ids)?;
        let named = |id| known.iter().find(|a| a.id == id).map(|a| a.address.to_string());
        let profile = store::profile::get(&mut db, account.id)?;
        let mut notes: Vec<String> = profile.notes.lines().map(str::to_owned).collect();
        notes.extend(system_notes(&mut db, account.id)?);
        Ok(Shown {
            profile,
            notes,
            addresses: store::address::of_account(&mut db, account.id)?,
            holds: holds(&mut db, ctx, &account, &organisation)?,
            brakes: store::brake::of_account(&mut db, account.id)?,
            members: members.into_iter().filter_map(|(id, standing)| Some((named(id)?, standing))).collect(),
            account,
            organisation,
        })
    }

    /// Explains an account: today, on a past day (rebuilt from its audit lines), or on a future one (played forward as if
    /// nothing else happened). Cost: two reads by key; for a past day also the lines of the account and of its
    /// organisation itself.
    pub fn explain(&self, ctx: &Ctx, address: &str, on: Option<Day>) -> Result<Explained, Error> {
        let mut db = self.store.reader()?;
        let (account, mut organisation) = Self::find(&mut db, ctx, address)?;
        let today = self.today(ctx);
        let day = on.unwrap_or(today);
        let account = match day.cmp(&today) {
            Ordering::Less => {
                let end = self.calendar().start_of(day.plus_days(1));
                let was = rebuilt(&mut db, account.id, end)?.ok_or_else(|| {
                    Error::input(format!("{address} did not exist on {day}; its history begins later"))
                })?;
                // It may have moved since: the rules of its organisation of then held for it, as that was then.
                let of_then = store::organisation::get(&mut db, &was.organisation)?.unwrap_or(organisation);
                organisation = organisations::as_of(&mut db, of_then, end)?;
                was
            }
            Ordering::Greater => {
                let timeline = self.timeline(account.kind, organisation.sector, today, day)?;
                outlook::play(&account, &timeline, today, day).0
            }
            Ordering::Equal => account,
        };
        let terms = self.terms(account.kind, organisation.sector, day)?;
        let mut explanation = explain(&account, &terms, day);
        explanation.facts.insert(0, organisation_fact(&organisation, day));
        if day == today {
            let expires = self.password_expires(&mut db, account.id, day)?;
            explanation.facts.extend(expires.map(|expires| password_fact(expires, day)));
        }
        for hold in holds(&mut db, ctx, &account, &organisation)?.into_iter().filter(|_| day >= today) {
            let value = format!("{} (by {})", hold.reason, hold.placed_by);
            explanation.facts.push(Fact { name: "hold_reason", value, at: Some(hold.placed_at), source: "hold" });
        }
        for part in store::brake::of_account(&mut db, account.id)?.into_iter().filter(|_| day >= today) {
            let value = format!("held as part {}: {}", part.id, brake::see::why(&part));
            explanation.facts.push(Fact { name: "brake", value, at: Some(part.held.made_at), source: "brake" });
        }
        Ok(Explained { account, explanation })
    }
}

impl Almoner {
    /// The day on which a person's own password expires; nothing where it never does, or is a temporary one.
    pub fn own_password_expires(&self, ctx: &Ctx, id: AccountId) -> Result<Option<Day>, Error> {
        Ok(self.password_expires(&mut self.store.reader()?, id, self.today(ctx))?.map(|(on, _)| on))
    }

    /// When an account's password expires by the policy of a day, and when it was set (PWD-01). Cost: one read by key.
    fn password_expires(
        &self,
        db: &mut Reader<'_>,
        id: AccountId,
        today: Day,
    ) -> Result<Option<(Day, Timestamp)>, Error> {
        let rules = self.policy_on(today)?.identity.as_ref();
        let Some(expiry) = rules.and_then(|rules| rules.password_expiry) else { return Ok(None) };
        let set = store::credential::set_at(db, &[id])?;
        Ok(set.first().map(|(_, at)| (expires_on(*at, expiry, self.calendar()), *at)))
    }
}

fn password_fact((expires, set): (Day, Timestamp), today: Day) -> Fact {
    let value = if expires <= today { format!("{expires} (it must be changed)") } else { expires.to_string() };
    Fact { name: "password_expires", value, at: Some(set), source: "sign-in" }
}

/// Whether an actor may know what a hold is for: who may place one. That there is one is shown to all who see the account
/// (decision 13); its reason could warn the person whom it concerns.
pub(crate) fn knows_holds(ctx: &Ctx, organisation: &Organisation) -> bool {
    let place = Place::Organisation { code: &organisation.code, sector: organisation.sector, unit: "" };
    may(&ctx.actor, Action::Hold, place).is_ok()
}

/// The holds in force that the actor may know of.
fn holds(db: &mut Reader<'_>, ctx: &Ctx, account: &Account, organisation: &Organisation) -> Result<Vec<Hold>, Error> {
    if !knows_holds(ctx, organisation) {
        return Ok(Vec::new());
    }
    Ok(store::hold::of_account(db, account.id)?)
}

fn organisation_fact(organisation: &Organisation, day: Day) -> Fact {
    let value = format!("{} {}, {}", organisation.code, organisation.name, organisation.status_word(day));
    Fact { name: "organisation", value, at: None, source: "registry" }
}
