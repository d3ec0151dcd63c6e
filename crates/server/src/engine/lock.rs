//! One process looks after a folder's mail engine: it holds a lock on a file that tells its number. The lock goes with the
//! process, so a file that is left behind keeps nobody out.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};

use crate::cli::failure::Failure;
use crate::engine::settings::Settings;

const FILE: &str = "run/almoner.pid";

/// Takes the lock, or says who has it. It is held as long as the file is.
pub(super) fn take(s: &Settings) -> Result<File, Failure> {
    let path = s.at(FILE);
    let failed = |error: &std::io::Error| Failure::file(&path, error);
    let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
    let file = file.as_mut().map_err(|error| failed(error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let number = number(file).map_or_else(String::new, |number| format!(" as process {number}"));
            let sentence = format!("the mail engine in {} is kept running already{number}", s.folder.display());
            return Err(Failure::refused(sentence, "stop it first: `almoner mail stop`"));
        }
        Err(TryLockError::Error(error)) => return Err(failed(&error)),
    }
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(|error| failed(&error))?;
    file.try_clone().map_err(|error| failed(&error))
}

/// The process that has the lock, if there is one.
pub(super) fn holder(s: &Settings) -> Option<i32> {
    let mut file = File::open(s.at(FILE)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => number(&mut file),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn number(file: &mut File) -> Option<i32> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).ok()?;
    text.trim().parse().ok().filter(|number| *number > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_has_the_lock_and_it_goes_with_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        let s = Settings::new(folder.path(), "mail.example", 8800, true);
        assert_eq!(holder(&s), None, "there is no file");
        std::fs::write(s.at(FILE), "99999999 a longer text that a process left behind\n").unwrap();
        let held = take(&s).unwrap();
        assert_eq!(holder(&s), i32::try_from(std::process::id()).ok());
        let (what, _) = take(&s).unwrap_err().told();
        assert!(what.contains(&format!("as process {}", std::process::id())), "{what}");
        drop(held);
        assert_eq!(holder(&s), None, "a number without a lock is nobody's");
        for text in ["", "x", "0", "1", "-5"] {
            std::fs::write(s.at(FILE), text).unwrap();
            assert_eq!(number(&mut File::open(s.at(FILE)).unwrap()), None, "{text}");
        }
    }
}
