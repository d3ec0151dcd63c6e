//! Signals: the activities that can keep an account active, with the time each was last seen and where it came from.

use crate::time::Timestamp;

words! {
    /// An activity that a policy may count (LC-02).
    pub enum Signal {
        /// The user changed their own password; a reset by an administrator is none (PWD-03).
        PasswordChange = "password_change",
        /// A message was sent by the account.
        MailSent = "mail_sent",
        /// The mailbox was opened by IMAP, POP or web mail.
        MailboxLogin = "mailbox_login",
        /// The user signed in to the portal.
        PortalLogin = "portal_login",
        /// The user signed in to an application through the federation.
        AppLogin = "app_login",
        /// The user used an application that reports use.
        AppUse = "app_use",
    }
}

words! {
    /// Where a fact was learned.
    pub enum Source {
        /// A population that lived elsewhere brought it (`account import --migrate`).
        Migration = "migration",
        /// A file of signals (`signal import`).
        Import = "signal_import",
        /// The portal saw it.
        Portal = "portal",
        /// The mail engine saw it.
        Engine = "mail_engine",
        /// The demo federation made it up.
        Demo = "demo",
    }
}

/// When a signal was last seen, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The newest time known.
    pub at: Timestamp,
    /// Who told us.
    pub source: Source,
}

/// The newest sighting of each signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signals([Option<Seen>; 6]);

impl Signals {
    /// The newest sighting of one signal.
    pub fn get(&self, signal: Signal) -> Option<Seen> {
        self.0.get(signal as usize).copied().flatten()
    }

    /// Records a sighting; an older one than is known changes nothing. Says whether something changed.
    pub fn see(&mut self, signal: Signal, seen: Seen) -> bool {
        let Some(slot) = self.0.get_mut(signal as usize) else { return false };
        if slot.is_some_and(|known| known.at >= seen.at) {
            return false;
        }
        *slot = Some(seen);
        true
    }

    /// The newest of the given signals.
    pub fn newest(&self, of: &[Signal]) -> Option<(Signal, Seen)> {
        of.iter().filter_map(|s| self.get(*s).map(|seen| (*s, seen))).max_by_key(|(_, seen)| seen.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(at: i64) -> Seen {
        Seen { at: Timestamp::from_second(at), source: Source::Import }
    }

    #[test]
    fn an_older_sighting_never_replaces_a_newer_one() {
        let mut signals = Signals::default();
        assert!(signals.see(Signal::MailSent, seen(10)));
        assert!(!signals.see(Signal::MailSent, seen(10)), "the same sighting twice changes nothing");
        assert!(!signals.see(Signal::MailSent, seen(9)));
        assert!(signals.see(Signal::MailSent, seen(11)));
        assert_eq!(signals.get(Signal::MailSent), Some(seen(11)));
    }

    #[test]
    fn the_newest_of_some_signals_ignores_the_others() {
        let mut signals = Signals::default();
        signals.see(Signal::PortalLogin, seen(50));
        signals.see(Signal::MailSent, seen(20));
        assert_eq!(signals.newest(&[Signal::MailSent, Signal::AppUse]), Some((Signal::MailSent, seen(20))));
        assert_eq!(signals.newest(&[]), None);
    }

    #[test]
    fn every_word_reads_back() {
        for signal in Signal::ALL {
            assert_eq!(Signal::parse(signal.as_str()), Some(*signal));
        }
        assert_eq!(Signal::parse("Mail_Sent"), None);
    }
}
