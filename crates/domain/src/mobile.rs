//! Mobile numbers in one form (E.164), so that the same telephone is known however it was written (SSPR-02).

use std::fmt;

/// The least and the most digits behind the `+`.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

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
    #[error("this is no mobile number: write 8 to 15 digits, with + before a country code")]
    Shape,
    /// It does not say its country, and neither does the policy.
    #[error("this number does not say its country: write it with + and the country code, as +44 7700 900123")]
    Country,
}

impl Mobile {
    /// Reads a number as people write it. One without a country code is of the federation's country, where the policy
    /// names it; its first zero is left out then.
    pub fn parse(text: &str, country: Option<u16>) -> Result<Self, BadMobile> {
        let plain = text.trim().replace("(0)", "");
        let plain: String = plain.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}')).collect();
        let (abroad, digits) = match plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")) {
            Some(rest) => (true, rest),
            None => (false, plain.as_str()),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || abroad && digits.starts_with('0') {
            return Err(BadMobile::Shape);
        }
        let whole = if abroad {
            digits.to_owned()
        } else {
            format!("{}{}", country.ok_or(BadMobile::Country)?, digits.strip_prefix('0').unwrap_or(digits))
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
            ("+4477009", None, BadMobile::Shape),
            ("07700 900123", None, BadMobile::Country),
            ("+1234567890123456", None, BadMobile::Shape),
            ("７７００９００１２３", Some(44), BadMobile::Shape),
        ] {
            assert_eq!(Mobile::parse(text, country), Err(why), "{text}");
        }
        assert_eq!(Mobile::parse("+123456789012345", None).unwrap().as_str().len(), 16, "fifteen digits are the most");
        assert_eq!(Mobile::parse("+44770090", None).unwrap().as_str(), "+44770090", "eight digits are the least");
    }

    #[test]
    fn a_log_sees_three_digits_of_it() {
        let mobile = Mobile::parse("+447700900123", None).unwrap();
        assert_eq!(format!("{mobile:?}"), "Mobile(number ending in 123)");
    }
}
