//! The texts of notices (NTC-06): templates that administrators may edit, read strictly. A template is plain text whose
//! first line is `Subject: ...`; it names facts in `{{ }}` and chooses with `{% if %}`. There are no functions and no
//! filters; a name that is not a fact is a mistake, told by file and line before anything is sent.

pub mod facts;
mod names;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use domain::notice::NoticeKind;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use crate::notice_text::facts::Facts;

/// A template is not larger.
const LARGEST: usize = 64 * 1024;
/// A subject is not longer, or lists of messages become unreadable.
const LONGEST_SUBJECT: usize = 150;
/// What the first line begins with.
const SUBJECT: &str = "Subject: ";

/// The templates that come with Almoner: file name and text.
const SHIPPED: &[(&str, &str)] = &[
    ("_ask.txt", include_str!("../../../policy/notices/_ask.txt")),
    ("_keep.txt", include_str!("../../../policy/notices/_keep.txt")),
    ("_mailbox.txt", include_str!("../../../policy/notices/_mailbox.txt")),
    ("_reason.txt", include_str!("../../../policy/notices/_reason.txt")),
    ("deletion_announced.txt", include_str!("../../../policy/notices/deletion_announced.txt")),
    ("deletion_reminder.txt", include_str!("../../../policy/notices/deletion_reminder.txt")),
    ("file_done.txt", include_str!("../../../policy/notices/file_done.txt")),
    ("held_by_brake.txt", include_str!("../../../policy/notices/held_by_brake.txt")),
    ("joined.txt", include_str!("../../../policy/notices/joined.txt")),
    ("leaver_marked.txt", include_str!("../../../policy/notices/leaver_marked.txt")),
    ("moved.txt", include_str!("../../../policy/notices/moved.txt")),
    ("owners_asked.txt", include_str!("../../../policy/notices/owners_asked.txt")),
    ("ownerless.txt", include_str!("../../../policy/notices/ownerless.txt")),
    ("password_expires.txt", include_str!("../../../policy/notices/password_expires.txt")),
    ("password_recovered.txt", include_str!("../../../policy/notices/password_recovered.txt")),
    ("resecured.txt", include_str!("../../../policy/notices/resecured.txt")),
    ("restore_ending.txt", include_str!("../../../policy/notices/restore_ending.txt")),
    ("unlocked.txt", include_str!("../../../policy/notices/unlocked.txt")),
];

/// Something in a template that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.what)
    }
}

impl Mistake {
    fn new(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into() }
    }

    fn of(error: &minijinja::Error, file: &str) -> Self {
        let at = error.name().unwrap_or(file);
        let what = if error.kind() == ErrorKind::TemplateNotFound {
            "it includes a file that does not exist".to_owned()
        } else if error.kind() == ErrorKind::UndefinedError {
            "it names something that is no fact here".to_owned()
        } else {
            error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
        };
        Self::new(at, error.line().unwrap_or(1), what)
    }
}

/// A message, made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line without control characters.
    pub subject: String,
    /// Plain text, lines ended by a line feed.
    pub body: String,
}

/// The templates of all kinds, read and tried.
pub struct Templates {
    environment: Environment<'static>,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Templates")
    }
}

/// The file of a kind.
pub fn file_of(kind: NoticeKind) -> String {
    format!("{kind}.txt")
}

impl Templates {
    /// The templates that come with Almoner.
    pub fn shipped() -> Result<Self, Vec<Mistake>> {
        Self::with(&[])
    }

    /// The shipped ones, but for these files (name and text). Every mistake of every file is told, by file and line.
    /// Cost: each template is made a few times with samples; some milliseconds.
    pub fn with(own: &[(String, String)]) -> Result<Self, Vec<Mistake>> {
        let mut all: BTreeMap<&str, &str> = SHIPPED.iter().copied().collect();
        all.extend(own.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(syntax.map_err(|error| vec![Mistake::of(&error, "")])?);
        let mut mistakes = Vec::new();
        for (name, text) in &all {
            mistakes.extend(unusable(name, text));
            if let Err(error) = environment.add_template_owned((*name).to_owned(), (*text).to_owned()) {
                mistakes.push(Mistake::of(&error, name));
                continue;
            }
            if let Ok(template) = environment.get_template(name) {
                let used = template.undeclared_variables(false);
                mistakes.extend(names::unknown(name, text, used.into_iter().collect()));
            }
        }
        let templates = Self { environment };
        if mistakes.is_empty() {
            mistakes = templates.tried();
        }
        mistakes.sort();
        mistakes.dedup();
        if mistakes.is_empty() { Ok(templates) } else { Err(mistakes) }
    }

    /// Makes a message.
    pub fn message(&self, kind: NoticeKind, facts: &Facts) -> Result<Message, Mistake> {
        let file = file_of(kind);
        let template = self.environment.get_template(&file).map_err(|error| Mistake::of(&error, &file))?;
        let text = template.render(facts.context()).map_err(|error| Mistake::of(&error, &file))?;
        let (first, body) = text.split_once('\n').unwrap_or((&text, ""));
        let subject = first.strip_prefix(SUBJECT).unwrap_or_default().trim();
        if subject.is_empty() || body.trim().is_empty() {
            return Err(Mistake::new(&file, 1, "it comes to nothing: a notice has a subject and a text"));
        }
        if subject.chars().count() > LONGEST_SUBJECT + facts.length() {
            return Err(Mistake::new(&file, 1, format!("its subject is longer than {LONGEST_SUBJECT} characters")));
        }
        Ok(Message { subject: facts::one_line(subject), body: tidy(body) })
    }

    /// Every kind, made with each of its samples.
    fn tried(&self) -> Vec<Mistake> {
        let all = NoticeKind::ALL.iter().flat_map(|kind| facts::samples(*kind).into_iter().map(|facts| (*kind, facts)));
        all.filter_map(|(kind, facts)| self.message(kind, &facts).err()).collect()
    }

    /// What a kind looks like: for each of its reasons, to whoever it concerns.
    pub fn samples(&self, kind: NoticeKind) -> Vec<Message> {
        facts::samples(kind).iter().filter_map(|facts| self.message(kind, facts).ok()).collect()
    }
}

/// What can be seen before it is read as a template.
fn unusable(name: &str, text: &str) -> Option<Mistake> {
    let stem = name.strip_suffix(".txt");
    let kind = stem.and_then(NoticeKind::parse);
    if kind.is_none() && !stem.is_some_and(|stem| stem.starts_with('_')) {
        let kinds: Vec<String> = NoticeKind::ALL.iter().map(|kind| file_of(*kind)).collect();
        let what =
            format!("no notice has this file; the files are {}, and parts whose names begin with _", kinds.join(", "));
        return Some(Mistake::new(name, 1, what));
    }
    if text.len() > LARGEST {
        return Some(Mistake::new(name, 1, "it is larger than 64 KiB"));
    }
    (kind.is_some() && !text.starts_with(SUBJECT))
        .then(|| Mistake::new(name, 1, "the first line must be the subject: begin it with `Subject: `"))
}

/// No spaces at the ends of lines, no more than one empty line in a row, none at either end.
fn tidy(body: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in body.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    format!("{}\n", lines.join("\n").trim_end())
}
