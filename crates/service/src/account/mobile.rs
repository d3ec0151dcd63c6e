//! Mobile numbers of accounts: in one form, and no number two people's (SSPR-02). Whose a number is, is never told.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::ids::AccountId;
use domain::mobile::Mobile;
use domain::policy::Policy;
use domain::status::Status;
use store::tx::{Reader, WriteTx};

use crate::error::Error;

/// What whoever types a number of another is told.
pub(crate) const TAKEN: &str = "this mobile number is another account's already: a number is one person's (SSPR-02); write \
                                another, or leave it out";

/// A number as it is kept. A policy that says nothing of recovery leaves it as it was written.
pub(crate) fn plain(text: &str, policy: &Policy) -> Result<String, String> {
    let text = text.trim();
    match &policy.recovery {
        Some(rules) if !text.is_empty() => Mobile::parse(text, rules.country_code)
            .map(|number| number.as_str().to_owned())
            .map_err(|error| error.to_string()),
        Some(_) | None => Ok(text.to_owned()),
    }
}

/// Whether an account in this status uses its number: one that is deleted does not.
const fn uses(status: Status) -> bool {
    match status {
        Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled => true,
        Status::Deleted | Status::Purged => false,
    }
}

/// Whose some numbers are, for a batch of changes that may give one away and take another.
#[derive(Debug, Default)]
pub(crate) struct Numbers(HashMap<String, Option<AccountId>>);

impl Numbers {
    /// Who has these numbers now. Cost: an index look-up for each.
    pub(crate) fn of(db: &mut Reader<'_>, numbers: &[&str]) -> Result<Self, Error> {
        let mut asked: Vec<&str> = numbers.iter().copied().filter(|number| !number.is_empty()).collect();
        asked.sort_unstable();
        asked.dedup();
        let known = store::profile::by_mobiles(db, &asked)?;
        let in_use = known.into_iter().filter(|(_, _, status)| uses(*status));
        Ok(Self(in_use.map(|(account, number, _)| (number, Some(account))).collect()))
    }

    /// The same, once nobody else is giving one of them away: what is taken stays free of others until this write ends.
    pub(crate) fn in_turn(tx: &mut WriteTx<'_>, numbers: &[&str]) -> Result<Self, Error> {
        store::mobile_turn::wait(tx, numbers)?;
        Self::of(tx, numbers)
    }

    /// Takes a number for an account, or for one that is being made; `false`: it is another's.
    pub(crate) fn take(&mut self, number: &str, account: Option<AccountId>) -> bool {
        if number.is_empty() {
            return true;
        }
        match self.0.entry(number.to_owned()) {
            // An account that has no id yet is nobody's but its own line's.
            Entry::Occupied(holder) => account.is_some() && *holder.get() == account,
            Entry::Vacant(free) => {
                free.insert(account);
                true
            }
        }
    }
}

/// The number that an account is given in this write, as it is kept, if it is no other account's.
pub(crate) fn given(
    tx: &mut WriteTx<'_>,
    policy: &Policy,
    text: &str,
    account: Option<AccountId>,
) -> Result<String, Error> {
    let number = plain(text, policy).map_err(Error::Input)?;
    store::mobile_turn::wait(tx, &[number.as_str()])?;
    free(tx, number, account)
}

/// The number that somebody wants, as it is kept, if it is no other account's at this moment.
pub(crate) fn wanted(
    db: &mut Reader<'_>,
    policy: &Policy,
    text: &str,
    account: Option<AccountId>,
) -> Result<String, Error> {
    free(db, plain(text, policy).map_err(Error::Input)?, account)
}

fn free(db: &mut Reader<'_>, number: String, account: Option<AccountId>) -> Result<String, Error> {
    if Numbers::of(db, &[number.as_str()])?.take(&number, account) { Ok(number) } else { Err(Error::input(TAKEN)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: SSPR-02
    #[test]
    fn a_number_is_taken_once_in_a_batch_and_stays_its_holders() {
        let (ann, ben) = (AccountId(1), AccountId(2));
        let mut numbers = Numbers(HashMap::from([("+441".to_owned(), Some(ann))]));
        for (number, account, good) in [
            ("+441", Some(ann), true),
            ("+441", Some(ben), false),
            ("+441", None, false),
            ("+442", Some(ben), true),
            ("+442", Some(ann), false),
            ("+443", None, true),
            ("+443", None, false),
            ("+443", Some(ben), false),
            ("", None, true),
            ("", Some(ann), true),
        ] {
            assert_eq!(numbers.take(number, account), good, "{number} for {account:?}");
        }
    }

    #[test]
    fn only_accounts_in_use_keep_a_number_from_others() {
        let using: Vec<_> = Status::ALL.iter().filter(|status| uses(**status)).map(|status| status.as_str()).collect();
        assert_eq!(using, ["pending", "active", "inactive", "leaver", "disabled"]);
    }
}
