//! Every mailbox of the reader's scope: where it stands, when it was last used, what time alone will bring.

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
    let lines = seen.into_iter().map(|one| Ok((key(&work.over, &one.account), line(almoner, work, one)?)));
    Ok(Batch { lines: lines.collect::<Result<_, Error>>()?, looked, next })
}

fn line(almoner: &Almoner, work: &Work<'_>, seen: Seen) -> Result<Line, Error> {
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
        // The mail engine will say.
        Cell::Nothing,
        Cell::Nothing,
        Cell::yes(profile.hidden),
        Cell::yes(account.held.is_some()),
        Cell::of(profile.local_id),
    ])
}
