//! What people do with their own second factors. Whoever holds a grant keeps one (ROLE-07).

use domain::ctx::Ctx;
use domain::refusal::Refusal;
use domain::second_factor::may_go;
use domain::time::Timestamp;
use store::credential::Credential;
use store::tx::{Audit, WriteTx};

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::help::Factors;
use crate::identity::second::{may_set_up, recovery_codes};
use crate::identity::session::Me;
use crate::identity::{Dice, digest, password, told};

/// Whether it is the person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// The password is theirs.
    Yes,
    /// It is not.
    No,
    /// Nothing is looked at before this time.
    Wait(Timestamp),
}

impl Almoner {
    /// Asks whoever is signed in for their password once more, before what they sign in with is changed. Failures are
    /// counted as wrong codes are. Cost: one hash.
    pub fn confirm_password(&self, ctx: &Ctx, me: &Me, password: &str) -> Result<Confirmed, Error> {
        let count = digest(&format!("own password of {}", me.account.id));
        if let Some(until) = self.wait_for(ctx, &count)? {
            return Ok(Confirmed::Wait(until));
        }
        let credential = store::credential::get(&mut self.store.reader()?, me.account.id)?;
        if password::is_right(password, credential.as_ref().map(|credential| credential.hash.as_str())) {
            self.store.forgive(&count)?;
            return Ok(Confirmed::Yes);
        }
        self.store.count_failure(&count, ctx.now)?;
        Ok(Confirmed::No)
    }

    /// What a person signs in with beside their password.
    pub fn own_factors(&self, me: &Me) -> Result<Factors, Error> {
        Factors::of(&mut self.store.reader()?, me.account.id)
    }

    /// New recovery codes in the place of the old.
    pub fn renew_recovery_codes(&self, ctx: &Ctx, me: &Me, dice: &dyn Dice) -> Result<Vec<String>, Error> {
        let codes = recovery_codes(dice);
        self.change_own(ctx, me, "renew_recovery_codes", |_, credential, factors| {
            if factors.count() == 0 {
                return Err(Error::input("there is no second factor yet: set one up, and the codes come with it"));
            }
            let recovery = codes.iter().map(|code| digest(code)).collect();
            Ok((Credential { recovery, ..credential }, "recovery_codes_renewed", "{}"))
        })?;
        Ok(codes)
    }

    /// Takes the authenticator away.
    pub fn remove_authenticator(&self, ctx: &Ctx, me: &Me) -> Result<(), Error> {
        self.change_own(ctx, me, "remove_authenticator", |_, credential, factors| {
            if !factors.authenticator {
                return Err(Error::input("there is no authenticator: nothing is to be removed"));
            }
            let others = factors.count() - 1;
            if !may_go(me.is_admin(), others) {
                return Err(Refusal::LastSecondFactor.into());
            }
            // Recovery codes stand for a second factor; without one they would be a second password.
            let recovery = if others == 0 { Vec::new() } else { credential.recovery.clone() };
            let next = Credential { totp: String::new(), totp_step: 0, recovery, ..credential };
            Ok((next, "second_factor_removed", "{\"method\":\"totp\"}"))
        })
    }

    /// Changes what a person signs in with, and tells it.
    pub(crate) fn change_own(
        &self,
        ctx: &Ctx,
        me: &Me,
        name: &'static str,
        change: impl Fn(&mut WriteTx<'_>, Credential, &Factors) -> Result<(Credential, &'static str, &'static str), Error>,
    ) -> Result<(), Error> {
        may_set_up(me)?;
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        self.store.write(name, |tx| {
            let none = || Credential::none(me.account.id);
            let credential = store::credential::get(tx, me.account.id)?.unwrap_or_else(none);
            let factors = Factors::of(tx, me.account.id)?;
            let (next, action, detail) = change(tx, credential, &factors)?;
            store::credential::put(tx, &next)?;
            Ok::<_, Error>(((), Audit::events(vec![told(ctx, &me.account, action, detail)])?))
        })
    }
}
