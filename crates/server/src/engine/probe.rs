//! Looks at ports and sockets as a program of a user would: what greets, and with which certificate.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned};

use crate::clock;
use crate::engine::settings::Settings;
use crate::web::tls::chain;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(5);
/// A greeting is shorter.
const LONG: u64 = 1024;

/// A port that should greet: its name, its number, whether TLS comes first, how the greeting begins.
pub(super) type Door = (&'static str, u16, bool, &'static str);

/// Those that are offered.
pub(super) fn doors(s: &Settings) -> Vec<Door> {
    let ports = s.ports;
    let all = [
        ("smtp", ports.smtp, false, "220 "),
        ("submission", ports.submission, false, "220 "),
        ("submissions", ports.submissions, true, "220 "),
        ("imap", ports.imap, false, "* OK "),
        ("imaps", ports.imaps, true, "* OK "),
        ("pop3", ports.pop3, false, "+OK "),
        ("pop3s", ports.pop3s, true, "+OK "),
        ("sieve", ports.sieve, false, "\"IMPLEMENTATION\" "),
    ];
    all.into_iter().filter(|(_, port, ..)| *port != 0).collect()
}

/// Why some of these ports cannot be had, in words; nothing where all can.
pub(super) fn taken(s: &Settings, names: &[&str]) -> String {
    let all = doors(s).into_iter().filter(|(name, ..)| names.contains(name));
    let refused = all.filter_map(|(name, port, ..)| {
        let error = TcpListener::bind((s.listen, port)).err()?;
        Some(format!("port {port} ({name}): {error}"))
    });
    refused.collect::<Vec<_>>().join(", ")
}

/// Where a port is asked: the address itself, or the loopback one of its kind.
fn place(s: &Settings, port: u16) -> SocketAddr {
    let own = match s.listen {
        IpAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::from(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(if s.listen.is_unspecified() { own } else { s.listen }, port)
}

/// The ports that nobody opened yet.
pub(super) fn silent(s: &Settings) -> Vec<&'static str> {
    let all = doors(s).into_iter();
    all.filter(|(_, port, ..)| connected(s, *port).is_err()).map(|(name, ..)| name).collect()
}

fn connected(s: &Settings, port: u16) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&place(s, port), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Reads a greeting, or says what is wrong with it.
pub(super) fn greeting(s: &Settings, (_, port, whole, begins): Door) -> Result<String, String> {
    let stream = connected(s, port).map_err(|error| format!("nobody is there ({error})"))?;
    let line = if whole { secret(s, stream)? } else { first(stream)? };
    if line.starts_with(begins) { Ok(line) } else { Err(format!("it says {line:?}")) }
}

fn first(stream: impl Read) -> Result<String, String> {
    let mut line = String::new();
    match BufReader::new(stream.take(LONG)).read_line(&mut line) {
        Ok(0) => Err("it hangs up".to_owned()),
        Ok(_) => Ok(line.trim_end().to_owned()),
        Err(error) => Err(format!("it does not greet ({error})")),
    }
}

fn secret(s: &Settings, stream: TcpStream) -> Result<String, String> {
    let files = chain(&s.tls_files().certificate).map_err(|failure| failure.told().0)?;
    let provider = Arc::new(ring::default_provider());
    let own = Arc::new(Own { certificate: files.into_iter().next(), provider: Arc::clone(&provider) });
    let built = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = built.map_err(|error| error.to_string())?.dangerous().with_custom_certificate_verifier(own);
    let name = ServerName::try_from(s.host.clone()).map_err(|error| error.to_string())?;
    let client = ClientConnection::new(Arc::new(config.with_no_client_auth()), name);
    first(StreamOwned::new(client.map_err(|error| error.to_string())?, stream))
}

/// Believes one certificate: the one in the file. Whether others would, is not asked here.
#[derive(Debug)]
struct Own {
    certificate: Option<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Own {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.certificate.as_ref().is_some_and(|own| own == shown) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Error::General("it shows another certificate than the file has".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether Almoner answers Postfix: an address that nobody has is looked up.
pub(super) fn maps(path: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("nobody answers ({error})");
    let mut stream = UnixStream::connect(path).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    let question = "recipients nobody@invalid";
    write!(stream, "{}:{question},", question.len()).map_err(failed)?;
    let mut answer = [0; 256];
    let length = stream.read(&mut answer).map_err(failed)?;
    let text = String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned();
    if text.contains(":NOTFOUND ") { Ok(()) } else { Err(format!("it says {text:?}")) }
}

/// Whether somebody takes connections at a socket.
pub(super) fn opens(path: &Path) -> Result<(), String> {
    UnixStream::connect(path).map(drop).map_err(|error| format!("nobody answers ({error})"))
}

/// Waits until Dovecot tells on its socket by which ways people sign in; whether it did in time.
pub(super) fn signs_in(socket: &Path, patience: Duration) -> bool {
    let begun = clock::stopwatch();
    while begun.elapsed() < patience {
        if tells_ways(socket).unwrap_or(false) {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

/// Its greeting ends with a line of this word.
fn tells_ways(socket: &Path) -> std::io::Result<bool> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let lines = BufReader::new(stream).take(LONG).lines();
    Ok(lines.map_while(Result::ok).any(|line| line == "DONE"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::Ports;

    fn at(port: u16) -> Settings {
        let ports = Ports { smtp: port, ..Ports::STANDARD };
        Settings { ports, ..Settings::new(Path::new("/srv/mail"), "mail.example", 8800, true) }
    }

    #[test]
    fn a_greeting_is_what_its_protocol_begins_with() {
        for (said, good, told) in [
            ("220 mail.example ESMTP\r\n", true, "220 mail.example ESMTP"),
            ("220 no end", true, "220 no end"),
            ("554 no\r\n", false, "it says \"554 no\""),
            ("", false, "it hangs up"),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let s = at(listener.local_addr().unwrap().port());
            let door = doors(&s)[0];
            let teller = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                stream.write_all(said.as_bytes()).unwrap();
            });
            let heard = greeting(&s, door);
            teller.join().unwrap();
            assert_eq!((heard.is_ok(), heard.unwrap_or_else(|why| why).as_str()), (good, told));
        }
    }

    #[test]
    fn a_port_that_somebody_else_has_is_named() {
        let holder = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = holder.local_addr().unwrap().port();
        let told = taken(&at(port), &["smtp"]);
        assert!(told.starts_with(&format!("port {port} (smtp): Address already in use")), "{told}");
        assert_eq!(taken(&at(port), &[]), "");
        drop(holder);
        assert_eq!(taken(&at(port), &["smtp"]), "");
    }

    #[test]
    fn a_port_that_is_not_offered_is_not_asked() {
        let mut s = at(25);
        s.ports.pop3 = 0;
        s.ports.pop3s = 0;
        let names: Vec<_> = doors(&s).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, ["smtp", "submission", "submissions", "imap", "imaps"]);
        for (listen, asked) in [("0.0.0.0", "127.0.0.1:25"), ("::", "[::1]:25"), ("192.0.2.1", "192.0.2.1:25")] {
            s.listen = listen.parse().unwrap();
            assert_eq!(place(&s, 25).to_string(), asked);
        }
    }
}
