//! Who could not reset a password alone, and what they lack (SSPR-03).

use std::collections::{HashMap, HashSet};

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::policy::RecoveryRules;
use domain::profile::Profile;
use domain::recovery::{Has, Missing, missing};
use domain::rights::Action;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::may_sign_in;

/// Accounts that are read at once.
const BATCH: u32 = 1_000;

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Whose.
    pub address: String,
    /// Their name.
    pub name: String,
    /// Their organisation.
    pub organisation: OdsCode,
    /// The roles that they hold, each once.
    pub grants: Vec<&'static str>,
    /// What they have: `3 answers`, `mobile`, `authenticator`.
    pub methods: Vec<String>,
    /// What they lack; nothing: they could reset alone.
    pub missing: Vec<Missing>,
}

impl Readiness {
    /// Whether they could.
    pub fn could_alone(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Almoner {
    /// What is asked of whoever forgot a password.
    pub fn recovery_rules(&self, ctx: &Ctx) -> Result<Option<&RecoveryRules>, Error> {
        Ok(self.policy_on(self.today(ctx))?.recovery.as_ref())
    }

    /// Tells of everybody in an organisation who may sign in whether they could reset a password alone, by their number.
    /// Cost: six reads for each thousand accounts, which are not kept.
    pub fn reset_readiness(
        &self,
        ctx: &Ctx,
        organisation: &str,
        each: &mut dyn FnMut(Readiness) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut db = self.store.reader()?;
        let organisation = Self::may_in(&mut db, ctx, Action::Report, organisation)?;
        let Some(rules) = self.recovery_rules(ctx)? else {
            return Err(Error::input("the policy lets nobody reset a password alone: it has no section [recovery]"));
        };
        let mut last = AccountId(0);
        loop {
            let batch = store::account::of_organisation(&mut db, &organisation.code, last, BATCH)?;
            let Some(end) = batch.last() else { return Ok(()) };
            last = end.id;
            let people: Vec<Account> = batch.into_iter().filter(may_sign_in).collect();
            for line in lines(&mut db, &people, rules)? {
                each(line)?;
            }
        }
    }
}

fn lines(db: &mut Reader<'_>, people: &[Account], rules: &RecoveryRules) -> Result<Vec<Readiness>, Error> {
    let ids: Vec<AccountId> = people.iter().map(|account| account.id).collect();
    let profiles: HashMap<AccountId, Profile> = store::profile::by_ids(db, &ids)?.into_iter().collect();
    let has = has(db, &ids, &profiles)?;
    let mut held_by: HashMap<AccountId, Vec<&'static str>> = HashMap::new();
    for given in store::grant::of_accounts(db, &ids)? {
        let held = held_by.entry(given.grant.holder).or_default();
        if !held.contains(&given.grant.role.as_str()) {
            held.push(given.grant.role.as_str());
        }
    }
    let line = |account: &Account| {
        let has = has.get(&account.id).copied().unwrap_or_default();
        Readiness {
            address: account.address.to_string(),
            name: profiles.get(&account.id).map(Profile::full_name).unwrap_or_default(),
            organisation: account.organisation.clone(),
            grants: held_by.get(&account.id).cloned().unwrap_or_default(),
            methods: methods(has),
            missing: missing(rules, has),
        }
    };
    Ok(people.iter().map(line).collect())
}

/// What some people have set up. A mobile counts while the directory still has the number that was confirmed.
pub(crate) fn has(
    db: &mut Reader<'_>,
    ids: &[AccountId],
    profiles: &HashMap<AccountId, Profile>,
) -> Result<HashMap<AccountId, Has>, Error> {
    let answers: HashMap<AccountId, u16> = store::recovery::counts(db, ids)?.into_iter().collect();
    let confirmed: HashMap<AccountId, String> = store::recovery::mobiles(db, ids)?.into_iter().collect();
    let authenticators: HashSet<AccountId> = store::credential::with_authenticator(db, ids)?.into_iter().collect();
    let of = |id: &AccountId| Has {
        answers: answers.get(id).copied().unwrap_or(0),
        mobile: confirmed.get(id).is_some_and(|number| profiles.get(id).is_some_and(|p| p.mobile == *number)),
        authenticator: authenticators.contains(id),
    };
    Ok(ids.iter().map(|id| (*id, of(id))).collect())
}

fn methods(has: Has) -> Vec<String> {
    let mut methods = Vec::new();
    if has.answers > 0 {
        methods.push(format!("{} answers", has.answers));
    }
    methods.extend(has.mobile.then(|| "mobile".to_owned()));
    methods.extend(has.authenticator.then(|| "authenticator".to_owned()));
    methods
}
