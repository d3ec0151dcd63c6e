//! Organisations: legal bodies with an ODS code, open or closed (ORG-01..03).

use crate::ids::OdsCode;
use crate::refusal::Refusal;
use crate::time::Day;

words! {
    /// What an organisation does; policies may make exceptions for a sector (SEC-01).
    pub enum Sector {
        /// General practice.
        Gp = "gp",
        /// NHS trusts.
        Trust = "trust",
        /// Commissioners of care.
        Commissioner = "commissioner",
        /// Community pharmacy.
        Pharmacy = "pharmacy",
        /// Dentistry.
        Dentistry = "dentistry",
        /// Optometry.
        Optometry = "optometry",
        /// Social care.
        SocialCare = "social_care",
        /// Everything else.
        Other = "other",
    }
}

words! {
    /// The legal status as the registry publishes it.
    pub enum Legal {
        /// Announced, not working yet.
        Proposed = "proposed",
        /// At work.
        Active = "active",
        /// Registered, not at work.
        Dormant = "dormant",
        /// Closed in law.
        Closed = "closed",
    }
}

/// Where an organisation's people find help: kept by its administrators (DIR-04).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Support {
    /// A number to ring; empty where there is none.
    pub telephone: String,
    /// A page to read; empty where there is none.
    pub page: String,
}

impl Support {
    /// Reads what an administrator typed; what cannot be used is told with what to write.
    pub fn parse(telephone: &str, page: &str) -> Result<Self, &'static str> {
        let (telephone, page) = (telephone.trim(), page.trim());
        let dialled = |c: char| c.is_ascii_digit() || " +-()x".contains(c);
        if telephone.len() > 40 || !telephone.chars().all(dialled) {
            return Err("a telephone number has at most 40 digits, spaces and + - ( ) x, as +44 20 7946 0000");
        }
        let host = page.strip_prefix("https://").or_else(|| page.strip_prefix("http://"));
        let good = host.is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric()));
        let hidden = |c: char| c.is_whitespace() || c.is_control();
        if !page.is_empty() && (!good || page.len() > 250 || page.chars().any(hidden)) {
            return Err("a page begins with https:// and has no spaces, as https://help.example/mail");
        }
        Ok(Self { telephone: telephone.to_owned(), page: page.to_owned() })
    }
}

/// A legal body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its ODS code.
    pub code: OdsCode,
    /// Its name as published.
    pub name: String,
    /// Short name: the prefix of its shared addresses (ORG-03).
    pub short_name: Option<String>,
    /// Its sector.
    pub sector: Sector,
    /// As published.
    pub legal: Legal,
    /// Opened on.
    pub opened_on: Option<Day>,
    /// Closed, or closing, on.
    pub closed_on: Option<Day>,
    /// The organisation above it (its commissioner).
    pub parent: Option<OdsCode>,
    /// Who took over, if known.
    pub successor: Option<OdsCode>,
    /// Postal address in one line, postcode last.
    pub postal: String,
    /// Telephone.
    pub telephone: String,
    /// Where its people find help.
    pub support: Support,
    /// The edition that last listed it.
    pub edition: String,
    /// Counts its changes.
    pub version: i64,
}

impl Organisation {
    /// Legally open on a day. Dormant and proposed bodies are not closed; a published closing day in the future has
    /// not come yet.
    pub fn is_open(&self, on: Day) -> bool {
        match self.legal {
            Legal::Closed => self.closed_on.is_some_and(|day| day > on),
            Legal::Proposed | Legal::Active | Legal::Dormant => self.closed_on.is_none_or(|day| day > on),
        }
    }

    /// Whether it takes new accounts: it is open (ORG-02) and has a short name (ORG-03), which is given back.
    pub fn takes_accounts(&self, on: Day) -> Result<&str, Refusal> {
        if !self.is_open(on) {
            return Err(Refusal::Closed { code: self.code.clone(), successor: self.successor.clone() });
        }
        self.short_name.as_deref().ok_or_else(|| Refusal::NoShortName(self.code.clone()))
    }

    /// `open` or `closed`, as shown to people (ORG-02).
    pub fn status_word(&self, on: Day) -> &'static str {
        if self.is_open(on) { "open" } else { "closed" }
    }
}

/// The short name that loading proposes: the code in lower case (ORG-03).
pub fn proposed_short_name(code: &OdsCode) -> String {
    code.as_str().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plain open organisation for tests.
    fn organisation(legal: Legal, closed_on: Option<&str>) -> Organisation {
        Organisation {
            code: OdsCode::parse("A81001").unwrap(),
            name: "THE DENSHAM SURGERY".into(),
            short_name: Some("a81001".into()),
            sector: Sector::Gp,
            legal,
            opened_on: None,
            closed_on: closed_on.and_then(Day::parse),
            parent: None,
            successor: None,
            postal: String::new(),
            telephone: String::new(),
            support: Support::default(),
            edition: "test".into(),
            version: 0,
        }
    }

    // Proves: ORG-01, ORG-02
    #[test]
    fn an_organisation_is_open_until_the_day_it_closes() {
        let on = Day::parse("2020-04-01").unwrap();
        for (legal, closed_on, open) in [
            (Legal::Active, None, true),
            (Legal::Dormant, None, true),
            (Legal::Proposed, None, true),
            (Legal::Closed, None, false),
            (Legal::Closed, Some("2020-04-01"), false),
            (Legal::Closed, Some("2020-04-02"), true),
            (Legal::Active, Some("2020-03-31"), false),
        ] {
            assert_eq!(organisation(legal, closed_on).is_open(on), open, "{legal} {closed_on:?}");
        }
    }

    // Proves: ORG-02, ORG-03
    #[test]
    fn an_organisation_takes_accounts_when_it_is_open_and_has_a_short_name() {
        let on = Day::parse("2020-04-01").unwrap();
        let open = organisation(Legal::Active, None);
        assert_eq!(open.takes_accounts(on), Ok("a81001"));
        let nameless = Organisation { short_name: None, ..open.clone() };
        assert_eq!(nameless.takes_accounts(on), Err(Refusal::NoShortName(open.code.clone())));
        let successor = OdsCode::parse("A81002").ok();
        let closed = Organisation { legal: Legal::Closed, successor: successor.clone(), ..nameless };
        assert_eq!(closed.takes_accounts(on), Err(Refusal::Closed { code: open.code, successor }));
    }

    // Proves: DIR-04
    #[test]
    fn a_support_contact_is_what_can_be_rung_and_read() {
        for (telephone, page, good) in [
            ("", "", true),
            (" +44 (0)20 7946-0000 x12 ", " https://help.example/mail?a=b ", true),
            ("", "http://help.example", true),
            ("ring me", "", false),
            (&"1".repeat(41), "", false),
            (&"1".repeat(40), "", true),
            ("", "help.example", false),
            ("", "javascript:alert(1)", false),
            ("", "https://", false),
            ("", "https:///x", false),
            ("", "https://a b", false),
            ("", &format!("https://{}", "a".repeat(242)), true),
            ("", &format!("https://{}", "a".repeat(243)), false),
        ] {
            assert_eq!(Support::parse(telephone, page).is_ok(), good, "{telephone} {page}");
        }
        let support = Support::parse(" 1 2 ", " https://x ").unwrap();
        assert_eq!((support.telephone.as_str(), support.page.as_str()), ("1 2", "https://x"));
    }

    // Proves: ORG-03
    #[test]
    fn the_proposed_short_name_is_the_code_in_lower_case() {
        assert_eq!(proposed_short_name(&OdsCode::parse("A81001").unwrap()), "a81001");
    }
}
