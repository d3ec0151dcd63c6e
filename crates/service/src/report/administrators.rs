//! Who administers what, and when each grant was last used (ROLE-09).

use std::collections::HashMap;

use domain::ids::AccountId;
use domain::org::Sector;
use domain::rights::{Action, Place, Scope, may};
use domain::status::Kind;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::grant::scope_text;
use crate::report::cell::Cell;
use crate::report::walk::Over;
use crate::report::{Batch, Key, Work};

pub(super) fn batch(
    almoner: &Almoner,
    db: &mut Reader<'_>,
    work: &Work<'_>,
    after: &Key,
    size: u32,
) -> Result<Batch, Error> {
    let given = store::grant::page(db, after.id, size)?;
    let looked = given.len();
    let full = u32::try_from(looked).is_ok_and(|count| count == size);
    let next = given.last().filter(|_| full).map(|last| Key { place: String::new(), id: last.grant.id });
    let of = |scope: &Scope| match scope {
        Scope::Organisation(code) | Scope::Unit(code, _) => Some(code.clone()),
        Scope::Sector(_) | Scope::Federation => None,
    };
    let named = &work.asked.organisation;
    let wide = may(&work.ctx.actor, Action::Report, Place::Federation).is_ok();
    let mut given = given;
    given.retain(|given| match of(&given.grant.scope) {
        Some(code) => match &work.over {
            Over::Everything => true,
            Over::Codes(codes) => codes.binary_search(&code).is_ok(),
        },
        None => wide && named.is_empty(),
    });
    let ids: Vec<AccountId> = given.iter().map(|given| given.grant.holder).collect();
    let holders: HashMap<AccountId, String> =
        store::account::by_ids(db, &ids)?.into_iter().map(|a| (a.id, a.address.to_string())).collect();
    let grants: Vec<i64> = given.iter().map(|given| given.grant.id).collect();
    let used: HashMap<i64, _> = store::audit::last_uses(db, &grants)?.into_iter().collect();
    let day = |at| almoner.calendar().day_of(at);
    // As an account without signals, a grant without use is idle: the policy says after how long.
    let idle = almoner.terms(Kind::User, Sector::Other, work.today)?.rules.idle;
    let lines = given.into_iter().map(|given| {
        let id = given.grant.id;
        let line = vec![
            Cell::of(holders.get(&given.grant.holder).cloned().unwrap_or_default()),
            Cell::of(given.grant.role.as_str()),
            Cell::of(scope_text(&given.grant.scope)),
            Cell::of(given.by.as_str()),
            Cell::Day(day(given.at)),
            Cell::day(used.get(&id).map(|at| day(*at))),
            Cell::yes(idle.is_some_and(|idle| day(*used.get(&id).unwrap_or(&given.at)).plus(idle) <= work.today)),
            Cell::Number(id),
        ];
        (Key { place: String::new(), id }, line)
    });
    Ok(Batch { lines: lines.collect(), looked, next })
}
