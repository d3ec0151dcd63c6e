//! Mobile numbers in one form, so that the same telephone is known however it was written (SSPR-02). This is the one place
//! that says what a number is: wherever one comes in, from a person, a file or a database, it is read here.

use std::fmt;

/// The least and the most digits, the country code among them. ITU-T E.164 (2010), 6.2.1, allows 15 at most and names no
/// least; the shortest whole numbers in use have seven (Niue: 683 and four).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A number as `+447700900123`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mobile(String);

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({})", self.masked())
    }
}

/// Why a text is no mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMobile {
    /// It has other signs than digits, or too few or too many of them.
    #[error("this is no mobile number: write 7 to 15 digits, with + before a country code")]
    Shape,
    /// It does not say its country, and neither does the policy.
    #[error("this number does not say its country: write it with + and the country code, as +44 7700 900123")]
    Country,
}

/// A number as it was written, without what stands between its digits and with `+` before a country code. This much can be
/// said without knowing of which country it is.
pub fn plain(text: &str) -> Result<String, BadMobile> {
    let short = text.trim().replace("(0)", "");
    let short: String = short.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}')).collect();
    let (sign, digits) = match short.strip_prefix('+').or_else(|| short.strip_prefix("00")) {
        Some(rest) => ("+", rest),
        None => ("", short.as_str()),
    };
    // No country code begins with a zero.
    let sound = digits.bytes().all(|b| b.is_ascii_digit()) && !(sign == "+" && digits.starts_with('0'));
    if sound && DIGITS.contains(&digits.len()) { Ok(format!("{sign}{digits}")) } else { Err(BadMobile::Shape) }
}

impl Mobile {
    /// Reads a number as people write it. One without a country code is of the federation's country, where the policy
    /// names it; its first zero is left out then.
    pub fn parse(text: &str, country: Option<u16>) -> Result<Self, BadMobile> {
        let written = plain(text)?;
        let whole = if let Some(whole) = written.strip_prefix('+') {
            whole.to_owned()
        } else {
            let home = country.ok_or(BadMobile::Country)?;
            format!("{home}{}", written.strip_prefix('0').unwrap_or(&written))
        };
        if DIGITS.contains(&whole.len()) { Ok(Self(format!("+{whole}"))) } else { Err(BadMobile::Shape) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last three digits, by which its owner knows it and nobody else learns it.
    pub fn masked(&self) -> String {
        let at = self.0.len().saturating_sub(3);
        format!("number ending in {}", self.0.get(at..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: SSPR-02
    #[test]
    fn one_telephone_is_one_number_however_it_is_written() {
        for text in [
            "07700 900123",
            "07700-900-123",
            "(07700) 900.123",
            "+44 7700 900123",
            "+44 (0)7700 900123",
            "0044 7700900123",
            " 7700900123 ",
        ] {
            assert_eq!(Mobile::parse(text, Some(44)).as_ref().map(Mobile::as_str), Ok("+447700900123"), "{text}");
        }
        assert_eq!(Mobile::parse("+33 6 12 34 56 78", Some(44)).unwrap().as_str(), "+33612345678");
    }

    #[test]
    fn what_is_no_number_is_told() {
        for (text, country, why) in [
            ("", Some(44), BadMobile::Shape),
            ("07700 90012x", Some(44), BadMobile::Shape),
            ("+07700900123", Some(44), BadMobile::Shape),
            ("+683400", None, BadMobile::Shape),
            ("683400", Some(44), BadMobile::Shape),
            ("123456789012345", Some(44), BadMobile::Shape),
            ("07700 900123", None, BadMobile::Country),
            ("+1234567890123456", None, BadMobile::Shape),
            ("７７００９００１２３", Some(44), BadMobile::Shape),
        ] {
            assert_eq!(Mobile::parse(text, country), Err(why), "{text}");
        }
        assert_eq!(Mobile::parse("+123456789012345", None).unwrap().as_str().len(), 16, "fifteen digits are the most");
        assert_eq!(Mobile::parse("+683 4002", None).unwrap().as_str(), "+6834002", "seven digits are the least");
    }

    #[test]
    fn without_a_country_a_number_is_what_was_written_and_nothing_between_it() {
        for (typed, expected) in [
            ("07700 900-123", Some("07700900123")),
            ("(07700) 900.123", Some("07700900123")),
            ("+44 (0)7700 900123", Some("+447700900123")),
            ("0044 7700 900123", Some("+447700900123")),
            ("1234567", Some("1234567")),
            ("123456", None),
            ("+123456", None),
            ("123456789012345", Some("123456789012345")),
            ("+123456789012345", Some("+123456789012345")),
            ("1234567890123456", None),
            ("0770O900123", None),
            ("07700+900123", None),
            ("++447700900123", None),
            ("+07700900123", None),
            ("07700\t900123", None),
            ("\u{ff10}7700901", None),
            ("ring me", None),
            ("+", None),
            ("-- --", None),
            ("", None),
        ] {
            assert_eq!(plain(typed).ok().as_deref(), expected, "{typed:?}");
        }
    }

    #[test]
    fn what_was_read_once_is_read_the_same_again() {
        for text in ["07700 900123", "+44 (0)7700 900123", "0044 7700900123", "+683 4002"] {
            let (written, whole) = (plain(text).unwrap(), Mobile::parse(text, Some(44)).unwrap());
            assert_eq!(plain(&written).as_ref(), Ok(&written), "{text}");
            assert_eq!(Mobile::parse(&written, Some(44)).as_ref(), Ok(&whole), "{text}");
            assert_eq!(Mobile::parse(whole.as_str(), None), Ok(whole.clone()), "{text}");
        }
    }

    #[test]
    fn a_log_sees_three_digits_of_it() {
        let mobile = Mobile::parse("+447700900123", None).unwrap();
        assert_eq!(format!("{mobile:?}"), "Mobile(number ending in 123)");
    }
}
