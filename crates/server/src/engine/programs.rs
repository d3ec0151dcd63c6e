//! Where the two programs are, and which versions.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cli::failure::Failure;

/// Where packages put programs of administrators, which are not in everybody's path.
const PLACES: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"];
/// What Debian calls all that is needed.
pub(crate) const PACKAGES: &str =
    "postfix dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-sieve dovecot-managesieved";

/// The programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Programs {
    /// Postfix's own tool.
    pub(crate) postfix: PathBuf,
    /// What runs all of Postfix.
    pub(crate) master: PathBuf,
    /// As `3.7.11`.
    pub(crate) postfix_version: String,
    /// What runs all of Dovecot.
    pub(crate) dovecot: PathBuf,
    /// As `2.3.19.1`.
    pub(crate) dovecot_version: String,
}

/// The tools with which both are told what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tools {
    /// Dovecot's.
    pub(crate) doveadm: PathBuf,
    /// Postfix's, to see and to hurry its queue.
    pub(crate) postqueue: PathBuf,
    /// Postfix's, to change its queue.
    pub(crate) postsuper: PathBuf,
}

/// Finds the tools, or says what to install.
pub(crate) fn tools() -> Result<Tools, Failure> {
    Ok(Tools { doveadm: place("doveadm")?, postqueue: place("postqueue")?, postsuper: place("postsuper")? })
}

/// Finds both, or says what to install.
pub(crate) fn find() -> Result<Programs, Failure> {
    let postconf = place("postconf")?;
    let (postfix, dovecot) = (place("postfix")?, place("dovecot")?);
    let told = said(&postconf, &["-d", "-h", "mail_version", "daemon_directory"])?;
    let (postfix_version, folder) = told.split_once('\n').unwrap_or((&told, ""));
    let version = said(&dovecot, &["--version"])?;
    let dovecot_version = version.split_whitespace().next().unwrap_or_default().to_owned();
    let found = Programs {
        postfix,
        master: PathBuf::from(folder.trim()).join("master"),
        postfix_version: postfix_version.to_owned(),
        dovecot,
        dovecot_version,
    };
    known(&found.postfix_version, &found.dovecot_version)?;
    Ok(found)
}

/// Postfix writes its log itself since 3.4; Dovecot 2.4 reads another configuration.
fn known(postfix: &str, dovecot: &str) -> Result<(), Failure> {
    if numbers(postfix) < (3, 4) {
        let what = format!("Postfix {postfix} is too old");
        return Err(Failure::refused(what, "install version 3.4 or later"));
    }
    if numbers(dovecot) < (2, 3) || numbers(dovecot) >= (2, 4) {
        let what = format!("Dovecot {dovecot} reads another configuration than the one that is made here");
        return Err(Failure::refused(what, "install version 2.3"));
    }
    Ok(())
}

/// The first two numbers of a version.
fn numbers(version: &str) -> (u32, u32) {
    let mut all = version.split('.').map(|part| part.parse().unwrap_or(0));
    (all.next().unwrap_or(0), all.next().unwrap_or(0))
}

fn place(name: &str) -> Result<PathBuf, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let known = PLACES.iter().map(PathBuf::from);
    let found = known.chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| Failure::refused(format!("{name} is not installed"), format!("apt install {PACKAGES}")))
}

fn said(program: &PathBuf, words: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(words).stdin(Stdio::null()).output();
    let output = output.map_err(|error| Failure::file(program, &error))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_are_not_known_are_refused_with_what_to_install() {
        for (postfix, dovecot, good) in [
            ("3.7.11", "2.3.19.1", true),
            ("3.4.0", "2.3.0", true),
            ("3.10.1", "2.3.21", true),
            ("4.0", "2.3.21", true),
            ("3.3.9", "2.3.19.1", false),
            ("2.11.3", "2.3.19.1", false),
            ("3.7.11", "2.4.1", false),
            ("3.7.11", "2.2.36", false),
            ("3.7.11", "", false),
        ] {
            assert_eq!(known(postfix, dovecot).is_ok(), good, "{postfix} {dovecot}");
        }
    }
}
