//! Sealing: what is kept sealed opens with the key file only, and only for what it was sealed for.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::hex::{hex, unhex};

use crate::error::Error;
use crate::identity::{Dice, Key};

/// Bytes of a sealed text's nonce.
const NONCE: usize = 24;

/// Seals a text for a purpose; it is of no use without the key or for another purpose.
pub fn seal(text: &str, key: &Key, purpose: &[u8], dice: &dyn Dice) -> Result<String, Error> {
    let mut nonce = [0; NONCE];
    dice.fill(&mut nonce);
    let payload = Payload { msg: text.as_bytes(), aad: purpose };
    let sealed = XChaCha20Poly1305::new((&key.0).into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|_| Error::input("the secret cannot be sealed"))?;
    Ok(hex(&nonce) + &hex(&sealed))
}

/// Opens what was sealed with the key for this purpose.
pub fn unseal(sealed: &str, key: &Key, purpose: &[u8]) -> Option<String> {
    let bytes = unhex(sealed)?;
    let (nonce, text) = bytes.split_at_checked(NONCE)?;
    let payload = Payload { msg: text, aad: purpose };
    let open = XChaCha20Poly1305::new((&key.0).into()).decrypt(XNonce::from_slice(nonce), payload).ok()?;
    String::from_utf8(open).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Dice for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_for_its_purpose_only() {
        let key = Key([3; 32]);
        let sealed = seal("three red kettles", &key, b"5", &Sevens).unwrap();
        assert!(!sealed.contains("kettles"));
        assert_eq!(unseal(&sealed, &key, b"5").as_deref(), Some("three red kettles"));
        assert_eq!(unseal(&sealed, &Key([4; 32]), b"5"), None, "another key");
        assert_eq!(unseal(&sealed, &key, b"6"), None, "another purpose");
        for damaged in ["", "0", "00", "zz", "é0", &sealed[..sealed.len() - 2], &sealed.replace('a', "b")] {
            assert_eq!(unseal(damaged, &key, b"5"), None, "{damaged}");
        }
    }
}
