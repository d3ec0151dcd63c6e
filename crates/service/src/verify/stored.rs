//! What the rows of some accounts say, as the same named texts that their events tell.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::account::Account;
use domain::ids::AccountId;
use domain::time::Day;
use store::account::Schedule;
use store::tx::Reader;
use store::whole::{MaybeAccount, RawAddress, RawGrant, RawHold};

use crate::account::belongings::{hold_fact, member_name, release_fact, rule_facts};
use crate::error::Error;
use crate::fields::{self, Fields};

/// All that stands of one account in the store.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) facts: Fields,
    pub(super) grants: BTreeMap<i64, Fields>,
    /// The account and when something is due; none where there is no row, or one that cannot be read.
    pub(super) account: Option<(Account, Schedule)>,
    /// The column that cannot be read.
    pub(super) unreadable: Option<&'static str>,
}

/// What is few enough to be read whole.
pub(super) struct Few {
    holds: BTreeMap<i64, Vec<RawHold>>,
    grants: BTreeMap<i64, Vec<RawGrant>>,
}

impl Few {
    pub(super) fn read(db: &mut Reader<'_>) -> Result<Self, Error> {
        let mut few = Self { holds: BTreeMap::new(), grants: BTreeMap::new() };
        for hold in store::whole::holds(db)? {
            few.holds.entry(hold.hold.account.0).or_default().push(hold);
        }
        for grant in store::whole::grants(db)? {
            few.grants.entry(grant.account).or_default().push(grant);
        }
        Ok(few)
    }

    /// The rows of a range of accounts, from behind one to another, by id; what belongs to no account is there too.
    pub(super) fn range(
        &mut self,
        db: &mut Reader<'_>,
        accounts: Vec<(AccountId, MaybeAccount)>,
        after: AccountId,
        last: AccountId,
    ) -> Result<BTreeMap<i64, Stored>, Error> {
        let mut range: BTreeMap<i64, Stored> = BTreeMap::new();
        for (id, row) in accounts {
            let stored = range.entry(id.0).or_default();
            match row {
                Ok((account, schedule)) => {
                    stored.facts.extend(fields::of(&account).into_iter().map(|(name, text)| (name.to_owned(), text)));
                    stored.account = Some((account, schedule));
                }
                Err(column) => stored.unreadable = Some(column),
            }
        }
        for (id, profile) in store::whole::profiles(db, after, last)? {
            let shown = fields::of_profile(&profile).into_iter().map(|(name, text)| (name.to_owned(), text));
            range.entry(id.0).or_default().facts.extend(shown);
        }
        for row in store::whole::addresses(db, after, last)? {
            let (name, text) = address(&row);
            range.entry(row.account).or_default().facts.insert(name, text);
        }
        for (mailbox, member, standing) in store::whole::members(db, after, last)? {
            range.entry(mailbox.0).or_default().facts.insert(member_name(member), standing.text());
        }
        for (id, rules) in store::mail_rule::range(db, after, last)? {
            let facts = rule_facts(&rules).into_iter().map(|(name, text)| (name.to_owned(), text));
            range.entry(id.0).or_default().facts.extend(facts);
        }
        for (id, holds) in taken(&mut self.holds, last) {
            range.entry(id).or_default().facts.extend(holds.iter().flat_map(hold));
        }
        for (id, grants) in taken(&mut self.grants, last) {
            range.entry(id).or_default().grants.extend(grants.iter().map(|g| (g.id, grant(g))));
        }
        Ok(range)
    }
}

/// Takes everything up to a key.
fn taken<T>(map: &mut BTreeMap<i64, T>, last: AccountId) -> BTreeMap<i64, T> {
    let rest = last.0.checked_add(1).map(|next| map.split_off(&next)).unwrap_or_default();
    std::mem::replace(map, rest)
}

fn day(number: i64) -> String {
    i32::try_from(number).map_or_else(|_| number.to_string(), |number| Day::from_number(number).to_string())
}

fn address(row: &RawAddress) -> (String, String) {
    let until = row.until.map_or_else(String::new, |until| format!(" until {}", day(until)));
    (format!("address:{}", row.address), format!("{}{until}", row.kind))
}

fn hold(row: &RawHold) -> Vec<(String, String)> {
    let released = row.released.as_ref().map(|(by, at)| release_fact(row.hold.id, by, *at));
    std::iter::once(hold_fact(&row.hold)).chain(released).collect()
}

fn grant(row: &RawGrant) -> Fields {
    let [kind, of, unit] = row.scope.each_ref().map(String::as_str);
    let scope: Cow<'_, str> = match kind {
        "organisation" => of.into(),
        "unit" => format!("{of}/{unit}").into(),
        "sector" => format!("sector {of}").into(),
        other => other.into(),
    };
    let (at, rule) = &row.ended;
    let mut facts = Fields::from([
        ("role".to_owned(), row.role.clone()),
        ("scope".to_owned(), scope.into_owned()),
        ("given_by".to_owned(), row.given.0.clone()),
        ("given_at".to_owned(), row.given.1.to_string()),
    ]);
    facts.extend(at.map(|at| ("ended_at".to_owned(), at.to_string())));
    facts.extend(rule.clone().map(|rule| ("ended_rule".to_owned(), rule)));
    facts
}

#[cfg(test)]
mod tests {
    use domain::rights::{Grant, Role, Scope};
    use domain::time::Timestamp;
    use store::grant::Given;

    use super::*;

    #[test]
    fn a_row_of_a_grant_says_what_its_lines_tell() {
        let code = domain::ids::OdsCode::parse("RX1").unwrap();
        let at = Timestamp::from_second(0);
        for (scope, row) in [
            (Scope::Organisation(code.clone()), ["organisation", "RX1", ""]),
            (Scope::Unit(code, "Ward 2".into()), ["unit", "RX1", "Ward 2"]),
            (Scope::Sector(domain::org::Sector::Gp), ["sector", "gp", ""]),
            (Scope::Federation, ["federation", "", ""]),
        ] {
            let role = Role::LocalAdmin;
            let given = Given { grant: Grant { id: 1, holder: AccountId(7), role, scope }, by: "operator".into(), at };
            let told = crate::grant::facts(&given).into_iter().chain(crate::grant::ended(at, None));
            let told: Fields = told.map(|(name, text)| (name.to_owned(), text)).collect();
            let scope = row.map(str::to_owned);
            let (role, given) = ("local_admin".to_owned(), ("operator".to_owned(), at));
            let ended = (Some(at), None);
            assert_eq!(grant(&RawGrant { account: 7, id: 1, role, scope, given, ended }), told);
        }
    }

    #[test]
    fn what_is_few_is_taken_in_the_order_of_the_accounts() {
        let mut map: BTreeMap<i64, &str> = BTreeMap::from([(1, "a"), (5, "b"), (9, "c")]);
        assert_eq!(taken(&mut map, AccountId(5)).into_keys().collect::<Vec<_>>(), [1, 5]);
        assert_eq!(taken(&mut map, AccountId(8)).len(), 0);
        assert_eq!(taken(&mut map, AccountId(i64::MAX)).into_keys().collect::<Vec<_>>(), [9]);
        assert!(map.is_empty());
    }
}
