//! The files of the repository, read once per test.

use std::fs;
use std::path::{Path, PathBuf};

/// One text file; `path` is relative to the root, with `/`.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Directories that hold no source of ours.
const SKIPPED: [&str; 5] = ["target", ".git", "corpus", "artifacts", "node_modules"];

/// Folders below the root whose files count; a stray file elsewhere is nobody's business.
const FOLDERS: [&str; 8] = ["crates", "bench", "fuzz", "docs", "policy", "data", ".ci", "examples"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Rust file of ours, by path.
pub(crate) fn rust_files() -> Vec<File> {
    let mut found = Vec::new();
    for folder in ["crates", "bench", "fuzz"] {
        walk(&root().join(folder), &mut found);
    }
    read(found, |path| ends_with(path, "rs"))
}

/// Every text file that people write: source, documents, settings, scripts.
pub(crate) fn text_files() -> Vec<File> {
    const ENDINGS: [&str; 9] = ["rs", "md", "toml", "sql", "sh", "html", "txt", "yml", "json"];
    let mut found: Vec<PathBuf> = entries(&root()).into_iter().filter(|path| path.is_file()).collect();
    for folder in FOLDERS {
        walk(&root().join(folder), &mut found);
    }
    read(found, |path| path == "dev" || path == ".ci/run" || ENDINGS.iter().any(|ending| ends_with(path, ending)))
}

/// Whether a path has this ending, given without its dot.
pub(crate) fn ends_with(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == ending)
}

/// Fails with all problems at once, each as `file:line: what`, under one sentence on what to do.
pub(crate) fn none(problems: &[String], what_to_do: &str) {
    assert!(problems.is_empty(), "\n{what_to_do}\n  {}\n", problems.join("\n  "));
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        let skipped = path.file_name().is_some_and(|name| SKIPPED.iter().any(|skip| name == *skip));
        if path.is_dir() && !skipped {
            walk(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// What is in a folder; nothing when there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
}

/// A file that vanished meanwhile or is not UTF-8 is left out.
fn read(found: Vec<PathBuf>, wanted: impl Fn(&str) -> bool) -> Vec<File> {
    let root = root();
    let mut files: Vec<File> = found
        .into_iter()
        .filter_map(|full| {
            let path = full.strip_prefix(&root).ok()?.to_str()?.replace('\\', "/");
            let text = if wanted(&path) { fs::read_to_string(&full).ok()? } else { return None };
            Some(File { path, text })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
