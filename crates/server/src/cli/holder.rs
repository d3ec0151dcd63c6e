//! Who holds a lease: this process, named so that another one can tell whether it still lives.

use std::fs;

/// `host:pid:start time`. A pid is given out again after a while; together with its start time it is not.
pub(crate) fn name() -> String {
    let pid = std::process::id();
    format!("{}:{pid}:{}", host(), started("self").unwrap_or_default())
}

/// Whether a holder may still be at work. Of another machine nobody knows: it is, until its lease runs out.
pub(crate) fn is_alive(holder: &str) -> bool {
    let mut parts = holder.rsplitn(3, ':');
    let (Some(start), Some(pid), Some(machine)) = (parts.next(), parts.next(), parts.next()) else { return true };
    if machine != host() || started("self").is_none() {
        return true;
    }
    started(pid).is_some_and(|found| found == start)
}

fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}

/// When a process started, in ticks since the machine did: field 22 of its `stat`, counted behind the name in brackets.
fn started(pid: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dead_process_of_this_machine_is_dead() {
        let me = name();
        let (front, _) = me.rsplit_once(':').unwrap();
        let host = host();
        let cases = [
            (me.clone(), true),
            (format!("{front}:1"), false),
            (format!("{host}:4194999:77"), false),
            ("elsewhere:4194999:77".to_owned(), true),
            ("no holder of ours".to_owned(), true),
        ];
        for (holder, alive) in cases {
            assert_eq!(is_alive(&holder), alive, "{holder}");
        }
    }
}
