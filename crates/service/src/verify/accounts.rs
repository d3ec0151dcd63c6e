//! Accounts with all that belongs to them: rows and lines are both read by id, side by side.

use domain::ids::AccountId;
use domain::time::Day;
use store::tx::Reader;

use super::dates::Dates;
use super::stored::{Few, Stored};
use super::{Found, Report};
use crate::error::Error;
use crate::federation::Almoner;
use crate::fields::Fields;
use crate::history::stream::{ALWAYS, Stream, Told};
use crate::progress::Progress;

/// Accounts compared at a time.
const PAGE: u32 = 5_000;

pub(super) fn compare(
    almoner: &Almoner,
    db: &mut Reader<'_>,
    today: Day,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<(), Error> {
    let dates = Dates::read(almoner, db, today)?;
    let mut few = Few::read(db)?;
    let mut stream = Stream::until(ALWAYS);
    let mut next = stream.next(db)?;
    let mut after = AccountId(i64::MIN);
    loop {
        let rows = store::whole::accounts(db, after, PAGE)?;
        let read = rows.len();
        // The last page takes everything that is left, whether an account goes with it or not.
        let whole = u32::try_from(read) == Ok(PAGE);
        let last = rows.last().filter(|_| whole).map_or(AccountId(i64::MAX), |(id, _)| *id);
        for (id, stored) in few.range(db, rows, after, last)? {
            while let Some(told) = next.take_if(|told| told.id < id) {
                one(report, &dates, told.id, &Stored::default(), &told);
                next = stream.next(db)?;
            }
            let told = next.take_if(|told| told.id == id);
            if told.is_some() {
                next = stream.next(db)?;
            }
            one(report, &dates, id, &stored, &told.unwrap_or_default());
        }
        progress.advance(read as u64);
        if !whole {
            break;
        }
        after = last;
    }
    while let Some(told) = next {
        one(report, &dates, told.id, &Stored::default(), &told);
        next = stream.next(db)?;
    }
    Ok(())
}

fn one(report: &mut Report, dates: &Dates<'_>, id: i64, stored: &Stored, told: &Told) {
    let address = stored.facts.get("address").or_else(|| told.facts.get("address"));
    let name = address.cloned().unwrap_or_else(|| format!("with the number {id}"));
    let found = |field: &str, stored, told| Found {
        what: "account",
        name: name.clone(),
        field: field.to_owned(),
        stored,
        told,
    };
    match stored.unreadable {
        Some(column) => report.differ(found(column, Some("unreadable".to_owned()), told.facts.get("status").cloned())),
        None => report.compare("account", &name, &stored.facts, &told.facts),
    }
    if let Some((account, schedule)) = &stored.account {
        report.verified.accounts += 1;
        if let Some((is, due)) = dates.wrong(account, *schedule) {
            report.differ(found("due", is, due));
        }
    }
    let nothing = Fields::new();
    for (grant, stored) in &stored.grants {
        report.verified.grants += 1;
        report.compare("grant", &grant.to_string(), stored, told.grants.get(grant).unwrap_or(&nothing));
    }
    for (grant, told) in told.grants.iter().filter(|(grant, _)| !stored.grants.contains_key(grant)) {
        report.compare("grant", &grant.to_string(), &nothing, told);
    }
}
