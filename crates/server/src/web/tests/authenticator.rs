//! A software authenticator with its browser: what a passkey would answer, and what a false one might (WebAuthn, level 2).

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use sha2::{Digest, Sha256};
use wire::base64url;
use wire::passkey::PublicKey;

use crate::web::tests::browser::{ORIGIN, Page};

pub(super) const PARTY: &str = "portal.test";

/// One passkey, and how it behaves; each field is right until a test spoils it.
pub(super) struct Authenticator {
    key: EcdsaKeyPair,
    pub(super) id: Vec<u8>,
    pub(super) counter: u32,
    pub(super) origin: &'static str,
    pub(super) party: &'static str,
    pub(super) framed: bool,
    /// Present, verified.
    pub(super) flags: u8,
    /// What it says it was asked instead of what it was.
    pub(super) kind: Option<&'static str>,
}

pub(super) const PRESENT: u8 = 0x01;
pub(super) const VERIFIED: u8 = 0x04;

/// What a page asks, from the attributes of its form.
pub(super) fn attribute(page: &Page, name: &str) -> String {
    let Some((_, behind)) = page.text.split_once(&format!("data-{name}=\"")) else { return String::new() };
    behind.split('"').next().unwrap().to_owned()
}

/// Names and values of a form.
pub(super) type Answer = Vec<(&'static str, String)>;

impl Authenticator {
    pub(super) fn new(id: &[u8]) -> Self {
        let random = SystemRandom::new();
        let kept = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, kept.as_ref(), &random).unwrap();
        let (origin, party) = (ORIGIN, PARTY);
        let flags = PRESENT | VERIFIED;
        Self { key, id: id.to_vec(), counter: 0, origin, party, framed: false, flags, kind: None }
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let kind = self.kind.unwrap_or(kind);
        format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{}","crossOrigin":{}}}"#,
            self.origin, self.framed
        )
        .into_bytes()
    }

    fn data(&self, made: u8) -> Vec<u8> {
        let party = Sha256::digest(self.party.as_bytes());
        [&party[..], &[self.flags | made], &self.counter.to_be_bytes()].concat()
    }

    /// Makes the passkey that a page asks for.
    pub(super) fn create(&self, page: &Page) -> Answer {
        let client = self.client("webauthn.create", &attribute(page, "challenge"));
        let key = PublicKey::Es256(self.key.public_key().as_ref().to_vec()).bytes();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data = [self.data(0x40), vec![0; 16], length.to_vec(), self.id.clone(), key].concat();
        vec![("client", base64url::encode(&client)), ("data", base64url::encode(&data))]
    }

    /// Shows it.
    pub(super) fn get(&mut self, page: &Page) -> Answer {
        self.counter += 1;
        self.get_again(page)
    }

    /// Shows it without counting on.
    pub(super) fn get_again(&self, page: &Page) -> Answer {
        let client = self.client("webauthn.get", &attribute(page, "challenge"));
        let data = self.data(0);
        let signed = [data.as_slice(), &Sha256::digest(&client)[..]].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        vec![
            ("credential", base64url::encode(&self.id)),
            ("client", base64url::encode(&client)),
            ("data", base64url::encode(&data)),
            ("signature", base64url::encode(signature.as_ref())),
        ]
    }
}
