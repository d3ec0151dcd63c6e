//! The second factor: an authenticator's six digits (RFC 6238), and recovery codes for whoever lost it.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::ctx::Ctx;
use domain::identity::Verdict;
use domain::time::Timestamp;
use store::credential::Credential;
use store::tx::{Audit, WriteTx};
use totp_rs::{Algorithm, TOTP};

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::session::Me;
use crate::identity::{Dice, Key, digest, hex, told};

/// Seconds that a code holds.
const STEP: i64 = 30;
/// A clock may be so many steps before or behind ours.
const SKEW: i64 = 1;
/// Bytes of an authenticator's secret.
const SECRET: usize = 20;
/// Bytes of a sealed secret's nonce.
const NONCE: usize = 24;
/// Recovery codes that a person gets.
const RECOVERY_CODES: usize = 10;

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Right: the session's new secret.
    In(String),
    /// Wrong, used before, or of another time.
    Wrong,
    /// Nothing is looked at before this time.
    Wait(Timestamp),
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

/// The time step whose code this is, if it is one of now or next to it. Not more than three codes are right at a time.
fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let bytes = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().ok()?;
    let totp = TOTP::new(Algorithm::SHA1, 6, 0, STEP.unsigned_abs(), bytes).ok()?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let middle = now.second() / STEP;
    (middle - SKEW..=middle + SKEW)
        .find(|step| u64::try_from(step * STEP).is_ok_and(|time| same(&totp.generate(time), &code)))
}

/// Compares in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// Seals a secret for an account: what is in the database is of no use without the key.
fn seal(secret: &str, key: &Key, account: i64, dice: &dyn Dice) -> Result<String, Error> {
    let mut nonce = [0; NONCE];
    dice.fill(&mut nonce);
    let payload = Payload { msg: secret.as_bytes(), aad: &account.to_be_bytes() };
    let sealed = XChaCha20Poly1305::new((&key.0).into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|_| Error::input("the secret cannot be sealed"))?;
    Ok(hex(&nonce) + &hex(&sealed))
}

fn unseal(sealed: &str, key: &Key, account: i64) -> Option<String> {
    let pairs: Option<Vec<u8>> = (0..sealed.len() / 2)
        .map(|at| sealed.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let bytes = pairs?;
    let (nonce, text) = bytes.split_at_checked(NONCE)?;
    let payload = Payload { msg: text, aad: &account.to_be_bytes() };
    let open = XChaCha20Poly1305::new((&key.0).into()).decrypt(XNonce::from_slice(nonce), payload).ok()?;
    String::from_utf8(open).ok()
}

impl Almoner {
    /// Shows the second factor in a session: an authenticator's code, or a recovery code, which is then used up. Wrong
    /// codes are counted as wrong passwords are, by session's account.
    pub fn show_second(&self, ctx: &Ctx, me: &Me, code: &str, key: &Key, dice: &dyn Dice) -> Result<Shown, Error> {
        let rules = self.identity_rules(ctx)?;
        let count = digest(&format!("second of {}", me.account.id));
        let tries = store::session::tries(&mut self.store.reader()?, &count)?;
        match tries.verdict(rules, ctx.now) {
            Verdict::Wait(until) => return Ok(Shown::Wait(until)),
            // The password was right: whoever has the telephone waits, whoever has not never comes in by guessing.
            Verdict::Locked if ctx.now.second() - tries.last < 3600 => {
                return Ok(Shown::Wait(Timestamp::from_second(tries.last + 3600)));
            }
            Verdict::Go | Verdict::Locked => {}
        }
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        let right = self.store.write("show_second", |tx| {
            let Some(credential) = store::credential::get(tx, me.account.id)? else {
                return Ok((false, Audit::nothing_changed()));
            };
            let Some((next, action)) = accepted(&credential, code, key, ctx.wall) else {
                return Ok((false, Audit::nothing_changed()));
            };
            store::credential::put(tx, &next)?;
            let left = format!("{{\"recovery_codes\":{}}}", next.recovery.len());
            Ok::<_, Error>((true, Audit::events(vec![told(ctx, &me.account, action, &left)])?))
        })?;
        if !right {
            self.store.count_failure(&count, ctx.now)?;
            return Ok(Shown::Wrong);
        }
        self.store.forgive(&count)?;
        self.begin_session(ctx, me.account.id, (&me.session.agent, true), Some(&me.session.id), dice).map(Shown::In)
    }

    /// Sets up an authenticator whose first code is shown. Gives the recovery codes and the session's new secret;
    /// nothing when the code is wrong.
    pub fn enrol(
        &self,
        ctx: &Ctx,
        me: &Me,
        (secret, code): (&str, &str),
        key: &Key,
        dice: &dyn Dice,
    ) -> Result<Option<(Vec<String>, String)>, Error> {
        let Some(step) = step_of(secret, code, ctx.wall) else { return Ok(None) };
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(dice)).collect();
        let sealed = seal(secret, key, me.account.id.0, dice)?;
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
        Ok(Some((codes, token)))
    }
}

/// The credential after this code was used, and what the trail says; nothing when the code is not right.
fn accepted(credential: &Credential, code: &str, key: &Key, now: Timestamp) -> Option<(Credential, &'static str)> {
    let secret = unseal(&credential.totp, key, credential.account.0)?;
    if let Some(step) = step_of(&secret, code, now) {
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

/// Sixteen letters and digits with 64 random bits, a hyphen after each four.
fn recovery_code(dice: &dyn Dice) -> String {
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    let parts: Vec<String> = bytes.chunks(2).map(hex).collect();
    parts.join("-")
}

#[cfg(test)]
#[path = "second_tests.rs"]
mod tests;
