//! TLS: which versions and ciphers are spoken, told from outside by what greets and is greeted.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    CipherSuite, ClientConfig, ProtocolVersion, RootCertStore, SupportedCipherSuite, SupportedProtocolVersion,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::{Config, Tls};
use crate::web::tests::browser::Site;
use crate::web::tests::net::{fixture, running};
use crate::web::tls::{Keeper, read};

fn files() -> Tls {
    Tls { certificate: fixture("portal.pem"), key: fixture("portal.key") }
}

async fn greeted(
    address: SocketAddr,
    versions: &[&'static SupportedProtocolVersion],
    alpn: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(fixture("authority.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let mut client = builder.with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![alpn.to_vec()];
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(client)).connect(ServerName::try_from("portal.test").unwrap(), stream).await
}

#[test]
fn tls_1_2_and_1_3_are_spoken_and_the_newer_is_preferred() {
    let site = Site::new();
    let keeper = Arc::new(Keeper::open(&files()).unwrap());
    site.wait(async {
        let portal = running(&site, Config::default().limits, Some(keeper)).await;
        for (versions, expected) in [
            (&[&TLS12][..], ProtocolVersion::TLSv1_2),
            (&[&TLS13], ProtocolVersion::TLSv1_3),
            (&[&TLS12, &TLS13], ProtocolVersion::TLSv1_3),
        ] {
            let stream = greeted(portal.address, versions, b"http/1.1").await.unwrap();
            let (_, session) = stream.get_ref();
            assert_eq!(session.protocol_version(), Some(expected));
            assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
        }
        assert!(greeted(portal.address, &[&TLS13], b"h2").await.is_err(), "no protocol that is not spoken");
    });
}

/// A greeting of a client that speaks no more than a version, by hand: none that is kept up speaks these any more.
fn greeting(version: [u8; 2], suites: &[u16]) -> Vec<u8> {
    let length = |bytes: usize| u16::try_from(bytes).unwrap().to_be_bytes();
    let mut hello = version.to_vec();
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend(length(suites.len() * 2));
    for suite in suites {
        hello.extend(suite.to_be_bytes());
    }
    hello.extend([1, 0]);
    // Groups x25519 and P-256, points that are not packed, signatures ECDSA and RSA with SHA-256.
    let extensions: [&[u8]; 3] =
        [&[0, 10, 0, 6, 0, 4, 0, 29, 0, 23], &[0, 11, 0, 2, 1, 0], &[0, 13, 0, 6, 0, 4, 4, 3, 8, 4]];
    hello.extend(length(extensions.iter().map(|one| one.len()).sum()));
    for one in extensions {
        hello.extend(one);
    }
    let mut record = vec![22, 3, 1];
    record.extend(length(hello.len() + 4));
    record.extend([1, 0]);
    record.extend(length(hello.len()));
    record.extend(hello);
    record
}

#[test]
fn older_versions_and_weak_ciphers_are_refused() {
    // With SHA-1 and CBC, without forward secrecy, RC4, 3DES, none at all.
    const WEAK: [u16; 6] = [0xc013, 0xc009, 0x002f, 0x0005, 0x000a, 0x0000];
    const GOOD: [u16; 4] = [0xc02f, 0xc02b, 0xc030, 0xc02c];
    const VERSION: u8 = 70;
    const NOTHING_IN_COMMON: u8 = 40;
    let site = Site::new();
    let keeper = Arc::new(Keeper::open(&files()).unwrap());
    site.wait(async {
        let portal = running(&site, Config::default().limits, Some(keeper)).await;
        for (version, suites, alert) in [
            ([3, 0], &GOOD[..], Some(VERSION)),
            ([3, 1], &GOOD, Some(VERSION)),
            ([3, 2], &GOOD, Some(VERSION)),
            ([3, 2], &WEAK, Some(VERSION)),
            ([3, 3], &WEAK, Some(NOTHING_IN_COMMON)),
            ([3, 3], &GOOD, None),
        ] {
            let mut stream = TcpStream::connect(portal.address).await.unwrap();
            stream.write_all(&greeting(version, suites)).await.unwrap();
            let mut answer = [0; 7];
            stream.read_exact(&mut answer).await.unwrap();
            match alert {
                // An alert, fatal, and why.
                Some(why) => assert_eq!((answer[0], answer[5], answer[6]), (21, 2, why), "{version:?} {suites:x?}"),
                None => assert_eq!((answer[0], answer[5]), (22, 2), "its own greeting"),
            }
        }
    });
}

#[test]
fn every_cipher_that_is_offered_keeps_what_was_said_secret_later() {
    let config = read(&files()).unwrap();
    let suites: Vec<CipherSuite> =
        config.crypto_provider().cipher_suites.iter().map(SupportedCipherSuite::suite).collect();
    assert!(suites.len() >= 5, "{suites:?}");
    for suite in suites {
        let name = format!("{suite:?}");
        assert!(name.starts_with("TLS13_") || name.starts_with("TLS_ECDHE_"), "{name}");
        assert!(name.contains("_GCM_") || name.contains("CHACHA20_POLY1305"), "{name}");
        assert!(!name.ends_with("_SHA"), "{name}");
    }
}
