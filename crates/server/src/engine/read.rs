//! The settings of a folder, read back from their file.

use std::path::Path;

use toml_edit::{Document, Item};

use crate::cli::failure::Failure;
use crate::config::Tls;
use crate::config::net::Networks;
use crate::engine::authentic::Names;
use crate::engine::settings::{FILE, Outgoing, Ports, Settings, gateway};

impl Settings {
    /// Of a folder that was set up.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        Self::find(folder)?.ok_or_else(|| {
            let sentence = format!("no mail engine was set up in {}", folder.display());
            Failure::refused(sentence, "set it up with `almoner mail setup`, or name another --folder")
        })
    }

    /// Of a folder, if it was set up.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>, Failure> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => parse(folder, &text).and_then(Self::checked).map(Some).map_err(|failure| {
                let (what, _) = failure.told();
                let hint = "put the line right, or remove the file and run `almoner mail setup` again";
                Failure::refused(format!("{}: {what}", path.display()), hint)
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::file(&path, &error)),
        }
    }
}

/// Words with commas between.
fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn parse(folder: &Path, text: &str) -> Result<Settings, Failure> {
    let wrong = |what: String| Failure::refused(what, "");
    let document = Document::parse(text).map_err(|error| wrong(error.message().replace('\n', ", ")))?;
    let mut all = Settings::new(folder, "", 0, true);
    let (mut certificate, mut key) = (None, None);
    for (name, item) in document.as_table() {
        let bad = || wrong(format!("{name} cannot be read"));
        let text = || item.as_str().ok_or_else(bad);
        match name {
            "domain" => text()?.clone_into(&mut all.domain),
            "host" => text()?.clone_into(&mut all.host),
            "listen" => all.listen = text()?.parse().map_err(|_| bad())?,
            "inside" => all.inside = Networks::parse(text()?).ok_or_else(bad)?,
            "certificate" => certificate = Some(text()?.into()),
            "key" => key = Some(text()?.into()),
            "outgoing" => all.outgoing = Outgoing::parse(text()?).map_err(wrong)?,
            "secure_gateway" => all.gateway = gateway(text()?).map_err(wrong)?,
            "dns" => all.names = Names::parse(text()?).map_err(wrong)?,
            "dkim" => all.signs_with = words(text()?),
            "mail_uid" => all.owner = number(item).ok_or_else(bad)?,
            "plain_on_loopback" => all.plain = item.as_bool().ok_or_else(bad)?,
            "message_mib" => all.message_mib = number(item).ok_or_else(bad)?,
            _ => port(&mut all.ports, name, item).ok_or_else(bad)?,
        }
    }
    all.tls = match (certificate, key) {
        (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(wrong("a certificate and its key go together".to_owned())),
    };
    Ok(all)
}

fn number<N: TryFrom<i64>>(item: &Item) -> Option<N> {
    N::try_from(item.as_integer()?).ok()
}

fn port(ports: &mut Ports, name: &str, item: &Item) -> Option<()> {
    *ports.of(name.strip_suffix("_port")?)? = number(item)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new(Path::new("/srv/mail"), "mail.example", 8800, false)
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let other = Settings {
            host: "mx.mail.example".to_owned(),
            listen: "::1".parse().unwrap(),
            ports: Ports { pop3: 0, pop3s: 0, smtp: 2525, ..Ports::STANDARD },
            tls: Some(Tls { certificate: "/a/c.pem".into(), key: "/a/k.pem".into() }),
            outgoing: Outgoing::parse("relay.example:2525").unwrap(),
            gateway: gateway("gateway.example:2525").unwrap(),
            names: Names::parse("192.0.2.1:53").unwrap(),
            signs_with: vec!["rsa20190101".to_owned(), "ed20190101".to_owned()],
            plain: true,
            message_mib: 50,
            inside: Networks::parse("10.1.0.0/16, 2001:db8::/32").unwrap(),
            ..settings()
        };
        assert_eq!(Settings::new(Path::new("/srv//mail/./"), "mail.example", 8800, false), settings());
        for one in [settings(), other] {
            let back = parse(&one.folder, &one.text()).and_then(Settings::checked);
            assert_eq!(back, Ok(one));
        }
    }

    #[test]
    fn what_somebody_broke_by_hand_is_named() {
        let text = settings().text();
        for (good, bad, told) in [
            ("imap_port = 143", "imap_port = 70000", "imap_port"),
            ("imap_port = 143", "imap_prt = 143", "imap_prt"),
            ("imap_port = 143", "imap_port = \"x\"", "imap_port"),
            ("\"direct\"", "\"sideways\"", "write none, direct"),
            ("\"none\"", "\"somewhere\"", "gateway.example:25"),
            ("\"127.0.0.1\"", "\"localhost\"", "listen"),
            ("10.0.0.0/8", "10.0.0.0/99", "inside"),
            ("plain_on_loopback = false", "plain_on_loopback = 0", "plain_on_loopback"),
            ("mail_uid = 8800", "mail_uid = -1", "mail_uid"),
            ("mail_uid = 8800", "mail_uid = 8800\nkey = \"/k\"", "go together"),
            ("domain = \"mail.example\"", "domain = ", "value"),
        ] {
            assert!(text.contains(good), "{good}");
            let (what, _) = parse(Path::new("/srv/mail"), &text.replace(good, bad)).unwrap_err().told();
            assert!(what.contains(told), "{bad}: {what}");
        }
    }

    #[test]
    fn what_would_mean_something_else_in_a_configuration_is_refused() {
        let bad = |change: &dyn Fn(&mut Settings)| {
            let mut one = settings();
            change(&mut one);
            one.checked().is_err()
        };
        assert!(settings().checked().is_ok());
        for folder in ["/srv/my mail", "/srv/$mail", "srv/mail", "/srv/../mail", "/srv/a,b", "/srv/\u{e9}"] {
            assert!(bad(&|one| one.folder = folder.into()), "{folder}");
        }
        let long = |length: usize| format!("/{}", "x".repeat(length - 1));
        assert!(!bad(&|one| one.folder = long(60).into()) && bad(&|one| one.folder = long(61).into()));
        for host in ["mail", "a b.example", "-a.example", "a-.example", "a..example", "a.example\n", ""] {
            assert!(bad(&|one| host.clone_into(&mut one.host)), "{host}");
        }
        assert!(bad(&|one| one.owner = 0));
        let clear = |address: &str| bad(&|one| (one.plain, one.listen) = (true, address.parse().unwrap()));
        assert_eq!(["127.0.0.1", "::1", "0.0.0.0", "::", "192.0.2.1"].map(clear), [false, false, true, true, true]);
        assert!(bad(&|one| one.ports.imap = 993) && !bad(&|one| one.ports.imap = 0));
        assert!(bad(&|one| one.ports.smtp = 0) && bad(&|one| one.ports.auth = 0));
        assert!(bad(&|one| (one.ports.pop3, one.ports.imap) = (0, 465)));
        for outgoing in ["relay.example", "relay.example:0", "relay.example:70000", "a b:25", ":25", "x:25"] {
            assert!(Outgoing::parse(outgoing).is_err(), "{outgoing}");
        }
        let relay = Outgoing::parse("192.0.2.1:25").unwrap();
        assert_eq!((relay.word(), Outgoing::parse(relay.word())), ("[192.0.2.1]:25", Ok(relay.clone())));
    }
}
