//! GOV.UK Notify's API: a token signed with the secret in the key, and a template with the code in it.

use domain::time::Timestamp;
use hmac::{Hmac, Mac};
use service::identity::own_mobile::Message;
use sha2::Sha256;
use wire::base64url;

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
    let head = base64url::encode(br#"{"typ":"JWT","alg":"HS256"}"#);
    let signed = format!("{head}.{}", base64url::encode(claims.as_bytes()));
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    Some(format!("{signed}.{}", base64url::encode(&mac.finalize().into_bytes())))
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
    fn a_token_says_who_and_when_and_is_signed_with_the_secret() {
        let token = token(KEY, Timestamp::from_second(1_700_000_000)).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts[0], "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9");
        let claims = base64url::encode(br#"{"iss":"26785a09-ab16-4eb0-8407-a37497a57506","iat":1700000000}"#);
        assert_eq!(parts[1], claims);
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(b"3d844edf-8d35-48ac-975b-e847b4f122b0").unwrap();
        mac.update(format!("{}.{}", parts[0], parts[1]).as_bytes());
        assert_eq!(parts[2], base64url::encode(&mac.finalize().into_bytes()));
    }
}
