//! What a mail server said, without its words.

use std::error::Error as _;

use lettre::transport::smtp::Error;

/// An answer that is no yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Ask again: 4xx, as its codes.
    Later(String),
    /// No: 5xx, as its codes.
    Never(String),
    /// Nothing that can be understood; the connection is of no use any more.
    Broken(&'static str),
}

impl Said {
    /// For people: `550 5.1.1, there is no such mailbox`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Later(codes) | Self::Never(codes) => match meaning(codes) {
                "" => codes.clone(),
                meaning => format!("{codes}, {meaning}"),
            },
            Self::Broken(what) => (*what).to_owned(),
        }
    }
}

/// Reads the library's error.
pub(super) fn said(error: &Error) -> Said {
    if let Some(code) = error.status() {
        let code = code.to_string();
        // 421: the server is about to close the connection.
        if code == "421" {
            return Said::Broken("421, the mail server is closing");
        }
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        let codes = enhanced(&words).map_or_else(|| code.clone(), |enhanced| format!("{code} {enhanced}"));
        return if error.is_permanent() { Said::Never(codes) } else { Said::Later(codes) };
    }
    Said::Broken(if error.is_timeout() {
        "the mail server did not answer in time"
    } else if error.is_tls() {
        "TLS failed: check the mail server's certificate and name"
    } else if error.is_client() {
        "the mail server does not offer what is configured (TLS, sign-in)"
    } else {
        "the mail server did not answer, or closed the connection"
    })
}

/// The enhanced status code (RFC 3463) that words begin with: `5.1.1`.
fn enhanced(words: &str) -> Option<&str> {
    let first = words.split(|c: char| c.is_whitespace()).find(|word| !word.is_empty())?;
    let parts: Vec<&str> = first.split('.').collect();
    let fits = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(fits)).then_some(first)
}

/// The usual ones, for those who do not know them by heart.
fn meaning(codes: &str) -> &'static str {
    let enhanced = codes.split_once(' ').map_or("", |(_, enhanced)| enhanced);
    match (enhanced.split_once('.').map_or("", |(_, detail)| detail), codes.split(' ').next().unwrap_or_default()) {
        ("1.1", _) => "there is no such mailbox",
        ("1.2" | "4.4", _) => "there is no such mail domain",
        ("2.1", _) => "the mailbox is disabled",
        ("2.2", _) | (_, "552") => "the mailbox is full",
        ("3.4", _) => "the message is too large",
        ("7.0" | "7.1" | "7.26", _) => "the mail server's policy refuses it",
        ("7.8", _) | (_, "535") => "user or password are wrong",
        ("7.9", _) | (_, "530") => "the mail server asks for a sign-in",
        (_, "450" | "451" | "452") => "not now",
        (_, "550" | "551" | "553") => "the recipient is refused",
        (_, "554") => "the message is refused",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_server_are_not_kept() {
        for (words, expected) in [
            ("5.1.1 <ann.lee@mail.example>: Recipient address rejected", Some("5.1.1")),
            ("4.7.1 try later", Some("4.7.1")),
            ("ann.lee.x@mail.example unknown", None),
            ("10.0.0.1 is blocked", None),
            ("5..1 x", None),
            ("", None),
        ] {
            assert_eq!(enhanced(words), expected, "{words}");
        }
    }

    #[test]
    fn codes_are_explained() {
        for (codes, expected) in [
            ("550 5.1.1", "550 5.1.1, there is no such mailbox"),
            ("552", "552, the mailbox is full"),
            ("452 4.2.2", "452 4.2.2, the mailbox is full"),
            ("450", "450, not now"),
            ("535 5.7.8", "535 5.7.8, user or password are wrong"),
            ("557", "557"),
        ] {
            assert_eq!(Said::Never(codes.to_owned()).text(), expected);
        }
        assert_eq!(Said::Broken("gone").text(), "gone");
    }
}
