//! Passwords: hashed with argon2id, checked against the rules, changed by their person, reset by others.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::account::Account;
use domain::ctx::Ctx;
use domain::identity::{LONGEST_PASSWORD, PasswordFault, password_faults};
use domain::policy::IdentityRules;
use domain::profile::Profile;
use domain::rights::Action;
use domain::rule::Rule;
use domain::signal::Signal;
use store::credential::Credential;
use store::event::NewEvent;
use store::tx::Audit;
use zxcvbn::matching::patterns::MatchPattern;

use crate::engine::commands::kick;
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::proof::{Helped, Proven, Typed, must_authenticate};
use crate::identity::{Dice, Key, signal, told};

/// Memory in KiB, passes, lanes: OWASP's first choice. One hash takes about 27 ms of one core.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// The characters of a temporary password: none that is mistaken for another when it is read out.
pub(crate) const PLAIN: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";

/// What came of a wish for a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It holds from now on.
    Done,
    /// The current one was not right.
    WrongCurrent,
    /// Why not.
    Refused(Vec<PasswordFault>),
}

fn argon() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password. Cost: `COST`.
pub(crate) fn hash(password: &str, dice: &dyn Dice) -> Result<String, Error> {
    let mut salt = [0; 16];
    dice.fill(&mut salt);
    let broken = |_| Error::input("the password cannot be hashed: use another");
    let salt = SaltString::encode_b64(&salt).map_err(broken)?;
    Ok(argon().hash_password(password.as_bytes(), &salt).map_err(broken)?.to_string())
}

/// Whether a password is the one of a hash. Without a hash the same work is done for nothing, so that nobody can tell by
/// the time it takes. Cost: `COST`.
pub(crate) fn is_right(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = || {
        let salt = SaltString::encode_b64(b"of nobody at all");
        let hashed = salt.and_then(|salt| argon().hash_password(b"nobody", &salt).map(|hash| hash.to_string()));
        hashed.unwrap_or_default()
    };
    let looked_at = if password.chars().count() > LONGEST_PASSWORD { "" } else { password };
    let text = hash.filter(|hash| !hash.is_empty()).unwrap_or_else(|| NOBODY.get_or_init(nobody));
    let Ok(parsed) = PasswordHash::new(text) else { return false };
    let same = argon().verify_password(looked_at.as_bytes(), &parsed).is_ok();
    same && hash.is_some_and(|hash| !hash.is_empty()) && looked_at == password
}

/// Whether a password is one of the 30,000 most common and breached ones, a single word or name, the same turned round
/// or with digits for letters, or a row of keys. The lists are zxcvbn's and need no network.
fn is_common(password: &str) -> bool {
    let whole = password.chars().count();
    let known = zxcvbn::zxcvbn(password, &[]);
    known
        .sequence()
        .iter()
        .any(|part| part.token.chars().count() == whole && matches!(part.pattern, MatchPattern::Dictionary(_)))
        || known.score() == zxcvbn::Score::Zero
}

/// Everything that is wrong with a new password of this person. Cost: one hash for each password that is remembered.
pub(super) fn faults(
    password: &str,
    account: &Account,
    profile: &Profile,
    credential: &Credential,
    rules: &IdentityRules,
) -> Vec<PasswordFault> {
    let local = account.address.as_str().split('@').next().unwrap_or_default();
    let names = [profile.first_name.as_str(), profile.last_name.as_str(), local];
    let mut faults = password_faults(password, &names, rules);
    if !faults.is_empty() {
        return faults;
    }
    if is_common(password) {
        faults.push(PasswordFault::Common);
    }
    let before = std::iter::once(&credential.hash).chain(&credential.past);
    if before.take(usize::from(rules.passwords_remembered)).any(|hash| is_right(password, Some(hash))) {
        faults.push(PasswordFault::Used(rules.passwords_remembered));
    }
    faults
}

/// The credential with another password; the one before it is remembered.
pub(super) fn replaced(
    credential: &Credential,
    hash: String,
    ctx: &Ctx,
    temporary: bool,
    rules: &IdentityRules,
) -> Credential {
    let mut next = credential.clone();
    if !next.hash.is_empty() {
        next.past.insert(0, std::mem::take(&mut next.hash));
    }
    next.past.truncate(usize::from(rules.passwords_remembered).saturating_sub(1));
    Credential { hash, set_at: ctx.now, temporary, ..next }
}

impl Almoner {
    /// A person changes their own password: a signal (LC-02), and the end of their other sessions.
    pub fn change_password(
        &self,
        ctx: &Ctx,
        account: &Account,
        (current, new): (&str, &str),
        session: &str,
        dice: &dyn Dice,
    ) -> Result<Changed, Error> {
        let rules = self.identity_rules(ctx)?;
        let (credential, profile) = {
            let mut db = self.store.reader()?;
            let none = || Credential::none(account.id);
            let credential = store::credential::get(&mut db, account.id)?.unwrap_or_else(none);
            (credential, store::profile::get(&mut db, account.id)?)
        };
        if !is_right(current, Some(&credential.hash)) {
            return Ok(Changed::WrongCurrent);
        }
        let faults = faults(new, account, &profile, &credential, rules);
        if !faults.is_empty() {
            return Ok(Changed::Refused(faults));
        }
        let next = replaced(&credential, hash(new, dice)?, ctx, false, rules);
        self.store.write("change_password", |tx| {
            store::credential::put(tx, &next)?;
            let mut events = signal::seen(self, tx, ctx, account.id, signal::here(Signal::PasswordChange, ctx.now))?;
            events.push(told(ctx, account, "password_changed", "{}"));
            Ok::<_, Error>(((), Audit::events(events)?))
        })?;
        self.store.end_other_sessions(account.id, session)?;
        Ok(Changed::Done)
    }

    /// The operator at the machine gives an account a temporary password, to be changed at its first use; no signal, and all
    /// its sessions end (PWD-03). The lock, if there is one, is opened. Whoever acts by a grant authenticates the person first
    /// ([`Almoner::give_password`]).
    pub fn reset_password(&self, ctx: &Ctx, address: &str, dice: &dyn Dice) -> Result<String, Error> {
        let (account, grant) = self.to_be_helped(ctx, Action::ResetPassword, address)?;
        if must_authenticate(&ctx.actor) {
            return Err(Error::input(
                "authenticate the person first: give the password on the account's page (ROLE-08)",
            ));
        }
        self.give(ctx, &Proven { account, grant, detail: "{}".to_owned() }, dice)
    }

    /// The same by an administrator, who authenticates the person first (ROLE-08).
    pub fn give_password(
        &self,
        ctx: &Ctx,
        address: &str,
        typed: Typed<'_>,
        key: &Key,
        dice: &dyn Dice,
    ) -> Result<Helped<String>, Error> {
        Ok(match self.authenticate(ctx, (Action::ResetPassword, address), typed, key)? {
            Helped::Done(proven) => Helped::Done(self.give(ctx, &proven, dice)?),
            Helped::Wrong => Helped::Wrong,
            Helped::Wait(until) => Helped::Wait(until),
        })
    }

    fn give(&self, ctx: &Ctx, proven: &Proven, dice: &dyn Dice) -> Result<String, Error> {
        let rules = self.identity_rules(ctx)?;
        let temporary = temporary(dice);
        let hashed = hash(&temporary, dice)?;
        let account = &proven.account;
        self.store.write("reset_password", |tx| {
            let none = || Credential::none(account.id);
            let credential = store::credential::get(tx, account.id)?.unwrap_or_else(none);
            store::credential::put(tx, &replaced(&credential, hashed.clone(), ctx, true, rules))?;
            store::app_password::remove_all(tx, account.id)?;
            kick(tx, ctx, account.id, "password reset")?;
            let event = told(ctx, account, "password_reset", &proven.detail);
            let event = NewEvent { grant_id: proven.grant, rule: Some(Rule::Pwd03.as_str()), ..event };
            Ok::<_, Error>(((), Audit::events(vec![event])?))
        })?;
        self.end_sessions(account.id)?;
        self.unlock(account)?;
        Ok(temporary)
    }
}

/// Sixteen letters and digits that can be read out, a hyphen after each four: 80 random bits, and used once.
pub(crate) fn temporary(dice: &dyn Dice) -> String {
    plain::<16>(dice)
}

/// So many letters and digits that can be read out, five random bits each, a hyphen after each four.
pub(super) fn plain<const LETTERS: usize>(dice: &dyn Dice) -> String {
    let mut bytes = [0; LETTERS];
    dice.fill(&mut bytes);
    let letters = bytes.iter().filter_map(|byte| PLAIN.get(usize::from(byte % 32)).copied().map(char::from));
    let mut text = String::new();
    for (at, letter) in letters.enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Dice for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let hash = hash("three red kettles", &Zeros).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_right("three red kettles", Some(&hash)));
        for (password, kept) in [
            ("three red kettle", Some(hash.as_str())),
            ("", Some(&hash)),
            ("three red kettles", None),
            ("three red kettles", Some("")),
            ("nobody", None),
            ("three red kettles", Some("no hash")),
        ] {
            assert!(!is_right(password, kept), "{password:?} {kept:?}");
        }
        let long = "x".repeat(LONGEST_PASSWORD + 1);
        assert!(!is_right(&long, Some(&super::hash(&long, &Zeros).unwrap())), "it is not even looked at");
    }

    // Proves: PWD-02
    #[test]
    fn what_guessers_know_is_refused_and_what_they_do_not_is_taken() {
        for common in ["password12", "1234567890", "qwertyuiop", "p4ssw0rd", "0987654321", "aaaaaaaaaaaa"] {
            assert!(is_common(common), "{common}");
        }
        for fine in ["three red kettles", "Xk2#vv91.Lq", "mein Pferd ist blau"] {
            assert!(!is_common(fine), "{fine}");
        }
    }
}
