//! What administrators do for people whose second factor is not at hand: see what they have, let them in without it for a
//! while, take lost ones away (MFA-01). Never for themselves, and never for whoever administers more than they do.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::org::Organisation;
use domain::refusal::Refusal;
use domain::rights::{Action, Actor, Place, Scope, may};
use domain::rule::Rule;
use domain::second_factor::exception_until;
use domain::time::Timestamp;
use serde_json::json;
use store::credential::Credential;
use store::event::NewEvent;
use store::mfa_exception::MfaException;
use store::passkey::Passkey;
use store::tx::{Audit, Reader, WriteTx};

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::proof::made_sure;
use crate::identity::{may_sign_in, told};

/// What somebody signs in with beside the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factors {
    /// They have an authenticator.
    pub authenticator: bool,
    /// So many recovery codes are left.
    pub recovery_codes: usize,
    /// Their passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
    /// The exception that was given last; it may be over.
    pub exception: Option<MfaException>,
}

impl Factors {
    /// How many second factors there are; recovery codes only stand for one.
    pub fn count(&self) -> usize {
        usize::from(self.authenticator) + self.passkeys.len()
    }

    pub(crate) fn of(db: &mut Reader<'_>, account: AccountId) -> Result<Self, Error> {
        let credential = store::credential::get(db, account)?.unwrap_or_else(|| Credential::none(account));
        Ok(Self {
            authenticator: !credential.totp.is_empty(),
            recovery_codes: credential.recovery.len(),
            passkeys: store::passkey::of_account(db, account)?,
            exception: store::mfa_exception::get(db, account)?,
        })
    }
}

impl Almoner {
    /// What somebody signs in with, for those who help people to sign in, and for themselves.
    pub fn factors(&self, ctx: &Ctx, address: &str) -> Result<(Account, Factors), Error> {
        let mut db = self.store.reader()?;
        let (account, organisation) = Self::find(&mut db, ctx, address)?;
        if !is_own(ctx, &account) {
            Self::may_help(&mut db, ctx, Action::ResetPassword, &account, &organisation)?;
        }
        let factors = Factors::of(&mut db, account.id)?;
        Ok((account, factors))
    }

    /// Lets a person sign in without the second factor for the policy's hours, or for so many days (the federation's
    /// roles), after a word on how the administrator made sure that it is the person (ROLE-08). Says until when.
    pub fn except_from_mfa(
        &self,
        ctx: &Ctx,
        address: &str,
        days: Option<u32>,
        statement: &str,
    ) -> Result<Timestamp, Error> {
        let action = if days.is_some() { Action::MfaLonger } else { Action::MfaException };
        let until = exception_until(ctx.now, days, self.identity_rules(ctx)?);
        self.help(ctx, address, "except_from_mfa", action, |tx, account| {
            let until = until.map_err(|fault| Error::input(fault.to_string()))?;
            let needs_one = !store::grant::of_accounts(tx, &[account.id])?.is_empty();
            if Factors::of(tx, account.id)?.count() == 0 && !needs_one {
                return Err(Error::input(format!("{address} signs in without a second factor: nothing is in the way")));
            }
            let detail = made_sure(ctx, statement, json!({ "until": until.to_string() }))?;
            let given_by = ctx.actor.name().to_owned();
            let exception = MfaException { account: account.id, until, given_at: ctx.now, given_by };
            store::mfa_exception::put(tx, &exception)?;
            Ok((until, told(ctx, account, "mfa_exception_given", &detail)))
        })
    }

    /// Ends an exception before its time.
    pub fn end_mfa_exception(&self, ctx: &Ctx, address: &str) -> Result<(), Error> {
        self.help(ctx, address, "end_mfa_exception", Action::MfaException, |tx, account| {
            let held = store::mfa_exception::get(tx, account.id)?.is_some_and(|found| found.until > ctx.now);
            if !held {
                return Err(Error::input(format!("{address} has no exception: nothing is to be ended")));
            }
            store::mfa_exception::remove(tx, account.id)?;
            Ok(((), told(ctx, account, "mfa_exception_ended", "{}")))
        })
    }

    /// Takes all second factors and recovery codes of a person away, whose telephone is lost, and ends their sessions;
    /// whoever holds a grant sets up another at the next sign-in (ROLE-07). The administrator says how they made sure that it
    /// is the person (ROLE-08): who takes a factor away may be talking to whoever stole the password.
    pub fn reset_second_factor(&self, ctx: &Ctx, address: &str, statement: &str) -> Result<(), Error> {
        let id = self.help(ctx, address, "reset_second_factor", Action::MfaReset, |tx, account| {
            if Factors::of(tx, account.id)?.count() == 0 {
                return Err(Error::input(format!("{address} has no second factor: nothing is to be taken away")));
            }
            let detail = made_sure(ctx, statement, json!({}))?;
            if let Some(credential) = store::credential::get(tx, account.id)? {
                let none = Credential { totp: String::new(), totp_step: 0, recovery: Vec::new(), ..credential };
                store::credential::put(tx, &none)?;
            }
            store::passkey::remove_all(tx, account.id)?;
            Ok((account.id, told(ctx, account, "second_factor_reset", &detail)))
        })?;
        self.end_sessions(id)?;
        Ok(())
    }

    /// The five steps that all of this has in common.
    fn help<T>(
        &self,
        ctx: &Ctx,
        address: &str,
        name: &'static str,
        action: Action,
        work: impl Fn(&mut WriteTx<'_>, &Account) -> Result<(T, NewEvent), Error>,
    ) -> Result<T, Error> {
        self.store.write(name, |tx| {
            let (account, organisation) = Self::find(tx, ctx, address)?;
            if is_own(ctx, &account) {
                return Err(Refusal::OwnSecondFactor.into());
            }
            let grant = Self::may_help(tx, ctx, action, &account, &organisation)?;
            reaches_all(tx, ctx, action, &account)?;
            if !may_sign_in(&account) {
                let status = account.status();
                return Err(Error::input(format!("{address} does not sign in: it is {status}, and {}", account.kind)));
            }
            let (value, event) = work(tx, &account)?;
            let event = NewEvent { grant_id: grant, rule: Some(Rule::Mfa01.as_str()), ..event };
            Ok((value, Audit::events(vec![event])?))
        })
    }

    /// The right over the place where an account stands; says by which grant.
    fn may_help(
        db: &mut Reader<'_>,
        ctx: &Ctx,
        action: Action,
        account: &Account,
        home: &Organisation,
    ) -> Result<Option<i64>, Error> {
        let unit = store::profile::get(db, account.id)?.unit;
        let place = Place::Organisation { code: &home.code, sector: home.sector, unit: &unit };
        Ok(Self::may(&ctx.actor, action, place, || Error::not_found("account", &account.address))?.grant)
    }
}

/// People see their own.
fn is_own(ctx: &Ctx, account: &Account) -> bool {
    matches!(&ctx.actor, Actor::Person { id, .. } if *id == account.id)
}

/// Whether an actor has the right wherever a person holds a grant: else an administrator of one organisation could become
/// the operator by way of the operator's account.
pub(crate) fn reaches_all(db: &mut Reader<'_>, ctx: &Ctx, action: Action, account: &Account) -> Result<(), Error> {
    for given in store::grant::of_accounts(db, &[account.id])? {
        let reached = match &given.grant.scope {
            Scope::Organisation(code) | Scope::Unit(code, _) => {
                let organisation = store::organisation::get(db, code)?;
                organisation.is_some_and(|o| {
                    let unit = if let Scope::Unit(_, unit) = &given.grant.scope { unit.as_str() } else { "" };
                    may(&ctx.actor, action, Place::Organisation { code: &o.code, sector: o.sector, unit }).is_ok()
                })
            }
            Scope::Sector(_) | Scope::Federation => may(&ctx.actor, action, Place::Federation).is_ok(),
        };
        if !reached {
            return Err(Error::NotAllowed(action.as_str()));
        }
    }
    Ok(())
}
