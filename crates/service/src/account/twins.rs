//! Whether a person has an account already: asked before one is made or taken in (JML-03). Nothing is decided by it.

use std::collections::BTreeMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::org::Organisation;
use domain::profile::Profile;
use domain::rights::{Action, Place, may};
use domain::status::{Kind, Status};
use store::tx::Reader;

use crate::account::alike;
use crate::account::naming::Base;
use crate::account::search::Wanted;
use crate::error::Error;
use crate::federation::Almoner;

/// So many are shown.
const SHOWN: usize = 10;
/// So many addresses of one name are looked at.
const LOOKED_AT: u32 = 500;

/// An account that may be the same person's.
#[derive(Debug, Clone)]
pub struct Twin {
    /// The account.
    pub account: Account,
    /// Its directory data.
    pub profile: Profile,
    /// Its organisation.
    pub organisation: Organisation,
    /// What they have in common, the weightiest first.
    pub reasons: Vec<&'static str>,
    /// How much that weighs; 100 is as good as certain.
    pub score: u32,
    /// Whoever asks administers it; else it is shown as the directory shows it.
    pub own: bool,
}

impl Almoner {
    /// The accounts that may be the same person's, likeliest first: in the organisation by number, name (with typing errors)
    /// and mobile, in the federation by the address of the name. Of what the actor does not administer only what the
    /// directory shows to everybody is shown. Cost: a search in one organisation, and a range of addresses.
    pub fn twins(&self, ctx: &Ctx, organisation: &str, person: &Profile) -> Result<Vec<Twin>, Error> {
        let code = OdsCode::parse(organisation.trim()).map_err(|error| Error::input(error.to_string()))?;
        let mut db = self.store.reader()?;
        let mut found: BTreeMap<AccountId, Account> = BTreeMap::new();
        if !person.local_id.trim().is_empty() {
            let numbered = store::account::by_local_id(&mut db, &code, person.local_id.trim())?;
            found.extend(numbered.map(|account| (account.id, account)));
        }
        let pattern = &self.policy_on(self.today(ctx))?.addresses.pattern;
        if let Some(base) = Base::of(pattern, &person.first_name, &person.last_name) {
            let begin = base.key().split('*').next().unwrap_or_default().to_owned();
            let ids = store::address::beginning_with(&mut db, &begin, LOOKED_AT)?;
            found.extend(store::account::by_ids(&mut db, &ids)?.into_iter().map(|account| (account.id, account)));
        }
        for text in [format!("{} {}", person.first_name, person.last_name), person.mobile.clone()] {
            if alike::words(&text).is_empty() {
                continue;
            }
            let wanted = Wanted { text, organisation: code.to_string(), limit: 50, ..Wanted::default() };
            let rows = self.search_accounts(ctx, &wanted)?.rows;
            found.extend(rows.into_iter().map(|row| (row.account.id, row.account)));
        }
        let mut twins = judged(&mut db, ctx, &code, person, found.into_values().collect())?;
        twins.sort_by(|a, b| {
            (b.score, b.own, a.account.address.as_str()).cmp(&(a.score, a.own, b.account.address.as_str()))
        });
        twins.truncate(SHOWN);
        Ok(twins)
    }
}

fn judged(
    db: &mut Reader<'_>,
    ctx: &Ctx,
    code: &OdsCode,
    person: &Profile,
    accounts: Vec<Account>,
) -> Result<Vec<Twin>, Error> {
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let mut profiles: BTreeMap<AccountId, Profile> = store::profile::by_ids(db, &ids)?.into_iter().collect();
    let mut codes: Vec<&str> = accounts.iter().map(|account| account.organisation.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let homes: BTreeMap<OdsCode, Organisation> = store::organisation::by_codes(db, &codes)?
        .into_iter()
        .map(|listed| (listed.organisation.code.clone(), listed.organisation))
        .collect();
    let mut twins = Vec::new();
    for account in accounts.into_iter().filter(|a| a.kind == Kind::User && a.status() != Status::Purged) {
        let (Some(profile), Some(home)) = (profiles.remove(&account.id), homes.get(&account.organisation)) else {
            continue;
        };
        let place = Place::Organisation { code: &home.code, sector: home.sector, unit: &profile.unit };
        let own = may(&ctx.actor, Action::SeeAccount, place).is_ok();
        let listed = account.status() == Status::Active && !profile.hidden;
        let (score, reasons) = likeness(person, code, &profile, &account.organisation);
        if score > 0 && (own || listed) {
            twins.push(Twin { account, profile, organisation: home.clone(), reasons, score, own });
        }
    }
    Ok(twins)
}

/// What two descriptions of people have in common, and how much it weighs. A name alone is no person: in a federation of
/// two million there are hundreds of John Smiths.
fn likeness(person: &Profile, code: &OdsCode, other: &Profile, other_code: &OdsCode) -> (u32, Vec<&'static str>) {
    let name = |p: &Profile| alike::words(&format!("{} {}", p.first_name, p.last_name));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let mobile = digits(&person.mobile);
    // The last nine digits are the same with and without a country code.
    let tail = |text: &str| text.get(text.len().saturating_sub(9)..).unwrap_or_default().to_owned();
    let (mine, theirs) = (name(person), name(other));
    let sorted = |mut words: Vec<String>| {
        words.sort();
        words
    };
    let same_name = !mine.is_empty() && sorted(mine.clone()) == sorted(theirs);
    let near_name = !same_name && alike::all_found(&mine, &[&other.first_name, &other.last_name]);
    let facts = [
        (
            100,
            code == other_code && !person.local_id.is_empty() && person.local_id == other.local_id,
            "the same local id",
        ),
        (60, mobile.len() >= 7 && tail(&mobile) == tail(&digits(&other.mobile)), "the same mobile"),
        (40, same_name, "the same name"),
        (20, near_name && !mine.is_empty(), "a name that differs by little"),
        (
            10,
            !person.job_title.is_empty() && person.job_title.eq_ignore_ascii_case(&other.job_title),
            "the same job title",
        ),
    ];
    let reasons: Vec<(u32, &'static str)> =
        facts.into_iter().filter(|(_, is_so, _)| *is_so).map(|(weight, _, why)| (weight, why)).collect();
    // A job alone is shared by whole wards.
    let score: u32 =
        if reasons.iter().any(|(weight, _)| *weight > 10) { reasons.iter().map(|(w, _)| w).sum() } else { 0 };
    (score.min(100), reasons.into_iter().map(|(_, why)| why).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(first: &str, last: &str, mobile: &str, local_id: &str) -> Profile {
        let of = |text: &str| text.to_owned();
        let (first_name, last_name) = (of(first), of(last));
        Profile { first_name, last_name, mobile: of(mobile), local_id: of(local_id), ..Profile::default() }
    }

    // Proves: JML-03
    #[test]
    fn people_are_told_to_be_alike_by_what_they_share() {
        let (here, there) = (OdsCode::parse("RX1").unwrap(), OdsCode::parse("RX2").unwrap());
        let ann = person("Ann", "Featherstone", "+44 7700 900123", "4711");
        for (other, code, score, told) in [
            (person("Ann", "Featherstone", "", ""), &there, 40, "the same name"),
            (person("Featherstone", "Ann", "", ""), &there, 40, "the same name"),
            (person("Ann", "Fetherstone", "", ""), &here, 20, "a name that differs by little"),
            (person("Bob", "Ray", "07700900123", ""), &there, 60, "the same mobile"),
            (person("Bob", "Ray", "", "4711"), &here, 100, "the same local id"),
            (person("Bob", "Ray", "", "4711"), &there, 0, ""),
            (person("Ann", "Featherstone", "07700900123", "4711"), &here, 100, "the same local id"),
            (person("Bob", "Ray", "", ""), &here, 0, ""),
        ] {
            let (found, reasons) = likeness(&ann, &here, &other, code);
            assert_eq!((found, reasons.first().copied().unwrap_or_default()), (score, told), "{other:?}");
        }
        let nobody = person("", "", "", "");
        assert_eq!(likeness(&nobody, &here, &nobody, &here).0, 0, "nothing in common is nothing");
    }
}
