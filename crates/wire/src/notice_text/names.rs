//! Names in templates that are no facts: each place is told.

use crate::notice_text::Mistake;
use crate::notice_text::facts::NAMES;

/// Each line that uses a name which is no fact.
pub(super) fn unknown(file: &str, text: &str, mut used: Vec<String>) -> Vec<Mistake> {
    used.retain(|name| !NAMES.contains(&name.as_str()));
    used.sort();
    let mut mistakes = Vec::new();
    for name in used {
        let what = || format!("{name} is no fact; the facts are {}", NAMES.join(", "));
        let lines = text.lines().enumerate().filter(|(_, line)| codes(line).any(|code| has_word(code, &name)));
        let found: Vec<Mistake> = lines.map(|(at, _)| Mistake::new(file, at + 1, what())).collect();
        // A tag that goes over several lines hides the name from the search: the file is told then.
        mistakes.extend(if found.is_empty() { vec![Mistake::new(file, 1, what())] } else { found });
    }
    mistakes
}

/// What stands between braces in a line.
fn codes(line: &str) -> impl Iterator<Item = &str> {
    line.split('{')
        .skip(1)
        .filter(|part| part.starts_with('%') || !part.is_empty())
        .map(|part| part.split_once('}').map_or(part, |(code, _)| code))
}

fn has_word(code: &str, name: &str) -> bool {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}
