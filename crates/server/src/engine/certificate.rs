//! A certificate of our own, where none was named: programs of users ask whether to trust it, so it is for trying things out
//! and for networks that hand it round.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

use crate::cli::failure::Failure;
use crate::clock;
use crate::engine::files;
use crate::engine::settings::Settings;

/// It holds so long, from a day ago, for clocks that are late.
const YEAR: i64 = 365 * 86_400;
const DAY: i64 = 86_400;

/// Makes both files, if one is missing or they are for another name. Tells whether it did.
pub(crate) fn made(s: &Settings) -> Result<bool, Failure> {
    let files = s.tls_files();
    if s.tls.is_some() || (files.certificate.is_file() && files.key.is_file()) {
        return Ok(false);
    }
    let (certificate, key) = pair(s, clock::wall()).map_err(|error| {
        Failure::refused(format!("no certificate could be made ({error})"), "name one with --certificate and --key")
    })?;
    let write = |path: &Path, text: &str, mode| {
        files::replace(path, text.as_bytes(), mode).map_err(|error| Failure::file(path, &error))
    };
    write(&files.key, &key, 0o600)?;
    write(&files.certificate, &certificate, 0o644)?;
    Ok(true)
}

/// The certificate and its key, in PEM.
fn pair(s: &Settings, now: Timestamp) -> Result<(String, String), Box<dyn std::error::Error>> {
    let mut names = vec![s.host.clone(), "localhost".to_owned()];
    if !s.listen.is_unspecified() {
        names.push(s.listen.to_string());
    }
    let mut params = CertificateParams::new(names)?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, s.host.as_str());
    params.distinguished_name = name;
    params.not_before = date(now.plus_seconds(-DAY))?;
    params.not_after = date(now.plus_seconds(YEAR))?;
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok((pem("CERTIFICATE", certificate.der()), pem("PRIVATE KEY", &key.serialize_der())))
}

/// RFC 7468: base64 in lines of 64 characters between two marks.
pub(crate) fn pem(what: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut all = format!("-----BEGIN {what}-----\n");
    for line in text.as_bytes().chunks(64) {
        all.extend(line.iter().map(|byte| char::from(*byte)));
        all.push('\n');
    }
    all.extend(["-----END ", what, "-----\n"]);
    all
}

fn date(at: Timestamp) -> Result<time::OffsetDateTime, time::error::ComponentRange> {
    time::OffsetDateTime::from_unix_timestamp(at.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::Settings;
    use crate::web::tls::validity_of;

    #[test]
    fn one_is_made_once_goes_with_its_key_and_holds_for_a_year() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tls")).unwrap();
        let s = Settings::new(folder.path(), "mail.example", 8800, true);
        assert_eq!((made(&s), made(&s)), (Ok(true), Ok(false)));
        let (from, until) = validity_of(&s.tls_files()).unwrap().unwrap();
        assert_eq!(until.second() - from.second(), YEAR + DAY);
        let own = clock::wall();
        assert!(from < own && own < until);
        let given = Settings { tls: Some(s.tls_files()), folder: "/nowhere".into(), ..s };
        assert_eq!(made(&given), Ok(false), "what is named is not touched");
    }
}
