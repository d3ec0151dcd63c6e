//! What Postfix and Dovecot ask Almoner, and how it answers: codecs of bytes, none of which opens a socket. Whatever reads
//! a connection keeps a buffer, takes requests from its front, and closes when a codec says [`Bad`](socketmap::Bad): both
//! programs then answer a temporary failure, which is what a peer that cannot be understood must come to.

pub mod auth_policy;
pub mod banner;
pub mod dict;
pub mod milter;
pub mod policy;
pub mod results;
pub mod sieve;
pub mod socketmap;

/// Longest explanation given to a mail client: with its codes it stays within a line of SMTP (512 bytes).
const LONGEST_TEXT: usize = 400;

/// An explanation as printable ASCII: a control character, such as one that ends a line, becomes a space, and what is not ASCII a `?`.
fn plain(text: &str) -> String {
    let printable = |c: char| match c {
        ' '..='~' => c,
        _ if c.is_control() => ' ',
        _ => '?',
    };
    text.chars().map(printable).take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_has_no_line_end_no_control_and_no_foreign_letter() {
        for (text, expected) in [
            ("", ""),
            ("mailbox full", "mailbox full"),
            ("a\r\nRCPT TO:<b>", "a  RCPT TO:<b>"),
            ("a\0b\tc\x7fd\u{85}e", "a b c d e"),
            ("Zo\u{eb} \u{1f600}\u{2028}~", "Zo? ??~"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn an_explanation_is_cut_where_a_line_of_smtp_would_end() {
        for (length, expected) in [(399, 399), (400, 400), (401, 400), (100_000, 400)] {
            assert_eq!(plain(&"x".repeat(length)).len(), expected);
            assert_eq!(plain(&"\u{eb}".repeat(length)).len(), expected);
        }
    }
}
