//! Ids and codes as types: parse at the edge, then trust the type.

use std::fmt;

/// An account's id, made by Almoner, never reused, unknown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The identifier that the Organisation Data Service gives to an organisation: 3 to 10 capital letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OdsCode(String);

/// What is wrong with a code, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadOdsCode {
    /// Right but for its case.
    #[error("ODS codes are in capitals: write {0}")]
    WrongCase(String),
    /// Not the shape of a code.
    #[error("an ODS code has 3 to 10 capital letters and digits, as RXX or A81001")]
    Shape,
}

impl OdsCode {
    /// Reads a code as published.
    pub fn parse(text: &str) -> Result<Self, BadOdsCode> {
        if !(3..=10).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(BadOdsCode::Shape);
        }
        if text.bytes().any(|b| b.is_ascii_lowercase()) {
            return Err(BadOdsCode::WrongCase(text.to_ascii_uppercase()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A mail address in lower case: one `@`, a dot-atom before it, a domain after it (RFC 5321 without quoting).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl Address {
    /// Reads an address; upper case is folded. `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
        let dots = |s: &str| !s.starts_with('.') && !s.ends_with('.') && !s.contains("..");
        let host = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        let good = (1..=64).contains(&local.len())
            && local.bytes().all(atom)
            && dots(local)
            && (1..=253).contains(&domain.len())
            && domain.bytes().all(host)
            && dots(domain);
        good.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ods_code_in_the_wrong_case_is_told_how_to_be_written() {
        assert_eq!(OdsCode::parse("A81001").unwrap().as_str(), "A81001");
        assert_eq!(OdsCode::parse("a81001"), Err(BadOdsCode::WrongCase("A81001".into())));
        for bad in ["", "RX", "A81001-", "ABCDEFGHIJK", "R\u{c9}X"] {
            assert_eq!(OdsCode::parse(bad), Err(BadOdsCode::Shape), "{bad}");
        }
    }

    #[test]
    fn addresses_are_folded_and_checked() {
        assert_eq!(Address::parse("Ann.Lee@Example.ORG").unwrap().as_str(), "ann.lee@example.org");
        assert_eq!(Address::parse("ann@example.org").unwrap().domain(), "example.org");
        for bad in ["ann", "@x.org", "ann@", "a..b@x.org", ".a@x.org", "a b@x.org", "ann@x..org", "ann@x_y.org"] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
    }
}
