//! Signing in with address and password. Whether an address exists, is locked or has another password is not told.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::identity::Verdict;
use domain::rights::Actor;
use domain::signal::Signal;
use domain::time::Timestamp;
use store::credential::Credential;
use store::tx::Audit;

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::{Dice, digest, may_sign_in, password, signal, token, told};

/// What a browser sends.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// Whose account.
    pub address: &'a str,
    /// The password.
    pub password: &'a str,
    /// What the browser kept from the last time, or nothing.
    pub device: &'a str,
    /// What the browser calls itself.
    pub agent: &'a str,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// A session began.
    In {
        /// The session's secret, for the browser alone.
        token: String,
        /// The device's secret, for the browser alone.
        device: String,
    },
    /// Not with this address and password.
    Refused,
    /// Nothing is looked at before this time.
    Wait(Timestamp),
}

/// Whom an address belongs to, if they may sign in, and what they sign in with.
type Found = Option<(Account, Credential)>;

/// Everybody who is a stranger to an account has one count (decision 12).
pub(crate) fn strangers(address: &str) -> String {
    digest(&format!("strangers {address}"))
}

impl Almoner {
    /// Begins a session for whoever knows the password. Cost: one hash whatever comes of it, three reads by key, two
    /// small writes.
    pub fn sign_in(&self, ctx: &Ctx, attempt: &Attempt<'_>, dice: &dyn Dice) -> Result<SignIn, Error> {
        let rules = self.identity_rules(ctx)?;
        let address = attempt.address.trim().to_ascii_lowercase();
        let (found, count, tries) = self.asked_for(&address, attempt.device)?;
        let verdict = tries.verdict(rules, ctx.now);
        if let Verdict::Wait(until) = verdict {
            return Ok(SignIn::Wait(until));
        }
        let hash = found.as_ref().map(|(_, credential)| credential.hash.as_str());
        let right = password::is_right(attempt.password, hash);
        let allowed = verdict == Verdict::Go;
        let Some((account, _)) = found.filter(|_| right && allowed) else {
            if allowed {
                self.failed(ctx, &address, &count, rules.lock_after_failures)?;
            }
            return Ok(SignIn::Refused);
        };
        self.store.forgive(&count)?;
        let device = self.device_of(ctx, &account, attempt.device, dice)?;
        let token = self.begin_session(ctx, account.id, (attempt.agent, false), None, dice)?;
        self.signed_in(ctx, &account)?;
        Ok(SignIn::In { token, device })
    }

    /// Remembers the browser of whoever just signed in, and gives its secret: the one it has if somebody signed in with it
    /// before, else another. So nobody makes a browser known under a secret that they thought of.
    pub(crate) fn device_of(&self, ctx: &Ctx, account: &Account, told: &str, dice: &dyn Dice) -> Result<String, Error> {
        let ours = !told.is_empty() && store::session::is_device(&mut self.store.reader()?, &digest(told))?;
        let device = if ours { told.to_owned() } else { token(dice) };
        self.store.know_device(account.id, &digest(&device), ctx.now)?;
        Ok(device)
    }

    /// Whether an account was signed in to from a browser before; never for one that may not sign in. Nobody is told.
    pub fn is_known_on(&self, address: &str, device: &str) -> Result<bool, Error> {
        if device.is_empty() {
            return Ok(false);
        }
        let mut db = self.store.reader()?;
        let address = address.trim().to_ascii_lowercase();
        let account = store::account::by_address(&mut db, &address)?.filter(may_sign_in);
        account.map_or(Ok(false), |account| Ok(store::session::knows(&mut db, account.id, &digest(device))?))
    }

    /// Opens the lock that strangers' failures closed.
    pub(crate) fn unlock(&self, account: &Account) -> Result<(), Error> {
        Ok(self.store.forgive(&strangers(account.address.as_str()))?)
    }

    /// Whether strangers' failures have locked an account, for those who may see it. Cost: four reads by key.
    pub fn is_locked(&self, ctx: &Ctx, address: &str) -> Result<bool, Error> {
        let mut db = self.store.reader()?;
        let (account, _) = Self::find(&mut db, ctx, address)?;
        let tries = store::session::tries(&mut db, &strangers(account.address.as_str()))?;
        Ok(tries.verdict(self.identity_rules(ctx)?, ctx.now) == Verdict::Locked)
    }

    /// Whose address it is, and under which name tries are counted and stand.
    fn asked_for(&self, address: &str, device: &str) -> Result<(Found, String, domain::identity::Tries), Error> {
        let mut db = self.store.reader()?;
        let account = store::account::by_address(&mut db, address)?.filter(may_sign_in);
        let known = match &account {
            Some(account) if !device.is_empty() => store::session::knows(&mut db, account.id, &digest(device))?,
            Some(_) | None => false,
        };
        let named = account.as_ref().map_or(address, |account| account.address.as_str());
        let count = if known { digest(&format!("device {device} of {named}")) } else { strangers(named) };
        let tries = store::session::tries(&mut db, &count)?;
        let Some(account) = account else { return Ok((None, count, tries)) };
        let credential = store::credential::get(&mut db, account.id)?;
        Ok((credential.map(|credential| (account, credential)), count, tries))
    }

    /// Counts a failure; the one that locks an account is told in the trail, once.
    pub(crate) fn failed(&self, ctx: &Ctx, address: &str, count: &str, lock_after: u32) -> Result<(), Error> {
        if self.store.count_failure(count, ctx.now)? != lock_after {
            return Ok(());
        }
        let system = Ctx { actor: Actor::System, ..ctx.clone() };
        self.store.write("sign_in_locked", |tx| {
            let account = store::account::by_address(tx, address)?;
            let line = account.map(|account| told(&system, &account, "sign_in_locked", "{}"));
            Ok::<_, Error>(((), Audit::if_any(line.into_iter().collect())))
        })
    }

    /// A sign-in is a line in the trail and a signal (LC-02).
    pub(crate) fn signed_in(&self, ctx: &Ctx, account: &Account) -> Result<(), Error> {
        let actor = Actor::Person { id: account.id, address: account.address.to_string(), grants: Vec::new() };
        let ctx = Ctx { actor, ..ctx.clone() };
        self.store.write("signed_in", |tx| {
            let mut events = signal::seen(self, tx, &ctx, account.id, signal::here(Signal::PortalLogin, ctx.now))?;
            events.push(told(&ctx, account, "signed_in", "{}"));
            Ok::<_, Error>(((), Audit::events(events)?))
        })
    }
}
