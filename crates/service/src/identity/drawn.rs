//! What nobody foresees: bytes that follow from the key, and codes that are sent.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::identity::{Dice, Key};

/// Bytes that nobody foresees without the key, the same each time.
pub(crate) fn drawn(about: &str, key: &Key) -> [u8; 32] {
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(&key.0) else { return [0; 32] };
    mac.update(about.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Compares in a time that does not tell where two texts differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// Six digits.
pub(crate) fn six_digits(dice: &dyn Dice) -> String {
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count;

    impl Dice for Count {
        fn fill(&self, bytes: &mut [u8]) {
            (0..).zip(bytes.iter_mut()).for_each(|(n, byte)| *byte = n);
        }
    }

    const KEY: Key = Key([5; 32]);

    #[test]
    fn what_is_drawn_depends_on_the_key_and_on_nothing_random() {
        assert_eq!(drawn("a", &KEY), drawn("a", &KEY));
        assert_ne!(drawn("a", &KEY), drawn("b", &KEY));
        assert_ne!(drawn("a", &KEY), drawn("a", &Key([6; 32])));
        assert!(same("sms", "sms") && !same("sms", "smt") && !same("sms", "sm"));
        assert_eq!(six_digits(&Count).len(), 6);
    }
}
