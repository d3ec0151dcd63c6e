//! Signatures under what people of the federation send (DKIM, RFC 6376): keys in a folder that only root reads, each under the
//! name (selector) by which the DNS publishes it. Two of them sign: RSA for those who know no other, Ed25519 (RFC 8463).

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::time::Day;
use mail_auth::common::crypto::{DkimKey, Ed25519Key, RsaKey};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::cli::failure::Failure;
use crate::engine::certificate::pem;
use crate::engine::files;
use crate::engine::settings::Settings;

/// Below the folder.
pub(crate) const FOLDER: &str = "dkim";
/// What a signature covers. A field that is not there is covered, too: nobody can add it later.
const COVERED: [&str; 12] = [
    "From",
    "Reply-To",
    "Subject",
    "Date",
    "To",
    "Cc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];
/// Before an RSA key in its public form: a sequence of the algorithm's name and a string of bits (RFC 8017, RFC 5280).
const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// A key.
pub(crate) struct Key {
    /// The name by which the DNS publishes it.
    pub(crate) selector: String,
    key: DkimKey,
}

impl Key {
    /// `rsa` or `ed25519`, as the DNS calls it.
    pub(crate) const fn algorithm(&self) -> &'static str {
        match self.key {
            DkimKey::Rsa(_) => "rsa",
            DkimKey::Ed25519(_) => "ed25519",
        }
    }

    /// What the DNS is to publish.
    pub(crate) fn record(&self) -> String {
        let bytes = match &self.key {
            DkimKey::Rsa(key) => public(&key.public_key()),
            DkimKey::Ed25519(key) => key.public_key(),
        };
        format!("v=DKIM1; k={}; p={}", self.algorithm(), STANDARD.encode(bytes))
    }
}

fn public(key: &[u8]) -> Vec<u8> {
    let bits = tagged(0x03, &[&[0], key].concat());
    tagged(0x30, &[RSA.as_slice(), bits.as_slice()].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[tag, 0x82], length.as_slice(), content].concat()
}

/// Every key of a folder, by selector.
pub(crate) fn all(s: &Settings) -> Result<Vec<Key>, Failure> {
    let folder = s.at(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::file(&folder, &error)),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pem"));
    paths.sort();
    paths.iter().map(read).collect()
}

fn read(path: &PathBuf) -> Result<Key, Failure> {
    let bad = || {
        let what = format!("{} is no key", path.display());
        Failure::refused(what, "remove the file, or put the key back: RSA or Ed25519, PKCS #8, in PEM")
    };
    let text = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let der = PrivatePkcs8KeyDer::from_pem_slice(&text).map_err(|_| bad())?;
    let ed = Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_pkcs8_der()).map(DkimKey::Ed25519);
    let key = ed.or_else(|_| RsaKey::from_key_der(PrivateKeyDer::Pkcs8(der)).map(DkimKey::Rsa)).map_err(|_| bad())?;
    let selector = path.file_stem().and_then(|stem| stem.to_str()).ok_or_else(bad)?.to_owned();
    Ok(Key { selector, key })
}

/// Makes a key of each kind, named by the day; their selectors.
pub(crate) fn make(s: &Settings, today: Day) -> Result<[String; 2], Failure> {
    let day: String = today.to_string().chars().filter(char::is_ascii_digit).collect();
    let made = [("rsa", rsa()?), ("ed", ed25519()?)].map(|(kind, key)| (format!("{kind}{day}"), key));
    for (selector, key) in &made {
        let path = s.at(FOLDER).join(format!("{selector}.pem"));
        if path.exists() {
            let what = format!("{} is there already", path.display());
            return Err(Failure::refused(what, "sign with it, or remove it first; new ones can be made tomorrow"));
        }
        files::replace(&path, key.as_bytes(), 0o600).map_err(|error| Failure::file(&path, &error))?;
    }
    Ok(made.map(|(selector, _)| selector))
}

fn ed25519() -> Result<String, Failure> {
    Ed25519Key::generate_pkcs8()
        .map(|key| pem("PRIVATE KEY", &key))
        .map_err(|error| Failure::refused(format!("no key could be made ({error})"), "see what the system says to it"))
}

/// By the system's own program: what signs here cannot make such keys.
fn rsa() -> Result<String, Failure> {
    let mut openssl = Command::new("openssl");
    openssl.args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "PEM"]);
    let made = openssl.stdin(Stdio::null()).output();
    let key = made.ok().filter(|made| made.status.success()).and_then(|made| String::from_utf8(made.stdout).ok());
    key.ok_or_else(|| Failure::refused("no RSA key could be made: openssl did not", "apt install openssl"))
}

/// Signs as a domain.
pub(crate) struct Signer {
    domain: String,
    keys: Vec<DkimSigner<DkimKey, Done>>,
}

impl Signer {
    /// With those of a folder's keys that its settings name.
    pub(crate) fn of(s: &Settings) -> Result<Self, Failure> {
        let chosen = all(s)?.into_iter().filter(|key| s.signs_with.contains(&key.selector));
        let signer = |one: Key| DkimSigner::from_key(one.key).domain(&s.domain).selector(one.selector).headers(COVERED);
        Ok(Self { domain: s.domain.clone(), keys: chosen.map(signer).collect() })
    }

    /// One that does not.
    #[cfg(test)]
    pub(crate) const fn none() -> Self {
        Self { domain: String::new(), keys: Vec::new() }
    }

    /// Signatures under a message whose only author is of the domain: values of `DKIM-Signature`.
    pub(crate) fn sign(&self, from: &[String], message: &[u8]) -> Vec<String> {
        let of_it = |address: &String| address.rsplit_once('@').is_some_and(|(_, domain)| domain == self.domain);
        if from.is_empty() || !from.iter().all(of_it) {
            return Vec::new();
        }
        let signed = self.keys.iter().filter_map(|key| key.sign(message).ok());
        let value = |field: String| field.trim_end().split_once(": ").map(|(_, value)| value.replace("\r\n", "\n"));
        signed.filter_map(|signature| value(signature.to_header())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A folder with keys of each kind, made by ring alone where the other kind is not needed.
    fn folder() -> (tempfile::TempDir, Settings) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        let s = Settings::new(Path::new(folder.path()), "mail.example", 8800, true);
        fs::write(s.at("dkim/one.pem"), ed25519().unwrap()).unwrap();
        (folder, s)
    }

    #[test]
    fn keys_are_read_back_by_their_names_and_say_what_to_publish() {
        let (_folder, s) = folder();
        fs::write(s.at("dkim/notes.txt"), "no key").unwrap();
        let keys = all(&s).unwrap();
        assert_eq!(keys.iter().map(|key| key.selector.as_str()).collect::<Vec<_>>(), ["one"]);
        let record = keys[0].record();
        let key = record.strip_prefix("v=DKIM1; k=ed25519; p=").unwrap();
        assert_eq!(STANDARD.decode(key).unwrap().len(), 32);
        fs::write(s.at("dkim/two.pem"), pem("PRIVATE KEY", b"nonsense")).unwrap();
        let (what, _) = all(&s).err().unwrap().told();
        assert!(what.contains("two.pem is no key"), "{what}");
        let none = Settings { folder: "/nowhere".into(), ..s };
        assert!(all(&none).unwrap().is_empty());
    }

    #[test]
    fn only_chosen_keys_sign_and_only_for_authors_of_the_domain() {
        let (_folder, s) = folder();
        let message = b"From: a@mail.example\r\nSubject: x\r\n\r\nbody\r\n";
        let own = ["a@mail.example".to_owned()];
        assert!(Signer::of(&s).unwrap().sign(&own, message).is_empty(), "it is not chosen");
        let signer = Signer::of(&Settings { signs_with: vec!["one".to_owned()], ..s }).unwrap();
        let values = signer.sign(&own, message);
        assert!(values[0].starts_with("v=1; a=ed25519-sha256; s=one; d=mail.example;"), "{values:?}");
        assert!(values[0].lines().skip(1).all(|line| line.starts_with('\t')) && !values[0].contains('\r'));
        let other = ["a@mail.example".to_owned(), "b@there.example".to_owned()];
        for authors in [&other[..], &other[1..], &[]] {
            assert!(signer.sign(authors, message).is_empty(), "{authors:?}");
        }
    }

    #[test]
    fn the_public_form_of_a_key_has_its_lengths() {
        let public = public(&[7; 270]);
        assert_eq!(public.len(), 294);
        assert_eq!(public[..4], [0x30, 0x82, 1, 34]);
        assert_eq!(public[19..25], [0x03, 0x82, 1, 15, 0, 7]);
    }
}
