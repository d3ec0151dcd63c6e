//! The second factor: an authenticator's six digits (RFC 6238), and recovery codes for whoever lost it.

use domain::ctx::Ctx;
use domain::identity::Verdict;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use store::credential::Credential;
use store::tx::{Audit, WriteTx};
use totp_rs::{Algorithm, TOTP};

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::password::plain;
use crate::identity::seal::{seal, unseal};
use crate::identity::session::{Me, Stage};
use crate::identity::{Dice, Key, digest, same, told};

/// Seconds that a code holds.
const STEP: i64 = 30;
/// A clock may be so many steps before or behind ours.
const SKEW: i64 = 1;
/// Bytes of an authenticator's secret.
const SECRET: usize = 20;
/// Whoever is so many steps before or behind is told so: ten minutes.
const TOLD: i64 = 20;
/// After so many seconds one more code is looked at, however many were wrong.
const ONE_MORE: i64 = 3600;
/// Recovery codes that a person gets.
const RECOVERY_CODES: usize = 10;

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Right: the session's new secret.
    In(String),
    /// Wrong, or used before.
    Wrong,
    /// Right for another time: their clock is so many seconds before ours (behind it, where negative).
    OtherTime(i64),
    /// Nothing is looked at before this time.
    Wait(Timestamp),
}

/// What came of the first code of an authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolled {
    /// It is set up.
    Done {
        /// The recovery codes, shown this once.
        codes: Vec<String>,
        /// The session's new secret.
        token: String,
    },
    /// The code is not right.
    Wrong,
    /// Right for another time: their clock is so many seconds before ours (behind it, where negative).
    OtherTime(i64),
}

/// An authenticator's secret, in the letters that people copy (base 32).
pub fn fresh_secret(dice: &dyn Dice) -> String {
    let mut bytes = [0; SECRET];
    dice.fill(&mut bytes);
    base32(&bytes)
}

fn base32(bytes: &[u8]) -> String {
    totp_rs::Secret::Raw(bytes.to_vec()).to_encoded().to_string()
}

/// What an authenticator reads from a picture.
pub fn uri(secret: &str, federation: &str, address: &str) -> String {
    let plain = |text: &str| text.replace('@', "%40").replace(' ', "%20");
    format!("otpauth://totp/{}:{}?secret={secret}&issuer={}", plain(federation), plain(address), plain(federation))
}

/// What makes an authenticator's codes.
fn codes_of(secret: &str) -> Option<TOTP> {
    let bytes = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().ok()?;
    TOTP::new(Algorithm::SHA1, 6, 0, STEP.unsigned_abs(), bytes).ok()
}

/// The time step whose code this is, if it is one of now or next to it. Not more than three codes are right at a time.
fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let middle = now.second() / STEP;
    of_steps(secret, code, (middle - SKEW..=middle + SKEW).collect())
}

/// The first of some steps whose code this is.
fn of_steps(secret: &str, code: &str, steps: Vec<i64>) -> Option<i64> {
    let totp = codes_of(secret)?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let is_of = |step: i64| u64::try_from(step * STEP).is_ok_and(|time| same(&totp.generate(time), &code));
    steps.into_iter().find(|step| is_of(*step))
}

/// How many seconds before ours the clock is that shows a code of another time, which is not accepted: a person cannot
/// guess that their telephone's clock is off. A code that was used before tells nothing.
fn other_time(secret: &str, code: &str, now: Timestamp, used: i64) -> Option<i64> {
    let middle = now.second() / STEP;
    let steps = (SKEW + 1..=TOLD).flat_map(|away| [middle - away, middle + away]).collect();
    of_steps(secret, code, steps).filter(|step| *step > used).map(|step| (step - middle) * STEP)
}

/// What an authenticator's secret is sealed for.
pub(crate) fn purpose(account: i64) -> [u8; 8] {
    account.to_be_bytes()
}

impl Almoner {
    /// Until when nothing is looked at that is counted under a name. Whoever knows the password waits and is never shut
    /// out: after the last wait there is one more try an hour.
    pub(crate) fn wait_for(&self, ctx: &Ctx, count: &str) -> Result<Option<Timestamp>, Error> {
        let rules = self.identity_rules(ctx)?;
        let tries = store::session::tries(&mut self.store.reader()?, count)?;
        let more = Timestamp::from_second(tries.last.saturating_add(ONE_MORE));
        Ok(match tries.verdict(rules, ctx.now) {
            Verdict::Wait(until) => Some(until),
            Verdict::Locked => (ctx.now < more).then_some(more),
            Verdict::Go => None,
        })
    }

    /// Shows the second factor in a session: an authenticator's code, or a recovery code, which is then used up. Wrong
    /// codes are counted as wrong passwords are, by session's account.
    pub fn show_second(&self, ctx: &Ctx, me: &Me, code: &str, key: &Key, dice: &dyn Dice) -> Result<Shown, Error> {
        let count = digest(&format!("second of {}", me.account.id));
        if let Some(until) = self.wait_for(ctx, &count)? {
            return Ok(Shown::Wait(until));
        }
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        let wrong = self.store.write("show_second", |tx| {
            let Some(credential) = store::credential::get(tx, me.account.id)? else {
                return Ok((Some(Shown::Wrong), Audit::nothing_changed()));
            };
            let Some((next, action)) = accepted(&credential, code, key, ctx.wall) else {
                let off = clock_off(&credential, code, key, ctx.wall);
                return Ok((Some(off.map_or(Shown::Wrong, Shown::OtherTime)), Audit::nothing_changed()));
            };
            store::credential::put(tx, &next)?;
            let left = format!("{{\"recovery_codes\":{}}}", next.recovery.len());
            Ok::<_, Error>((None, Audit::events(vec![told(ctx, &me.account, action, &left)])?))
        })?;
        if let Some(wrong) = wrong {
            self.store.count_failure(&count, ctx.now)?;
            return Ok(wrong);
        }
        self.store.forgive(&count)?;
        self.begin_session(ctx, me.account.id, (&me.session.agent, true), Some(&me.session.id), dice).map(Shown::In)
    }

    /// Sets up an authenticator whose first code is shown, in the place of the one before. Gives the recovery codes and
    /// the session's new secret.
    pub fn enrol(
        &self,
        ctx: &Ctx,
        me: &Me,
        (secret, code): (&str, &str),
        key: &Key,
        dice: &dyn Dice,
    ) -> Result<Enrolled, Error> {
        may_set_up(me)?;
        let Some(step) = step_of(secret, code, ctx.wall) else {
            return Ok(other_time(secret, code, ctx.wall, 0).map_or(Enrolled::Wrong, Enrolled::OtherTime));
        };
        let codes = recovery_codes(dice);
        let sealed = seal(secret, key, &purpose(me.account.id.0), dice)?;
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        self.store.write("enrol", |tx: &mut WriteTx<'_>| {
            let none = || Credential::none(me.account.id);
            let credential = store::credential::get(tx, me.account.id)?.unwrap_or_else(none);
            let recovery = codes.iter().map(|code| digest(code)).collect();
            let next = Credential { totp: sealed.clone(), totp_step: step, recovery, ..credential };
            store::credential::put(tx, &next)?;
            let line = told(ctx, &me.account, "second_factor_set", "{\"method\":\"totp\"}");
            Ok::<_, Error>(((), Audit::events(vec![line])?))
        })?;
        self.store.end_other_sessions(me.account.id, &me.session.id)?;
        let token = self.begin_session(ctx, me.account.id, (&me.session.agent, true), Some(&me.session.id), dice)?;
        Ok(Enrolled::Done { codes, token })
    }
}

/// Whether somebody may change their second factors now: whoever has to set one up, or is in and has shown the one they
/// have. An exception lets in, but not to here: a stolen password must not become a factor.
pub(crate) fn may_set_up(me: &Me) -> Result<(), Error> {
    let here = matches!(me.stage, Stage::Enrol | Stage::In);
    let shown = me.session.second || !me.has_second;
    if here && shown { Ok(()) } else { Err(Refusal::SecondFactorFirst.into()) }
}

/// How far the clock is off that shows a code of another time.
fn clock_off(credential: &Credential, code: &str, key: &Key, now: Timestamp) -> Option<i64> {
    let secret = unseal(&credential.totp, key, &purpose(credential.account.0))?;
    other_time(&secret, code, now, credential.totp_step)
}

/// As many as a person gets.
pub(crate) fn recovery_codes(dice: &dyn Dice) -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| recovery_code(dice)).collect()
}

/// The credential after this code was used, and what the trail says; nothing when the code is not right.
pub(super) fn accepted(
    credential: &Credential,
    code: &str,
    key: &Key,
    now: Timestamp,
) -> Option<(Credential, &'static str)> {
    // Whoever has passkeys alone has recovery codes too, and no secret.
    let secret = match credential.totp.as_str() {
        "" => None,
        sealed => Some(unseal(sealed, key, &purpose(credential.account.0))?),
    };
    if let Some(step) = secret.and_then(|secret| step_of(&secret, code, now)) {
        // RFC 6238, 5.2: a code is right once.
        return (step > credential.totp_step)
            .then(|| (Credential { totp_step: step, ..credential.clone() }, "second_factor_shown"));
    }
    let used = digest(&code.trim().to_ascii_lowercase());
    let at = credential.recovery.iter().position(|kept| same(kept, &used))?;
    let mut next = credential.clone();
    next.recovery.remove(at);
    Some((next, "recovery_code_used"))
}

/// Twenty-four letters and digits with 120 random bits, a hyphen after each four: more than can be guessed from its hash.
fn recovery_code(dice: &dyn Dice) -> String {
    plain::<24>(dice)
}

#[cfg(test)]
#[path = "second_tests.rs"]
mod tests;
