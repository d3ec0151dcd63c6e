//! What a purge does to what belonged to the account: its addresses become reservations, its memberships end (LC-21,
//! decision 6). Told in its own line, and of a mailbox that it was a member of in the mailbox's.

use std::collections::BTreeMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::{Action, Reservation};
use domain::rule::Rule;
use domain::time::Day;
use store::address::AddressKind;
use store::event::NewEvent;
use store::mail_rule::MailRules;
use store::tx::WriteTx;

use crate::account::belongings::{address_changed, member_changed, rules_changed};
use crate::account::decided::{Decided, line};
use crate::error::Error;
use crate::fields::Difference;

/// Reserves addresses and ends memberships of the purged among the decided, adds what changed to their decisions, and
/// gives back the lines of the mailboxes that lost a member. Cost: four statements and two for each purged account.
pub(crate) fn bury(
    tx: &mut WriteTx<'_>,
    ctx: &Ctx,
    decided: &mut [Decided],
    run: Option<i64>,
) -> Result<Vec<NewEvent>, Error> {
    let mut told: BTreeMap<AccountId, (Option<Day>, Vec<Difference>)> = BTreeMap::new();
    for d in decided.iter() {
        let until = match d.change.reservation {
            None => continue,
            Some(Reservation::Until(day)) => Some(day),
            Some(Reservation::ForGood) => None,
        };
        told.insert(d.before.id, (until, Vec::new()));
    }
    let purged: Vec<AccountId> = told.keys().copied().collect();
    if purged.is_empty() {
        return Ok(Vec::new());
    }
    for taken in store::address::of_accounts(tx, &purged)? {
        if let Some((until, changed)) = told.get_mut(&taken.account) {
            changed.push(address_changed(&taken.address, Some(&taken), Some((AddressKind::Reserved, *until))));
        }
    }
    for (mailbox, member, standing) in store::member::in_mailboxes(tx, &purged)? {
        if let Some((_, changed)) = told.get_mut(&mailbox) {
            changed.push(member_changed(member, Some(standing), None));
        }
    }
    for (id, (_, changed)) in &mut told {
        changed.extend(rules_changed(&store::mail_rule::get(tx, *id)?, &MailRules::default()));
    }
    let mut elsewhere: BTreeMap<AccountId, Vec<Difference>> = BTreeMap::new();
    for (mailbox, member, standing) in store::member::of_members(tx, &purged)? {
        if !told.contains_key(&mailbox) {
            elsewhere.entry(mailbox).or_default().push(member_changed(member, Some(standing), None));
        }
    }
    for (id, (until, _)) in &told {
        store::address::reserve(tx, *id, *until)?;
        store::member::drop_all(tx, *id)?;
        store::credential::remove(tx, *id)?;
        store::mfa_exception::remove(tx, *id)?;
        store::passkey::remove_all(tx, *id)?;
        store::app_password::remove_all(tx, *id)?;
        store::protocol_use::forget(tx, *id)?;
        store::mail_rule::remove(tx, *id)?;
        store::recovery::remove(tx, *id)?;
    }
    for d in decided.iter_mut() {
        if let Some((_, changed)) = told.get_mut(&d.before.id) {
            d.belongings.append(changed);
        }
    }
    left(tx, ctx, decided, &elsewhere, run)
}

fn left(
    tx: &mut WriteTx<'_>,
    ctx: &Ctx,
    decided: &[Decided],
    elsewhere: &BTreeMap<AccountId, Vec<Difference>>,
    run: Option<i64>,
) -> Result<Vec<NewEvent>, Error> {
    // A mailbox that changes in the same batch is named as it will be.
    let ids: Vec<AccountId> = elsewhere.keys().copied().collect();
    let mut mailboxes: BTreeMap<AccountId, Account> =
        store::account::by_ids(tx, &ids)?.into_iter().map(|account| (account.id, account)).collect();
    let changing = decided.iter().filter(|d| elsewhere.contains_key(&d.before.id));
    mailboxes.extend(changing.map(|d| (d.before.id, d.change.account.clone())));
    let lines = elsewhere.iter().filter_map(|(mailbox, changed)| {
        Some(line(ctx, mailboxes.get(mailbox)?, Action::MemberLeft, Rule::Lc11, run, changed))
    });
    Ok(lines.collect())
}
