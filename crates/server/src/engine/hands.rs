//! Does with the real programs what commands ask for: ends sessions, counts, destroys. Each may be done twice.

mod queue;
mod who;

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ids::AccountId;
use service::engine::commands::Job;

use crate::engine::hands::queue::Waiting;
use crate::engine::programs::Tools;
use crate::engine::settings::Settings;

/// `doveadm kick` ends so when nobody of that name is there.
const NOBODY: i32 = 68;

/// The home of an account below the folder of mail: named by its number, which stays whatever its address becomes.
pub(crate) fn home(mail: &Path, id: AccountId) -> PathBuf {
    mail.join(format!("{:02x}", id.0 & 0xff)).join(id.0.to_string())
}

/// Programs, and where they work.
pub(crate) struct Hands {
    settings: Settings,
    tools: Tools,
    stopping: AtomicBool,
}

impl Hands {
    /// For a folder.
    pub(crate) const fn new(settings: Settings, tools: Tools) -> Self {
        Self { settings, tools, stopping: AtomicBool::new(false) }
    }

    /// No further job is begun.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether Dovecot runs, so that it can be asked who is there. Until then commands wait, and no try is counted.
    fn ready(&self) -> bool {
        !self.stopping.load(Ordering::Relaxed)
            && std::os::unix::net::UnixStream::connect(self.settings.at("run/dovecot/anvil")).is_ok()
    }

    /// Does jobs in their order, up to a stop. Who is connected and what waits is asked once for all of them.
    pub(crate) fn work(&self, jobs: &[Job]) -> Vec<Result<(), String>> {
        if !self.ready() {
            return Vec::new();
        }
        let ends = jobs.iter().any(|job| matches!(job, Job::End(_) | Job::Destroy(..)));
        let destroys = jobs.iter().any(|job| matches!(job, Job::Destroy(..)));
        let connected = if ends { self.connected() } else { Ok(HashSet::new()) };
        let waiting = if destroys { self.waiting() } else { Ok(Vec::new()) };
        let begun = jobs.iter().take_while(|_| !self.stopping.load(Ordering::Relaxed));
        begun.map(|job| self.job(job, &connected, &waiting)).collect()
    }

    fn job(
        &self,
        job: &Job,
        connected: &Result<HashSet<String>, String>,
        waiting: &Result<Vec<Waiting>, String>,
    ) -> Result<(), String> {
        match job {
            Job::End(names) => self.end(names, connected.as_ref()?),
            Job::Recount(name) => said(self.doveadm().args(["quota", "recalc", "-u", name])).map(drop),
            Job::Destroy(id, names) => {
                self.end(names, connected.as_ref()?)?;
                self.withdraw(names, waiting.as_ref()?)?;
                remove(&home(&self.settings.at("mail"), *id))
            }
        }
    }

    fn doveadm(&self) -> Command {
        let mut command = Command::new(&self.tools.doveadm);
        command.arg("-c").arg(self.settings.at("dovecot/dovecot.conf"));
        command
    }

    fn connected(&self) -> Result<HashSet<String>, String> {
        Ok(who::names(&said(self.doveadm().args(["-f", "tab", "who", "-1"]))?))
    }

    fn end(&self, names: &[String], connected: &HashSet<String>) -> Result<(), String> {
        for name in names.iter().filter(|name| connected.contains(*name)) {
            let output = output(self.doveadm().args(["kick", name]))?;
            if output.status.code() != Some(NOBODY) {
                good(&self.tools.doveadm, &output)?;
            }
        }
        Ok(())
    }

    fn postfix(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.arg("-c").arg(self.settings.at("postfix"));
        command
    }

    fn waiting(&self) -> Result<Vec<Waiting>, String> {
        queue::read(&said(self.postfix(&self.tools.postqueue).arg("-j"))?)
    }

    /// Takes out of the queue what is for these names alone. What others get as well is tried at once: it reaches them, and
    /// goes back for these names, whom nobody knows any more.
    fn withdraw(&self, names: &[String], waiting: &[Waiting]) -> Result<(), String> {
        for message in waiting.iter().filter(|message| message.is_for_some(names)) {
            let mut command = if message.is_for_nobody_but(names) {
                let mut command = self.postfix(&self.tools.postsuper);
                command.arg("-d");
                command
            } else {
                let mut command = self.postfix(&self.tools.postqueue);
                command.arg("-i");
                command
            };
            said(command.arg(&message.id))?;
        }
        Ok(())
    }
}

/// Removes a home with everything in it; links in it are removed, not followed.
fn remove(home: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(home) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(format!("the home cannot be removed: {error}")),
    }
    if home.exists() { Err("the home is there again".to_owned()) } else { Ok(()) }
}

fn output(command: &mut Command) -> Result<Output, String> {
    command.stdin(Stdio::null()).output().map_err(|error| format!("a program cannot be started: {error}"))
}

/// What a program says, if it ends well.
fn said(command: &mut Command) -> Result<String, String> {
    let output = output(command)?;
    good(Path::new(command.get_program()), &output)
}

/// What it says otherwise may repeat an address, so only its name and how it ended are told.
fn good(program: &Path, output: &Output) -> Result<String, String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Err(format!("{name} ended with {}", output.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_removed_with_what_links_in_it_but_not_what_they_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let (home, other) = (home(folder.path(), AccountId(0x1_02_ff)), folder.path().join("other"));
        assert!(home.ends_with("ff/66303"));
        std::fs::create_dir_all(home.join("mail/mailboxes")).unwrap();
        std::fs::write(home.join("mail/mailboxes/u.1"), "text").unwrap();
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("kept"), "text").unwrap();
        std::os::unix::fs::symlink(&other, home.join("mail/link")).unwrap();
        for _ in 0..2 {
            assert_eq!(remove(&home), Ok(()), "also when it is gone already");
            assert!(!home.exists() && other.join("kept").exists());
        }
        std::fs::write(&home, "no folder").unwrap();
        assert!(remove(&home).is_err());
    }

    #[test]
    fn a_program_that_fails_is_named_without_what_it_said() {
        let told = said(Command::new("sh").args(["-c", "echo ann@mail.example >&2; exit 3"]));
        assert_eq!(told, Err("sh ended with exit status: 3".to_owned()));
        assert_eq!(said(Command::new("echo").arg("yes")), Ok("yes\n".to_owned()));
        assert!(said(&mut Command::new("/no/such/program")).unwrap_err().starts_with("a program cannot be started"));
    }
}
