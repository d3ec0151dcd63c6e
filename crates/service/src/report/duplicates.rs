//! Accounts that may be the same person's: those of one name that have more in common. Names come in their order, from
//! the index of the federation or, for a few organisations, from their accounts.

use domain::duplicate::{Fact, SHOWN, score};
use domain::ids::{AccountId, OdsCode};
use domain::status::{Kind, Status};
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::report::cell::Cell;
use crate::report::walk::{Over, Seen, seen};
use crate::report::{Batch, Key, Work};

/// Up to so many organisations are read themselves; beyond, the names of the federation are gone through.
const FEW: usize = 20;
/// Behind every key of a name.
const END: &str = "~";

type Names = Vec<(String, AccountId)>;

pub(super) fn batch(
    almoner: &Almoner,
    db: &mut Reader<'_>,
    work: &Work<'_>,
    after: &Key,
    size: u32,
) -> Result<Batch, Error> {
    let (names, next) = match &work.over {
        Over::Codes(codes) if codes.len() <= FEW => {
            let behind = (after.place.clone(), AccountId(after.id));
            (of_organisations(db, codes)?.into_iter().filter(|name| *name > behind).collect(), None)
        }
        Over::Codes(_) | Over::Everything => of_federation(db, after, size)?,
    };
    let looked = names.len();
    let mut lines = Vec::new();
    for group in names.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let ids: Vec<AccountId> = group.iter().map(|(_, id)| *id).collect();
        let accounts = store::account::by_ids(db, &ids)?;
        let mut persons = seen(db, work.ctx, accounts)?;
        persons.retain(|one| is_person(one) && covers(&work.over, one));
        persons.sort_by_key(|one| one.account.id);
        let place = group.first().map_or_else(String::new, |(name, _)| name.clone());
        lines.extend(told(almoner, &persons).into_iter().map(|(id, line)| (Key { place: place.clone(), id }, line)));
    }
    Ok(Batch { lines, looked, next })
}

fn is_person(seen: &Seen) -> bool {
    seen.account.kind == Kind::User && !matches!(seen.account.status(), Status::Deleted | Status::Purged)
}

fn covers(over: &Over, seen: &Seen) -> bool {
    match over {
        Over::Everything => true,
        Over::Codes(codes) => codes.binary_search(&seen.home.code).is_ok(),
    }
}

/// A range of the federation's names; the last name waits for the next range, which may have more of it.
fn of_federation(db: &mut Reader<'_>, after: &Key, size: u32) -> Result<(Names, Option<Key>), Error> {
    let begin = if after.place.is_empty() { " " } else { after.place.as_str() };
    let mut names = store::profile::names(db, (begin, AccountId(after.id)), END, size)?;
    if u32::try_from(names.len()).is_ok_and(|count| count < size) {
        return Ok((names, None));
    }
    let last = names.last().map_or_else(String::new, |(name, _)| name.clone());
    let whole = names.iter().take_while(|(name, _)| *name != last).count();
    // A name that fills the range is told in parts.
    names.truncate(if whole == 0 { names.len() } else { whole });
    let next = names.last().map(|(place, id)| Key { place: place.clone(), id: id.0 });
    Ok((names, next))
}

fn of_organisations(db: &mut Reader<'_>, codes: &[OdsCode]) -> Result<Names, Error> {
    let mut names = Names::new();
    for code in codes {
        let mut last = AccountId(0);
        loop {
            let page = store::account::of_organisation(db, code, last, 5_000)?;
            let Some(end) = page.last().map(|account| account.id) else { break };
            last = end;
            let ids: Vec<AccountId> = page.iter().filter(|a| a.kind == Kind::User).map(|a| a.id).collect();
            let profiles = store::profile::by_ids(db, &ids)?.into_iter();
            names.extend(profiles.map(|(id, p)| (store::profile::name_key(&p.first_name, &p.last_name, ""), id)));
        }
    }
    names.retain(|(name, _)| !name.is_empty());
    names.sort();
    Ok(names)
}

/// The lines of those of one name who have enough in common with another; the group bears the first one's number.
fn told(almoner: &Almoner, persons: &[Seen]) -> Vec<(i64, Vec<Cell>)> {
    let day = |one: &Seen| almoner.calendar().day_of(one.account.created_at);
    let common = |a: &Seen, b: &Seen| {
        let mut facts = vec![Fact::Name];
        let same = |x: &str, y: &str| !x.is_empty() && x == y;
        let has = [
            (Fact::Organisation, a.home.code == b.home.code),
            (Fact::Mobile, same(&a.profile.mobile, &b.profile.mobile)),
            (Fact::LocalId, same(&a.profile.local_id, &b.profile.local_id)),
            (Fact::Created, day(a) == day(b)),
        ];
        facts.extend(has.into_iter().filter(|(_, has)| *has).map(|(fact, _)| fact));
        facts
    };
    let best = |one: &Seen| {
        let others = persons.iter().filter(|other| other.account.id != one.account.id);
        others.map(|other| common(one, other)).max_by_key(|facts| score(facts)).filter(|facts| score(facts) >= SHOWN)
    };
    let matched: Vec<(&Seen, Vec<Fact>)> = persons.iter().filter_map(|one| Some((one, best(one)?))).collect();
    let group = matched.first().map_or(0, |(one, _)| one.account.id.0);
    let line = |(one, facts): (&Seen, Vec<Fact>)| {
        let words: Vec<&str> = facts.iter().map(|fact| fact.as_str()).collect();
        let line = vec![
            Cell::Number(group),
            Cell::of(one.account.address.as_str()),
            Cell::of(one.profile.full_name()),
            Cell::of(one.home.code.as_str()),
            Cell::of(words.join(", ")),
            Cell::Number(score(&facts)),
        ];
        (one.account.id.0, line)
    };
    matched.into_iter().map(line).collect()
}
