//! Processes of the engine: whether a group of them still lives, and what a supervisor that was killed left behind.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Whether a process of the group lives. One that ended and waits to be noticed does not.
pub(super) fn lives(group: i32) -> bool {
    let Ok(all) = fs::read_dir("/proc") else { return false };
    let stat = |entry: fs::DirEntry| {
        entry.file_name().to_str()?.parse::<i32>().ok()?;
        fs::read_to_string(entry.path().join("stat")).ok()
    };
    all.flatten().filter_map(stat).any(|stat| is_of(&stat, group))
}

/// `PID (NAME) STATE PPID PGRP …`; the name may hold anything.
fn is_of(stat: &str, group: i32) -> bool {
    let Some((_, behind)) = stat.rsplit_once(')') else { return false };
    let mut fields = behind.split_whitespace();
    let state = fields.next().unwrap_or("Z");
    !["Z", "X"].contains(&state) && fields.nth(1).and_then(|field| field.parse().ok()) == Some(group)
}

/// Waits until nobody of the group lives; after that time, whoever does is killed.
pub(super) async fn gone(group: i32, patience: Duration) {
    let looks = patience.as_millis() / LOOK.as_millis();
    for _ in 0..looks {
        if !lives(group) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    kill(group);
}

/// Ends everybody of a group at once.
pub(super) fn kill(group: i32) {
    if let Some(pid) = Pid::from_raw(group) {
        // A failure says that nobody is left of it, which is what is wanted.
        kill_process_group(pid, Signal::KILL).unwrap_or_default();
    }
}

/// Tells one process something.
pub(super) fn tell(process: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(process) {
        kill_process(pid, signal).unwrap_or_default();
    }
}

/// The process that a file names, if it lives and was called with our folder: numbers are given again.
pub(super) fn named(file: &Path, folder: &Path) -> Option<i32> {
    let number: i32 = fs::read_to_string(file).ok()?.trim().parse().ok().filter(|number| *number > 1)?;
    let words = fs::read(format!("/proc/{number}/cmdline")).ok()?;
    let ours = folder.to_str()?;
    let mut words = words.split(|byte| *byte == 0).filter_map(|word| std::str::from_utf8(word).ok());
    words.any(|word| word.strip_prefix(ours).is_some_and(|rest| rest.starts_with('/'))).then_some(number)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn whoever_ended_is_not_alive_and_a_name_may_hold_anything() {
        for (stat, is) in [
            ("12 (master) S 1 77 77 0 -1", true),
            ("12 (a) b) (c) S 1 77 77 0", true),
            ("12 (master) Z 1 77 77 0", false),
            ("12 (master) X 1 77 77 0", false),
            ("12 (master) S 77 1 1 0", false),
            ("12 (S 1 77", false),
            ("", false),
        ] {
            assert_eq!(is_of(stat, 77), is, "{stat}");
        }
        let own = rustix::process::getpgrp().as_raw_nonzero().get();
        assert!(lives(own) && !lives(i32::MAX));
    }

    #[test]
    fn a_number_that_was_given_again_is_not_taken_for_ours() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.pid");
        fs::write(&file, format!("  {}\n", std::process::id())).unwrap();
        assert_eq!(named(&file, folder.path()), None, "this process was not called with the folder");
        let script = folder.path().join("mark");
        fs::write(&script, "echo up\nread x").unwrap();
        let mut sh = Command::new("sh");
        let mut other = sh.arg(&script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // A process that was only just started has no arguments yet; one that speaks has.
        let mut up = [0; 3];
        other.stdout.as_mut().unwrap().read_exact(&mut up).unwrap();
        fs::write(&file, other.id().to_string()).unwrap();
        let found = named(&file, folder.path());
        drop(other.stdin.take());
        other.wait().unwrap();
        assert_eq!(found, i32::try_from(other.id()).ok());
        assert_eq!(named(&file, folder.path()), None, "it ended");
    }
}
