//! Mailboxes without a person that nobody owns: a deleted owner counts for none (decision 6).

use std::collections::{HashMap, HashSet};

use domain::ids::AccountId;
use domain::status::{Kind, Status};
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::report::cell::Cell;
use crate::report::walk::key;
use crate::report::{Batch, Key, Work};

pub(super) fn batch(
    almoner: &Almoner,
    db: &mut Reader<'_>,
    work: &Work<'_>,
    after: &Key,
    size: u32,
) -> Result<Batch, Error> {
    let (mut seen, looked, next) = work.over.walk(db, work.ctx, after, size)?;
    seen.retain(|one| one.account.kind != Kind::User && one.account.status() != Status::Deleted);
    let ids: Vec<AccountId> = seen.iter().map(|one| one.account.id).collect();
    let owned: HashSet<AccountId> = store::member::owners(db, &ids)?.into_iter().map(|(mailbox, _)| mailbox).collect();
    let mut members: HashMap<AccountId, usize> = HashMap::new();
    for (mailbox, ..) in store::member::in_mailboxes(db, &ids)? {
        *members.entry(mailbox).or_default() += 1;
    }
    let lines = seen.into_iter().filter(|one| !owned.contains(&one.account.id)).map(|one| {
        let terms = almoner.terms(one.account.kind, one.home.sector, work.today)?;
        let used = one.account.signals.newest(&terms.rules.signals).map(|(_, seen)| almoner.calendar().day_of(seen.at));
        let line = vec![
            Cell::of(one.account.kind.as_str()),
            Cell::of(one.account.address.as_str()),
            Cell::of(one.home.code.as_str()),
            Cell::count(members.get(&one.account.id).copied().unwrap_or(0)),
            Cell::day(used),
        ];
        Ok((key(&work.over, &one.account), line))
    });
    Ok(Batch { lines: lines.collect::<Result<_, Error>>()?, looked, next })
}
