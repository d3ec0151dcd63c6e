//! Requests that change directory data and entitlements only, and touch no clock.

use domain::account::Account;
use domain::lifecycle::change::{Action, Change};
use domain::profile::Profile;
use domain::refusal::Refusal;
use domain::rule::Rule;
use domain::status::Status;

/// Something that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Hidden from the directory, or shown again.
    Hidden(bool),
    /// The licence.
    Licence(String),
    /// A service, switched on or off.
    Service {
        /// Its name.
        name: String,
        /// Switched on.
        on: bool,
    },
}

impl Setting {
    /// What becomes of an account and its profile; setting again what is so already is refused as such.
    pub(crate) fn decide(
        &self,
        account: &Account,
        was: &Profile,
    ) -> Result<(Change, Option<(Profile, Profile)>), Refusal> {
        if account.status() == Status::Purged {
            return Err(Refusal::WrongStatus { status: Status::Purged, instead: "its mailbox is gone" });
        }
        let mut is = was.clone();
        match self {
            Self::Hidden(hidden) => is.hidden = *hidden,
            Self::Licence(name) => is.licence.clone_from(name),
            Self::Service { name, on } => is.services_off = switched(&was.services_off, name, *on),
        }
        if is == *was {
            return Err(Refusal::AlreadySet);
        }
        let change = Change::plain(account.clone(), account.status(), Action::Edited, Rule::Role09);
        Ok((change, Some((was.clone(), is))))
    }
}

/// The services that are off, sorted, once each.
fn switched(services_off: &str, name: &str, on: bool) -> String {
    let mut off: Vec<&str> = services_off.split_whitespace().filter(|service| *service != name).collect();
    if !on {
        off.push(name);
    }
    off.sort_unstable();
    off.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switching_a_service_twice_changes_nothing() {
        for (off, name, on, expected) in [
            ("", "chat", false, "chat"),
            ("chat", "chat", false, "chat"),
            ("chat", "chat", true, ""),
            ("", "chat", true, ""),
            ("web", "audio", false, "audio web"),
            ("audio web", "audio", true, "web"),
        ] {
            assert_eq!(switched(off, name, on), expected, "{off:?} {name} {on}");
        }
    }
}
