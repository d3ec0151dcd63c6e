//! New accounts: made from a file, brought over from another system, or made up for a demonstration. One way in.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::account::{Account, State};
use domain::ctx::Ctx;
use domain::ids::{AccountId, Address, OdsCode};
use domain::lifecycle::change::Action;
use domain::lifecycle::task::next_task;
use domain::mailbox::Standing;
use domain::org::Sector;
use domain::profile::Profile;
use domain::rule::Rule;
use domain::signal::Signals;
use domain::status::Kind;
use domain::time::Timestamp;
use store::address::{AddressKind, Taken};
use store::event::NewEvent;
use store::member::Membership;
use store::tx::WriteTx;

use crate::account::belongings::{address_name, address_text, member_name};
use crate::account::decided::line;
use crate::account::naming::Base;
use crate::error::Error;
use crate::federation::Almoner;
use crate::fields;
use crate::grouped::grouped;

/// An account to be made. Its address is claimed in the same transaction.
#[derive(Debug, Clone)]
pub(crate) struct New {
    /// What it is for.
    pub(crate) kind: Kind,
    /// Its address.
    pub(crate) address: Address,
    /// Its organisation.
    pub(crate) organisation: OdsCode,
    /// That organisation's sector.
    pub(crate) sector: Sector,
    /// Where it begins.
    pub(crate) state: State,
    /// What was seen of it already.
    pub(crate) signals: Signals,
    /// When it was made, here or elsewhere.
    pub(crate) created_at: Timestamp,
    /// When its terms were accepted.
    pub(crate) terms_at: Option<Timestamp>,
    /// Directory data, local id included.
    pub(crate) profile: Profile,
}

/// Makes accounts and gives back their ids, in order, and their audit lines (one each). `members` says who belongs to
/// the new mailboxes, as soon as they have ids.
/// Cost: five bulk inserts; a taken address or local id is a `Conflict` and nothing is made.
pub(crate) fn create(
    almoner: &Almoner,
    tx: &mut WriteTx<'_>,
    ctx: &Ctx,
    new: &[New],
    action: Action,
    grant: Option<i64>,
    members: impl FnOnce(&[AccountId]) -> Vec<Membership>,
) -> Result<(Vec<AccountId>, Vec<NewEvent>), Error> {
    let first = tx.next_ids("account", i64::try_from(new.len()).unwrap_or(0))?;
    let today = almoner.today(ctx);
    let mut accounts = Vec::with_capacity(new.len());
    for (id, n) in (first..).zip(new) {
        let account = Account {
            id: AccountId(id),
            kind: n.kind,
            address: n.address.clone(),
            organisation: n.organisation.clone(),
            state: n.state,
            signals: n.signals,
            announced: None,
            held: None,
            created_at: n.created_at,
            terms_at: n.terms_at,
            version: 1,
        };
        let next = next_task(&account, &almoner.terms(n.kind, n.sector, today)?);
        accounts.push((account, next));
    }
    store::account::insert(tx, accounts.iter().zip(new).map(|((a, next), n)| (a, *next, n.profile.local_id.as_str())))?;
    store::profile::insert(tx, accounts.iter().zip(new).map(|((a, _), n)| (a.id, &n.profile)))?;
    let claims: Vec<Taken> = accounts
        .iter()
        .map(|(a, _)| Taken { address: a.address.clone(), account: a.id, kind: AddressKind::Primary, until: None })
        .collect();
    store::address::claim(tx, &claims)?;
    let ids: Vec<AccountId> = accounts.iter().map(|(a, _)| a.id).collect();
    let members = members(&ids);
    store::member::add(tx, &members)?;
    let mut of_mailbox = grouped(members.into_iter().map(|(mailbox, member, standing)| (mailbox, (member, standing))));
    let events = accounts.iter().zip(new).map(|((account, _), n)| {
        let members = of_mailbox.remove(&account.id).unwrap_or_default();
        let detail = format!("{{\"after\":{}}}", told(account, &n.profile, &members));
        NewEvent { grant_id: grant, detail, ..line(ctx, account, action, Rule::Org01, None, &[]) }
    });
    Ok((ids, events.collect()))
}

/// All that a new account is and has, as JSON.
fn told(account: &Account, profile: &Profile, members: &[(AccountId, Standing)]) -> String {
    let (facts, shown) = (fields::of(account), fields::of_profile(profile));
    let address = (address_name(&account.address), address_text(AddressKind::Primary, None));
    let members = members.iter().map(|(id, standing)| (member_name(*id), standing.text()));
    let belongings: Vec<(String, String)> = std::iter::once(address).chain(members).collect();
    let own = facts.iter().chain(&shown).map(|(name, text)| (*name, Some(text.as_str())));
    fields::object(own.chain(belongings.iter().map(|(name, text)| (name.as_str(), Some(text.as_str())))))
}

/// Gives each base the next free address of its name, in order, and counts it. Two callers at once never get the same:
/// the counters' versions and the addresses' key guard each other, and the loser's transaction is run again.
/// Cost: two statements for a batch, and two more for each round of addresses that were taken by hand.
pub(crate) fn allocate(
    almoner: &Almoner,
    tx: &mut WriteTx<'_>,
    ctx: &Ctx,
    bases: &[Base],
) -> Result<Vec<Address>, Error> {
    let first_number = almoner.policy_on(almoner.today(ctx))?.addresses.first_number;
    let mut wanted: Vec<String> = bases.iter().map(Base::key).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let keys: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let known: HashMap<String, (i64, i64)> =
        store::address::counters(tx, &keys)?.into_iter().map(|(base, n, version)| (base, (n, version))).collect();
    let mut next: BTreeMap<String, i64> =
        wanted.iter().map(|key| (key.clone(), known.get(key).map_or(0, |(n, _)| *n))).collect();
    let mut given: Vec<Option<Address>> = vec![None; bases.len()];
    // Two names can make one address: the second Ann Lee, and the first Ann Lee1.
    let mut used: HashSet<String> = HashSet::new();
    while given.iter().any(Option::is_none) {
        let mut round: Vec<(usize, String)> = Vec::new();
        for (i, base) in bases.iter().enumerate().filter(|(i, _)| given.get(*i).is_some_and(Option::is_none)) {
            let Some(n) = next.get_mut(&base.key()) else { continue };
            let nth = u32::try_from(*n).map_err(|_| store::error::Error::Corrupt("address_counter.next_n"))?;
            *n += 1;
            round.push((i, base.address(nth, first_number, almoner.domain())));
        }
        let asked: Vec<&str> = round.iter().map(|(_, address)| address.as_str()).collect();
        let taken: HashSet<String> =
            store::address::taken(tx, &asked)?.into_iter().map(|t| t.address.as_str().to_owned()).collect();
        for (i, address) in round {
            if taken.contains(&address) || !used.insert(address.clone()) {
                continue;
            }
            let parsed = Address::parse(&address).ok_or_else(|| {
                Error::input(format!("the policy's address pattern makes {address}, which is no address"))
            })?;
            if let Some(slot) = given.get_mut(i) {
                *slot = Some(parsed);
            }
        }
    }
    let new: Vec<(String, i64)> =
        next.iter().filter(|(key, _)| !known.contains_key(*key)).map(|(key, n)| (key.clone(), *n)).collect();
    let grown: Vec<(String, i64, i64)> =
        next.iter().filter_map(|(key, n)| known.get(key).map(|(_, version)| (key.clone(), *n, *version))).collect();
    store::address::count_up(tx, &new, &grown)?;
    Ok(given.into_iter().flatten().collect())
}
