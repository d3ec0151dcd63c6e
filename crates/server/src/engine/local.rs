//! What an operator adds to Postfix by hand. Postfix reads one file only, so the lines of `local.cf` take the place of
//! those that were made; Dovecot includes its own.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::failure::Failure;

const HEADING: &str = "\n# From local.cf, in the place of what was made.\n";

/// A file of an operator's, or nothing.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Failure::file(path, &error)),
    }
}

/// What was made without the parameters that an operator sets, and those behind it.
pub(crate) fn merged(made: &str, local: &str) -> String {
    let set: BTreeSet<&str> = local.lines().filter_map(parameter).collect();
    if set.is_empty() {
        return made.to_owned();
    }
    let kept = made.lines().filter(|line| parameter(line).is_none_or(|name| !set.contains(name)));
    let mut text: String = kept.flat_map(|line| [line, "\n"]).collect();
    text.push_str(HEADING);
    text.push_str(local);
    text
}

/// The name that a line sets; a line that goes on from the one before it sets none.
fn parameter(line: &str) -> Option<&str> {
    let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
    line.split_once('=').filter(|_| begins).map(|(name, _)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_by_hand_takes_the_place_of_what_was_made() {
        let made = "# a = 1\na = 1\nb = 2\nab = 3\n";
        assert_eq!(merged(made, ""), made);
        assert_eq!(merged(made, "# b = 9\n"), made, "a remark sets nothing");
        let both = merged(made, "b =\n  x,\n  y = z\nc = 4\n");
        assert_eq!(both, format!("# a = 1\na = 1\nab = 3\n{HEADING}b =\n  x,\n  y = z\nc = 4\n"));
    }
}
