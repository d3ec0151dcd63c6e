//! By which protocol and from which kind of network each account came in with a mail program, and when (APP-04): a line for
//! each. Who has no line uses none.

use std::collections::HashMap;

use domain::delivery::{Door, Network};
use domain::ids::AccountId;
use store::protocol_use::Days;
use store::tx::Reader;

use crate::error::Error;
use crate::report::cell::Cell;
use crate::report::walk::key;
use crate::report::{Batch, Key, Work};

pub(super) fn batch(db: &mut Reader<'_>, work: &Work<'_>, after: &Key, size: u32) -> Result<Batch, Error> {
    let (seen, looked, next) = work.over.walk(db, work.ctx, after, size)?;
    let ids: Vec<AccountId> = seen.iter().map(|one| one.account.id).collect();
    let mut ways: HashMap<AccountId, Vec<(Door, Network, Days)>> = HashMap::new();
    for ((id, door, network), days) in store::protocol_use::of_accounts(db, &ids)? {
        ways.entry(id).or_default().push((door, network, days));
    }
    let mut lines = Vec::new();
    for one in seen {
        for (door, network, days) in ways.remove(&one.account.id).unwrap_or_default() {
            let line = vec![
                Cell::of(one.account.address.as_str()),
                Cell::of(one.account.kind.as_str()),
                Cell::of(one.home.code.as_str()),
                Cell::of(one.account.status().as_str()),
                Cell::of(door.as_str()),
                Cell::of(network.as_str()),
                Cell::Day(days.first),
                Cell::Day(days.last),
                Cell::Number(days.count.into()),
            ];
            lines.push((key(&work.over, &one.account), line));
        }
    }
    Ok(Batch { lines, looked, next })
}
