//! Members and owners of mailboxes without a person (SM-01, SM-02, SM-06): an owner manages them without a role.

use std::collections::HashMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::{Action as Happened, Change};
use domain::lifecycle::task::next_task;
use domain::mailbox::Standing;
use domain::org::Organisation;
use domain::policy::MailboxRules;
use domain::profile::Profile;
use domain::refusal::Refusal;
use domain::rights::{Action, Actor, Place, may};
use domain::rule::Rule;
use domain::status::{Kind, Status};
use store::tx::{Audit, Reader};

use crate::account::belongings::member_changed;
use crate::account::decided::Decided;
use crate::account::save;
use crate::engine::commands::kick;
use crate::error::Error;
use crate::federation::Almoner;

/// A member of a mailbox.
#[derive(Debug, Clone)]
pub struct Member {
    /// Their account.
    pub account: Account,
    /// Their name.
    pub name: String,
    /// How they belong to it.
    pub standing: Standing,
}

/// A mailbox with its members.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// The mailbox.
    pub account: Account,
    /// Its name and the rest.
    pub profile: Profile,
    /// Its organisation.
    pub organisation: Organisation,
    /// Owners first, then by address.
    pub members: Vec<Member>,
    /// Whoever asks may change them.
    pub manages: bool,
}

/// How an account belongs to a mailbox from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// In this way.
    As(Standing),
    /// No more.
    Never,
}

impl Almoner {
    /// A mailbox without a person, for its members and for administrators.
    pub fn mailbox(&self, ctx: &Ctx, address: &str) -> Result<Mailbox, Error> {
        let mut db = self.store.reader()?;
        let (account, organisation, manages) = open(&mut db, ctx, address)?;
        let standings = store::member::of_mailbox(&mut db, account.id)?;
        let ids: Vec<AccountId> = standings.iter().map(|(id, _)| *id).collect();
        let mut known: HashMap<AccountId, Account> =
            store::account::by_ids(&mut db, &ids)?.into_iter().map(|a| (a.id, a)).collect();
        let profiles: HashMap<AccountId, Profile> = store::profile::by_ids(&mut db, &ids)?.into_iter().collect();
        let mut members: Vec<Member> = standings
            .into_iter()
            .filter_map(|(id, standing)| {
                let name = profiles.get(&id).map(Profile::full_name).unwrap_or_default();
                Some(Member { account: known.remove(&id)?, name, standing })
            })
            .collect();
        members.sort_by(|a, b| {
            (!a.standing.owner, a.account.address.as_str()).cmp(&(!b.standing.owner, b.account.address.as_str()))
        });
        let profile = store::profile::get(&mut db, account.id)?;
        Ok(Mailbox { account, profile, organisation, members, manages })
    }

    /// The mailboxes that a person belongs to, by address, with their names.
    pub fn mailboxes_of(&self, ctx: &Ctx) -> Result<Vec<(Account, String, Standing)>, Error> {
        let Actor::Person { id, .. } = &ctx.actor else { return Ok(Vec::new()) };
        self.mailboxes_with(*id)
    }

    /// The mailboxes that an account stays a member of when it leaves (JML-02), for those who see the account.
    pub fn memberships(&self, ctx: &Ctx, address: &str) -> Result<Vec<(Account, String, Standing)>, Error> {
        let (account, _) = Self::find(&mut self.store.reader()?, ctx, address)?;
        self.mailboxes_with(account.id)
    }

    fn mailboxes_with(&self, id: AccountId) -> Result<Vec<(Account, String, Standing)>, Error> {
        let mut db = self.store.reader()?;
        let standings: HashMap<AccountId, Standing> = store::member::of_account(&mut db, id)?.into_iter().collect();
        let ids: Vec<AccountId> = standings.keys().copied().collect();
        let names: HashMap<AccountId, Profile> = store::profile::by_ids(&mut db, &ids)?.into_iter().collect();
        let mut all: Vec<(Account, String, Standing)> = store::account::by_ids(&mut db, &ids)?
            .into_iter()
            .filter(|account| account.status() != Status::Purged)
            .filter_map(|account| {
                let name = names.get(&account.id).map(|p| p.display_name.clone()).unwrap_or_default();
                let standing = *standings.get(&account.id)?;
                Some((account, name, standing))
            })
            .collect();
        all.sort_by(|a, b| a.0.address.as_str().cmp(b.0.address.as_str()));
        Ok(all)
    }

    /// Makes somebody a member or owner of a mailbox, changes what they may do there, or ends it. Whether they are who they
    /// were when the page was made does not matter: the last word holds, and each is a line.
    pub fn change_member(&self, ctx: &Ctx, mailbox: &str, member: &str, belongs: Belongs) -> Result<Account, Error> {
        self.store.write("change_member", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let (account, home, _) = open(tx, ctx, mailbox)?;
            let profile = store::profile::get(tx, account.id)?;
            let members = store::member::of_mailbox(tx, account.id)?;
            let grant = manages(ctx, &account, &home, &profile.unit, &members)?;
            if matches!(account.status(), Status::Deleted | Status::Purged) {
                let instead = "restore it before its members are changed";
                return Err(Refusal::WrongStatus { status: account.status(), instead }.into());
            }
            let known = store::account::by_address(tx, &member.trim().to_ascii_lowercase())?;
            let was = known.as_ref().and_then(|known| members.iter().find(|(id, _)| *id == known.id)).map(|(_, s)| *s);
            let usable = |a: &Account| {
                was.is_some() || (a.kind == Kind::User && !matches!(a.status(), Status::Deleted | Status::Purged))
            };
            let who = known.filter(usable).ok_or_else(|| Error::not_found("person", member.trim()))?;
            let is = match belongs {
                Belongs::As(standing) => Some(standing),
                Belongs::Never => None,
            };
            if was == is {
                return Err(Refusal::AlreadySet.into());
            }
            let rules = self.policy_on(self.today(ctx))?.mailboxes;
            keeps_limits(rules, &members, who.id, was, is)?;
            match (was, is) {
                (None, Some(standing)) => {
                    store::member::add(tx, &[(account.id, who.id, standing)])?;
                }
                (Some(_), Some(standing)) => store::member::change(tx, (account.id, who.id, standing))?,
                (_, None) => store::member::remove(tx, account.id, who.id)?,
            }
            let terms = self.terms(account.kind, home.sector, self.today(ctx))?;
            let change = Change::plain(account.clone(), account.status(), Happened::Edited, Rule::Sm02);
            let mut decided = Decided::by_system(account.clone(), change, next_task(&account, &terms));
            (decided.grant, decided.belongings) = (grant, vec![member_changed(who.id, was, is)]);
            let events = save::save(self, tx, ctx, &mut [decided], None)?;
            if lost(was, is) {
                // What an open session may do was settled when it began.
                kick(tx, ctx, who.id, account.address.as_str())?;
            }
            Ok((account, Audit::events(events)?))
        })
    }
}

/// Whether somebody may do less than before.
fn lost(was: Option<Standing>, is: Option<Standing>) -> bool {
    was.map(|standing| standing.right) > is.map(|standing| standing.right)
}

/// A mailbox without a person that the actor may see: as a member, or by a role; and whether they manage its members.
fn open(db: &mut Reader<'_>, ctx: &Ctx, address: &str) -> Result<(Account, Organisation, bool), Error> {
    let unseen = || Error::not_found("mailbox", address);
    let account = store::account::by_address(db, &address.trim().to_ascii_lowercase())?
        .filter(|account| account.kind != Kind::User)
        .ok_or_else(unseen)?;
    let home = store::organisation::get(db, &account.organisation)?.ok_or_else(unseen)?;
    let profile = store::profile::get(db, account.id)?;
    let members = store::member::of_mailbox(db, account.id)?;
    let managing = manages(ctx, &account, &home, &profile.unit, &members).is_ok();
    let belongs = matches!(&ctx.actor, Actor::Person { id, .. } if members.iter().any(|(member, _)| member == id));
    let place = Place::Organisation { code: &home.code, sector: home.sector, unit: &profile.unit };
    if !belongs && may(&ctx.actor, Action::SeeAccount, place).is_err() {
        return Err(unseen());
    }
    Ok((account, home, managing))
}

/// Who may change the members: an owner, without a grant, or whoever holds the right; by which grant.
fn manages(
    ctx: &Ctx,
    account: &Account,
    home: &Organisation,
    unit: &str,
    members: &[(AccountId, Standing)],
) -> Result<Option<i64>, Error> {
    let owns = matches!(&ctx.actor, Actor::Person { id, .. } if members.iter().any(|(m, s)| m == id && s.owner));
    if owns {
        return Ok(None);
    }
    let place = Place::Organisation { code: &home.code, sector: home.sector, unit };
    // Whoever is a member sees the mailbox, whatever their roles.
    let seen = matches!(&ctx.actor, Actor::Person { id, .. } if members.iter().any(|(m, _)| m == id));
    let unseen = || if seen { Error::NotAllowed("members") } else { Error::not_found("mailbox", &account.address) };
    Ok(Almoner::may(&ctx.actor, Action::Members, place, unseen)?.grant)
}

/// SM-01: so many members, so many owners; and whoever goes as the last owner leaves nobody to answer for it.
fn keeps_limits(
    rules: MailboxRules,
    members: &[(AccountId, Standing)],
    who: AccountId,
    was: Option<Standing>,
    is: Option<Standing>,
) -> Result<(), Error> {
    let owners = members.iter().filter(|(id, standing)| standing.owner && *id != who).count();
    let owns = |standing: Option<Standing>| standing.is_some_and(|standing| standing.owner);
    if was.is_none() && members.len() >= usize::from(rules.members) {
        return Err(Error::input(format!(
            "{} members share the mailbox, more may not (SM-01): remove one first",
            rules.members
        )));
    }
    if owns(is) && !owns(was) && owners >= usize::from(rules.owners) {
        return Err(Error::input(format!(
            "{} members own the mailbox, more may not (SM-01): end one first",
            rules.owners
        )));
    }
    if owns(was) && !owns(is) && owners == 0 {
        return Err(Error::input("nobody would own the mailbox any more (SM-02): name another owner first"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::mailbox::Right;

    use super::*;

    #[test]
    fn whoever_may_do_less_than_before_begins_anew() {
        let of = |right| Some(Standing { owner: false, right });
        for (was, is, expected) in [
            (None, of(Right::Read), false),
            (of(Right::Read), of(Right::Full), false),
            (of(Right::Full), Some(Standing::OWNER), false),
            (Some(Standing::OWNER), of(Right::Full), false),
            (of(Right::Full), of(Right::SendAs), true),
            (of(Right::SendAs), of(Right::Read), true),
            (of(Right::Read), None, true),
        ] {
            assert_eq!(lost(was, is), expected, "{was:?} {is:?}");
        }
    }

    // Proves: SM-01
    #[test]
    fn so_many_share_a_mailbox_and_so_many_own_it_and_somebody_always_does() {
        let reads = Standing { owner: false, right: Right::Read };
        let of = |owners: i64, others: i64| -> Vec<(AccountId, Standing)> {
            let all = (1..=owners + others).map(AccountId);
            all.map(|id| (id, if id.0 <= owners { Standing::OWNER } else { reads })).collect()
        };
        let rules = MailboxRules { members: 250, owners: 100, name_length: 249 };
        let (new, owner, member) = (AccountId(1_000), AccountId(1), AccountId(200));
        for (owners, others, who, was, is, told) in [
            (1, 248, new, None, Some(reads), ""),
            (1, 249, new, None, Some(reads), "250 members"),
            (99, 0, new, None, Some(Standing::OWNER), ""),
            (100, 0, new, None, Some(Standing::OWNER), "100 members own"),
            (100, 150, member, Some(reads), Some(Standing::OWNER), "100 members own"),
            (100, 150, member, Some(reads), Some(Standing::MEMBER), ""),
            (100, 150, member, Some(reads), None, ""),
            (1, 5, owner, Some(Standing::OWNER), None, "another owner first"),
            (1, 5, owner, Some(Standing::OWNER), Some(reads), "another owner first"),
            (2, 5, owner, Some(Standing::OWNER), None, ""),
            (0, 5, new, None, Some(Standing::OWNER), ""),
        ] {
            let said = keeps_limits(rules, &of(owners, others), who, was, is)
                .map_or_else(|e| e.to_string(), |()| String::new());
            assert!(said.contains(told) && said.is_empty() == told.is_empty(), "{owners} {others} {is:?}: {said}");
        }
    }
}
