//! The key that seals the secrets in the database. It is a file beside the program's data, never a column.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use domain::hex::hex;
use service::identity::{Dice, Key};

use crate::cli::failure::Failure;
use crate::config::Config;

/// The operating system's random bytes.
pub(crate) struct System;

impl Dice for System {
    fn fill(&self, bytes: &mut [u8]) {
        // Without random bytes every secret could be guessed: nothing may go on.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

/// Where the key is: as told, or beside a SQLite store. A server's store says nothing about this machine.
pub(crate) fn place(told: Option<&Path>, store: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = told {
        return Ok(path.to_owned());
    }
    let file = store.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    file.map(|path| PathBuf::from(format!("{path}.key"))).ok_or_else(|| {
        Failure::wrong_use(
            "the key file is not named",
            "name a file that only this user reads, with --key-file; it is made if it is not there",
        )
    })
}

/// The key of this configuration; made if it is not there.
pub(crate) fn of(config: &Config) -> Result<Key, Failure> {
    read(&place_of(config)?)
}

/// Where it is, by this configuration.
pub(crate) fn place_of(config: &Config) -> Result<PathBuf, Failure> {
    place(config.key_file.as_deref(), &config.store)
}

/// Reads the key, or makes it: 64 hexadecimal digits that only their owner may read.
pub(crate) fn read(path: &Path) -> Result<Key, Failure> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let mut bytes = [0; 32];
            System.fill(&mut bytes);
            let text = hex(&bytes);
            file.write_all(text.as_bytes()).map_err(|error| Failure::file(path, &error))?;
            return Ok(Key(bytes));
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Failure::file(path, &error)),
    }
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let mode = std::fs::metadata(path).map_err(|error| Failure::file(path, &error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Failure::refused(
            format!("{} may be read by others", path.display()),
            format!("take their rights away: chmod 600 {}", path.display()),
        ));
    }
    digits(text.trim()).map(Key).ok_or_else(|| {
        Failure::refused(
            format!("{} is no key: it has 64 hexadecimal digits", path.display()),
            "bring the right file back; with a new key every authenticator must be set up again",
        )
    })
}

fn digits(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("almoner.db.key");
        let made = read(&path).unwrap();
        assert_ne!(made.0, [0; 32]);
        assert_eq!(read(&path).unwrap().0, made.0);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&path).is_err(), "the group may read it");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for broken in ["", "00", &"g".repeat(64), &"0".repeat(65)] {
            std::fs::write(&path, broken).unwrap();
            assert!(read(&path).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn the_key_is_beside_a_file_and_must_be_named_for_a_server() {
        assert_eq!(place(None, "sqlite:/a/b.db").unwrap(), PathBuf::from("/a/b.db.key"));
        assert_eq!(place(Some(Path::new("/k")), "sqlite:/a/b.db").unwrap(), PathBuf::from("/k"));
        assert!(place(None, "postgres://a@b/c").is_err());
    }
}
