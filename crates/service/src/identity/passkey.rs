//! Passkeys (WebAuthn, level 2; MFA-01): what the party that asks must check, step by step. No attestation is asked for: which
//! model somebody uses is their business. The signature is `ring`'s, the bytes are read in `wire::passkey`.

use domain::hex::{hex, unhex};
use domain::second_factor::counter_went_on;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use sha2::{Digest, Sha256};
use store::passkey::Passkey;
use wire::base64url;
use wire::passkey::{AuthenticatorData, ClientData, PublicKey, Unreadable};

/// Where passkeys are asked for: the portal's own origin. They belong to its host, whatever the port.
#[derive(Debug, Clone, Copy)]
pub struct Party<'p> {
    /// As browsers tell it, as `https://portal.example`.
    pub origin: &'p str,
}

impl<'p> Party<'p> {
    /// The id of the party: the host. A number is none, so without a name there are no passkeys.
    pub fn id(&self) -> Option<&'p str> {
        let (_, behind) = self.origin.split_once("://")?;
        let host = behind.split(['/', ':']).next().unwrap_or_default();
        let is_name = host.parse::<std::net::Ipv4Addr>().is_err() && !host.is_empty() && !behind.starts_with('[');
        is_name.then_some(host)
    }
}

/// Why a passkey is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    /// The browser answered something else.
    #[error("the browser answered another question")]
    Kind,
    /// No challenge of this session, or one that was answered or is over.
    #[error("this page was open for too long, or was sent before")]
    Challenge,
    /// Another page asked.
    #[error("the passkey was asked for by a page of another address")]
    Origin,
    /// It belongs to another party.
    #[error("the passkey belongs to another service")]
    Party,
    /// Nobody touched it.
    #[error("nobody touched the authenticator")]
    Presence,
    /// It does not know who touched it.
    #[error("the authenticator did not check who you are: set a PIN, a finger or a face on it")]
    Verification,
    /// It is none of theirs.
    #[error("this passkey is not known here")]
    Unknown,
    /// The signature is not its.
    #[error("the signature is not right")]
    Signature,
    /// It was used elsewhere since: there are two of it.
    #[error("this passkey seems to have been copied: remove it and set up another")]
    Copied,
    /// It is there already.
    #[error("this passkey is set up already")]
    Taken,
    /// They have as many as they may.
    #[error("you have as many passkeys as you can: remove one first")]
    Many,
}

/// What a browser says of a new passkey, in base64url.
#[derive(Clone, Copy)]
pub struct Made<'a> {
    /// What its person calls it.
    pub name: &'a str,
    /// The client data.
    pub client: &'a str,
    /// The authenticator's data.
    pub data: &'a str,
}

/// What a browser says of a passkey that was shown, in base64url.
#[derive(Clone, Copy)]
pub struct Showed<'a> {
    /// The passkey's id.
    pub id: &'a str,
    /// The client data.
    pub client: &'a str,
    /// The authenticator's data.
    pub data: &'a str,
    /// The signature of both.
    pub signature: &'a str,
}

fn read(text: &str, otherwise: Unreadable) -> Result<Vec<u8>, Fault> {
    base64url::decode(text).ok_or(otherwise.into())
}

/// The handle by which authenticators know that two passkeys are of one account; it says nothing about whose it is.
pub(crate) fn handle(account: i64) -> String {
    base64url::encode(&Sha256::digest(format!("passkeys of {account}").as_bytes()))
}

/// The checks that a new passkey and a shown one have in common (7.1 and 7.2 of the standard): what was asked, by whom,
/// for which party, and that the person was there and is known to the authenticator.
fn checked(
    kind: &str,
    party: Party<'_>,
    challenge: Option<&str>,
    (client, data): (&[u8], &[u8]),
) -> Result<AuthenticatorData, Fault> {
    let said = ClientData::parse(client)?;
    if said.kind != kind {
        return Err(Fault::Kind);
    }
    if challenge.is_none_or(|asked| said.challenge != asked) {
        return Err(Fault::Challenge);
    }
    if said.origin != party.origin || said.framed {
        return Err(Fault::Origin);
    }
    let data = AuthenticatorData::parse(data)?;
    let id = party.id().ok_or(Fault::Party)?;
    if data.party[..] != Sha256::digest(id.as_bytes())[..] {
        return Err(Fault::Party);
    }
    match (data.present, data.verified) {
        (false, _) => Err(Fault::Presence),
        (true, false) => Err(Fault::Verification),
        (true, true) => Ok(data),
    }
}

/// What is kept of a new passkey: its id, its key, its counter.
pub(crate) fn made(
    party: Party<'_>,
    challenge: Option<&str>,
    answer: &Made<'_>,
) -> Result<(String, String, u32), Fault> {
    let (client, data) = (read(answer.client, Unreadable::Client)?, read(answer.data, Unreadable::Data)?);
    let data = checked("webauthn.create", party, challenge, (&client, &data))?;
    let (id, key) = data.made.ok_or(Fault::Unreadable(Unreadable::Data))?;
    Ok((base64url::encode(&id), hex(&key.bytes()), data.counter))
}

/// Looks at a passkey that was shown; gives its counter of now.
pub(crate) fn showed(
    party: Party<'_>,
    challenge: Option<&str>,
    answer: &Showed<'_>,
    passkey: &Passkey,
) -> Result<u32, Fault> {
    let (client, data) = (read(answer.client, Unreadable::Client)?, read(answer.data, Unreadable::Data)?);
    let signature = read(answer.signature, Unreadable::Data)?;
    let said = checked("webauthn.get", party, challenge, (&client, &data))?;
    let key = unhex(&passkey.public_key).ok_or(Fault::Unreadable(Unreadable::Key))?;
    let signed = [data.as_slice(), &Sha256::digest(&client)[..]].concat();
    if !is_signed(&PublicKey::parse(&key)?, &signed, &signature) {
        return Err(Fault::Signature);
    }
    if !counter_went_on(passkey.counter, said.counter) {
        return Err(Fault::Copied);
    }
    Ok(said.counter)
}

fn is_signed(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    match key {
        PublicKey::Es256(point) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok()
        }
        PublicKey::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature).is_ok(),
        PublicKey::Rs256(n, e) => {
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
        }
    }
}

#[cfg(test)]
#[path = "passkey_tests.rs"]
mod tests;
