//! The users that Debian's packages make, by their numbers; and a number that nobody has.

use crate::cli::failure::Failure;
use crate::engine::settings::OWNERS;

/// Where the system keeps them.
const USERS: &str = "/etc/passwd";
const GROUPS: &str = "/etc/group";

/// The numbers of a user and of its group.
pub(crate) fn of(name: &str) -> Result<(u32, u32), Failure> {
    let text = read(USERS)?;
    text.lines().find_map(|line| user(line, name)).ok_or_else(|| {
        let sentence = format!("there is no user {name} on this machine");
        Failure::refused(
            sentence,
            "install the packages: apt install postfix dovecot-imapd dovecot-pop3d dovecot-lmtpd",
        )
    })
}

/// The first number for the owner of mail that no user and no group has.
pub(crate) fn free() -> Result<u32, Failure> {
    let taken = format!("{}\n{}", read(USERS)?, read(GROUPS)?);
    OWNERS.into_iter().find(|number| !has(&taken, *number)).ok_or_else(|| {
        Failure::refused("every number that mail could belong to has a user", "name one with --mail-uid")
    })
}

/// The user or group that has a number.
pub(crate) fn holder(number: u32) -> Result<Option<String>, Failure> {
    let taken = format!("{}\n{}", read(USERS)?, read(GROUPS)?);
    let name = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    Ok(taken.lines().find(|line| has(line, number)).map(name))
}

fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path.as_ref(), &error))
}

fn user(line: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = line.split(':');
    if fields.next() != Some(name) {
        return None;
    }
    // The second field is a password that nobody keeps there.
    let mut numbers = fields.skip(1).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn has(lines: &str, number: u32) -> bool {
    lines.lines().any(|line| line.split(':').nth(2).and_then(|field| field.parse().ok()) == Some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_numbers_are_read_from_the_systems_lines() {
        assert_eq!(user("postfix:x:102:105::/var/spool/postfix:/usr/sbin/nologin", "postfix"), Some((102, 105)));
        for line in ["postfix2:x:102:105::/:", "postfix:x:a:105::/:", "postfix:x:102", "postfix", ""] {
            assert_eq!(user(line, "postfix"), None, "{line}");
        }
        let lines = "root:x:0:0:root:/root:/bin/sh\nann:x:8800:\n";
        assert!(has(lines, 8800) && has(lines, 0) && !has(lines, 880) && !has(lines, 1));
        assert_eq!(of("root"), Ok((0, 0)));
        assert_eq!(holder(0), Ok(Some("root".to_owned())));
        assert!(holder(free().unwrap()).unwrap().is_none() && of("nobody.at.all").is_err());
    }
}
