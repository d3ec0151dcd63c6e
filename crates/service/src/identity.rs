//! Signing in: passwords, second factors, sessions. What is allowed is in `domain::identity`; what a browser is told
//! and how it keeps a token is the portal's.

pub mod answers;
pub mod app_password;
mod drawn;
pub mod help;
pub mod kept;
pub mod own;
pub mod own_mobile;
pub mod passkey;
pub mod passkeys;
pub mod password;
pub mod proof;
pub mod readiness;
pub mod recover;
pub mod resecure;
pub mod seal;
pub mod second;
pub mod session;
pub mod sign_in;
pub(crate) mod signal;

use domain::account::{Account, State};
use domain::ctx::Ctx;
use domain::hex::hex;
use domain::ids::AccountId;
use domain::policy::IdentityRules;
use domain::status::Kind;
use sha2::{Digest, Sha256};
use store::event::NewEvent;

use crate::error::Error;
use crate::federation::{Almoner, plain_event};

/// Where random bytes come from: the system's in the program, a seed's in tests.
pub trait Dice: Sync {
    /// Fills them.
    fn fill(&self, bytes: &mut [u8]);
}

/// What opens sealed secrets; it is never in the database.
#[derive(Clone)]
pub struct Key(pub [u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// So many letters and digits have 256 random bits.
const TOKEN_BYTES: usize = 32;

/// A new secret for a browser: hexadecimal digits.
pub(crate) fn token(dice: &dyn Dice) -> String {
    let mut bytes = [0; TOKEN_BYTES];
    dice.fill(&mut bytes);
    hex(&bytes)
}

/// What is kept of a secret that has enough random bits of its own.
pub(crate) fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Compares secrets in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// Whether a person may sign in to the portal at all (decisions 6, 10; LC-13).
pub(crate) fn may_sign_in(account: &Account) -> bool {
    account.kind == Kind::User
        && match account.state {
            State::Pending { .. }
            | State::Active { .. }
            | State::Inactive { .. }
            | State::Leaver { disabled_at: None, .. } => true,
            State::Leaver { disabled_at: Some(_), .. }
            | State::Disabled { .. }
            | State::Deleted { .. }
            | State::Purged { .. } => false,
        }
}

/// A line about an account's identity; it never holds a secret.
pub(crate) fn told(ctx: &Ctx, account: &Account, action: &'static str, detail: &str) -> NewEvent {
    NewEvent {
        account_id: Some(account.id.0),
        organisation: Some(account.organisation.to_string()),
        ..plain_event(ctx, account.kind.as_str(), account.address.as_str(), action, detail)
    }
}

impl Almoner {
    /// The rules of passwords and sessions that are in force.
    pub fn identity_rules(&self, ctx: &Ctx) -> Result<&IdentityRules, Error> {
        let policy = self.policy_on(self.today(ctx))?;
        policy.identity.as_ref().ok_or_else(|| {
            Error::input(format!(
                "the policy {} says nothing of passwords and sessions: adopt one that has a section [identity]",
                policy.name
            ))
        })
    }

    /// Whether somebody adopted a policy since this federation was opened. Cost: one read of a few rows.
    pub fn is_outdated(&self) -> Result<bool, Error> {
        Ok(store::federation::policies(&mut self.store.reader()?)?.len() != self.policies().len())
    }

    /// Ends every session of an account: it was disabled, deleted, or its password was taken from it.
    pub fn end_sessions(&self, account: AccountId) -> Result<u64, Error> {
        Ok(self.store.end_other_sessions(account, "")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_the_same_only_where_every_byte_is() {
        for (a, b, are) in [
            ("", "", true),
            ("abc", "abc", true),
            ("abc", "abd", false),
            ("abc", "xbc", false),
            ("abc", "ab", false),
            ("", "a", false),
            ("é", "e", false),
        ] {
            assert_eq!(same(a, b), are, "{a:?} {b:?}");
            assert_eq!(same(b, a), are, "{b:?} {a:?}");
        }
    }
}
