//! Whether what somebody typed means what is there: words in any order, from their beginning, with typing errors.

/// Shorter words are taken as they stand; from the second length on two errors are forgiven.
const FORGIVEN: (usize, usize) = (4, 8);

/// The words of a text, in lower case and without accents.
pub(crate) fn words(text: &str) -> Vec<String> {
    let plain = any_ascii::any_ascii(text).to_lowercase();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether each word is found in one of the texts. Cost: words times the words of the texts, each a few hundred steps.
pub(crate) fn all_found(wanted: &[String], texts: &[&str]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let there: Vec<String> = texts.iter().flat_map(|text| words(text)).collect();
    wanted.iter().all(|word| there.iter().any(|other| is_alike(word, other)))
}

/// Whether a word begins with what was typed, give or take an error in a short word and two in a long one.
fn is_alike(typed: &str, word: &str) -> bool {
    let errors = errors(typed);
    word.starts_with(typed) || errors > 0 && is_near(typed.as_bytes(), word.as_bytes(), errors)
}

/// How many errors are forgiven in what was typed.
fn errors(typed: &str) -> usize {
    usize::from(typed.len() >= FORGIVEN.0) + usize::from(typed.len() >= FORGIVEN.1)
}

/// Which letters and digits a text has: a bit for each, one for all others.
pub(crate) fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |bits, byte| {
        bits | match byte {
            b'a'..=b'z' => 1 << (byte - b'a'),
            b'0'..=b'9' => 1 << (byte - b'0' + 26),
            _ => 1 << 36,
        }
    })
}

/// A word as somebody typed it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed<'t> {
    text: &'t str,
    letters: u64,
    errors: usize,
}

impl<'t> Typed<'t> {
    /// A word of `words`.
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, letters: letters(text), errors: errors(text) }
    }

    /// As it was typed.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Whether it is worth to compare it with a word of these letters: each letter that the word lacks is an error, and so
    /// is each place by which it is shorter. Cost: 2 ns.
    pub(crate) fn may_mean(&self, word: &str, letters: u64) -> bool {
        let lacking = (self.letters & !letters).count_ones() as usize;
        self.errors > 0 && lacking <= self.errors && word.len() + self.errors >= self.text.len()
    }

    /// Whether a word begins so, but for as many errors as its length forgives.
    pub(crate) fn is_near(&self, word: &str) -> bool {
        self.errors > 0 && is_near(self.text.as_bytes(), word.as_bytes(), self.errors)
    }
}

/// Whether some beginning of `word` is `typed` but for so many letters put in, left out, changed or swapped.
fn is_near(typed: &[u8], word: &[u8], errors: usize) -> bool {
    let end = word.len().min(typed.len() + errors);
    let word = word.get(..end).unwrap_or(word);
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, letter) in typed.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (j, other) in word.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let same = usize::from(letter != other);
            let mut least = (cell(&row, j) + same).min(cell(&row, j + 1) + 1).min(cell(&next, j) + 1);
            let swapped = i > 0 && j > 0 && typed.get(i - 1) == Some(other) && word.get(j - 1) == Some(letter);
            if swapped {
                least = least.min(cell(&before, j - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.into_iter().min().is_some_and(|least| least <= errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_found_with_few_errors_and_not_with_many() {
        let texts = ["Siân", "O'Connell-Featherstone", "sian.oconnell2", "4711", "Ward 2"];
        for (typed, found) in [
            ("", true),
            ("sian", true),
            ("featherstone sian", true),
            ("feather", true),
            ("faetherstone", true),
            ("fetherston", true),
            ("fettherstoen", true),
            ("fxxtherstxne", false),
            ("connel", true),
            ("conell", true),
            ("conxxll", false),
            ("sain", true),
            ("sxn", false),
            ("sixn", true),
            ("sixx", false),
            ("47", true),
            ("4712", true),
            ("471x9", false),
            ("ward 3", false),
            ("ward 2", true),
            ("sian smith", false),
            ("SIÂN", true),
        ] {
            assert_eq!(all_found(&words(typed), &texts), found, "{typed:?}");
        }
    }

    #[test]
    fn nothing_that_is_typed_breaks_it() {
        for typed in ["'; DROP TABLE account", "%_\\", "🦀🦀🦀🦀🦀", "\u{202e}abc", "\0", "a b c d e f g"] {
            all_found(&words(typed), &["Ann", "", "🦀"]);
        }
    }
}
