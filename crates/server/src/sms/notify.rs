//! GOV.UK Notify's API: a token signed with the secret in the key, and a template with the code in it.

use domain::time::Timestamp;
use hmac::{Hmac, Mac};
use service::identity::own_mobile::Message;
use sha2::Sha256;

/// Where it is.
pub(super) const HOME: &str = "https://api.notifications.service.gov.uk";

/// A UUID has so many characters.
const ID: usize = 36;

/// The service's id and the secret, with which a key ends: `name-id-secret`.
pub(super) fn parts(key: &str) -> Option<(&str, &str)> {
    let is_id = |text: &str| {
        text.len() == ID && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') && text.matches('-').count() == 4
    };
    let (rest, secret) = key.split_at_checked(key.len().checked_sub(ID)?)?;
    let rest = rest.strip_suffix('-')?;
    let (_, id) = rest.split_at_checked(rest.len().checked_sub(ID)?)?;
    (is_id(id) && is_id(secret)).then_some((id, secret))
}

/// The token that is shown: a JSON Web Token, which holds for half a minute.
pub(super) fn token(key: &str, now: Timestamp) -> Option<String> {
    let (id, secret) = parts(key)?;
    let claims = serde_json::json!({ "iss": id, "iat": now.second() }).to_string();
    let head = base64url(br#"{"typ":"JWT","alg":"HS256"}"#);
    let signed = format!("{head}.{}", base64url(claims.as_bytes()));
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    Some(format!("{signed}.{}", base64url(&mac.finalize().into_bytes())))
}

/// What is asked for. The template names `((code))`, and may name `((service))`.
pub(super) fn body(template: &str, message: &Message, service: &str) -> String {
    let body = serde_json::json!({
        "phone_number": message.to.as_str(),
        "template_id": template,
        "personalisation": { "code": message.code, "service": service },
    });
    body.to_string()
}

/// RFC 4648, 5, without the signs that fill up.
fn base64url(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let signs = (0..=three.len()).map(|at| (number >> (18 - 6 * at)) & 63);
        text.extend(signs.filter_map(|sign| SIGNS.get(usize::try_from(sign).ok()?).copied().map(char::from)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "test-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0";

    #[test]
    fn a_key_ends_with_the_services_id_and_the_secret() {
        let id = "26785a09-ab16-4eb0-8407-a37497a57506";
        let secret = "3d844edf-8d35-48ac-975b-e847b4f122b0";
        assert_eq!(parts(KEY), Some((id, secret)));
        assert_eq!(parts(&format!("my-name-{id}-{secret}")), Some((id, secret)));
        for bad in
            ["", "test", secret, &format!("{id}-{secret}x"), &format!("x-{id}{secret}"), &KEY.replace("4eb0", "4eg0")]
        {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }

    #[test]
    fn letters_for_bytes_are_those_of_the_standard() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"fooba", "Zm9vYmE"),
            (b"foobar", "Zm9vYmFy"),
            (&[0xfb, 0xff, 0xfe], "-__-"),
        ] {
            assert_eq!(base64url(bytes), text, "{bytes:?}");
        }
    }

    #[test]
    fn a_token_says_who_and_when_and_is_signed_with_the_secret() {
        let token = token(KEY, Timestamp::from_second(1_700_000_000)).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts[0], "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9");
        let claims = base64url(br#"{"iss":"26785a09-ab16-4eb0-8407-a37497a57506","iat":1700000000}"#);
        assert_eq!(parts[1], claims);
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(b"3d844edf-8d35-48ac-975b-e847b4f122b0").unwrap();
        mac.update(format!("{}.{}", parts[0], parts[1]).as_bytes());
        assert_eq!(parts[2], base64url(&mac.finalize().into_bytes()));
    }
}
