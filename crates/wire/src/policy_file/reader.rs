//! Walks a file's tables and collects mistakes; what a single value means is decided in `values`.

use toml_edit::{Item, TableLike};

use crate::policy_file::Mistake;
use crate::policy_file::keys::{Key, nearest};
use crate::policy_file::values::{Wrong, describe, shown};

/// Collects the mistakes of one file.
pub(super) struct Reader<'t> {
    text: &'t str,
    mistakes: Vec<Mistake>,
}

/// One table of the file.
pub(super) struct Section<'d> {
    name: String,
    table: &'d dyn TableLike,
    at: usize,
    keys: Vec<&'static [Key]>,
}

/// The line of a byte, from 1 and never beyond the last.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    let before = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    before.saturating_add(1).min(text.lines().count().max(1))
}

impl<'d> Section<'d> {
    pub(super) fn new(name: &str, table: &'d dyn TableLike, at: usize, keys: &'static [Key]) -> Self {
        Self { name: name.to_owned(), table, at, keys: vec![keys] }
    }

    /// The same section with more keys allowed.
    pub(super) fn and(mut self, keys: &'static [Key]) -> Self {
        self.keys.push(keys);
        self
    }

    pub(super) fn get(&self, key: &str) -> Option<&'d Item> {
        self.table.get(key)
    }

    pub(super) fn has_any(&self, keys: &[Key]) -> bool {
        keys.iter().any(|(name, _)| self.table.contains_key(name))
    }

    /// The first byte of the section.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Where a key stands; the section's own place when it is absent.
    fn at_key(&self, key: &str) -> usize {
        let key_at = self.table.key(key).and_then(toml_edit::Key::span);
        let value_at = || self.table.get(key).and_then(Item::span);
        key_at.or_else(value_at).map_or(self.at, |span| span.start)
    }

    fn known(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().flat_map(|keys| keys.iter())
    }

    fn example(&self, key: &str) -> &'static str {
        self.known().find(|(name, _)| *name == key).map_or("", |(_, example)| example)
    }
}

impl<'t> Reader<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, mistakes: Vec::new() }
    }

    /// All mistakes, by line.
    pub(super) fn finish(mut self) -> Vec<Mistake> {
        self.mistakes.sort_by(|a, b| a.line.cmp(&b.line).then_with(|| a.key.cmp(&b.key)));
        self.mistakes
    }

    pub(super) fn line(&self, at: usize) -> usize {
        line_of(self.text, at)
    }

    /// Records a mistake at a key, or at the byte the mistake names.
    pub(super) fn wrong(&mut self, section: &Section<'_>, key: &str, wrong: Wrong) {
        let line = self.line(wrong.at.unwrap_or_else(|| section.at_key(key)));
        self.mistakes.push(Mistake { line, key: section.path(key), what: wrong.what, write: wrong.write });
    }

    /// Whether these keys are free of mistakes so far, so that what they say together can be judged.
    pub(super) fn sound(&self, section: &Section<'_>, keys: &[&str]) -> bool {
        keys.iter().all(|key| {
            let path = section.path(key);
            self.mistakes.iter().all(|mistake| mistake.key != path)
        })
    }

    /// Refuses keys that the section does not have.
    pub(super) fn refuse_unknown(&mut self, section: &Section<'_>) {
        for (name, _) in section.table.iter() {
            if section.known().any(|(known, _)| *known == name) {
                continue;
            }
            let wrong = if let Some((near, example)) = nearest(name, section.known()) {
                Wrong::new(&format!("there is no such key (did you mean `{near}`?)"), &format!("`{example}`"))
            } else {
                let all: Vec<&str> = section.known().map(|(known, _)| *known).collect();
                Wrong::new("there is no such key", &format!("one of {}, or remove it", all.join(", ")))
            };
            let at = section.at_key(name);
            let key = shown(name);
            self.wrong(section, &key, Wrong { at: Some(at), ..wrong });
        }
    }

    /// Reads a key if it is there.
    pub(super) fn get<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        read: impl FnOnce(&Item) -> Result<T, Vec<Wrong>>,
    ) -> Option<T> {
        match read(section.get(key)?) {
            Ok(value) => Some(value),
            Err(all) => {
                for wrong in all {
                    self.wrong(section, key, wrong);
                }
                None
            }
        }
    }

    /// Reads a key that must be there.
    pub(super) fn need<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        read: impl FnOnce(&Item) -> Result<T, Vec<Wrong>>,
    ) -> Option<T> {
        if section.get(key).is_none() {
            self.wrong(section, key, Wrong::new("it is missing", &format!("`{}`", section.example(key))));
            return None;
        }
        self.get(section, key, read)
    }

    /// A section that must be there; its unknown keys are refused.
    pub(super) fn section<'d>(&mut self, root: &Section<'d>, name: &str, keys: &'static [Key]) -> Option<Section<'d>> {
        let example = root.example(name);
        let Some(item) = root.get(name) else {
            self.wrong(root, name, Wrong::new("the section is missing", &format!("`{example}` and its keys below it")));
            return None;
        };
        let Some(table) = item.as_table_like() else {
            let what = format!("{} is no section", describe(item));
            self.wrong(root, name, Wrong::new(&what, &format!("`{example}` and its keys below it")));
            return None;
        };
        let at = item.span().map_or_else(|| root.at_key(name), |span| span.start);
        let section = Section::new(name, table, at, keys);
        self.refuse_unknown(&section);
        Some(section)
    }
}
