//! What the mail engine of a folder was told at its setup. It is kept in the folder, so that every later command knows it.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::config::Tls;
use crate::config::net::Networks;
use crate::engine::authentic::Names;

/// The file in the folder.
pub(crate) const FILE: &str = "settings.toml";
/// A unix socket's path ends after so many bytes; the longest one below the folder has fewer than the difference.
const LONGEST: usize = 60;
/// Numbers that the packages give to nobody, for the owner of all mail.
pub(crate) const OWNERS: std::ops::Range<u32> = 8800..8900;

/// The networks that are nobody's in the internet (RFC 1918, RFC 4193), and this machine itself.
const PRIVATE: &str = "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7";

/// What it was told, with every default filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Where everything is.
    pub(crate) folder: PathBuf,
    /// The federation's mail domain.
    pub(crate) domain: String,
    /// What the server calls itself.
    pub(crate) host: String,
    /// The address that all ports are on.
    pub(crate) listen: IpAddr,
    /// The networks of the federation; all others are the internet (APP-04).
    pub(crate) inside: Networks,
    /// The ports.
    pub(crate) ports: Ports,
    /// The certificate and its key, where they were named; else they are made, and lie in the folder.
    pub(crate) tls: Option<Tls>,
    /// The number that owns all mail: of a user and of a group that nobody is in.
    pub(crate) owner: u32,
    /// Where mail to other domains goes.
    pub(crate) outgoing: Outgoing,
    /// The server that encrypts what users mark as secret, as `[gateway.example]:25`; none refuses such mail (SEM-01).
    pub(crate) gateway: Option<String>,
    /// Who is asked about names, to find out where mail comes from.
    pub(crate) names: Names,
    /// The keys that sign what is sent, by selector.
    pub(crate) signs_with: Vec<String>,
    /// Whether passwords may come in clear from this machine itself.
    pub(crate) plain: bool,
    /// The largest message that Postfix announces and takes, in MiB: that of the policy at the time of setup (LIM-01).
    pub(crate) message_mib: u32,
}

/// The ports; 0 where a service is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    /// Mail from other servers.
    pub(crate) smtp: u16,
    /// Mail from users, STARTTLS.
    pub(crate) submission: u16,
    /// Mail from users, TLS from the first byte.
    pub(crate) submissions: u16,
    /// Mailboxes, STARTTLS.
    pub(crate) imap: u16,
    /// Mailboxes, TLS from the first byte.
    pub(crate) imaps: u16,
    /// Mailboxes of older programs, STARTTLS.
    pub(crate) pop3: u16,
    /// The same, TLS from the first byte.
    pub(crate) pop3s: u16,
    /// Scripts of one's own, by ManageSieve with STARTTLS.
    pub(crate) sieve: u16,
    /// Where Almoner tells Dovecot who may try to sign in; on the loopback address only.
    pub(crate) auth: u16,
    /// Where Dovecot hands over what rules of mailboxes send; on the loopback address only.
    pub(crate) rules: u16,
}

/// Where mail to other domains goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outgoing {
    /// Nowhere: it is sent back.
    None,
    /// To the servers that the DNS names.
    Direct,
    /// To one server, as `[relay.example]:25`.
    Relay(String),
}

/// Reads HOST:PORT, and writes it as Postfix does for a server that no MX is looked up for.
fn server(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    let port: u16 = port.parse().ok().filter(|port| *port != 0)?;
    let host = host.trim_matches(['[', ']']);
    (is_host(host) || host.parse::<IpAddr>().is_ok()).then(|| format!("[{host}]:{port}"))
}

/// Reads `none` or HOST:PORT of the encryption gateway.
pub(crate) fn gateway(text: &str) -> Result<Option<String>, String> {
    if text == "none" {
        return Ok(None);
    }
    server(text).map(Some).ok_or_else(|| "write none, or a server as gateway.example:25".to_owned())
}

impl Outgoing {
    /// Reads `none`, `direct` or HOST:PORT.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "write none, direct, or a server as relay.example:25".to_owned();
        match text {
            "none" => Ok(Self::None),
            "direct" => Ok(Self::Direct),
            _ => server(text).map(Self::Relay).ok_or_else(wrong),
        }
    }

    /// As it was read.
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Direct => "direct",
            Self::Relay(server) => server,
        }
    }
}

impl Ports {
    /// Those that the standards name. ManageSieve comes with a package of its own: it is offered where it is asked for.
    pub(crate) const STANDARD: Self = Self {
        smtp: 25,
        submission: 587,
        submissions: 465,
        imap: 143,
        imaps: 993,
        pop3: 110,
        pop3s: 995,
        sieve: 0,
        auth: 4001,
        rules: 4002,
    };

    /// Each with its name.
    pub(crate) const fn named(&self) -> [(&'static str, u16); 10] {
        [
            ("smtp", self.smtp),
            ("submission", self.submission),
            ("submissions", self.submissions),
            ("imap", self.imap),
            ("imaps", self.imaps),
            ("pop3", self.pop3),
            ("pop3s", self.pop3s),
            ("sieve", self.sieve),
            ("auth", self.auth),
            ("rules", self.rules),
        ]
    }

    /// One of them, to be set.
    pub(crate) fn of(&mut self, name: &str) -> Option<&mut u16> {
        Some(match name {
            "smtp" => &mut self.smtp,
            "submission" => &mut self.submission,
            "submissions" => &mut self.submissions,
            "imap" => &mut self.imap,
            "imaps" => &mut self.imaps,
            "pop3" => &mut self.pop3,
            "pop3s" => &mut self.pop3s,
            "sieve" => &mut self.sieve,
            "auth" => &mut self.auth,
            "rules" => &mut self.rules,
            _ => return None,
        })
    }
}

impl Settings {
    /// Those of a new folder.
    pub(crate) fn new(folder: &Path, domain: &str, owner: u32, rehearsal: bool) -> Self {
        Self {
            // Without what a path may have too much of: processes are known by it.
            folder: folder.components().collect(),
            domain: domain.to_owned(),
            host: domain.to_owned(),
            listen: IpAddr::from([127, 0, 0, 1]),
            inside: Networks::parse(PRIVATE).unwrap_or_default(),
            ports: Ports::STANDARD,
            tls: None,
            owner,
            outgoing: if rehearsal { Outgoing::None } else { Outgoing::Direct },
            gateway: None,
            names: if rehearsal { Names::None } else { Names::System },
            signs_with: Vec::new(),
            plain: false,
            message_mib: 35,
        }
    }

    /// Something in the folder.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The certificate and its key, wherever they are.
    pub(crate) fn tls_files(&self) -> Tls {
        let made = || Tls { certificate: self.at("tls/cert.pem"), key: self.at("tls/key.pem") };
        self.tls.clone().unwrap_or_else(made)
    }

    /// Whether both configurations can be written with them: words with blanks or signs would mean something else there.
    pub(crate) fn checked(self) -> Result<Self, Failure> {
        is_path(&self.folder)?;
        if self.folder.as_os_str().len() > LONGEST {
            let what = format!("{} is too long: the sockets below it would not open", self.folder.display());
            return Err(Failure::wrong_use(what, format!("name a folder of at most {LONGEST} bytes with --folder")));
        }
        let named = self.tls.iter().flat_map(|tls| [&tls.certificate, &tls.key]);
        named.map(PathBuf::as_path).try_for_each(is_path)?;
        for (what, name) in [("domain", &self.domain), ("host", &self.host)] {
            if !is_host(name) {
                let sentence = format!("{name} is no name of a {what}");
                return Err(Failure::wrong_use(sentence, "write a full name, as mail.example"));
            }
        }
        if self.owner == 0 {
            return Err(Failure::wrong_use("mail would belong to root", "name another number with --mail-uid"));
        }
        if self.plain && !self.listen.is_loopback() {
            let what = format!("{} is not this machine alone: passwords would cross the network in clear", self.listen);
            return Err(Failure::wrong_use(what, "leave --plain-on-loopback false, or listen on 127.0.0.1"));
        }
        self.ports_differ()?;
        Ok(self)
    }

    fn ports_differ(&self) -> Result<(), Failure> {
        let mut taken = Vec::new();
        for (name, port) in self.ports.named() {
            if port == 0 && ["smtp", "auth", "rules"].contains(&name) {
                let sentence = format!("there is no mail without the port of {name}");
                return Err(Failure::wrong_use(sentence, format!("name one with --{name}-port")));
            }
            if port != 0 && taken.contains(&port) {
                let hint = format!("name another one with --{name}-port");
                return Err(Failure::wrong_use(format!("two services would listen on port {port}"), hint));
            }
            taken.push(port);
        }
        Ok(())
    }

    /// As the file keeps them.
    pub(crate) fn text(&self) -> String {
        let mut all = String::from(
            "# What `almoner mail setup` was told; it changes this file when it is told something else.\n",
        );
        let mut line = |name: &str, value: &str| {
            // Nothing here holds a quote: `checked` saw to it.
            all.extend([name, " = \"", value, "\"\n"]);
        };
        line("domain", &self.domain);
        line("host", &self.host);
        line("listen", &self.listen.to_string());
        if let Some(tls) = &self.tls {
            line("certificate", &tls.certificate.display().to_string());
            line("key", &tls.key.display().to_string());
        }
        line("inside", &self.inside.to_string());
        line("outgoing", self.outgoing.word());
        line("secure_gateway", self.gateway.as_deref().unwrap_or("none"));
        line("dns", &self.names.to_string());
        line("dkim", &self.signs_with.join(", "));
        for (name, number) in self.ports.named().map(|(name, port)| (format!("{name}_port"), u32::from(port))) {
            all.extend([name.as_str(), " = ", &number.to_string(), "\n"]);
        }
        let plain = if self.plain { "true" } else { "false" };
        all.extend(["mail_uid = ", &self.owner.to_string(), "\nplain_on_loopback = ", plain, "\n"]);
        all.extend(["message_mib = ", &self.message_mib.to_string(), "\n"]);
        all
    }
}

/// A path that means itself in every configuration.
fn is_path(path: &Path) -> Result<(), Failure> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b);
    let text = path.to_str().filter(|text| text.bytes().all(plain));
    if text.is_some() && path.is_absolute() && !path.components().any(|part| part.as_os_str() == "..") {
        return Ok(());
    }
    let hint = "write it from the root on, with letters, digits and . _ - + @ only";
    Err(Failure::wrong_use(format!("{} cannot stand in a configuration", path.display()), hint))
}

/// A host name with a point in it.
fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(good) && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}
