//! Keeps decisions: accounts, grants, addresses, notices, commands for the mail engine, and the audit lines, in
//! the caller's transaction. The one home for people's actions, files and runs alike.

use std::collections::HashMap;

use domain::account::Account;
use domain::command::Command;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::change::Change;
use domain::notice::Audience;
use domain::rule::Rule;
use domain::status::{Kind, Status};
use store::event::NewEvent;
use store::notice::NewNotice;
use store::outbox::NewCommand;
use store::tx::WriteTx;

use crate::account::decided::Decided;
use crate::account::{moving, purge};
use crate::error::Error;
use crate::federation::Almoner;
use crate::grouped::grouped;

/// Saves a batch of decisions about different accounts and gives back its audit lines.
/// Cost: one bulk statement a table, and a few statements for each account that moved, was purged or held grants.
pub(crate) fn save(
    almoner: &Almoner,
    tx: &mut WriteTx<'_>,
    ctx: &Ctx,
    decided: &mut [Decided],
    run: Option<i64>,
) -> Result<Vec<NewEvent>, Error> {
    for d in decided.iter_mut().filter(|d| d.change.moved.is_some()) {
        moving::readdress(almoner, tx, ctx, d)?;
    }
    let left = purge::bury(tx, ctx, decided, run)?;
    let today = almoner.today(ctx);
    let mut events: Vec<NewEvent> = decided.iter().map(|d| d.event(ctx, run, today)).collect();
    events.extend(left);
    let decided = &*decided;
    // First: a number that goes with the old organisation may be another's in the new one.
    let renumbered = decided.iter().filter_map(|d| {
        let (was, is) = d.profile.as_ref()?;
        (was.local_id != is.local_id).then_some((d.before.id, is.local_id.as_str()))
    });
    store::account::renumber(tx, renumbered)?;
    let accounts = decided.iter().map(|d| (&d.change.account, d.next));
    match run {
        Some(_) => store::account::step(tx, accounts)?,
        None => store::account::update(tx, accounts)?,
    }
    let profiles = decided.iter().filter_map(|d| d.profile.as_ref().map(|(_, is)| (d.before.id, is)));
    store::profile::update(tx, profiles)?;
    events.extend(end_grants(tx, ctx, decided, run)?);
    let notices = notices(tx, decided)?;
    store::notice::insert(tx, &notices, ctx.now, run)?;
    let commands: Vec<_> = decided.iter().filter_map(command).collect();
    store::outbox::insert(tx, &commands, ctx.now, run)?;
    Ok(events)
}

/// ROLE-06: all admin grants of an account that gave itself up end, whatever organisation they are over.
fn end_grants(tx: &mut WriteTx<'_>, ctx: &Ctx, decided: &[Decided], run: Option<i64>) -> Result<Vec<NewEvent>, Error> {
    let ids: Vec<AccountId> = decided.iter().filter(|d| d.change.ends_grants).map(|d| d.before.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let held = store::grant::of_accounts(tx, &ids)?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = held.iter().map(|given| given.grant.id).collect();
    store::grant::end(tx, &numbers, ctx.now, Some(Rule::Role06))?;
    Ok(held.iter().map(|given| crate::grant::ended_event(ctx, given, Some(Rule::Role06), run)).collect())
}

/// The notices that the decisions owe, addressed. A mailbox without a person is answered for by its owners, else by the
/// organisation's administrators, else by the operator: nobody's mailbox goes unannounced.
fn notices(tx: &mut WriteTx<'_>, decided: &[Decided]) -> Result<Vec<NewNotice>, Error> {
    let owing: Vec<&Change> = decided.iter().map(|d| &d.change).filter(|c| c.notice.is_some()).collect();
    let impersonal: Vec<AccountId> =
        owing.iter().filter(|c| c.account.kind != Kind::User).map(|c| c.account.id).collect();
    let owners = if impersonal.is_empty() { HashMap::new() } else { grouped(store::member::owners(tx, &impersonal)?) };
    let asks_admins = |c: &&&Change| {
        let holder = c.notice.is_some_and(|owed| owed.kind.audience() == Audience::Holder);
        !holder || (c.account.kind != Kind::User && !owners.contains_key(&c.account.id))
    };
    let mut codes: Vec<&str> = owing.iter().filter(asks_admins).map(|c| c.account.organisation.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let admins = if codes.is_empty() { HashMap::new() } else { grouped(store::grant::admins(tx, &codes)?) };
    let mut notices = Vec::with_capacity(owing.len());
    for change in owing {
        let Some(owed) = change.notice else { continue };
        let account = &change.account;
        let recipients = match owed.kind.audience() {
            Audience::Holder if account.kind == Kind::User => vec![Some(account.id)],
            Audience::Holder => some_of(owners.get(&account.id).or_else(|| admins.get(account.organisation.as_str()))),
            Audience::Administrators => some_of(admins.get(account.organisation.as_str())),
        };
        notices.extend(recipients.into_iter().map(|recipient| new_notice(account, owed, recipient)));
    }
    Ok(notices)
}

fn some_of(accounts: Option<&Vec<AccountId>>) -> Vec<Option<AccountId>> {
    match accounts {
        Some(ids) if !ids.is_empty() => ids.iter().copied().map(Some).collect(),
        Some(_) | None => vec![None],
    }
}

fn new_notice(account: &Account, owed: domain::lifecycle::change::Owed, recipient: Option<AccountId>) -> NewNotice {
    NewNotice {
        account: account.id,
        organisation: account.organisation.to_string(),
        kind: owed.kind,
        rule: owed.rule,
        recipient,
        about: owed.about,
        details: Vec::new(),
    }
}

/// What the mail engine must hear of: a new status, a purge, a move.
fn command(d: &Decided) -> Option<NewCommand> {
    let (account, change) = (d.before.id, &d.change);
    let status = change.account.status();
    if status == Status::Purged && change.is_transition() {
        return Some(NewCommand { account, command: Command::Purge, payload: String::new() });
    }
    // A leaver that is disabled stays a leaver (LC-09).
    if change.is_transition() || d.before.may_work() != change.account.may_work() {
        return Some(NewCommand { account, command: Command::Status, payload: status.as_str().to_owned() });
    }
    let to: &OdsCode = &change.account.organisation;
    change.moved.as_ref().map(|_| NewCommand { account, command: Command::Move, payload: to.to_string() })
}
