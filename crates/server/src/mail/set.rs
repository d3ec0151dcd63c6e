//! By which mail server notices go and how they look, as the configuration says.

use lettre::message::Mailbox;
use service::notice::letter::Sender;
use wire::notice_text::Templates;
use wire::notice_text::facts::one_line;

use crate::cli::failure::Failure;
use crate::cli::notice::templates;
use crate::config::{Config, MailTls};
use crate::mail::{Relay, Security};

/// What notices look like, and who sends them.
#[derive(Debug)]
pub(crate) struct Look {
    /// The texts.
    pub(crate) texts: Templates,
    /// Who sends.
    pub(crate) sender: Sender,
}

impl Look {
    /// As the configuration says. `portal` is where browsers find it, or nothing.
    pub(crate) fn of(config: &Config, portal: &str) -> Result<Self, Failure> {
        let sender = Sender {
            service: config.brand.name.clone(),
            portal: portal.to_owned(),
            support: config.notices.support.clone(),
            operator: Some(config.notices.operator.clone()).filter(|address| !address.is_empty()),
            even_in_rehearsal: false,
        };
        Ok(Self { texts: templates(config.notices.folder.as_deref())?, sender })
    }
}

impl Relay {
    /// The mail server, if one is named.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, Failure> {
        let Some(smtp) = &config.smtp else { return Ok(None) };
        let wrong = |_| {
            let what = format!("{} is no address that mail can come from", smtp.from);
            Failure::wrong_use(what, "write smtp.from as no-reply@mail.example")
        };
        let from = smtp.from.parse().map_err(wrong)?;
        let login = if smtp.user.is_empty() {
            None
        } else {
            smtp.password.read()?.map(|password| (smtp.user.clone(), password.open().to_owned()))
        };
        let security = match smtp.tls {
            MailTls::Whole => Security::Tls,
            MailTls::Upgraded => Security::Starttls,
            MailTls::None => Security::None,
        };
        let name = Some(one_line(&config.brand.name)).filter(|name| !name.is_empty());
        let (host, port) = (smtp.host.clone(), smtp.port);
        Ok(Some(Self { host, port, security, login, root: None, from: Mailbox::new(name, from) }))
    }
}
