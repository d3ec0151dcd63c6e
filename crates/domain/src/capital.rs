//! How a sentence begins.

/// A text with a capital letter at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map_or_else(String::new, |letter| letter.to_uppercase().collect());
    first + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_letter_is_a_capital_and_the_others_stay() {
        for (text, expected) in [
            ("", ""),
            ("a", "A"),
            ("mail Sent", "Mail Sent"),
            ("Done", "Done"),
            ("\u{e9}t\u{e9}", "\u{c9}t\u{e9}"),
            ("7 days", "7 days"),
        ] {
            assert_eq!(capital(text), expected);
        }
    }
}
