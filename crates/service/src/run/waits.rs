//! Accounts that a rollback put back wait for a person: else the next run would do to them what was just undone.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Account;
use domain::brake::{Brake, Budget, Group, Measure, Source, Stand, Tripped};
use domain::ids::AccountId;
use domain::lifecycle::change::Action;
use domain::rule::Rule;
use store::audit::Line;
use store::brake::{NewItem, NewPart, Which};
use store::event::NewEvent;
use store::tx::WriteTx;

use crate::brake::keep;
use crate::error::Error;
use crate::run::restore::{Restored, Restoring};
use crate::run::undo::is_transition;

/// The most parts that one rollback can have made: one of each organisation, kind and cause.
const PARTS: u32 = 1_000_000;

/// What the run did to an account at last, as brakes count it; none where a rollback did it.
pub(super) fn group_of(account: &Account, lines: &[Line], run: i64) -> Result<Option<Group>, Error> {
    for line in lines.iter().rev().filter(|line| line.run == Some(run) && line.object_type != "grant") {
        if is_transition(&line.detail)? {
            let (organisation, kind) = (account.organisation.clone(), account.kind);
            let cause = Action::parse(&line.action).zip(line.rule.as_deref().and_then(Rule::parse));
            let cause = cause.filter(|(action, _)| *action != Action::RolledBack);
            return Ok(cause.map(|(action, rule)| Group { organisation, kind, action, rule }));
        }
    }
    Ok(None)
}

/// Holds what was put back, by groups; and of what an undone rollback held, lets go what is no longer put back.
pub(super) fn hold(
    tx: &mut WriteTx<'_>,
    restoring: &Restoring<'_>,
    restored: &[Restored],
) -> Result<Vec<NewEvent>, Error> {
    let mut items: BTreeMap<&Group, Vec<NewItem>> = BTreeMap::new();
    for one in restored {
        let (account, address) = (one.decided.before.id, one.decided.before.address.to_string());
        if let Some(group) = &one.group {
            let item = NewItem { account, address, request: None, request_key: None };
            items.entry(group).or_default().push(item);
        }
    }
    let mut events = Vec::new();
    for (group, items) in items {
        events.extend(keep::hold(tx, restoring.ctx, &part(restoring, group, items.len()), &items)?.events);
    }
    let_go(tx, restoring, restored)?;
    Ok(events)
}

fn part(restoring: &Restoring<'_>, group: &Group, count: usize) -> NewPart {
    let planned = i64::try_from(count).unwrap_or(i64::MAX);
    let day = restoring.day;
    NewPart {
        day: day.day,
        group: group.clone(),
        source: Source::Run,
        tripped: Tripped { brake: Brake::Rollback, limit: 0, why: format!("run {}", restoring.rollback.run) },
        measure: Measure { planned, done_today: 0, forecast: None, population: planned },
        run: Some(restoring.rollback.id),
        asked_by: String::new(),
        asked_id: None,
        asked_in: String::new(),
        budget: Some(Budget::of(day.policy)),
        made_at: restoring.ctx.now,
        expires_on: day.day.plus_days(day.policy.brakes.held_days.into()),
    }
}

/// Cost: one read of what runs hold, whatever is put back.
fn let_go(tx: &mut WriteTx<'_>, restoring: &Restoring<'_>, restored: &[Restored]) -> Result<(), Error> {
    let undone = restoring.rollback.run;
    if store::rollback::get(tx, undone)?.is_none() {
        return Ok(());
    }
    let parts = store::brake::list(tx, Which::Run(undone), i64::MAX, PARTS)?;
    let open: BTreeSet<i64> = parts.iter().filter(|part| part.state == Stand::Held).map(|part| part.id).collect();
    let back: BTreeSet<AccountId> = restored.iter().map(|one| one.decided.before.id).collect();
    let (mut items, mut touched) = (Vec::new(), BTreeSet::new());
    store::brake::of_runs(tx, Stand::Held, |item| {
        if open.contains(&item.part) && back.contains(&item.account) {
            items.push(item.item);
            touched.insert(item.part);
        }
        Ok(())
    })?;
    store::brake::set_items(tx, &items, Stand::Lapsed)?;
    for part in touched {
        store::brake::settle(tx, part, Stand::Lapsed, "system", restoring.ctx.now)?;
    }
    Ok(())
}
