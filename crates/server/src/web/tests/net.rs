//! Connections as they come: slow ones, too many, with TLS, and while the program stops.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::config::net::Networks;
use crate::config::{Config, Limits, Tls};
use crate::web::listen::{self, Terms};
use crate::web::router;
use crate::web::tests::browser::Site;
use crate::web::tls::Keeper;

const LIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: portal.test\r\nconnection: close\r\n\r\n";
/// Longer than anything here takes.
pub(super) const LONG: Duration = Duration::from_mins(1);

pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) served: JoinHandle<()>,
}

pub(super) async fn running(site: &Site, limits: Limits, tls: Option<Arc<Keeper>>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, told) = oneshot::channel();
    let terms = Arc::new(Terms::new(limits, Networks::default(), tls));
    let stopped = async {
        drop(told.await);
    };
    let portal = site.portal();
    let served = tokio::spawn(async move {
        let app = router(Arc::clone(&portal));
        listen::serve(listener, app, terms, Some(portal), stopped).await;
    });
    Running { address, stop, served }
}

pub(super) fn limits() -> Limits {
    Limits { header_seconds: 1, ..Config::default().limits }
}

/// What comes until the other side hangs up; nothing if it does not.
pub(super) async fn rest(mut stream: impl AsyncRead + Unpin) -> Option<String> {
    let mut bytes = Vec::new();
    // A connection that is thrown away is hung up, too.
    drop(tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await.ok()?);
    Some(String::from_utf8(bytes).unwrap())
}

async fn asked(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    stream.write_all(LIVE).await.unwrap();
    rest(stream).await.unwrap()
}

#[test]
fn whoever_does_not_say_what_they_want_is_hung_up_on() {
    let site = Site::new();
    site.wait(async {
        let portal = running(&site, limits(), None).await;
        for begun in [&b""[..], b"GET /health/li", b"GET /health/live HTTP/1.1\r\nhost: x\r\n"] {
            let mut stream = TcpStream::connect(portal.address).await.unwrap();
            stream.write_all(begun).await.unwrap();
            let said = rest(stream).await.expect("hung up");
            assert!(!said.contains("200 OK"), "{said}");
        }
        let large = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(64 * 1024));
        let mut stream = TcpStream::connect(portal.address).await.unwrap();
        drop(stream.write_all(large.as_bytes()).await);
        assert!(!rest(stream).await.expect("hung up").contains("200 OK"));
        let live = asked(TcpStream::connect(portal.address).await.unwrap()).await;
        assert!(live.starts_with("HTTP/1.1 200 OK"), "{live}");
    });
}

#[test]
fn one_source_cannot_hold_every_connection() {
    let site = Site::new();
    let limits = Limits { connections: 16, header_seconds: 60, ..limits() };
    site.wait(async {
        let portal = running(&site, limits, None).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(TcpStream::connect(portal.address).await.unwrap());
        }
        assert_eq!(rest(TcpStream::connect(portal.address).await.unwrap()).await.as_deref(), Some(""), "its fifth");
        let live = asked(held.pop().unwrap()).await;
        assert!(live.starts_with("HTTP/1.1 200 OK"), "what it has goes on: {live}");
    });
}

#[test]
fn a_stop_finishes_what_is_going_on_and_takes_nothing_new() {
    let site = Site::new();
    site.wait(async {
        let portal = running(&site, limits(), None).await;
        let mut stream = TcpStream::connect(portal.address).await.unwrap();
        let head =
            "POST /sign-in HTTP/1.1\r\nhost: portal.test\r\norigin: http://portal.test\r\ncontent-length: 9\r\n\r\nadd";
        stream.write_all(head.as_bytes()).await.unwrap();
        // The portal has it in hand once another, begun later, was answered.
        asked(TcpStream::connect(portal.address).await.unwrap()).await;
        portal.stop.send(()).unwrap();
        while !site.portal().is_draining() {
            tokio::task::yield_now().await;
        }
        while TcpStream::connect(portal.address).await.is_ok() {
            // Nothing new is taken once the listener is gone, while the form is still on its way.
            tokio::task::yield_now().await;
        }
        stream.write_all(b"ress=x").await.unwrap();
        let said = rest(stream).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 422"), "{said}");
        tokio::time::timeout(LONG, portal.served).await.expect("it ends").unwrap();
    });
}

pub(super) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

async fn greeted(address: SocketAddr) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(fixture("authority.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = builder.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(client)).connect(ServerName::try_from("portal.test").unwrap(), stream).await
}

#[test]
fn tls_is_spoken_and_a_certificate_that_changed_is_read_again() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let files = Tls { certificate: folder.path().join("c.pem"), key: folder.path().join("k.pem") };
    std::fs::copy(fixture("portal.pem"), &files.certificate).unwrap();
    std::fs::copy(fixture("portal.key"), &files.key).unwrap();
    let keeper = Arc::new(Keeper::open(&files).unwrap());
    site.wait(async {
        let portal = running(&site, limits(), Some(Arc::clone(&keeper))).await;
        let live = asked(greeted(portal.address).await.unwrap()).await;
        assert!(live.starts_with("HTTP/1.1 200 OK"), "{live}");
        let plain = asked(TcpStream::connect(portal.address).await.unwrap()).await;
        assert!(!plain.contains("HTTP/1.1 200"), "not in clear: {plain}");
        assert!(!keeper.is_changed());

        std::fs::write(&files.certificate, "no certificate").unwrap();
        touch(&files.certificate, 10);
        assert!(keeper.is_changed() && keeper.renew().is_err());
        assert!(!keeper.is_changed(), "it is not tried again until it changes again");
        assert!(greeted(portal.address).await.is_ok(), "the old one is kept");

        std::fs::copy(fixture("expired.pem"), &files.certificate).unwrap();
        touch(&files.certificate, 20);
        assert!(keeper.is_changed());
        keeper.renew().unwrap();
        let refused = greeted(portal.address).await.unwrap_err().to_string();
        assert!(refused.to_lowercase().contains("expired"), "{refused}");
    });
}

/// As if it was written so many seconds later.
fn touch(path: &Path, seconds: u64) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let was = file.metadata().unwrap().modified().unwrap();
    file.set_modified(was + Duration::from_secs(seconds)).unwrap();
}

#[test]
fn a_certificate_and_a_key_that_do_not_go_together_are_refused() {
    let open = |certificate: &str, key: &str| {
        let opened = Keeper::open(&Tls { certificate: fixture(certificate), key: fixture(key) });
        opened.map(drop).map_err(|failure| failure.told().0)
    };
    assert_eq!(open("portal.pem", "portal.key"), Ok(()));
    for (certificate, key, told) in [
        ("portal.pem", "other.key", "do not go together"),
        ("portal.pem", "portal.pem", "holds no key"),
        ("portal.key", "portal.key", "holds no certificate"),
        ("absent.pem", "portal.key", "holds no certificate"),
    ] {
        let said = open(certificate, key).unwrap_err();
        assert!(said.contains(told), "{said}");
    }
}
