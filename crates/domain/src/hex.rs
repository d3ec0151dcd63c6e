//! Bytes as people and columns hold them: two hexadecimal digits each.

use std::fmt::Write as _;

/// The digits of bytes, in small letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Cannot fail: a String takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of digits, in small letters or capitals.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len() / 2).map(|at| text.get(at * 2..at * 2 + 2).and_then(|p| u8::from_str_radix(p, 16).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_digits_and_digits_are_bytes() {
        for (bytes, text) in [(&b""[..], ""), (&[0], "00"), (&[0, 255, 122], "00ff7a"), (&[9, 16], "0910")] {
            assert_eq!(hex(bytes), text);
            assert_eq!(unhex(text).as_deref(), Some(bytes));
        }
        assert_eq!(unhex("00FF7A"), Some(vec![0, 255, 122]));
    }

    #[test]
    fn what_is_not_two_digits_a_byte_is_nothing() {
        for broken in ["0", "0g", "+f", "é", "é0", "0 0", "0x00"] {
            assert_eq!(unhex(broken), None, "{broken}");
        }
    }
}
