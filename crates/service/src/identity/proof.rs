//! Before an administrator unlocks an account or gives a password, they make sure that it is the person (ROLE-08): three
//! characters of an answer, or, where there is none, a statement that is kept.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::recovery::held_back;
use domain::rights::{Action, Actor, Place};
use domain::rule::Rule;
use domain::time::Timestamp;
use serde_json::{Map, Value};
use store::event::NewEvent;
use store::tx::Audit;

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::answers::{Challenge, challenge, opened};
use crate::identity::help::reaches_all;
use crate::identity::{Key, digest, may_sign_in, told};

/// A statement has so many characters at least: "yes" proves nothing.
const STATEMENT: usize = 10;
/// And at most so many.
const LONGEST_STATEMENT: usize = 500;

/// How a person is to be authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// By these characters of their answer.
    Characters(Challenge),
    /// They set no answers, though the policy asks for them.
    NoAnswers,
    /// The policy has no secret questions.
    NoQuestions,
}

/// What an administrator typed.
#[derive(Clone, Copy, Default)]
pub struct Typed<'a> {
    /// The characters that the person told.
    pub characters: &'a str,
    /// How they made sure, where there are no characters.
    pub statement: &'a str,
}

/// What came of a wish to help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Helped<T> {
    /// It is done.
    Done(T),
    /// The characters are not right; nothing was changed.
    Wrong,
    /// Nothing is looked at before this time.
    Wait(Timestamp),
}

/// Somebody who was authenticated, and by which grant they are helped.
pub(crate) struct Proven {
    pub(crate) account: Account,
    pub(crate) grant: Option<i64>,
    /// For the trail: what convinced, as JSON.
    pub(crate) detail: String,
}

fn count(account: &Account) -> String {
    digest(&format!("check of {}", account.id))
}

/// Each administrator hears characters of their own choice of places: two of them together know no more than one.
fn whom(ctx: &Ctx) -> String {
    format!("administrator {}", ctx.actor.name())
}

impl Almoner {
    /// How a person is to be authenticated, for those who may help them.
    pub fn expected_proof(&self, ctx: &Ctx, address: &str, key: &Key) -> Result<Expected, Error> {
        let (account, _) = self.to_be_helped(ctx, Action::ResetPassword, address)?;
        self.expected(ctx, &account, key)
    }

    fn expected(&self, ctx: &Ctx, account: &Account, key: &Key) -> Result<Expected, Error> {
        let Some(rules) = self.recovery_rules(ctx)?.filter(|rules| rules.answers > 0) else {
            return Ok(Expected::NoQuestions);
        };
        let answers = opened(&mut self.store.reader()?, account.id, key)?;
        let asked = challenge(&answers, account.id, &whom(ctx), rules, key);
        Ok(asked.map_or(Expected::NoAnswers, Expected::Characters))
    }

    /// An account that signs in, and the grant by which it may be helped. Whoever administers more than the helper does is helped
    /// by others: a password of theirs would be worth their rights.
    pub(crate) fn to_be_helped(
        &self,
        ctx: &Ctx,
        action: Action,
        address: &str,
    ) -> Result<(Account, Option<i64>), Error> {
        let mut db = self.store.reader()?;
        let (account, organisation) = Self::find(&mut db, ctx, address)?;
        let unit = store::profile::get(&mut db, account.id)?.unit;
        let place = Place::Organisation { code: &organisation.code, sector: organisation.sector, unit: &unit };
        let grant = Self::may(&ctx.actor, action, place, || Error::not_found("account", address))?.grant;
        reaches_all(&mut db, ctx, action, &account)?;
        if !may_sign_in(&account) {
            let status = account.status();
            return Err(Error::input(format!("{address} does not sign in: it is {status}, and {}", account.kind)));
        }
        Ok((account, grant))
    }

    /// Authenticates a person before they are helped. Wrong characters are counted, make the next try wait, and are told in
    /// the trail; nothing else happens then.
    pub(crate) fn authenticate(
        &self,
        ctx: &Ctx,
        (action, address): (Action, &str),
        typed: Typed<'_>,
        key: &Key,
    ) -> Result<Helped<Proven>, Error> {
        let (account, grant) = self.to_be_helped(ctx, action, address)?;
        let Expected::Characters(asked) = self.expected(ctx, &account, key)? else {
            let detail = stated(typed.statement)?;
            return Ok(Helped::Done(Proven { account, grant, detail }));
        };
        let count = count(&account);
        let tries = store::session::tries(&mut self.store.reader()?, &count)?;
        if let Some(until) = held_back(tries, self.identity_rules(ctx)?, ctx.now) {
            return Ok(Helped::Wait(until));
        }
        if asked.is_met(typed.characters) {
            self.store.used_answer(account.id, asked.place)?;
            self.store.forgive(&count)?;
            let detail = "{\"authenticated\":\"characters of the secret\"}".to_owned();
            return Ok(Helped::Done(Proven { account, grant, detail }));
        }
        self.store.count_failure(&count, ctx.now)?;
        let line = told(ctx, &account, "authentication_failed", "{}");
        let line = NewEvent { grant_id: grant, rule: Some(Rule::Role08.as_str()), ..line };
        self.store.write("authentication_failed", |tx| {
            let _ = &tx;
            Ok::<_, Error>(((), Audit::events(vec![line.clone()])?))
        })?;
        Ok(Helped::Wrong)
    }

    /// Opens the lock that strangers' failures closed; the password and the sessions stay.
    pub fn unlock_account(&self, ctx: &Ctx, address: &str, typed: Typed<'_>, key: &Key) -> Result<Helped<()>, Error> {
        let proven = match self.authenticate(ctx, (Action::ResetPassword, address), typed, key)? {
            Helped::Done(proven) => proven,
            Helped::Wrong => return Ok(Helped::Wrong),
            Helped::Wait(until) => return Ok(Helped::Wait(until)),
        };
        let line = told(ctx, &proven.account, "unlocked", &proven.detail);
        let line = NewEvent { grant_id: proven.grant, rule: Some(Rule::Role08.as_str()), ..line };
        self.store.write("unlock_account", |tx| {
            crate::identity::recover::tell(tx, ctx, &proven.account, domain::notice::NoticeKind::Unlocked)?;
            Ok::<_, Error>(((), Audit::events(vec![line.clone()])?))
        })?;
        self.unlock(&proven.account)?;
        Ok(Helped::Done(()))
    }
}

/// A statement as the trail keeps it.
pub(crate) fn stated(statement: &str) -> Result<String, Error> {
    Ok(Value::Object(parts(statement)?).to_string())
}

/// The same behind other facts; the operator at the machine need not state anything.
pub(crate) fn made_sure(ctx: &Ctx, statement: &str, facts: Value) -> Result<String, Error> {
    let Value::Object(mut facts) = facts else { return stated(statement) };
    if must_authenticate(&ctx.actor) {
        facts.extend(parts(statement)?);
    }
    Ok(Value::Object(facts).to_string())
}

fn parts(statement: &str) -> Result<Map<String, Value>, Error> {
    let statement = statement.trim();
    let length = statement.chars().count();
    if length < STATEMENT {
        return Err(Error::input("say in a few words how you made sure that it is the person (ROLE-08)"));
    }
    if length > LONGEST_STATEMENT {
        return Err(Error::input(format!("say it in at most {LONGEST_STATEMENT} characters")));
    }
    let parts = [("authenticated", "a statement"), ("statement", statement)];
    Ok(parts.map(|(name, text)| (name.to_owned(), Value::from(text))).into_iter().collect())
}

/// Whether somebody acts who must authenticate the person: everybody but the operator at the machine, and the system.
pub(crate) const fn must_authenticate(actor: &Actor) -> bool {
    match actor {
        Actor::Person { .. } => true,
        Actor::Console | Actor::System => false,
    }
}
