//! Every mailbox of the reader's scope: where it stands, when it was last used, what time alone will bring.

use std::collections::HashMap;

use domain::ids::AccountId;
use domain::lifecycle::step::next_step;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::report::cell::{Cell, Line};
use crate::report::walk::{Seen, key};
use crate::report::{Batch, Key, Work};

pub(super) fn batch(
    almoner: &Almoner,
    db: &mut Reader<'_>,
    work: &Work<'_>,
    after: &Key,
    size: u32,
) -> Result<Batch, Error> {
    let (seen, looked, next) = work.over.walk(db, work.ctx, after, size)?;
    let ids: Vec<AccountId> = seen.iter().map(|one| one.account.id).collect();
    let used: HashMap<AccountId, u64> = store::mailbox_use::of_accounts(db, &ids)?.into_iter().collect();
    let lines = seen.into_iter().map(|one| {
        let bytes = used.get(&one.account.id).copied();
        Ok((key(&work.over, &one.account), line(almoner, work, one, bytes)?))
    });
    Ok(Batch { lines: lines.collect::<Result<_, Error>>()?, looked, next })
}

/// Of a size in bytes, the MiB that it begins.
const fn mib(bytes: u64) -> i64 {
    bytes.div_ceil(1024 * 1024).cast_signed()
}

/// How much of a quota in MiB that is; nothing for one without an end.
fn percent(bytes: u64, quota_mib: i64) -> Option<i64> {
    let quota = u64::try_from(quota_mib).ok().filter(|quota| *quota > 0)?.saturating_mul(1024 * 1024);
    i64::try_from(u128::from(bytes) * 100 / u128::from(quota)).ok()
}

/// What the mail engine never told of has no size.
fn line(almoner: &Almoner, work: &Work<'_>, seen: Seen, used: Option<u64>) -> Result<Line, Error> {
    let Seen { account, profile, home } = seen;
    let terms = almoner.terms(account.kind, home.sector, work.today)?;
    let next = next_step(&account, &terms).map(|step| step.not_before(work.today, &terms));
    let last = account.signals.newest(&terms.rules.signals);
    let day = |at| almoner.calendar().day_of(at);
    Ok(vec![
        Cell::of(account.address.as_str()),
        Cell::of(profile.full_name()),
        Cell::of(account.kind.as_str()),
        Cell::of(home.code.as_str()),
        Cell::of(profile.unit),
        Cell::of(account.status().as_str()),
        Cell::Day(day(account.state.since())),
        Cell::of(last.map_or("", |(signal, _)| signal.as_str())),
        Cell::day(last.map(|(_, seen)| day(seen.at))),
        Cell::of(next.map_or("", |step| step.to.as_str())),
        Cell::day(next.map(|step| step.on)),
        Cell::of(profile.licence),
        Cell::Number(profile.quota_mib),
        used.map_or(Cell::Nothing, |bytes| Cell::Number(mib(bytes))),
        used.and_then(|bytes| percent(bytes, profile.quota_mib)).map_or(Cell::Nothing, Cell::Number),
        Cell::yes(profile.hidden),
        Cell::yes(account.held.is_some()),
        Cell::of(profile.local_id),
    ])
}
