//! Sessions: who a browser's secret stands for, and what they must do before anything else.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::identity::{password_expired, session_over};
use domain::ids::AccountId;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::task::next_task;
use domain::rights::Actor;
use domain::second_factor::exception_holds;
use domain::status::Status;
use domain::time::Timestamp;
use domain::words;
use store::credential::Credential;
use store::session::Session;
use store::tx::Audit;

use crate::account::decided::Decided;
use crate::account::save;
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::{Dice, digest, may_sign_in, token};

/// A session's last use is noted again after so long.
const NOTE_SECONDS: i64 = 60;

/// A browser's own name is kept so long.
const AGENT: usize = 160;

words! {
    /// What a person who knows the password must still do.
    pub enum Stage {
        /// Show the second factor (MFA-01).
        Second = "second",
        /// Choose a password of their own (PWD-01, PWD-03).
        Password = "password",
        /// Set up a second factor: they hold a grant (ROLE-07).
        Enrol = "enrol",
        /// Accept the terms of use (LC-13).
        Terms = "terms",
        /// Nothing: they are in.
        In = "in",
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Me {
    /// Their account.
    pub account: Account,
    /// Who acts, with the grants of this moment.
    pub actor: Actor,
    /// The session.
    pub session: Session,
    /// What comes first.
    pub stage: Stage,
    /// They have a second factor.
    pub has_second: bool,
    /// They are in without it until then, by an administrator's exception.
    pub excepted: Option<Timestamp>,
}

impl Me {
    /// Whether they administer anything.
    pub fn is_admin(&self) -> bool {
        matches!(&self.actor, Actor::Person { grants, .. } if !grants.is_empty())
    }
}

impl Almoner {
    /// Whom a browser's secret stands for, if its session still holds. Status, password and grants count as they are
    /// now. Cost: four to six reads by key; a small write at most once a minute.
    pub fn me(&self, ctx: &Ctx, token: &str) -> Result<Option<Me>, Error> {
        if token.is_empty() {
            return Ok(None);
        }
        let rules = self.identity_rules(ctx)?;
        let mut db = self.store.reader()?;
        let Some(session) = store::session::get(&mut db, &digest(token))? else { return Ok(None) };
        let account = store::account::get(&mut db, session.account)?.filter(may_sign_in);
        let credential = store::credential::get(&mut db, session.account)?;
        let (Some(account), Some(credential)) = (account, credential) else { return Ok(None) };
        let given = store::grant::of_accounts(&mut db, &[account.id])?;
        let has_second = !credential.totp.is_empty() || !store::passkey::of_account(&mut db, account.id)?.is_empty();
        let second = if has_second { !session.second } else { !given.is_empty() };
        let exception = if second { store::mfa_exception::get(&mut db, account.id)? } else { None };
        drop(db);
        if session_over(session.made_at, session.seen_at, rules, ctx.now) {
            self.store.end_session(&session.id)?;
            return Ok(None);
        }
        if ctx.now >= session.seen_at.plus_seconds(NOTE_SECONDS) {
            self.store.touch_session(&session.id, ctx.now)?;
        }
        let grants: Vec<_> = given.into_iter().map(|given| given.grant).collect();
        let today = self.today(ctx);
        let expired = password_expired(credential.set_at, rules, today, self.calendar());
        let excepted = exception.map(|found| found.until).filter(|until| exception_holds(*until, ctx.now));
        let wanted = (second && excepted.is_none()).then_some(if has_second { Stage::Second } else { Stage::Enrol });
        let stage = stage(&account, &credential, expired, wanted);
        let actor = Actor::Person { id: account.id, address: account.address.to_string(), grants };
        Ok(Some(Me { account, actor, session, stage, has_second, excepted }))
    }

    /// Begins a session, in the place of another if one is named, and gives its secret: a secret never outlives a step
    /// up in what it allows.
    pub(crate) fn begin_session(
        &self,
        ctx: &Ctx,
        account: AccountId,
        (agent, second): (&str, bool),
        replaces: Option<&str>,
        dice: &dyn Dice,
    ) -> Result<String, Error> {
        let hours = i64::from(self.identity_rules(ctx)?.session_hours);
        let token = token(dice);
        let agent = agent.chars().filter(|c| !c.is_control()).take(AGENT).collect();
        let session = Session { id: digest(&token), account, made_at: ctx.now, seen_at: ctx.now, second, agent };
        self.store.begin_session(&session, replaces, ctx.now.plus_seconds(-hours * 3600))?;
        Ok(token)
    }

    /// The sessions of a person, oldest first.
    pub fn sessions(&self, me: &Me) -> Result<Vec<Session>, Error> {
        Ok(store::session::of_account(&mut self.store.reader()?, me.account.id)?)
    }

    /// Ends one of a person's own sessions; that of another is left alone.
    pub fn end_own_session(&self, me: &Me, id: &str) -> Result<(), Error> {
        if self.sessions(me)?.iter().any(|session| session.id == id) {
            self.store.end_session(id)?;
        }
        Ok(())
    }

    /// Ends the session that a browser had before it signed in anew, whoever's it was: nobody else has its secret.
    pub fn end_session_of(&self, token: &str) -> Result<(), Error> {
        if token.is_empty() {
            return Ok(());
        }
        Ok(self.store.end_session(&digest(token))?)
    }

    /// Ends all of a person's sessions but the one they ask in; how many.
    pub fn end_other_sessions(&self, me: &Me) -> Result<u64, Error> {
        Ok(self.store.end_other_sessions(me.account.id, &me.session.id)?)
    }

    /// A person accepts the terms of use themselves (LC-13).
    pub fn accept_own_terms(&self, ctx: &Ctx, me: &Me) -> Result<(), Error> {
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        self.store.write("accept_own_terms", |tx| {
            let corrupt = |what| store::error::Error::Corrupt(what);
            let account = store::account::get(tx, me.account.id)?.ok_or_else(|| corrupt("session.account_id"))?;
            let home = store::organisation::get(tx, &account.organisation)?;
            let sector = home.ok_or_else(|| corrupt("account.organisation"))?.sector;
            let terms = self.terms(account.kind, sector, self.today(ctx))?;
            let change = apply(&account, &Event::AcceptTerms, &terms, ctx.now)?;
            let next = next_task(&change.account, &terms);
            let events = save::save(self, tx, ctx, &mut [Decided::by_system(account, change, next)], None)?;
            Ok::<_, Error>(((), Audit::events(events)?))
        })
    }
}

/// What comes first; `second` is what is wanted of the second factor.
fn stage(account: &Account, credential: &Credential, expired: bool, second: Option<Stage>) -> Stage {
    if second == Some(Stage::Second) {
        Stage::Second
    } else if credential.temporary || expired {
        Stage::Password
    } else if second == Some(Stage::Enrol) {
        Stage::Enrol
    } else if account.status() == Status::Pending || account.terms_at.is_none() {
        // Whoever was resecured while inactive or a leaver accepts them anew too (PWD-04).
        Stage::Terms
    } else {
        Stage::In
    }
}
