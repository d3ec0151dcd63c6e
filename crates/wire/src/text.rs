//! What text from outside may hold: no control characters, no hidden changes of direction, no endless values.

const SHOWN_CHARS: usize = 80;

/// Longest name, title, telephone, licence, in characters.
pub const NAME: usize = 64;
/// Longest display name, job title, unit, reason.
pub const PHRASE: usize = 250;
/// Longest note.
pub const NOTES: usize = 2_000;

/// A value as shown in a report: at most 80 characters, the last an ellipsis where more was there.
pub(crate) fn shorten(value: &str) -> String {
    match value.char_indices().nth(SHOWN_CHARS) {
        None => value.to_owned(),
        Some(_) => value.chars().take(SHOWN_CHARS - 1).chain(['\u{2026}']).collect(),
    }
}

/// What is wrong with a single-line text, if anything, and what to do.
pub fn fault(value: &str, max_chars: usize) -> Option<String> {
    // Bytes are never fewer than characters, so most values need no count.
    if value.len() > max_chars {
        let length = value.chars().count();
        if length > max_chars {
            return Some(format!("{length} characters are too many: shorten it to {max_chars}"));
        }
    }
    let hidden = value.chars().find(|c| is_hidden(*c))?;
    Some(format!("there is a control character (U+{:04X}): remove it", u32::from(hidden)))
}

/// Characters that no name holds and that can make one look like another.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shown_short() {
        assert_eq!(shorten(&"\u{eb}".repeat(80)), "\u{eb}".repeat(80));
        assert_eq!(shorten(&"\u{eb}".repeat(81)), format!("{}\u{2026}", "\u{eb}".repeat(79)));
    }

    #[test]
    fn text_is_checked_for_length_and_hidden_characters() {
        assert_eq!(fault(&"\u{eb}".repeat(4), 4), None);
        assert_eq!(fault("abcde", 4).unwrap(), "5 characters are too many: shorten it to 4");
        for bad in ["a\tb", "a\nb", "a\u{7f}", "\u{202e}b", "\u{85}"] {
            assert!(fault(bad, 9).unwrap().contains("control character"), "{bad:?}");
        }
        assert_eq!(fault("Zo\u{eb} O'Neil-\u{738b}", 64), None);
    }

    #[test]
    fn a_fault_says_which_character_is_hidden_and_length_comes_first() {
        assert_eq!(fault("a\u{feff}", 9).unwrap(), "there is a control character (U+FEFF): remove it");
        assert_eq!(fault("\u{7}ab", 2).unwrap(), "3 characters are too many: shorten it to 2");
        for bad in ["\u{200e}", "\u{2028}", "\u{2066}", "\u{2069}", "\0"] {
            assert!(fault(bad, 1).is_some(), "{bad:?}");
        }
        for good in ["", "\u{200d}", "\u{2027}", "\u{202f}", "\u{206a}", "\u{1f600}"] {
            assert_eq!(fault(good, 1), None, "{good:?} is written in some names or seen");
        }
    }
}
