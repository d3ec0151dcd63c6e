//! What a key may hold, and what to write instead of what it may not.

use std::net::SocketAddr;

use domain::ids::Address;

use crate::config::colour::Colour;
use crate::config::net::Networks;

/// The longest text.
const LONGEST: usize = 500;

/// What a key may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One line.
    Text,
    /// A store's URL.
    Store,
    /// `ADDRESS:PORT`.
    Listen,
    /// Scheme and host.
    Origin,
    /// A file's path.
    File,
    /// `#rrggbb`.
    Colour,
    /// From the first to the second.
    Number(u32, u32),
    /// Addresses and networks.
    Networks,
    /// One of these.
    Word(&'static [&'static str]),
    /// Of a service.
    Url,
    /// A mail address.
    Mail,
}

impl Kind {
    /// What is wrong with a value, if anything; nothing is wrong with an empty one where it may be left out.
    pub(crate) fn wrong(self, value: &str) -> Option<&'static str> {
        if value.chars().any(char::is_control) || value.len() > LONGEST {
            return Some("is no single line of at most 500 bytes");
        }
        let bad = match self {
            Self::Text | Self::File => false,
            Self::Store => !is_store(value),
            Self::Listen => value.parse::<SocketAddr>().is_err(),
            Self::Origin => origin(value).is_none(),
            Self::Colour => Colour::parse(value).is_none(),
            Self::Number(least, most) => value.parse().map_or(true, |n: u32| n < least || n > most),
            Self::Networks => Networks::parse(value).is_none(),
            Self::Word(words) => !words.contains(&value),
            Self::Url => !is_url(value),
            Self::Mail => Address::parse(value).is_none(),
        };
        bad.then_some(match self {
            Self::Text | Self::File => "cannot be used",
            Self::Store => "names no store",
            Self::Listen => "is no address with a port",
            Self::Origin => "is no origin: scheme and host, nothing behind",
            Self::Colour => "is no colour",
            Self::Number(..) => "is no number in its bounds",
            Self::Networks => "is no list of addresses and networks",
            Self::Word(_) => "is none of the words",
            Self::Url => "is no URL of a service",
            Self::Mail => "is no mail address",
        })
    }

    /// What to write, before an example.
    pub(crate) fn write(self) -> String {
        match self {
            Self::Text | Self::File | Self::Store | Self::Listen | Self::Origin | Self::Url | Self::Mail => {
                String::new()
            }
            Self::Colour => "six hexadecimal digits, ".to_owned(),
            Self::Number(least, most) => format!("a number from {least} to {most}, "),
            Self::Networks => "them with commas between, ".to_owned(),
            Self::Word(words) => format!("one of {}, ", words.join(", ")),
        }
    }
}

/// The scheme and host that a browser tells, in its spelling.
pub(crate) fn origin(text: &str) -> Option<String> {
    let (scheme, host) = text.trim_end_matches('/').split_once("://")?;
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)) && !host.is_empty();
    (plain && matches!(scheme, "http" | "https")).then(|| format!("{scheme}://{host}").to_ascii_lowercase())
}

/// What it is, the store itself says; here only that it may be one.
fn is_store(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains([' ', '"', '<', '>', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_what_it_is_and_nothing_else() {
        let word = Kind::Word(&["text", "json"]);
        let cases = [
            (Kind::Text, "any thing", true),
            (Kind::Text, "two\nlines", false),
            (Kind::Store, "sqlite:almoner.db", true),
            (Kind::Store, "almoner.db", false),
            (Kind::Listen, "127.0.0.1:8080", true),
            (Kind::Listen, "[::1]:0", true),
            (Kind::Listen, "localhost:8080", false),
            (Kind::Listen, "127.0.0.1", false),
            (Kind::Origin, "https://portal.example/", true),
            (Kind::Origin, "https://portal.example/x", false),
            (Kind::Origin, "portal.example", false),
            (Kind::Colour, "#5b2a86", true),
            (Kind::Colour, "purple", false),
            (Kind::Number(1, 3), "1", true),
            (Kind::Number(1, 3), "3", true),
            (Kind::Number(1, 3), "0", false),
            (Kind::Number(1, 3), "4", false),
            (Kind::Number(1, 3), "-1", false),
            (Kind::Networks, "10.0.0.0/8, ::1", true),
            (Kind::Networks, "10.0.0.0/33", false),
            (word, "json", true),
            (word, "JSON", false),
            (Kind::Url, "https://sms.example/send?x=1", true),
            (Kind::Url, "https://key@sms.example", false),
            (Kind::Url, "ftp://sms.example", false),
            (Kind::Mail, "no-reply@mail.example", true),
            (Kind::Mail, "no-reply", false),
        ];
        for (kind, value, good) in cases {
            assert_eq!(kind.wrong(value).is_none(), good, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn an_origin_is_in_the_spelling_of_browsers() {
        assert_eq!(origin("HTTPS://Portal.Example/"), None, "a scheme is in small letters");
        assert_eq!(origin("https://Portal.Example/").as_deref(), Some("https://portal.example"));
        assert_eq!(origin("http://127.0.0.1:8080").as_deref(), Some("http://127.0.0.1:8080"));
    }
}
