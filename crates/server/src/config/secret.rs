//! Secrets of the configuration: they come from the environment or from files of their own, and are never printed.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::cli::failure::Failure;

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hidden(String);

impl Hidden {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever needs it; never for a page, a log or an error.
    pub(crate) fn open(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    /// Nowhere.
    None,
    /// It was in the environment.
    Told(Hidden),
    /// In a file, without the line's end.
    File(PathBuf),
}

impl Secret {
    /// Reads it; a file that anybody may read is refused.
    pub(crate) fn read(&self) -> Result<Option<Hidden>, Failure> {
        let path = match self {
            Self::None => return Ok(None),
            Self::Told(hidden) => return Ok(Some(hidden.clone())),
            Self::File(path) => path,
        };
        let told = |error| Failure::file(path, &error);
        if std::fs::metadata(path).map_err(told)?.permissions().mode() & 0o007 != 0 {
            let how = format!("take their rights away: chmod o= {}", path.display());
            return Err(Failure::refused(format!("{} may be read by anybody", path.display()), how));
        }
        let text = std::fs::read_to_string(path).map_err(told)?;
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(Failure::refused(format!("{} is empty", path.display()), "write the secret into it"));
        }
        Ok(Some(Hidden::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};

    use super::*;

    #[test]
    fn a_secret_is_read_from_its_own_file_and_shown_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("smtp");
        write(&path, "pass word \n").unwrap();
        set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let read = Secret::File(path.clone()).read().unwrap().unwrap();
        assert_eq!((read.open(), format!("{read:?}")), ("pass word ", "Hidden".to_owned()));
        let told = Secret::Told(Hidden::new("x"));
        assert_eq!(told.read().unwrap(), Some(Hidden::new("x")));
        assert!(!format!("{told:?}").contains('x'));
        assert_eq!(Secret::None.read().unwrap(), None);
        set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(Secret::File(path.clone()).read().is_err(), "anybody may read it");
        set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        write(&path, "\n").unwrap();
        assert!(Secret::File(path).read().is_err(), "empty");
        assert!(Secret::File(folder.path().join("absent")).read().is_err());
    }
}
