//! Files that are written whole or not at all, and what that would change.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::Path;

use crate::cli::failure::Failure;
use crate::engine::render::Made;

/// How a file on the disk stands to the one that would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// It is not there.
    New,
    /// It is another.
    Changed,
    /// It is the same.
    Same,
}

impl Stand {
    /// For tables and documents.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// How it stands, and what is there.
pub(crate) fn stand(folder: &Path, made: &Made) -> Result<(Stand, String), Failure> {
    let path = folder.join(&made.name);
    match fs::read_to_string(&path) {
        Ok(text) if text == made.text => Ok((Stand::Same, text)),
        Ok(text) => Ok((Stand::Changed, text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((Stand::New, String::new())),
        Err(error) => Err(Failure::file(&path, &error)),
    }
}

/// Writes a file, if it is another than the one that is there.
pub(crate) fn write(folder: &Path, made: &Made) -> Result<Stand, Failure> {
    let (stand, _) = stand(folder, made)?;
    let path = folder.join(&made.name);
    match stand {
        Stand::Same => fs::set_permissions(&path, Permissions::from_mode(made.mode)),
        Stand::New | Stand::Changed => replace(&path, made.text.as_bytes(), made.mode),
    }
    .map_err(|error| Failure::file(&path, &error))?;
    Ok(stand)
}

/// The new file beside the old one, kept by the disk, then in its place.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let part = path.with_extension("part");
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&part)?;
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    fs::rename(&part, path)
}

/// A folder with its owner and mode, as they should be; what is in it stays as it is.
pub(crate) fn folder(path: &Path, (user, group): (u32, u32), mode: u32) -> Result<(), Failure> {
    let is_there = DirBuilder::new().recursive(true).mode(0o755).create(path);
    let owned = is_there.and_then(|()| chown(path, Some(user), Some(group)));
    owned
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)))
        .map_err(|error| Failure::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_again_only_when_it_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let mut made = Made { name: "a.cf".to_owned(), text: "one\n".to_owned(), mode: 0o600 };
        let path = folder.path().join("a.cf");
        fs::write(folder.path().join("a.part"), "left by a crash").unwrap();
        let rights = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(stand(folder.path(), &made).unwrap().0, Stand::New);
        assert_eq!(write(folder.path(), &made), Ok(Stand::New));
        assert_eq!((rights(), fs::read_to_string(&path).unwrap().as_str()), (0o600, "one\n"));
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        assert_eq!((write(folder.path(), &made), rights()), (Ok(Stand::Same), 0o600), "others may not write it");
        "two\n".clone_into(&mut made.text);
        assert_eq!(write(folder.path(), &made), Ok(Stand::Changed));
        assert_eq!(fs::read_to_string(&path).unwrap(), "two\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        made.name = "no/a.cf".to_owned();
        assert!(write(folder.path(), &made).is_err());
    }
}
