//! How many messages wait in Postfix's queue.

use std::fs;
use std::path::Path;

use crate::engine::settings::Settings;

/// A queue's folders are at most so deep.
const DEEP: u8 = 4;

/// Those on their way, and those that could not be delivered yet.
pub(super) fn waiting(s: &Settings) -> (u64, u64) {
    let all = |names: &[&str]| names.iter().map(|name| files(&s.at("queue").join(name), DEEP)).sum();
    (all(&["incoming", "active"]), all(&["deferred"]))
}

/// What cannot be read is not counted: files come and go.
fn files(folder: &Path, deep: u8) -> u64 {
    let Ok(all) = fs::read_dir(folder) else { return 0 };
    let one = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() && deep > 0 => files(&entry.path(), deep - 1),
        Ok(kind) => u64::from(kind.is_file()),
        Err(_) => 0,
    };
    all.flatten().map(one).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_in_folders_of_folders() {
        let folder = tempfile::tempdir().unwrap();
        let s = Settings::new(folder.path(), "mail.example", 8800, true);
        assert_eq!(waiting(&s), (0, 0));
        for name in ["queue/active", "queue/deferred/A/B", "queue/incoming"] {
            fs::create_dir_all(s.at(name)).unwrap();
        }
        for name in ["queue/active/1", "queue/deferred/A/B/2", "queue/deferred/A/3", "queue/incoming/4"] {
            fs::write(s.at(name), "").unwrap();
        }
        assert_eq!(waiting(&s), (2, 2));
    }
}
