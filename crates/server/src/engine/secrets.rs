//! What Dovecot and Almoner know and nobody else: made once, kept in a file that only root reads.

use std::path::Path;

use domain::hex::hex;
use service::identity::Dice;

use crate::cli::failure::Failure;
use crate::engine::local;
use crate::engine::settings::Settings;
use crate::web::System;

/// The file below the folder.
const FILE: &str = "dovecot/secret.conf";
const NONCE: &str = "auth_policy_hash_nonce = ";
const TOKEN: &str = "auth_policy_server_api_header = Authorization: Bearer ";

/// What nobody else may know: between Dovecot and Almoner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secrets {
    /// Dovecot mixes it into what it tells of a password.
    pub(crate) nonce: String,
    /// What shows that it is Dovecot who asks.
    pub(crate) token: String,
}

impl Secrets {
    /// Those of a folder.
    pub(crate) fn find(s: &Settings) -> Result<Option<Self>, Failure> {
        Ok(parse(&local::read(&s.at(FILE))?))
    }

    /// Those of a folder, or new ones.
    pub(crate) fn of(s: &Settings) -> Result<Self, Failure> {
        let word = || {
            let mut bytes = [0; 24];
            System.fill(&mut bytes);
            hex(&bytes)
        };
        Ok(Self::find(s)?.unwrap_or_else(|| Self { nonce: word(), token: word() }))
    }

    /// What may be shown in their place.
    pub(crate) fn hidden() -> Self {
        Self { nonce: "(not shown)".to_owned(), token: "(not shown)".to_owned() }
    }
}

/// Whether a file holds them.
pub(crate) fn are_in(name: &str) -> bool {
    Path::new(name) == Path::new(FILE)
}

fn parse(text: &str) -> Option<Secrets> {
    let behind = |head: &str| text.lines().find_map(|line| line.strip_prefix(head)).map(str::to_owned);
    Some(Secrets { nonce: behind(NONCE)?, token: behind(TOKEN)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::render::render;

    #[test]
    fn secrets_are_made_once_and_read_back_from_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dovecot")).unwrap();
        let s = Settings::new(folder.path(), "mail.example", 8800, true);
        let made = Secrets::of(&s).unwrap();
        assert!(made.nonce.len() == 48 && made.token.len() == 48 && made.nonce != made.token);
        assert_ne!(Secrets::of(&s).unwrap(), made, "nothing was written yet");
        let all = render(&s, &made).unwrap();
        let file = all.iter().find(|file| are_in(&file.name)).unwrap();
        assert_eq!(file.mode, 0o600);
        std::fs::write(s.at(FILE), &file.text).unwrap();
        assert_eq!(Secrets::of(&s), Ok(made.clone()));
        let others = all.iter().filter(|file| !are_in(&file.name));
        assert!(others.into_iter().all(|file| !file.text.contains(&made.token) && !file.text.contains(&made.nonce)));
        assert_eq!(parse("auth_policy_hash_nonce = x\n"), None);
    }
}
