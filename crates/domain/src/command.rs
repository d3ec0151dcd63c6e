//! What the mail engine is to do for an account, and how a command fares. A command says only that something happened: what
//! is done is decided when it is worked off, by what the account is then. So commands may come twice, late, or in another
//! order, and a mailbox is destroyed only while its account is purged.

use crate::delivery::{arrival, may_work};
use crate::status::{Kind, Status};

words! {
    /// What the mail engine is told.
    pub enum Command {
        /// The account has another status.
        Status = "status",
        /// It went to another organisation.
        Move = "move",
        /// Somebody may do less than before: whoever is connected as this account begins anew.
        Kick = "kick",
        /// What the mailbox takes up is to be counted anew.
        Recount = "recount",
        /// The account is purged: its mail is to be destroyed.
        Purge = "purge",
    }
}

words! {
    /// How a command fares.
    pub enum Fate {
        /// It is to be worked off, perhaps again.
        Waiting = "waiting",
        /// It was worked off.
        Done = "done",
        /// It was tried too often: somebody has to look.
        Failed = "failed",
        /// Somebody decided that it is not to be worked off.
        Dropped = "dropped",
    }
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Nothing: the mail engine asks for everything else when it needs it.
    Nothing,
    /// End the sessions in which the account is signed in.
    End,
    /// End the sessions of the mailbox's members.
    EndMembers,
    /// Count what the mailbox takes up.
    Recount,
    /// Destroy the mailbox and what waits for it.
    Destroy,
    /// It would be wrong, now and later; why.
    Never(&'static str),
}

/// What a command comes to for an account as it is now. `disabled` is of a leaver (LC-09).
pub const fn duty(command: Command, kind: Kind, status: Status, disabled: bool) -> Duty {
    match command {
        Command::Purge if matches!(status, Status::Purged) => Duty::Destroy,
        Command::Purge => Duty::Never("the account is not purged"),
        // Its sessions ended when it was deleted, and the mailbox is for the command of the purge.
        Command::Status | Command::Move | Command::Kick | Command::Recount if matches!(status, Status::Purged) => {
            Duty::Nothing
        }
        // A home is named by the account's number, which stays.
        Command::Move => Duty::Nothing,
        Command::Kick => Duty::End,
        Command::Recount => Duty::Recount,
        Command::Status => match kind {
            Kind::Shared | Kind::Resource if arrival(status).is_err() => Duty::EndMembers,
            Kind::User | Kind::Application if !may_work(status, disabled) => Duty::End,
            Kind::Shared | Kind::Resource | Kind::User | Kind::Application => Duty::Nothing,
        },
    }
}

/// Seconds of the first wait.
const FIRST_WAIT: i64 = 5;
/// Seconds of the longest.
const LONGEST_WAIT: i64 = 3600;
/// More tries are not made: with these waits it is about four hours.
const MOST_TRIES: u32 = 9;

/// How long to wait after so many tries: each wait is four times the one before. `None`: it is given up.
pub fn wait_after(tries: u32) -> Option<i64> {
    let longer = 4_i64.saturating_pow(tries.saturating_sub(1));
    (tries < MOST_TRIES).then(|| FIRST_WAIT.saturating_mul(longer).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: MAIL-03, LC-09
    #[test]
    fn a_status_ends_the_sessions_of_whoever_may_not_work_any_more() {
        for kind in [Kind::User, Kind::Application] {
            for (status, disabled, expected) in [
                (Status::Pending, false, Duty::End),
                (Status::Active, false, Duty::Nothing),
                (Status::Inactive, false, Duty::Nothing),
                (Status::Leaver, false, Duty::Nothing),
                (Status::Leaver, true, Duty::End),
                (Status::Disabled, false, Duty::End),
                (Status::Deleted, false, Duty::End),
                (Status::Purged, false, Duty::Nothing),
            ] {
                assert_eq!(duty(Command::Status, kind, status, disabled), expected, "{kind} {status} {disabled}");
            }
        }
        for kind in [Kind::Shared, Kind::Resource] {
            for status in Status::ALL.iter().copied() {
                let expected = if status == Status::Deleted { Duty::EndMembers } else { Duty::Nothing };
                assert_eq!(duty(Command::Status, kind, status, false), expected, "{kind} {status}");
            }
        }
    }

    // Proves: MAIL-05
    #[test]
    fn a_mailbox_is_destroyed_only_while_its_account_is_purged() {
        for kind in Kind::ALL.iter().copied() {
            for status in Status::ALL.iter().copied() {
                for command in Command::ALL.iter().copied() {
                    let told = duty(command, kind, status, false);
                    let expected = command == Command::Purge && status == Status::Purged;
                    assert_eq!(told == Duty::Destroy, expected, "{command} {kind} {status}");
                    let wrong = command == Command::Purge && status != Status::Purged;
                    assert_eq!(matches!(told, Duty::Never(_)), wrong, "{command} {kind} {status}");
                }
            }
        }
    }

    #[test]
    fn pauses_grow_up_to_an_hour_and_have_an_end() {
        let waits: Vec<_> = (1..=10).map(wait_after).collect();
        let some = [5, 20, 80, 320, 1280, 3600, 3600, 3600].map(Some);
        assert_eq!(waits[..8], some);
        assert_eq!(waits[8..], [None, None]);
    }
}
