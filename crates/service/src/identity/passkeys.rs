//! What people do with passkeys: set them up, name and remove them, show one after the password or instead of it.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::refusal::Refusal;
use domain::rights::Actor;
use domain::second_factor::may_go;
use store::credential::Credential;
use store::passkey::Passkey;
use store::tx::{Audit, WriteTx};
use wire::base64url;

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::help::Factors;
use crate::identity::passkey::{Fault, Made, Party, Showed, handle, made, showed};
use crate::identity::second::{may_set_up, recovery_codes};
use crate::identity::session::Me;
use crate::identity::sign_in::SignIn;
use crate::identity::{Dice, digest, may_sign_in, told};

/// Seconds in which a challenge is answered.
const PATIENCE: i64 = 300;
/// Bytes of a challenge.
const CHALLENGE: usize = 32;
/// Passkeys of one account.
const MOST: usize = 10;
/// Characters of a passkey's name.
const NAME: usize = 60;

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be set up.
    Create,
    /// After the password.
    Second,
    /// Instead of it.
    SignIn,
}

impl Purpose {
    /// Where a browser's challenge for it is kept; `holder` is a secret of that browser.
    fn place(self, holder: &str) -> String {
        let what = match self {
            Self::Create => "create",
            Self::Second => "second",
            Self::SignIn => "sign in",
        };
        digest(&format!("{what} with a passkey in {holder}"))
    }
}

/// What a new passkey brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Recovery codes, if it is the first second factor.
    pub codes: Vec<String>,
    /// The session's new secret, if it may do more now.
    pub token: Option<String>,
}

impl Almoner {
    /// Something to sign, for one browser and one purpose. The one before it is over.
    pub fn challenge(&self, ctx: &Ctx, holder: &str, purpose: Purpose, dice: &dyn Dice) -> Result<String, Error> {
        let mut bytes = [0; CHALLENGE];
        dice.fill(&mut bytes);
        let value = base64url::encode(&bytes);
        self.store.keep_challenge(&purpose.place(holder), &value, ctx.wall.plus_seconds(PATIENCE), ctx.wall)?;
        Ok(value)
    }

    /// The challenge that a browser answers now; it is over with that.
    fn answered(&self, ctx: &Ctx, holder: &str, purpose: Purpose) -> Result<Option<String>, Error> {
        Ok(self.store.take_challenge(&purpose.place(holder), ctx.wall)?)
    }

    /// The handle that authenticators keep for a person.
    pub fn passkey_handle(&self, me: &Me) -> String {
        handle(me.account.id.0)
    }

    /// Sets up a passkey.
    pub fn add_passkey(
        &self,
        ctx: &Ctx,
        me: &Me,
        party: Party<'_>,
        answer: &Made<'_>,
        dice: &dyn Dice,
    ) -> Result<Result<Brought, Fault>, Error> {
        may_set_up(me)?;
        let challenge = self.answered(ctx, &me.session.id, Purpose::Create)?;
        let (id, public_key, counter) = match made(party, challenge.as_deref(), answer) {
            Ok(made) => made,
            Err(fault) => return Ok(Err(fault)),
        };
        let name: String = answer.name.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
        let name = if name.is_empty() { "Passkey".to_owned() } else { name };
        let (account, made_at) = (me.account.id, ctx.now);
        let passkey = Passkey { id, account, name, public_key, counter, made_at, used_at: None };
        let codes = recovery_codes(dice);
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        let first = self.store.write("add_passkey", |tx| {
            let factors = Factors::of(tx, account)?;
            if factors.passkeys.len() >= MOST {
                return Ok((Err(Fault::Many), Audit::nothing_changed()));
            }
            if store::passkey::get(tx, &passkey.id)?.is_some() {
                return Ok((Err(Fault::Taken), Audit::nothing_changed()));
            }
            store::passkey::insert(tx, &passkey)?;
            let first = factors.count() == 0;
            if first {
                let credential = store::credential::get(tx, account)?.unwrap_or_else(|| Credential::none(account));
                let recovery = codes.iter().map(|code| digest(code)).collect();
                store::credential::put(tx, &Credential { recovery, ..credential })?;
            }
            let line = told(ctx, &me.account, "second_factor_set", "{\"method\":\"passkey\"}");
            Ok::<_, Error>((Ok(first), Audit::events(vec![line])?))
        })?;
        let first = match first {
            Ok(first) => first,
            Err(fault) => return Ok(Err(fault)),
        };
        if !first {
            return Ok(Ok(Brought { codes: Vec::new(), token: None }));
        }
        self.store.end_other_sessions(account, &me.session.id)?;
        let token = self.begin_session(ctx, account, (&me.session.agent, true), Some(&me.session.id), dice)?;
        Ok(Ok(Brought { codes, token: Some(token) }))
    }

    /// Takes one of a person's own passkeys away.
    pub fn remove_passkey(&self, ctx: &Ctx, me: &Me, id: &str) -> Result<(), Error> {
        self.change_own(ctx, me, "remove_passkey", |tx, credential, factors| {
            let others = factors.count().saturating_sub(1);
            if !may_go(me.is_admin(), others) {
                return Err(Refusal::LastSecondFactor.into());
            }
            if store::passkey::remove(tx, me.account.id, id)? == 0 {
                return Err(Error::input("there is no such passkey: it was removed already"));
            }
            let recovery = if others == 0 { Vec::new() } else { credential.recovery.clone() };
            Ok((Credential { recovery, ..credential }, "second_factor_removed", "{\"method\":\"passkey\"}"))
        })
    }

    /// Shows a passkey as the second factor of a session; gives the session's new secret.
    pub fn show_passkey(
        &self,
        ctx: &Ctx,
        me: &Me,
        party: Party<'_>,
        answer: &Showed<'_>,
        dice: &dyn Dice,
    ) -> Result<Result<String, Fault>, Error> {
        let challenge = self.answered(ctx, &me.session.id, Purpose::Second)?;
        let seen = self.see_passkey(ctx, party, challenge.as_deref(), answer, Some(&me.account))?;
        if let Err(fault) = seen {
            return Ok(Err(fault));
        }
        let agent = (me.session.agent.as_str(), true);
        self.begin_session(ctx, me.account.id, agent, Some(&me.session.id), dice).map(Ok)
    }

    /// Begins a session for whoever shows a passkey: it and what it knows of its person are two factors. `holder` is the
    /// secret of the browser that was asked.
    pub fn sign_in_with_passkey(
        &self,
        ctx: &Ctx,
        party: Party<'_>,
        answer: &Showed<'_>,
        (holder, device, agent): (&str, &str, &str),
        dice: &dyn Dice,
    ) -> Result<Result<SignIn, Fault>, Error> {
        let challenge = self.answered(ctx, holder, Purpose::SignIn)?;
        let account = match self.see_passkey(ctx, party, challenge.as_deref(), answer, None)? {
            Ok(account) => account,
            Err(fault) => return Ok(Err(fault)),
        };
        let device = self.device_of(ctx, &account, device, dice)?;
        let token = self.begin_session(ctx, account.id, (agent, true), None, dice)?;
        self.signed_in(ctx, &account)?;
        Ok(Ok(SignIn::In { token, device }))
    }

    /// Looks at a passkey that was shown, and notes that it was used. It must be of the account, where one is named.
    fn see_passkey(
        &self,
        ctx: &Ctx,
        party: Party<'_>,
        challenge: Option<&str>,
        answer: &Showed<'_>,
        of: Option<&Account>,
    ) -> Result<Result<Account, Fault>, Error> {
        self.store.write("see_passkey", |tx: &mut WriteTx<'_>| {
            let Some(passkey) = store::passkey::get(tx, answer.id)? else {
                return Ok((Err(Fault::Unknown), Audit::nothing_changed()));
            };
            let account = store::account::get(tx, passkey.account)?.filter(may_sign_in);
            let Some(account) = account.filter(|account| of.is_none_or(|known| known.id == account.id)) else {
                return Ok((Err(Fault::Unknown), Audit::nothing_changed()));
            };
            let person = Actor::Person { id: account.id, address: account.address.to_string(), grants: Vec::new() };
            let ctx = &Ctx { actor: person, ..ctx.clone() };
            match showed(party, challenge, answer, &passkey) {
                Ok(counter) => {
                    store::passkey::used(tx, &passkey, counter, ctx.now)?;
                    let line = told(ctx, &account, "second_factor_shown", "{\"method\":\"passkey\"}");
                    Ok::<_, Error>((Ok(account), Audit::events(vec![line])?))
                }
                // Its person and their administrator must see that somebody may have a copy.
                Err(Fault::Copied) => {
                    let line = told(ctx, &account, "passkey_refused", "{\"why\":\"its counter did not go on\"}");
                    Ok((Err(Fault::Copied), Audit::events(vec![line])?))
                }
                Err(fault) => Ok((Err(fault), Audit::nothing_changed())),
            }
        })
    }
}
