//! Organisations that closed, and what is left of them: lists, contacts and guests come with those objects.

use std::collections::HashMap;

use domain::status::{Kind, Status};
use store::organisation::{Counted, Listed};
use store::tx::Reader;

use crate::error::Error;
use crate::report::cell::{Cell, Line};
use crate::report::walk::Over;
use crate::report::{Batch, Key, Work};

pub(super) fn batch(db: &mut Reader<'_>, work: &Work<'_>, after: &Key, size: u32) -> Result<Batch, Error> {
    let page = store::organisation::page(db, &after.place, size)?;
    let looked = page.len();
    let full = u32::try_from(looked).is_ok_and(|count| count == size);
    let code_of = |listed: &Listed| listed.organisation.code.to_string();
    let next = page.last().filter(|_| full).map(|last| Key { place: code_of(last), id: 0 });
    let mut closed: Vec<_> = page.into_iter().map(|listed| listed.organisation).collect();
    closed.retain(|o| !o.is_open(work.today));
    closed.retain(|o| match &work.over {
        Over::Everything => true,
        Over::Codes(codes) => codes.binary_search(&o.code).is_ok(),
    });
    let codes: Vec<&str> = closed.iter().map(|o| o.code.as_str()).collect();
    let mut counts: HashMap<String, Vec<Counted>> = HashMap::new();
    for counted in store::organisation::counted(db, &codes)? {
        counts.entry(counted.organisation.clone()).or_default().push(counted);
    }
    let lines = closed.into_iter().map(|o| {
        let counted = counts.remove(o.code.as_str()).unwrap_or_default();
        let mut line: Line = vec![
            Cell::of(o.code.as_str()),
            Cell::of(o.name.as_str()),
            Cell::day(o.closed_on),
            Cell::of(o.successor.as_ref().map_or("", |code| code.as_str())),
        ];
        line.extend(left(&counted));
        (Key { place: o.code.to_string(), id: 0 }, line)
    });
    Ok(Batch { lines: lines.collect(), looked, next })
}

/// Accounts by status, how many of them are shared or resources, and how many are neither deleted nor purged.
fn left(counted: &[Counted]) -> [Cell; 3] {
    let sum = |of: &dyn Fn(&Counted) -> bool| counted.iter().filter(|c| of(c)).map(|c| c.count).sum::<i64>();
    let lives = |c: &Counted| !matches!(c.status, Status::Deleted | Status::Purged);
    let each = Status::ALL.iter().map(|status| (status, sum(&|c| c.status == *status)));
    let told: Vec<String> =
        each.filter(|(_, count)| *count > 0).map(|(status, count)| format!("{status} {count}")).collect();
    let shared = sum(&|c| lives(c) && matches!(c.kind, Kind::Shared | Kind::Resource));
    [Cell::of(told.join(", ")), Cell::Number(shared), Cell::Number(sum(&lives))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_is_neither_deleted_nor_purged() {
        let counted = |kind, status, count| Counted { organisation: "A81002".into(), kind, status, count };
        let all = [
            counted(Kind::User, Status::Purged, 9),
            counted(Kind::User, Status::Active, 3),
            counted(Kind::Shared, Status::Active, 2),
            counted(Kind::Resource, Status::Deleted, 1),
            counted(Kind::User, Status::Leaver, 1),
        ];
        let texts = left(&all).map(|cell| cell.text());
        assert_eq!(texts, ["active 5, leaver 1, deleted 1, purged 9", "2", "6"]);
        assert_eq!(left(&[]).map(|cell| cell.text()), ["", "0", "0"]);
    }
}
