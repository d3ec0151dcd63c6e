//! Whoever forgot their password, or is locked out, helps themselves (SSPR-01). First codes from things that a person has,
//! then characters of what they know, then a new password. An address that does not exist goes the same way up to the codes,
//! which are then never right.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::identity::PasswordFault;
use domain::ids::AccountId;
use domain::mobile::Mobile;
use domain::notice::NoticeKind;
use domain::policy::RecoveryRules;
use domain::recovery::{Proof, Sending, Stage, after_codes, attempt_over, held_back, missing, sending};
use domain::rights::Actor;
use domain::rule::Rule;
use domain::signal::Signal;
use domain::time::Timestamp;
use store::credential::Credential;
use store::event::NewEvent;
use store::recovery::Attempt;
use store::tx::{Audit, Reader, WriteTx};

use crate::engine::commands::kick;
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::answers::{Challenge, challenge, opened};
use crate::identity::drawn::{same, six_digits};
use crate::identity::own_mobile::{Message, oldest, sent_to};
use crate::identity::readiness::has;
use crate::identity::seal::{seal, unseal};
use crate::identity::{Dice, Key, digest, may_sign_in, password, second, signal, token, told};

/// What came of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// An attempt began: its secret, for the browser alone, and what is to be sent, if anything. Whether there is anything
    /// must not be told, not even by the time that it takes.
    Go(String, Option<Message>),
    /// Nothing begins before this time.
    Wait(Timestamp),
    /// The policy lets nobody help themselves.
    Off,
}

/// What somebody is asked for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// These codes.
    Codes(Vec<Proof>),
    /// Characters of an answer.
    Answers(Challenge),
    /// They have not set enough answers to go on.
    NotReady,
    /// Whether to choose a new password, of so many characters, or to unlock the account only.
    Proved(u16),
    /// It is too late, or failed too often.
    Over,
}

/// What came of codes or characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// On to the next question.
    Further,
    /// Not right.
    Wrong,
    /// Nothing is looked at before this time.
    Wait(Timestamp),
    /// It is too late, or failed too often.
    Over,
}

/// The codes that somebody typed.
#[derive(Clone, Copy, Default)]
pub struct Codes<'a> {
    /// Of the mobile, or of the authenticator where either will do.
    pub one: &'a str,
    /// Of the authenticator, where both are asked for.
    pub authenticator: &'a str,
}

/// What came of a wish for a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// It holds from now on, and the account is unlocked.
    Done,
    /// Why not.
    Refused(Vec<PasswordFault>),
    /// It is too late.
    Over,
}

/// What an attempt's codes are sealed for.
fn about(id: &str) -> String {
    format!("recovery {id}")
}

fn as_person(ctx: &Ctx, account: &Account) -> Ctx {
    let actor = Actor::Person { id: account.id, address: account.address.to_string(), grants: Vec::new() };
    Ctx { actor, ..ctx.clone() }
}

/// A line by SSPR-01.
fn by_rule(ctx: &Ctx, account: &Account, action: &'static str, detail: &str) -> NewEvent {
    NewEvent { rule: Some(Rule::Sspr01.as_str()), ..told(ctx, account, action, detail) }
}

impl Almoner {
    /// Begins to recover an address, whether it exists or not. Cost, for all alike: some reads by key, three small writes.
    pub fn begin_recovery(
        &self,
        ctx: &Ctx,
        (address, device): (&str, &str),
        key: &Key,
        dice: &dyn Dice,
    ) -> Result<Begun, Error> {
        let Some(rules) = self.recovery_rules(ctx)? else { return Ok(Begun::Off) };
        let address = address.trim().to_ascii_lowercase();
        let codes = digest(&format!("codes of {address}"));
        let (account, number, counted, sent) = {
            let mut db = self.store.reader()?;
            let account = store::account::by_address(&mut db, &address)?.filter(may_sign_in);
            let id = account.as_ref().map_or(AccountId(0), |account| account.id);
            let number = confirmed(&mut db, id)?;
            let known = !device.is_empty() && store::session::knows(&mut db, id, &digest(device))?;
            let named = account.as_ref().map_or(address.as_str(), |account| account.address.as_str());
            let from = if known { device } else { "strangers" };
            let counted = digest(&format!("recovery of {named} by {from}"));
            if let Some(until) =
                held_back(store::session::tries(&mut db, &counted)?, self.identity_rules(ctx)?, ctx.now)
            {
                return Ok(Begun::Wait(until));
            }
            let sent = store::session::tries(&mut db, &codes)?;
            (account, number, counted, sent)
        };
        match sending(sent, rules, ctx.now) {
            Sending::Go => {}
            Sending::Anew => self.store.forgive(&codes)?,
            Sending::Wait(until) => return Ok(Begun::Wait(until)),
        }
        self.store.count_failure(&codes, ctx.now)?;
        let (secret, code) = (token(dice), six_digits(dice));
        let id = digest(&secret);
        // A code that goes nowhere is none: six digits would be guessed.
        let kept = if number.is_some() { code.as_str() } else { "" };
        let sealed = seal(kept, key, about(&id).as_bytes(), dice)?;
        let account = account.map(|account| account.id);
        let attempt = Attempt { id, account, counted, made_at: ctx.now, stage: Stage::Codes, sealed, wrong: 0 };
        self.store.begin_recovery(&attempt, oldest(ctx))?;
        let wanted = rules.proofs.iter().any(|proof| matches!(proof, Proof::Code | Proof::Mobile));
        Ok(Begun::Go(secret, number.filter(|_| wanted).map(|to| Message { to, code })))
    }

    /// A code was sent for somebody, or could not be.
    pub fn recovery_code_sent(&self, ctx: &Ctx, message: &Message, sent: bool) -> Result<(), Error> {
        self.store.count_failure(&sent_to(message.to.as_str()), ctx.now)?;
        let ctx = &Ctx { actor: Actor::System, ..ctx.clone() };
        self.store.write("recovery_code_sent", |tx| {
            let holder = store::recovery::holder(tx, message.to.as_str())?;
            let account = holder.map(|id| store::account::get(tx, id)).transpose()?.flatten();
            let action = if sent { "recovery_code_sent" } else { "recovery_code_not_sent" };
            let line = account.map(|account| by_rule(ctx, &account, action, "{}"));
            Ok::<_, Error>(((), Audit::if_any(line.into_iter().collect())))
        })
    }

    /// The attempt of a browser's secret, if it still holds.
    fn attempt(&self, ctx: &Ctx, token: &str) -> Result<Option<(Attempt, &RecoveryRules)>, Error> {
        let Some(rules) = self.recovery_rules(ctx)? else { return Ok(None) };
        if token.is_empty() {
            return Ok(None);
        }
        let found = store::recovery::get(&mut self.store.reader()?, &digest(token))?;
        let holds = |a: &Attempt| !attempt_over(a.made_at, a.wrong, rules, ctx.now) && a.id == digest(token);
        Ok(found.filter(holds).map(|attempt| (attempt, rules)))
    }

    /// What is asked of whoever holds this secret.
    pub fn recovery_asks(&self, ctx: &Ctx, token: &str, key: &Key) -> Result<Asked, Error> {
        let Some((attempt, rules)) = self.attempt(ctx, token)? else { return Ok(Asked::Over) };
        Ok(match attempt.stage {
            Stage::Codes => {
                Asked::Codes(rules.proofs.iter().copied().filter(|proof| *proof != Proof::Answers).collect())
            }
            Stage::Answers => self.asked_answer(&attempt, rules, key)?.map_or(Asked::NotReady, Asked::Answers),
            Stage::Proved => Asked::Proved(self.identity_rules(ctx)?.password_length),
        })
    }

    fn asked_answer(&self, attempt: &Attempt, rules: &RecoveryRules, key: &Key) -> Result<Option<Challenge>, Error> {
        let Some(account) = attempt.account else { return Ok(None) };
        let answers = opened(&mut self.store.reader()?, account, key)?;
        Ok(challenge(&answers, account, "themselves", rules, key))
    }

    /// Before which time nothing is looked at.
    fn waits(&self, ctx: &Ctx, attempt: &Attempt) -> Result<Option<Timestamp>, Error> {
        let tries = store::session::tries(&mut self.store.reader()?, &attempt.counted)?;
        Ok(held_back(tries, self.identity_rules(ctx)?, ctx.now))
    }

    /// Counts a failure, of the attempt and of the address; the one that begins the long waits is told in the trail.
    fn failed_to_prove(&self, ctx: &Ctx, attempt: &Attempt) -> Result<Step, Error> {
        self.store.wrong_in_recovery(&attempt.id)?;
        let failures = self.store.count_failure(&attempt.counted, ctx.now)?;
        if failures == self.identity_rules(ctx)?.lock_after_failures
            && let Some(id) = attempt.account
        {
            let ctx = &Ctx { actor: Actor::System, ..ctx.clone() };
            self.store.write("recovery_locked", |tx| {
                let line = store::account::get(tx, id)?.map(|a| by_rule(ctx, &a, "recovery_locked", "{}"));
                Ok::<_, Error>(((), Audit::if_any(line.into_iter().collect())))
            })?;
        }
        Ok(Step::Wrong)
    }

    /// Looks at the codes. All that the policy asks for must be right; which was wrong is not told.
    pub fn show_codes(&self, ctx: &Ctx, token: &str, codes: Codes<'_>, key: &Key) -> Result<Step, Error> {
        let Some((attempt, rules)) = self.attempt(ctx, token)? else { return Ok(Step::Over) };
        if attempt.stage != Stage::Codes {
            return Ok(Step::Over);
        }
        if let Some(until) = self.waits(ctx, &attempt)? {
            return Ok(Step::Wait(until));
        }
        let sent = unseal(&attempt.sealed, key, about(&attempt.id).as_bytes()).unwrap_or_default();
        let right = self.store.write("show_codes", |tx| {
            let account = attempt.account.map(|id| store::account::get(tx, id)).transpose()?.flatten();
            let Some(account) = account.filter(may_sign_in) else { return Ok((false, Audit::nothing_changed())) };
            let none = || Credential::none(account.id);
            let credential = store::credential::get(tx, account.id)?.unwrap_or_else(none);
            let shown = Shown { sent: &sent, codes, key, now: ctx.wall };
            let Some((next, by)) = shown.all(&rules.proofs, credential.clone()) else {
                return Ok((false, Audit::nothing_changed()));
            };
            if next != credential {
                store::credential::put(tx, &next)?;
            }
            let detail = format!("{{\"by\":\"{by}\"}}");
            let line = by_rule(&as_person(ctx, &account), &account, "recovery_codes_shown", &detail);
            Ok::<_, Error>((true, Audit::events(vec![line])?))
        })?;
        if !right {
            return self.failed_to_prove(ctx, &attempt);
        }
        let gone_on = self.store.further_in_recovery(&attempt.id, Stage::Codes, after_codes(rules))?;
        Ok(if gone_on { Step::Further } else { Step::Over })
    }

    /// Looks at the characters of an answer.
    pub fn show_characters(&self, ctx: &Ctx, token: &str, characters: &str, key: &Key) -> Result<Step, Error> {
        let Some((attempt, rules)) = self.attempt(ctx, token)? else { return Ok(Step::Over) };
        let Some(account) = attempt.account.filter(|_| attempt.stage == Stage::Answers) else { return Ok(Step::Over) };
        if let Some(until) = self.waits(ctx, &attempt)? {
            return Ok(Step::Wait(until));
        }
        let Some(asked) = self.asked_answer(&attempt, rules, key)? else { return Ok(Step::Over) };
        if !asked.is_met(characters) {
            return self.failed_to_prove(ctx, &attempt);
        }
        self.store.used_answer(account, asked.place)?;
        let gone_on = self.store.further_in_recovery(&attempt.id, Stage::Answers, Stage::Proved)?;
        Ok(if gone_on { Step::Further } else { Step::Over })
    }

    /// Whoever proved who they are, and may still sign in.
    fn proved(&self, ctx: &Ctx, token: &str) -> Result<Option<(Attempt, Account)>, Error> {
        let Some((attempt, _)) = self.attempt(ctx, token)? else { return Ok(None) };
        let Some(id) = attempt.account.filter(|_| attempt.stage == Stage::Proved) else { return Ok(None) };
        let account = store::account::get(&mut self.store.reader()?, id)?.filter(may_sign_in);
        Ok(account.map(|account| (attempt, account)))
    }

    /// A new password of whoever proved who they are: a signal (LC-02), the end of all sessions and of a lock.
    pub fn recover_password(&self, ctx: &Ctx, token: &str, new: &str, dice: &dyn Dice) -> Result<Recovered, Error> {
        let rules = self.identity_rules(ctx)?;
        let Some((attempt, account)) = self.proved(ctx, token)? else { return Ok(Recovered::Over) };
        let (credential, profile) = {
            let mut db = self.store.reader()?;
            let none = || Credential::none(account.id);
            let credential = store::credential::get(&mut db, account.id)?.unwrap_or_else(none);
            (credential, store::profile::get(&mut db, account.id)?)
        };
        let faults = password::faults(new, &account, &profile, &credential, rules);
        if !faults.is_empty() {
            return Ok(Recovered::Refused(faults));
        }
        let next = password::replaced(&credential, password::hash(new, dice)?, ctx, false, rules);
        let ctx = &as_person(ctx, &account);
        let done = self.store.write("recover_password", |tx| {
            if !store::recovery::use_up(tx, &attempt.id, Stage::Proved)? {
                return Ok((false, Audit::nothing_changed()));
            }
            store::credential::put(tx, &next)?;
            kick(tx, ctx, account.id, "password recovered")?;
            let mut events = signal::seen(self, tx, ctx, account.id, signal::here(Signal::PasswordChange, ctx.now))?;
            events.push(by_rule(ctx, &account, "password_recovered", "{}"));
            tell(tx, ctx, &account, NoticeKind::PasswordRecovered)?;
            Ok::<_, Error>((true, Audit::events(events)?))
        })?;
        if !done {
            return Ok(Recovered::Over);
        }
        self.end_sessions(account.id)?;
        self.unlock(&account)?;
        self.store.forgive(&attempt.counted)?;
        Ok(Recovered::Done)
    }

    /// Opens the lock of whoever proved who they are; the password stays. `false`: it is too late.
    pub fn recover_unlock(&self, ctx: &Ctx, token: &str) -> Result<bool, Error> {
        let Some((attempt, account)) = self.proved(ctx, token)? else { return Ok(false) };
        let ctx = &as_person(ctx, &account);
        let done = self.store.write("recover_unlock", |tx| {
            if !store::recovery::use_up(tx, &attempt.id, Stage::Proved)? {
                return Ok((false, Audit::nothing_changed()));
            }
            tell(tx, ctx, &account, NoticeKind::Unlocked)?;
            Ok::<_, Error>((true, Audit::events(vec![by_rule(ctx, &account, "unlocked", "{}")])?))
        })?;
        if done {
            self.end_sessions(account.id)?;
            self.unlock(&account)?;
            self.store.forgive(&attempt.counted)?;
        }
        Ok(done)
    }
}

/// The number that an account confirmed, while the directory has it too.
fn confirmed(db: &mut Reader<'_>, account: AccountId) -> Result<Option<Mobile>, Error> {
    let number = store::recovery::mobile(db, account)?;
    let profiles = store::profile::by_ids(db, &[account])?;
    let counts = |number: &String| profiles.iter().any(|(_, profile)| profile.mobile == *number);
    Ok(number.filter(counts).and_then(|number| Mobile::parse(&number, None).ok()))
}

/// A notice to the person, of now.
pub(crate) fn tell(tx: &mut WriteTx<'_>, ctx: &Ctx, account: &Account, kind: NoticeKind) -> Result<(), Error> {
    let notice = store::notice::NewNotice {
        account: account.id,
        organisation: account.organisation.to_string(),
        kind,
        rule: Rule::Sspr01,
        recipient: Some(account.id),
        about: None,
        details: Vec::new(),
    };
    Ok(store::notice::insert(tx, &[notice], ctx.now, None)?)
}

/// Codes, and what they are compared with.
struct Shown<'a> {
    sent: &'a str,
    codes: Codes<'a>,
    key: &'a Key,
    now: Timestamp,
}

impl Shown<'_> {
    /// The credential after all codes were shown, and by what; nothing when one is not right.
    fn all(&self, proofs: &[Proof], credential: Credential) -> Option<(Credential, String)> {
        let (mut credential, mut by) = (credential, Vec::new());
        for proof in proofs {
            let separate = proofs.contains(&Proof::Mobile);
            let (next, shown) = match proof {
                Proof::Answers => continue,
                Proof::Mobile => (self.is_sent().then_some(credential)?, "mobile"),
                Proof::Authenticator if separate => self.authenticator(&credential, self.codes.authenticator)?,
                Proof::Code if self.is_sent() => (credential, "mobile"),
                Proof::Authenticator | Proof::Code => self.authenticator(&credential, self.codes.one)?,
            };
            credential = next;
            by.push(shown);
        }
        (!by.is_empty()).then(|| (credential, by.join(" and ")))
    }

    fn is_sent(&self) -> bool {
        let typed: String = self.codes.one.chars().filter(|c| !c.is_whitespace()).collect();
        !self.sent.is_empty() && same(&typed, self.sent)
    }

    fn authenticator(&self, credential: &Credential, code: &str) -> Option<(Credential, &'static str)> {
        let (next, action) = second::accepted(credential, code, self.key, self.now)?;
        Some((next, if action == "recovery_code_used" { "recovery code" } else { "authenticator" }))
    }
}

impl Almoner {
    /// What a person lacks to help themselves; nothing: they could.
    pub fn own_readiness(&self, ctx: &Ctx, id: AccountId) -> Result<Option<Vec<domain::recovery::Missing>>, Error> {
        let Some(rules) = self.recovery_rules(ctx)? else { return Ok(None) };
        let mut db = self.store.reader()?;
        let profiles = store::profile::by_ids(&mut db, &[id])?.into_iter().collect();
        let has = has(&mut db, &[id], &profiles)?.remove(&id).unwrap_or_default();
        Ok(Some(missing(rules, has)))
    }
}
