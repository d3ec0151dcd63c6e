//! The configuration of both programs as texts, made from the settings and nothing else.

use std::path::{Path, PathBuf};

use askama::Template;
use service::engine::spoofing::{FIELD, JUNK};

use crate::cli::failure::Failure;
use crate::engine::secrets::Secrets;
use crate::engine::settings::{FILE, Outgoing, Settings};
use crate::engine::{dkim, junk, local};

/// Sessions of each protocol at once; each is a process, of some 3 MiB.
const SESSIONS: u32 = 5000;
/// The main password, then as many that were made for one program each.
const PASSDBS: [u8; 6] = [0, 1, 2, 3, 4, 5];

/// Takes off what the filter put behind an address for the encryption gateway (`service::engine::content::GATEWAY`).
const GENERIC: &str = "# Made by `almoner mail setup`: addresses for the encryption gateway as they were.
/^(.*)\\.gateway\\.invalid$/ ${1}
";

/// A file that setup writes, by its name below the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its name.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) text: String,
    /// Who may read it.
    pub(crate) mode: u32,
}

#[derive(Template)]
#[template(path = "engine/main.cf.txt", escape = "none")]
struct Main<'a> {
    s: &'a Settings,
    size: u64,
    interfaces: String,
    protocols: &'static str,
    certificate: String,
    key: String,
}

#[derive(Template)]
#[template(path = "engine/master.cf.txt", escape = "none")]
struct Master<'a> {
    s: &'a Settings,
    smtp: String,
    submissions: Vec<(String, &'static str, &'static str)>,
    level: &'static str,
    only: &'static str,
}

#[derive(Template)]
#[template(path = "engine/dovecot.conf.txt", escape = "none")]
struct Dovecot<'a> {
    s: &'a Settings,
    protocols: String,
    certificate: String,
    key: String,
    passdbs: [u8; 6],
    /// Dovecot takes what Postfix took: one message beyond the quota, in MiB.
    grace: u32,
    sessions: u32,
    logins: Vec<(&'static str, u16, u16)>,
}

#[derive(Template)]
#[template(path = "engine/passdb.conf.txt", escape = "none")]
struct Passdb<'a> {
    s: &'a Settings,
    number: u8,
}

#[derive(Template)]
#[template(path = "engine/userdb.conf.txt", escape = "none")]
struct Userdb<'a> {
    s: &'a Settings,
}

#[derive(Template)]
#[template(path = "engine/secret.conf.txt", escape = "none")]
struct Secret<'a> {
    nonce: &'a str,
    token: &'a str,
}

#[derive(Template)]
#[template(path = "engine/junk.sieve.txt", escape = "none")]
struct Junk {
    field: &'static str,
    junk: &'static str,
}

macro_rules! below {
    ($($of:ident),*) => {
        $(impl $of<'_> {
            fn at(&self, name: &str) -> String {
                self.s.at(name).display().to_string()
            }
        })*
    };
}
below!(Main, Master, Dovecot, Passdb, Userdb);

/// Every file, in the order in which they are shown.
pub(crate) fn render(s: &Settings, secrets: &Secrets) -> Result<Vec<Made>, Failure> {
    let main = local::merged(&written(&main(s))?, &local::read(&s.at("postfix/local.cf"))?);
    let mut all = vec![
        made("postfix/main.cf", &main, 0o644),
        made("postfix/master.cf", &written(&master(s))?, 0o644),
        made("postfix/gateway", GENERIC, 0o644),
        made("dovecot/dovecot.conf", &written(&dovecot(s))?, 0o600),
    ];
    for number in PASSDBS {
        all.push(made(&format!("dovecot/passdb-{number}.conf"), &written(&Passdb { s, number })?, 0o600));
    }
    all.push(made("dovecot/userdb.conf", &written(&Userdb { s })?, 0o600));
    all.push(made(junk::FILE, &written(&Junk { field: FIELD, junk: JUNK })?, 0o644));
    let secret = Secret { nonce: &secrets.nonce, token: &secrets.token };
    all.push(made("dovecot/secret.conf", &written(&secret)?, 0o600));
    all.push(made(FILE, &s.text(), 0o644));
    Ok(all)
}

fn made(name: &str, text: &str, mode: u32) -> Made {
    Made { name: name.to_owned(), text: format!("{}\n", text.trim_end()), mode }
}

/// The text of a template.
pub(crate) fn written(template: &impl Template) -> Result<String, Failure> {
    template.render().map_err(|error| {
        Failure::refused(format!("the configuration could not be written ({error})"), "tell whoever wrote this program")
    })
}

fn main(s: &Settings) -> Main<'_> {
    let (certificate, key) = tls(s);
    let protocols = if s.listen.is_ipv6() { "all" } else { "ipv4" };
    let interfaces = if s.listen.is_unspecified() { "all".to_owned() } else { s.listen.to_string() };
    Main { s, size: u64::from(s.message_mib) * 1024 * 1024, interfaces, protocols, certificate, key }
}

fn tls(s: &Settings) -> (String, String) {
    let shown = |path: &Path| path.display().to_string();
    let files = s.tls_files();
    (shown(&files.certificate), shown(&files.key))
}

fn master(s: &Settings) -> Master<'_> {
    let on = |port: u16| match s.listen {
        address if address.is_unspecified() => port.to_string(),
        address if address.is_ipv6() => format!("[{address}]:{port}"),
        address => format!("{address}:{port}"),
    };
    let all = [(s.ports.submission, "no", "submission"), (s.ports.submissions, "yes", "submissions")];
    let offered = all.into_iter().filter(|(port, ..)| *port != 0);
    let submissions = offered.map(|(port, wrapper, name)| (on(port), wrapper, name)).collect();
    let (level, only) = if s.plain { ("may", "no") } else { ("encrypt", "yes") };
    Master { s, smtp: on(s.ports.smtp), submissions, level, only }
}

fn dovecot(s: &Settings) -> Dovecot<'_> {
    let (certificate, key) = tls(s);
    let all = [("imap", s.ports.imap, s.ports.imaps), ("pop3", s.ports.pop3, s.ports.pop3s)];
    let logins: Vec<_> = all.into_iter().filter(|(_, plain, whole)| *plain != 0 || *whole != 0).collect();
    let sieve = s.ports.sieve;
    let offered = logins.iter().map(|(name, ..)| *name).chain((sieve != 0).then_some("sieve"));
    let protocols = offered.collect::<Vec<_>>().join(" ");
    Dovecot { s, protocols, certificate, key, passdbs: PASSDBS, grace: s.message_mib + 1, sessions: SESSIONS, logins }
}

/// The folders, each with its owner and its mode; the first one is the folder itself.
pub(crate) fn folders(s: &Settings, postfix: (u32, u32)) -> Vec<(PathBuf, (u32, u32), u32)> {
    let root = (0, 0);
    let all = [
        ("", root, 0o711),
        ("postfix", root, 0o755),
        ("dovecot", root, 0o700),
        ("run", root, 0o711),
        ("queue", root, 0o755),
        ("data", postfix, 0o700),
        ("state", root, 0o755),
        ("log", root, 0o700),
        ("tls", root, 0o700),
        (junk::FOLDER, root, 0o755),
        (dkim::FOLDER, root, 0o700),
        ("mail", (s.owner, s.owner), 0o700),
    ];
    all.map(|(name, owner, mode)| (s.at(name), owner, mode)).into()
}
