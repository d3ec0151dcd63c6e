//! What will happen to the accounts of the reader's scope (RUN-07): the same play as the forecast page and the run.

use std::collections::HashMap;

use domain::account::Account;
use domain::explain::explain;
use domain::ids::{AccountId, OdsCode};
use domain::time::Day;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::outlook;
use crate::report::cell::{Cell, Line};
use crate::report::walk::{Over, Seen, seen};
use crate::report::{Batch, Key, Work};

/// The federation goes by day, then account; an organisation is read whole, which its size bounds, and its accounts are
/// numbered by their days.
pub(super) fn batch(
    almoner: &Almoner,
    db: &mut Reader<'_>,
    work: &Work<'_>,
    after: &Key,
    size: u32,
) -> Result<Batch, Error> {
    let until = work.today.plus_days(i32::from(work.asked.days));
    let (due, next) = match &work.over {
        Over::Everything => of_all(db, after, until, size)?,
        Over::Codes(codes) => of_organisations(db, codes, after, until, size)?,
    };
    let looked = due.len();
    let mut keys: HashMap<AccountId, Key> = due.iter().map(|(key, account)| (account.id, key.clone())).collect();
    let mut lines = Vec::new();
    for one in seen(db, work.ctx, due.into_iter().map(|(_, account)| account).collect())? {
        let key = keys.remove(&one.account.id).unwrap_or_default();
        lines.extend(told(almoner, work, &one, until)?.into_iter().map(|line| (key.clone(), line)));
    }
    Ok(Batch { lines, looked, next })
}

type Due = (Vec<(Key, Account)>, Option<Key>);

/// The place is the day's number; the first reading has none.
fn of_all(db: &mut Reader<'_>, after: &Key, until: Day, size: u32) -> Result<Due, Error> {
    let day = after.place.parse().map_or_else(|_| Day::from_number(i32::MIN), Day::from_number);
    let page = store::account::due(db, until, (day, AccountId(after.id)), size)?;
    let full = u32::try_from(page.len()).is_ok_and(|count| count == size);
    let keyed =
        page.into_iter().map(|(account, on)| (Key { place: on.number().to_string(), id: account.id.0 }, account));
    let due: Vec<_> = keyed.collect();
    let next = due.last().filter(|_| full).map(|(key, _)| key.clone());
    Ok((due, next))
}

fn of_organisations(db: &mut Reader<'_>, codes: &[OdsCode], after: &Key, until: Day, size: u32) -> Result<Due, Error> {
    let enough = usize::try_from(size).unwrap_or(usize::MAX);
    let mut all: Vec<(Key, Account)> = Vec::new();
    for code in codes.iter().filter(|code| code.as_str() >= after.place.as_str()) {
        let behind = if code.as_str() == after.place { after.id } else { 0 };
        let due = (1..).zip(store::account::due_of_organisation(db, code, until)?);
        let keyed = due.map(|(id, account)| (Key { place: code.to_string(), id }, account));
        all.extend(keyed.filter(|(key, _)| key.id > behind));
        if all.len() >= enough {
            return Ok((all, Some(Key { place: code.to_string(), id: i64::MAX })));
        }
    }
    Ok((all, None))
}

fn told(almoner: &Almoner, work: &Work<'_>, seen: &Seen, until: Day) -> Result<Vec<Line>, Error> {
    let (account, home) = (&seen.account, &seen.home);
    let timeline = almoner.timeline(account.kind, home.sector, work.today, until)?;
    let (_, expected) = outlook::play(account, &timeline, work.today, until);
    let terms = almoner.terms(account.kind, home.sector, work.today)?;
    let change = explain(account, &terms, work.today).would_change.join("; ");
    let lines = expected.into_iter().map(|step| {
        vec![
            Cell::of(account.address.as_str()),
            Cell::of(home.code.as_str()),
            Cell::of(step.to.as_str()),
            Cell::Day(step.on),
            Cell::of(step.rule.as_str()),
            Cell::of(step.why),
            Cell::day(step.notice_sent_on),
            Cell::of(change.clone()),
        ]
    });
    Ok(lines.collect())
}
