//! Mailboxes without an owner, told once a month to the administrators of their organisation (NTC-05). Where there are none,
//! nobody is told: the operator has the report of the whole federation.

use std::collections::{HashMap, HashSet};

use domain::account::Account;
use domain::ids::AccountId;
use domain::notice::NoticeKind;
use domain::rule::Rule;
use domain::time::Day;
use store::notice::NewNotice;
use store::pass::Pass;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::grouped::grouped;
use crate::notice::remind::{AtWork, Step};

/// The pass, in the store.
const NAME: &str = "ownerless";
/// So many mailboxes are named; the report has all.
const NAMED: usize = 20;

/// What an organisation's administrators are told.
#[derive(Debug)]
struct Found {
    organisation: String,
    /// The mailbox that the notice stands at.
    first: AccountId,
    named: Vec<String>,
    count: usize,
}

impl Almoner {
    pub(super) fn tell_of_ownerless(&self, at: &AtWork<'_>) -> Result<usize, Error> {
        let month = first_of_month(at.today);
        let so_far = self.pass_so_far(NAME)?;
        if so_far.as_ref().is_some_and(|pass| pass.done_on >= month) {
            return Ok(0);
        }
        // One that was killed goes on within its month; in the next all is told anew.
        let fresh = || Pass { day: at.today, done_on: month.plus_days(-1), place: String::new(), id: 0 };
        let mut pass = so_far.filter(|pass| pass.day >= month).unwrap_or_else(fresh);
        let mut told = 0;
        loop {
            let (count, next) = self.step(at, (NAME, Rule::Ntc05), |db| next_organisations(db, &pass, at.batch))?;
            told += count;
            let went_on = next.place != pass.place;
            pass = next;
            if !went_on {
                break;
            }
        }
        let whole = Pass { done_on: at.today, place: String::new(), ..pass };
        self.step(at, (NAME, Rule::Ntc05), |_| Ok(Step { notices: Vec::new(), pass: whole.clone() }))?;
        Ok(told)
    }
}

fn first_of_month(day: Day) -> Day {
    day.plus_days(1 - i32::from(day.date().day()))
}

/// Some organisations behind the place where the pass is, each whole; where there are none it stays. Reads on until about
/// `size` mailboxes were looked at and the last organisation is over.
fn next_organisations(db: &mut Reader<'_>, pass: &Pass, size: u32) -> Result<Step, Error> {
    let mut found: Vec<Found> = Vec::new();
    let (mut place, mut id) = (pass.place.clone(), AccountId(i64::MAX));
    let mut looked = 0;
    loop {
        let page = store::account::unattended(db, (&place, id), size)?;
        let full = u32::try_from(page.len()).is_ok_and(|count| count == size);
        let over = looked > 0;
        // What was begun is read to its end; what begins after enough was looked at is for the next step.
        let last = page.last().map(|account| (account.organisation.to_string(), account.id));
        let stays = |account: &Account| !over || account.organisation.as_str() == place;
        let kept: Vec<Account> = page.into_iter().take_while(stays).collect();
        looked += kept.len();
        let ended = kept.last().map(|account| (account.organisation.to_string(), account.id)) != last;
        add(db, &mut found, &kept)?;
        if let Some(last) = kept.last() {
            (place, id) = (last.organisation.to_string(), last.id);
        }
        if !full || ended || kept.is_empty() {
            break;
        }
    }
    let notices = addressed(db, &found)?;
    Ok(Step { notices, pass: Pass { place, ..pass.clone() } })
}

fn add(db: &mut Reader<'_>, found: &mut Vec<Found>, accounts: &[Account]) -> Result<(), Error> {
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let owned: HashSet<AccountId> = store::member::owners(db, &ids)?.into_iter().map(|(mailbox, _)| mailbox).collect();
    for account in accounts.iter().filter(|account| !owned.contains(&account.id)) {
        let of = account.organisation.as_str();
        if found.last().is_none_or(|last| last.organisation != of) {
            found.push(Found { organisation: of.to_owned(), first: account.id, named: Vec::new(), count: 0 });
        }
        if let Some(last) = found.last_mut() {
            last.count += 1;
            if last.named.len() < NAMED {
                last.named.push(account.address.to_string());
            }
        }
    }
    Ok(())
}

fn addressed(db: &mut Reader<'_>, found: &[Found]) -> Result<Vec<NewNotice>, Error> {
    let codes: Vec<&str> = found.iter().map(|one| one.organisation.as_str()).collect();
    let admins = if codes.is_empty() { HashMap::new() } else { grouped(store::grant::admins(db, &codes)?) };
    let notices = found.iter().flat_map(|one| {
        let to = admins.get(&one.organisation).map_or(&[][..], Vec::as_slice);
        to.iter().map(|to| notice(one, *to))
    });
    Ok(notices.collect())
}

fn notice(found: &Found, to: AccountId) -> NewNotice {
    let mut details = found.named.clone();
    let more = found.count - found.named.len();
    details.extend((more > 0).then(|| format!("and {more} more")));
    NewNotice {
        account: found.first,
        organisation: found.organisation.clone(),
        kind: NoticeKind::Ownerless,
        rule: Rule::Ntc05,
        recipient: Some(to),
        about: None,
        details,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_on_its_first_day() {
        for (day, first) in [
            ("2019-01-01", "2019-01-01"),
            ("2019-01-31", "2019-01-01"),
            ("2019-02-28", "2019-02-01"),
            ("2020-02-29", "2020-02-01"),
        ] {
            assert_eq!(first_of_month(Day::parse(day).unwrap()), Day::parse(first).unwrap(), "{day}");
        }
    }

    #[test]
    fn twenty_mailboxes_are_named_and_the_others_counted() {
        for (count, last) in [(1, "m0"), (20, "m19"), (21, "and 1 more"), (300, "and 280 more")] {
            let named = (0..count.min(NAMED)).map(|n| format!("m{n}")).collect();
            let found = Found { organisation: "RX1".into(), first: AccountId(1), named, count };
            let details = notice(&found, AccountId(2)).details;
            assert_eq!((details.len(), details.last().unwrap().as_str()), ((count.min(NAMED + 1)), last), "{count}");
        }
    }
}
