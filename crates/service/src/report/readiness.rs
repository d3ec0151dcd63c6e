//! What each person signs in with, who administers without a second factor (MFA-01, ROLE-07), and who could not choose a new
//! password alone (SSPR-03). It says what there is, never a number, an answer or a key.

use std::collections::HashMap;

use domain::ids::AccountId;
use domain::policy::RecoveryRules;
use domain::profile::Profile;
use domain::recovery::{Has, Missing, missing};
use domain::second_factor::standing;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::may_sign_in;
use crate::identity::readiness::has;
use crate::report::cell::{Cell, Line};
use crate::report::walk::{Seen, key};
use crate::report::{Batch, Key, Work};

/// Words for a policy without a section for it.
const NOBODY: &str = "the policy lets nobody";

/// Those who may sign in. Cost: seven reads, however many people.
pub(super) fn batch(
    almoner: &Almoner,
    db: &mut Reader<'_>,
    work: &Work<'_>,
    after: &Key,
    size: u32,
) -> Result<Batch, Error> {
    let rules = almoner.recovery_rules(work.ctx)?;
    let (mut seen, looked, next) = work.over.walk(db, work.ctx, after, size)?;
    seen.retain(|one| may_sign_in(&one.account));
    let ids: Vec<AccountId> = seen.iter().map(|one| one.account.id).collect();
    let mut held: HashMap<AccountId, Vec<&'static str>> = HashMap::new();
    for given in store::grant::of_accounts(db, &ids)? {
        let grants = held.entry(given.grant.holder).or_default();
        if !grants.contains(&given.grant.role.as_str()) {
            grants.push(given.grant.role.as_str());
        }
    }
    let profiles: HashMap<AccountId, Profile> = seen.iter().map(|one| (one.account.id, one.profile.clone())).collect();
    let has = has(db, &ids, &profiles)?;
    let lines = seen.iter().map(|one| {
        let grants = held.get(&one.account.id).map_or(&[][..], Vec::as_slice);
        let has = has.get(&one.account.id).copied().unwrap_or_default();
        (key(&work.over, &one.account), line(one, grants, has, rules))
    });
    Ok(Batch { lines: lines.collect(), looked, next })
}

fn line(seen: &Seen, grants: &[&str], has: Has, rules: Option<&RecoveryRules>) -> Line {
    let second = standing(has.has_second_factor(), !grants.is_empty());
    let lacks = rules.map(|rules| missing(rules, has));
    let told = |missing: &Vec<Missing>| missing.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
    vec![
        Cell::of(seen.account.address.as_str()),
        Cell::of(seen.profile.full_name()),
        Cell::of(seen.home.code.as_str()),
        Cell::of(grants.join(", ")),
        Cell::of(methods(has)),
        Cell::Number(i64::from(has.recovery_codes)),
        Cell::of(second.as_str()),
        Cell::yes(lacks.as_ref().is_some_and(Vec::is_empty)),
        Cell::of(lacks.as_ref().map_or_else(|| NOBODY.to_owned(), told)),
    ]
}

fn methods(has: Has) -> String {
    let counted = |count: u16, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        more => Some(format!("{more} {one}s")),
    };
    let all = [
        counted(has.answers, "answer"),
        has.mobile.then(|| "mobile".to_owned()),
        has.authenticator.then(|| "authenticator".to_owned()),
        counted(has.passkeys, "passkey"),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_has_is_told_by_number_and_in_one_order() {
        for (has, told) in [
            (Has::default(), ""),
            (Has { answers: 1, passkeys: 1, ..Has::default() }, "1 answer, 1 passkey"),
            (Has { answers: 3, mobile: true, ..Has::default() }, "3 answers, mobile"),
            (
                Has { mobile: true, authenticator: true, passkeys: 2, recovery_codes: 8, ..Has::default() },
                "mobile, authenticator, 2 passkeys",
            ),
        ] {
            assert_eq!(methods(has), told);
        }
    }
}
