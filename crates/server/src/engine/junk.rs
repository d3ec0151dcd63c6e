//! The rule of all mailboxes: what Almoner marked as spoofed goes to Junk. Dovecot's own compiler makes it ready, because its
//! delivery, which owns no file here, could not keep the result.

use std::process::{Command, Stdio};

use crate::cli::failure::Failure;
use crate::engine::settings::Settings;

/// Below the folder.
pub(crate) const FOLDER: &str = "sieve";
/// The rule.
pub(crate) const FILE: &str = "sieve/junk.sieve";
const READY: &str = "sieve/junk.svbin";

/// Makes the rule ready, if it is another than before or was never.
pub(crate) fn compile(s: &Settings, is_new: bool) -> Result<(), Failure> {
    if !is_new && s.at(READY).exists() {
        return Ok(());
    }
    let mut sievec = Command::new("sievec");
    sievec.arg("-c").arg(s.at("dovecot/dovecot.conf")).arg(s.at(FILE)).arg(s.at(READY)).stdin(Stdio::null());
    let said = sievec.output();
    let why = match &said {
        Ok(said) if said.status.success() => return Ok(()),
        Ok(said) => String::from_utf8_lossy(&said.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Failure::refused(
        format!("the rule for spoofed mail could not be made ready ({why})"),
        "apt install dovecot-sieve",
    ))
}
