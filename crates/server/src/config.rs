//! How the program is set: by flags, else by the environment, else by a file, else by what stands in the table of keys
//! (`keys`). It is read once, before a verb begins; every mistake is told at once, by its place and with what to write.

mod colour;
mod file;
mod keys;
mod kinds;
pub(crate) mod net;
mod read;
pub(crate) mod secret;
mod together;
mod values;

#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::cli::args::{Cli, Serve, Verb};
use crate::cli::failure::Failure;
use crate::config::net::Networks;
use crate::config::secret::Secret;
use crate::config::values::Values;

/// Where the file is named, when no flag does.
pub(crate) const FILE: &str = "ALMONER_CONFIG";

/// What the program was told, with every default filled in.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where the federation is kept.
    pub(crate) store: String,
    /// Where the portal listens.
    pub(crate) listen: SocketAddr,
    /// Where browsers find it, if that is elsewhere.
    pub(crate) origin: Option<String>,
    /// The key that seals secrets in the store.
    pub(crate) key_file: Option<PathBuf>,
    /// What the service is called and looks like.
    pub(crate) brand: Brand,
    /// TLS of the portal's own.
    pub(crate) tls: Option<Tls>,
    /// Proxies whose word about a source is taken.
    pub(crate) proxies: Networks,
    /// How much of each thing.
    pub(crate) limits: Limits,
    /// What is logged, and how.
    pub(crate) log: Log,
    /// Where metrics are read.
    pub(crate) metrics: Option<SocketAddr>,
    /// How mail is sent.
    pub(crate) smtp: Option<Smtp>,
    /// How notices look, and how fast they go.
    pub(crate) notices: Notices,
    /// How short messages are sent.
    pub(crate) sms: Option<Sms>,
    /// Each key with its value and where that came from, no secret among them.
    pub(crate) told: Vec<Told>,
}

/// The service's name, colours and picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brand {
    /// On every page.
    pub(crate) name: String,
    /// The style sheet that sets the colours; empty where they are Almoner's.
    pub(crate) style: String,
    /// The picture beside the name.
    pub(crate) logo: Option<PathBuf>,
}

/// The files of a TLS server, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    /// The certificate with those that vouch for it.
    pub(crate) certificate: PathBuf,
    /// Its key.
    pub(crate) key: PathBuf,
}

/// How much of each thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Connections at once.
    pub(crate) connections: u32,
    /// Pages that are made at once.
    pub(crate) pages: u32,
    /// Bytes of a form.
    pub(crate) form: usize,
    /// Bytes of an uploaded file.
    pub(crate) upload: u64,
    /// Seconds until a request's head is here.
    pub(crate) header_seconds: u32,
    /// Seconds until a request is here and has its turn.
    pub(crate) request_seconds: u32,
    /// Seconds until an uploaded file is here.
    pub(crate) upload_seconds: u32,
    /// Seconds that a stop waits for what is going on.
    pub(crate) stop_seconds: u32,
    /// Requests of one source.
    pub(crate) source: Rate,
    /// Requests of one account.
    pub(crate) account: Rate,
}

/// So many a second, after so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// A second, for ever.
    pub(crate) per_second: u32,
    /// At once, after a rest.
    pub(crate) burst: u32,
}

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Log {
    /// A JSON object a line.
    pub(crate) json: bool,
    /// The least that is logged.
    pub(crate) level: Level,
}

/// How much something in the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Something was not done.
    Error,
    /// Somebody should look at it.
    Warn,
    /// A request, a start, a stop.
    Info,
    /// For whoever looks for a fault.
    Debug,
}

/// How mail is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Smtp {
    /// The server.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// How the connection is kept secret.
    pub(crate) tls: MailTls,
    /// Who signs in there; nobody where it is empty.
    pub(crate) user: String,
    /// With which password.
    pub(crate) password: Secret,
    /// The sender's address.
    pub(crate) from: String,
}

/// How a connection to a mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailTls {
    /// From the first byte.
    Whole,
    /// After the greeting, or nothing is sent.
    Upgraded,
    /// Not at all.
    None,
}

/// How notices look, and how fast they go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notices {
    /// Templates in the place of those that come with Almoner.
    pub(crate) folder: Option<PathBuf>,
    /// Whom to ask when no administrator can help.
    pub(crate) support: String,
    /// Where the operator's go; empty: they stay in the portal.
    pub(crate) operator: String,
    /// At most so many letters a minute.
    pub(crate) per_minute: u32,
}

/// How short messages are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sms {
    /// By whom.
    pub(crate) kind: SmsKind,
    /// Where it is asked; empty where the kind knows it.
    pub(crate) url: String,
    /// What the asker shows.
    pub(crate) key: Secret,
    /// The message's template there.
    pub(crate) template: String,
    /// Whom it is from.
    pub(crate) sender: String,
}

/// Who sends short messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SmsKind {
    /// GOV.UK Notify, or what speaks as it does.
    Notify,
    /// A POST of JSON.
    Webhook,
}

/// A key as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// Its name.
    pub(crate) key: &'static str,
    /// Its value; of a secret only that it is there.
    pub(crate) value: String,
    /// What said so.
    pub(crate) from: String,
    /// What the key means, with the unit of numbers.
    pub(crate) means: String,
}

/// Something that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Where it stands: a line of the file, a variable, a flag.
    pub(crate) place: String,
    /// The key; empty where the file is no TOML.
    pub(crate) key: String,
    /// What is wrong.
    pub(crate) what: String,
    /// What to write instead.
    pub(crate) write: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let comma = if self.key.is_empty() { "" } else { ", " };
        write!(f, "{}{comma}{}: {}; write {}", self.place, self.key, self.what, self.write)
    }
}

impl Default for Config {
    fn default() -> Self {
        read::config(&Values::default())
    }
}

impl Config {
    /// Reads what the command line, the environment and the file say.
    pub(crate) fn of(cli: &Cli) -> Result<Self, Failure> {
        Self::try_of(cli)?.map_err(|mistakes| {
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            let how = "see every key in docs/generated/config.md; `almoner config check` tries again";
            Failure::wrong_use(lines.join("\n"), how)
        })
    }

    /// The same, with the mistakes one by one.
    pub(crate) fn try_of(cli: &Cli) -> Result<Result<Self, Vec<Mistake>>, Failure> {
        let named = std::env::var_os(FILE).filter(|name| !name.is_empty()).map(PathBuf::from);
        let file = match cli.config_file.clone().or(named) {
            Some(path) => Some((path.display().to_string(), text_of(&path)?)),
            None => None,
        };
        let file = file.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
        Ok(Self::read(&flags(cli), &|name| std::env::var_os(name), file))
    }

    /// Reads flags by the names of their keys, then the environment, then a file by its name and text.
    pub(crate) fn read(
        flags: &[(&str, String)],
        env: &dyn Fn(&str) -> Option<std::ffi::OsString>,
        file: Option<(&str, &str)>,
    ) -> Result<Self, Vec<Mistake>> {
        let (values, mut mistakes) = Values::read(flags, env, file);
        mistakes.extend(together::mistakes(&values));
        if mistakes.is_empty() { Ok(read::config(&values)) } else { Err(mistakes) }
    }
}

/// What the command line says, by key.
fn flags(cli: &Cli) -> Vec<(&'static str, String)> {
    let mut told = vec![("store", cli.store_flag.clone())];
    if let Verb::Serve(Serve { listen, origin, key_file, brand }) = &cli.verb {
        told.extend([("listen", listen.clone()), ("origin", origin.clone()), ("brand.name", brand.clone())]);
        told.push(("key_file", key_file.as_ref().map(|path| path.display().to_string())));
    }
    if let Verb::Demo(demo) = &cli.verb {
        told.push(("listen", demo.listen.clone()));
    }
    told.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn text_of(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}
