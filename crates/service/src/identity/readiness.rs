//! What people have set up to sign in with, and to help themselves with (MFA-01, SSPR-03).

use std::collections::HashMap;

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::policy::RecoveryRules;
use domain::profile::Profile;
use domain::recovery::Has;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;

impl Almoner {
    /// What is asked of whoever forgot a password.
    pub fn recovery_rules(&self, ctx: &Ctx) -> Result<Option<&RecoveryRules>, Error> {
        Ok(self.policy_on(self.today(ctx))?.recovery.as_ref())
    }
}

/// What some people have set up. A mobile counts while the directory still has the number that was confirmed.
/// Cost: four reads, however many people.
pub(crate) fn has(
    db: &mut Reader<'_>,
    ids: &[AccountId],
    profiles: &HashMap<AccountId, Profile>,
) -> Result<HashMap<AccountId, Has>, Error> {
    let answers: HashMap<AccountId, u16> = store::recovery::counts(db, ids)?.into_iter().collect();
    let confirmed: HashMap<AccountId, String> = store::recovery::mobiles(db, ids)?.into_iter().collect();
    let passkeys: HashMap<AccountId, u16> = store::passkey::counts(db, ids)?.into_iter().collect();
    let seconds: HashMap<AccountId, (bool, u16)> =
        store::credential::seconds(db, ids)?.into_iter().map(|(id, has, codes)| (id, (has, codes))).collect();
    let of = |id: &AccountId| {
        let (authenticator, recovery_codes) = seconds.get(id).copied().unwrap_or_default();
        Has {
            answers: answers.get(id).copied().unwrap_or(0),
            mobile: confirmed.get(id).is_some_and(|number| profiles.get(id).is_some_and(|p| p.mobile == *number)),
            authenticator,
            recovery_codes,
            passkeys: passkeys.get(id).copied().unwrap_or(0),
        }
    };
    Ok(ids.iter().map(|id| (*id, of(id))).collect())
}
