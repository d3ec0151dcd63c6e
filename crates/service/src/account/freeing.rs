//! Addresses whose time has ended: aliases of an old organisation (JML-05), reservations after a purge (LC-21).

use std::collections::HashMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::Action;
use domain::rule::Rule;
use domain::time::Day;
use store::address::{AddressKind, Taken};
use store::event::NewEvent;
use store::tx::WriteTx;

use crate::account::belongings::address_changed;
use crate::account::decided::line;
use crate::error::Error;
use crate::fields::Difference;

/// Frees what has ended by a day: how many addresses, and a line for each account that had some. They are read together:
/// hardly more than a day's purges of two years ago.
pub(crate) fn free(tx: &mut WriteTx<'_>, ctx: &Ctx, day: Day, run: i64) -> Result<(i64, Vec<NewEvent>), Error> {
    let freed = store::address::expire(tx, day)?;
    let mut ids: Vec<AccountId> = freed.iter().map(|taken| taken.account).collect();
    ids.dedup();
    let accounts: HashMap<AccountId, Account> =
        store::account::by_ids(tx, &ids)?.into_iter().map(|account| (account.id, account)).collect();
    let lines = freed.chunk_by(|a, b| a.account == b.account).filter_map(|of_one| {
        let changed: Vec<Difference> = of_one.iter().map(|t| address_changed(&t.address, Some(t), None)).collect();
        let first = of_one.first()?;
        Some(line(ctx, accounts.get(&first.account)?, Action::AddressFreed, rule(first), Some(run), &changed))
    });
    Ok((i64::try_from(freed.len()).unwrap_or(i64::MAX), lines.collect()))
}

const fn rule(freed: &Taken) -> Rule {
    match freed.kind {
        AddressKind::OldOrganisation => Rule::Jml05,
        AddressKind::Primary | AddressKind::Alias | AddressKind::OldName | AddressKind::Reserved => Rule::Lc21,
    }
}
