//! Numbers as people read them, in the terminal and on pages alike.

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

/// `1 account`, `2,000 accounts`.
pub(crate) fn count(number: i64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (2_100_000, "2,100,000"), (-12_345, "-12,345")]
        {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn numbers_of_any_size_are_grouped() {
        for (number, text) in [
            (-1, "-1"),
            (-999, "-999"),
            (-1_000, "-1,000"),
            (100_000, "100,000"),
            (i64::MAX, "9,223,372,036,854,775,807"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(count(1, "account"), "1 account");
        assert_eq!(count(0, "account"), "0 accounts");
        assert_eq!(count(2_000, "account"), "2,000 accounts");
    }
}
