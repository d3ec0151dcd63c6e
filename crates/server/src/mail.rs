//! Mail by SMTP: one connection for many letters, each step watched, so that a refused letter is told from a server that
//! takes none. What a server says is kept as its code alone: its words often repeat the recipient's address.

pub(crate) mod post;
mod said;
pub(crate) mod set;

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, CertificateStore, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use service::notice::letter::Letter;
use service::notice::send::Posted;
use wire::notice_text::facts::one_line;

use crate::mail::said::{Said, said};

/// A server that is silent for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// TLS after a greeting, or nothing is sent, usually on port 587 or 25.
    Starttls,
    /// None: for a server on this machine.
    None,
}

/// A mail server, and who sends.
#[derive(Clone)]
pub(crate) struct Relay {
    /// Its name, as its certificate has it.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// How the connection is protected.
    pub(crate) security: Security,
    /// User and password, if it asks for them.
    pub(crate) login: Option<(String, String)>,
    /// Also trusted, besides what the system trusts.
    pub(crate) root: Option<Certificate>,
    /// From whom, with the name that is shown.
    pub(crate) from: Mailbox,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// A connection that is kept from letter to letter.
#[derive(Debug)]
pub(crate) struct Line {
    relay: Relay,
    open: Option<Open>,
}

struct Open(SmtpConnection);

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Open")
    }
}

impl Line {
    /// Not connected yet.
    pub(crate) const fn new(relay: Relay) -> Self {
        Self { relay, open: None }
    }

    /// Hands a letter over.
    pub(crate) fn deliver(&mut self, letter: &Letter) -> Posted {
        let (envelope, bytes) = match written(&self.relay.from, letter) {
            Ok(written) => written,
            Err(why) => return Posted::Never(why),
        };
        let mut open = match self.open.take() {
            Some(open) => open,
            None => match connect(&self.relay) {
                Ok(connection) => Open(connection),
                Err(error) => return Posted::Unreachable(format!("no connection: {}", said(&error).text())),
            },
        };
        let posted = hand_over(&mut open.0, &envelope, &bytes);
        match posted {
            Ok(posted) => {
                self.open = Some(open);
                posted
            }
            // Whatever the connection was, it is not used again.
            Err(posted) => {
                open.0.abort();
                posted
            }
        }
    }

    /// Says good-bye. A server that does not answer is left.
    pub(crate) fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            drop(open.0.quit());
        }
    }
}

fn connect(relay: &Relay) -> Result<SmtpConnection, Error> {
    let hello = ClientId::default();
    let tls = match relay.security {
        Security::None => None,
        Security::Tls | Security::Starttls => {
            let mut tls = TlsParameters::builder(relay.host.clone()).certificate_store(CertificateStore::Default);
            if let Some(root) = &relay.root {
                tls = tls.add_root_certificate(root.clone());
            }
            Some(tls.build_rustls()?)
        }
    };
    let at_once = tls.as_ref().filter(|_| relay.security == Security::Tls);
    let server = (relay.host.as_str(), relay.port);
    let mut connection = SmtpConnection::connect(server, Some(PATIENCE), &hello, at_once, None)?;
    if let Some(tls) = tls.as_ref().filter(|_| relay.security == Security::Starttls) {
        connection.starttls(tls, &hello)?;
    }
    if let Some((user, password)) = &relay.login {
        connection.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password.clone()))?;
    }
    Ok(connection)
}

/// The steps of one letter. `Ok`: the connection can be used again.
fn hand_over(connection: &mut SmtpConnection, envelope: &Envelope, bytes: &[u8]) -> Result<Posted, Posted> {
    // A sender that is refused is refused for all letters: it is the configuration, not the letter.
    if let Err(error) = connection.command(Mail::new(envelope.from().cloned(), Vec::new())) {
        let said = said(&error);
        return Err(match said {
            Said::Never(_) => Posted::Unreachable(format!("the sender is refused: {}", said.text())),
            Said::Later(_) | Said::Broken(_) => Posted::Later(said.text()),
        });
    }
    for recipient in envelope.to() {
        if let Err(error) = connection.command(Rcpt::new(recipient.clone(), Vec::new())) {
            return refused(connection, &error);
        }
    }
    if let Err(error) = connection.command(Data) {
        return refused(connection, &error);
    }
    match connection.message(bytes) {
        Ok(_) => Ok(Posted::Accepted),
        Err(error) => refused(connection, &error),
    }
}

/// A letter was refused; the connection goes on if the server agrees.
fn refused(connection: &mut SmtpConnection, error: &Error) -> Result<Posted, Posted> {
    let said = said(error);
    let posted = match &said {
        Said::Never(_) => Posted::Never(said.text()),
        Said::Later(_) | Said::Broken(_) => Posted::Later(said.text()),
    };
    let goes_on = !matches!(said, Said::Broken(_)) && connection.command(Rset).is_ok();
    if goes_on { Ok(posted) } else { Err(posted) }
}

/// The letter as mail. The library encodes names, but panics at a control character in one: texts are one line first, so
/// nothing in them begins a header either.
fn written(from: &Mailbox, letter: &Letter) -> Result<(Envelope, Vec<u8>), String> {
    let to: Option<Address> = letter.to.parse().ok().filter(|_| letter.to.is_ascii());
    let to = to.ok_or("its recipient has no address that mail can go to")?;
    let name = Some(one_line(&letter.to_name)).filter(|name| !name.is_empty());
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(letter.at.second().unsigned_abs());
    let header =
        |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, to))
        .subject(one_line(&letter.message.subject))
        .message_id(Some(format!("<{}>", letter.message_id)))
        .date(at)
        .header(ContentType::TEXT_PLAIN)
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .body(letter.message.body.clone())
        .map_err(|error| format!("it cannot be written as mail ({error})"))?;
    Ok((message.envelope().clone(), message.formatted()))
}
