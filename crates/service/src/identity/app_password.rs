//! Passwords for mail programs: a person makes one for each, sees it once, and takes it away when the device is lost. A mail
//! program cannot show a second factor, so whoever has one signs in there with nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ctx::Ctx;
use domain::delivery::APP_PASSWORDS;
use sha2::{Digest, Sha256};
use store::app_password::AppPassword;
use store::tx::Audit;

use crate::engine::commands::kick;
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::password::PLAIN;
use crate::identity::second::may_set_up;
use crate::identity::session::Me;
use crate::identity::{Dice, told};

/// Characters of a name.
const NAME: usize = 60;
/// Groups of so many characters, with a hyphen between.
const GROUPS: (usize, usize) = (4, 5);
/// Bytes of salt.
const SALT: usize = 16;

/// 100 bits.
fn drawn(dice: &dyn Dice) -> String {
    let mut bytes = [0; GROUPS.0 * GROUPS.1];
    dice.fill(&mut bytes);
    let letter = |byte: &u8| PLAIN.get(usize::from(byte & 31)).copied().map_or('a', char::from);
    let letters: Vec<char> = bytes.iter().map(letter).collect();
    letters.chunks(GROUPS.1).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// As Dovecot's scheme SSHA256 has it: base64 of the SHA-256 of password and salt, then the salt.
fn hashed(password: &str, salt: &[u8]) -> String {
    let digest = Sha256::new().chain_update(password.as_bytes()).chain_update(salt).finalize();
    STANDARD.encode([digest.as_slice(), salt].concat())
}

impl Almoner {
    /// A person's passwords for mail programs, oldest first.
    pub fn app_passwords(&self, me: &Me) -> Result<Vec<AppPassword>, Error> {
        Ok(store::app_password::of_account(&mut self.store.reader()?, me.account.id)?)
    }

    /// Makes one; it is shown this once.
    pub fn make_app_password(&self, ctx: &Ctx, me: &Me, name: &str, dice: &dyn Dice) -> Result<String, Error> {
        may_set_up(me)?;
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
        if name.is_empty() {
            return Err(Error::input("say for which program or device it is, as \"Thunderbird at home\""));
        }
        let password = drawn(dice);
        let mut salt = [0; SALT];
        dice.fill(&mut salt);
        let hash = hashed(&password, &salt);
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        self.store.write("make_app_password", |tx| {
            if store::app_password::of_account(tx, me.account.id)?.len() >= APP_PASSWORDS {
                return Err(Error::input(format!(
                    "you have {APP_PASSWORDS} passwords for mail programs: remove one that you do not use"
                )));
            }
            let id = tx.next_ids("app_password", 1)?;
            let (name, hash) = (name.clone(), hash.clone());
            store::app_password::insert(tx, me.account.id, &AppPassword { id, name, hash, made_at: ctx.now })?;
            Ok::<_, Error>(((), Audit::events(vec![told(ctx, &me.account, "app_password_made", "{}")])?))
        })?;
        Ok(password)
    }

    /// Takes one away: the program that has it is refused from then on.
    pub fn remove_app_password(&self, ctx: &Ctx, me: &Me, id: i64) -> Result<(), Error> {
        may_set_up(me)?;
        let ctx = &Ctx { actor: me.actor.clone(), ..ctx.clone() };
        self.store.write("remove_app_password", |tx| {
            if store::app_password::remove(tx, me.account.id, id)? == 0 {
                return Err(Error::input("there is no such password: it was removed already"));
            }
            kick(tx, ctx, me.account.id, "a program's password removed")?;
            Ok::<_, Error>(((), Audit::events(vec![told(ctx, &me.account, "app_password_removed", "{}")])?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Dice for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (n, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(n).unwrap_or(255);
            }
        }
    }

    #[test]
    fn a_password_is_four_groups_of_letters_that_cannot_be_mistaken() {
        assert_eq!(drawn(&Counting), "abcde-fghjk-mnpqr-stuvw");
    }

    /// `printf '%s' secretsalt | openssl dgst -sha256 -binary` and the salt behind it, in base64.
    #[test]
    fn the_hash_is_of_dovecots_scheme() {
        assert_eq!(hashed("secret", b"salt"), EXPECTED);
    }

    const EXPECTED: &str = "+E+iFJ27Yu1ODPH1UNKUmzOmUT06dwfghQJRHHnMsO5zYWx0";
}
