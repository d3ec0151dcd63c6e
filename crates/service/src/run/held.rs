//! Keeping what the brakes of a run hold, and ending the parts whose accounts went after a release.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::brake::{Budget, Source, Stand};
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::time::Timestamp;
use store::brake::{NewItem, NewPart};
use store::run::Run;
use store::tx::{Audit, WriteTx};

use crate::brake::keep;
use crate::error::Error;
use crate::federation::Almoner;
use crate::run::brakes::{Brakes, HeldGroup};
use crate::run::day::RunDay;
use crate::run::going::Going;
use crate::run::plan::BATCH;

impl Almoner {
    /// Keeps each held group as a part that waits for a person. Before anything of the plan is done: killed in between,
    /// the run judges the groups that are not kept yet by the same figures and holds the same accounts.
    pub(crate) fn keep_held(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        run: &Run,
        going: &Going<'_>,
        brakes: &mut Brakes<'_>,
        held: &[HeldGroup],
    ) -> Result<(), Error> {
        for some in batches(held) {
            self.store.write("hold_parts", |tx| {
                going.keep(tx)?;
                let mut events = Vec::new();
                for one in some {
                    let items = items(tx, &one.accounts)?;
                    events.extend(keep::hold(tx, ctx, &part(ctx, day, run, one), &items)?.events);
                }
                Ok::<_, Error>(((), Audit::if_any(events)))
            })?;
            going.beat()?;
        }
        for one in held {
            brakes.wait(&one.accounts, one.group.action);
        }
        Ok(())
    }
}

/// Groups whose accounts fit into one transaction together, at least one at a time.
fn batches(held: &[HeldGroup]) -> impl Iterator<Item = &[HeldGroup]> {
    let mut rest = held;
    std::iter::from_fn(move || {
        let mut accounts = 0;
        let fits = rest.iter().take_while(|one| {
            accounts += one.accounts.len();
            accounts <= BATCH
        });
        let (some, left) = rest.split_at_checked(fits.count().max(1))?;
        rest = left;
        Some(some)
    })
}

fn part(ctx: &Ctx, day: &RunDay<'_>, run: &Run, held: &HeldGroup) -> NewPart {
    NewPart {
        day: day.day,
        group: held.group.clone(),
        source: Source::Run,
        tripped: held.tripped.clone(),
        measure: held.measure,
        run: Some(run.id),
        asked_by: String::new(),
        asked_id: None,
        asked_in: String::new(),
        budget: Some(Budget::of(day.policy)),
        made_at: ctx.now,
        expires_on: day.day.plus_days(day.policy.brakes.held_days.into()),
    }
}

fn items(tx: &mut WriteTx<'_>, accounts: &[AccountId]) -> Result<Vec<NewItem>, Error> {
    let found = store::account::by_ids(tx, accounts)?;
    let mut addresses: HashMap<AccountId, String> =
        found.into_iter().map(|account| (account.id, account.address.to_string())).collect();
    let items = accounts.iter().filter_map(|id| {
        Some(NewItem { account: *id, address: addresses.remove(id)?, request: None, request_key: None })
    });
    Ok(items.collect())
}

/// What two persons released is done, or needs nothing any more; who was put off by the caps goes another day.
pub(crate) fn settle_released(tx: &mut WriteTx<'_>, put_off: &HashSet<AccountId>, now: Timestamp) -> Result<(), Error> {
    let (mut done, mut parts) = (Vec::new(), BTreeSet::new());
    store::brake::of_runs(tx, Stand::Released, |item| {
        if !put_off.contains(&item.account) {
            done.push(item.item);
            parts.insert(item.part);
        }
        Ok(())
    })?;
    store::brake::set_items(tx, &done, Stand::Done)?;
    for part in parts {
        store::brake::settle(tx, part, Stand::Done, "system", now)?;
    }
    Ok(())
}
