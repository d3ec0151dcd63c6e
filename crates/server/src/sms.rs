//! Codes to telephones, through a service that is asked by HTTP: GOV.UK Notify, or any that takes a POST of JSON. Nothing
//! here writes a number or a code into a log, an error or a page.

mod notify;
pub(crate) mod queue;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use service::identity::own_mobile::Message;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::cli::failure::Failure;
use crate::config::secret::Hidden;
use crate::config::{Sms, SmsKind};

/// A service that does not answer by then is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked to send.
pub(crate) struct Gateway {
    kind: SmsKind,
    url: String,
    key: Hidden,
    template: String,
    sender: String,
    agent: Agent,
}

/// Why a code did not go out. No more is told of the service's answer than its number: it may repeat what it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// Nothing sends codes here.
    Nowhere,
    /// The service could not be reached, or did not answer in time.
    Unreachable,
    /// It will not send to this number.
    Number,
    /// It sends no more for now.
    TooMany,
    /// It refused, with this status.
    Refused(u16),
}

impl Unsent {
    /// What the person is told, and what they can do.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Nowhere => {
                "No codes can be sent to telephones here. Use an authenticator, or ask your administrator."
            }
            Self::Unreachable | Self::TooMany => {
                "No codes can be sent to telephones at the moment. Try again in a few minutes, or use an authenticator."
            }
            Self::Number => "No code can be sent to this number. Check it, and write it with its country code.",
            Self::Refused(_) => {
                "The code could not be sent. Tell your administrator that the service for short messages refuses; meanwhile \
                 use an authenticator."
            }
        }
    }
}

impl Gateway {
    /// A gateway as it is configured; its secret is read now.
    pub(crate) fn open(sms: &Sms) -> Result<Self, Failure> {
        let key = sms.key.read()?.unwrap_or_else(|| Hidden::new(""));
        if sms.kind == SmsKind::Notify && notify::parts(key.open()).is_none() {
            return Err(Failure::refused(
                "the key of GOV.UK Notify is none: it ends with the service's id and the secret, 36 characters each",
                "copy the whole key from Notify's settings into the file of sms.key_file",
            ));
        }
        let url = match (sms.kind, sms.url.is_empty()) {
            (SmsKind::Notify, true) => notify::HOME.to_owned(),
            (SmsKind::Notify | SmsKind::Webhook, _) => sms.url.trim_end_matches('/').to_owned(),
        };
        let (template, sender) = (sms.template.clone(), sms.sender.clone());
        Ok(Self { kind: sms.kind, url, key, template, sender, agent: agent() })
    }

    /// Sends one code. It takes as long as the service does: never inside a transaction.
    pub(crate) fn send(&self, message: &Message, service: &str, now: Timestamp) -> Result<(), Unsent> {
        let (path, bearer, body) = match self.kind {
            SmsKind::Notify => {
                let bearer = notify::token(self.key.open(), now).ok_or(Unsent::Refused(0))?;
                (format!("{}/v2/notifications/sms", self.url), bearer, notify::body(&self.template, message, service))
            }
            SmsKind::Webhook => (self.url.clone(), self.key.open().to_owned(), self.webhook(message, service)),
        };
        let mut request = self.agent.post(&path).header("Content-Type", "application/json");
        if !bearer.is_empty() {
            request = request.header("Authorization", format!("Bearer {bearer}"));
        }
        let answer = request.send(body.as_bytes()).map_err(|_| Unsent::Unreachable)?;
        match answer.status().as_u16() {
            200..=299 => Ok(()),
            400 if self.kind == SmsKind::Notify => Err(Unsent::Number),
            422 => Err(Unsent::Number),
            429 => Err(Unsent::TooMany),
            500..=599 => Err(Unsent::Unreachable),
            status => Err(Unsent::Refused(status)),
        }
    }

    fn webhook(&self, message: &Message, service: &str) -> String {
        let text = format!("{} is your code for {service}. Nobody will ask you for it by telephone.", message.code);
        let body = serde_json::json!({
            "to": message.to.as_str(),
            "from": self.sender,
            "template": self.template,
            "code": message.code,
            "text": text,
        });
        body.to_string()
    }
}

/// No redirects: the secret goes where it was configured to go, and nowhere else. The certificates that vouch for the service
/// are the system's.
fn agent() -> Agent {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<Certificate<'static>> = roots.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(ureq::Proxy::try_from_env())
        .tls_config(tls)
        .user_agent("almoner")
        .build();
    Agent::new_with_config(config)
}
