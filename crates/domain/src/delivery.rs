//! What the mail engine may do for an account at this moment: take mail in, let somebody open the mailbox, send as whom
//! (MAIL-03, MAIL-04, decisions 6, 10, 11). The answers that mail servers and programs get stand here and nowhere else.

use crate::mailbox::Right;
use crate::status::{Kind, Status};

/// What a mail server is told instead of yes: a reply code, an enhanced one (RFC 3463), a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reply {
    /// Three digits; 4 and 5 begin temporary and permanent refusals.
    pub code: u16,
    /// As `5.2.2`.
    pub enhanced: &'static str,
    /// In English, ASCII, without the address it is about.
    pub text: &'static str,
}

/// A reply.
pub(crate) const fn reply(code: u16, enhanced: &'static str, text: &'static str) -> Reply {
    Reply { code, enhanced, text }
}

/// Nobody of that name, and whoever was purged: the two are not told apart.
pub const UNKNOWN: Reply = reply(550, "5.1.1", "No such mailbox here");
/// A deleted mailbox: its senders are told for good, although a restore may bring it back.
pub const DELETED: Reply = reply(550, "5.2.1", "This mailbox is closed");
/// No room for the message that was announced.
pub const FULL: Reply = reply(552, "5.2.2", "This mailbox is full");
/// Whoever has no room left cannot send.
pub const FULL_SENDER: Reply = reply(552, "5.2.2", "Your mailbox is full: delete messages, then send again");
/// A sender's address that is not the sender's.
pub const NOT_YOURS: Reply = reply(553, "5.7.1", "You may not send as this address");
/// A From line with an address that is not the sender's.
pub const NOT_YOURS_INSIDE: Reply = reply(550, "5.7.1", "The From line names an address that you may not send as");
/// No From line, several, or one without an address.
pub const NO_FROM: Reply = reply(550, "5.6.0", "The message needs one From line, with your address");
/// Whoever was let in and may not send any more.
pub const NOT_ALLOWED: Reply = reply(550, "5.7.1", "Your account may not send mail now");

/// Larger than the policy's largest message (LIM-01).
pub const TOO_LARGE: Reply = reply(552, "5.3.4", "This message is larger than mail may be here");
/// So many recipients were named today that the rest wait for tomorrow (LIM-01): a program that sends goes on then.
pub const SENT_ENOUGH: Reply = reply(450, "4.7.1", "You named as many recipients today as you may: try again tomorrow");
/// A mailbox that gets more an hour than it may: its senders' servers come again (LIM-01).
pub const GOT_ENOUGH: Reply = reply(450, "4.2.1", "This mailbox gets too much mail at the moment: try again later");

/// Whether mail for an account is taken in: as long as it is not deleted, whoever may open it (decisions 6, 10).
pub const fn arrival(status: Status) -> Result<(), Reply> {
    match status {
        Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled => Ok(()),
        Status::Deleted => Err(DELETED),
        Status::Purged => Err(UNKNOWN),
    }
}

/// Whether a message of `announced` bytes fits beside `used` ones (decision 11). A quota of 0 has no end. A message whose
/// size nobody announced is taken as long as anything is free.
pub const fn room(used: u64, quota: u64, announced: u64) -> Result<(), Reply> {
    if quota == 0 || (used < quota && announced <= quota - used) { Ok(()) } else { Err(FULL) }
}

/// Whether there is room enough for its owner to send (MAIL-04).
pub const fn room_to_send(used: u64, quota: u64) -> Result<(), Reply> {
    if quota == 0 || used < quota { Ok(()) } else { Err(FULL_SENDER) }
}

/// Whether a message of so many bytes may be sent or taken in (LIM-01).
pub const fn size(announced: u64, message_mib: u32) -> Result<(), Reply> {
    if announced <= message_mib as u64 * 1024 * 1024 { Ok(()) } else { Err(TOO_LARGE) }
}

/// Whether `more` recipients may be named beside those of the day (LIM-01).
pub const fn pace_of_sending(today: u32, more: u32, a_day: u32) -> Result<(), Reply> {
    if today.saturating_add(more) <= a_day { Ok(()) } else { Err(SENT_ENOUGH) }
}

/// Whether another message may come beside those of the hour (LIM-01).
pub const fn pace_of_arrival(this_hour: u32, an_hour: u32) -> Result<(), Reply> {
    if this_hour < an_hour { Ok(()) } else { Err(GOT_ENOUGH) }
}

/// Passwords for mail programs that one person may have: the mail server compares with each in turn.
pub const APP_PASSWORDS: usize = 5;

words! {
    /// By what a mail program comes.
    pub enum Door {
        /// Reading, folders on the server.
        Imap = "imap",
        /// Fetching.
        Pop3 = "pop3",
        /// Sending.
        Submission = "smtp",
        /// Rules of the mailbox.
        Sieve = "sieve",
    }
}

words! {
    /// Where somebody comes from.
    pub enum Network {
        /// A network of the federation.
        Inside = "inside",
        /// Anywhere else.
        Internet = "internet",
    }
}

words! {
    /// Why somebody may not come in. It is told to administrators and in metrics, never at the door.
    pub enum Shut {
        /// Nobody signs in to a mailbox of this kind (SM-01).
        Kind = "kind",
        /// Disabled, deleted, purged, or a leaver that was disabled (LC-08, LC-09, decision 6).
        Status = "status",
        /// The terms of use were not accepted yet (LC-13).
        Terms = "terms",
        /// No password was set, it is temporary, or it expired: it is changed in the portal first (PWD-01, PWD-03).
        Password = "password",
        /// Who has a second factor does not sign in with the password alone (MFA-01).
        SecondFactor = "second_factor",
        /// Too many failures from where it comes from (decision 12).
        Locked = "locked",
        /// People read from inside the federation's networks; only applications may come from the internet (APP-04).
        Network = "network",
    }
}

/// What a password is good for by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// Whoever knows it may come in.
    Alone,
    /// None is set, it is temporary, or it expired.
    Stale,
    /// The account signs in with a second factor, which a mail program cannot show.
    WithSecond,
    /// It was made for one mail program.
    ForProgram,
}

/// What the door looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// The account's kind.
    pub kind: Kind,
    /// Its status.
    pub status: Status,
    /// A leaver that was disabled meanwhile.
    pub disabled: bool,
    /// What its password is good for.
    pub password: Password,
    /// From where.
    pub network: Network,
    /// People may come from the internet, too; the policy says so.
    pub people_from_internet: bool,
}

impl Visitor {
    /// Whether the account may sign in with a mail program (MAIL-03).
    pub fn may_enter(&self) -> Result<(), Shut> {
        match self.kind {
            Kind::Shared | Kind::Resource => return Err(Shut::Kind),
            Kind::User | Kind::Application => (),
        }
        match self.status {
            Status::Pending => return Err(Shut::Terms),
            other if !may_work(other, self.disabled) => return Err(Shut::Status),
            Status::Active
            | Status::Inactive
            | Status::Leaver
            | Status::Disabled
            | Status::Deleted
            | Status::Purged => (),
        }
        match self.password {
            Password::Stale => return Err(Shut::Password),
            Password::WithSecond => return Err(Shut::SecondFactor),
            Password::Alone | Password::ForProgram => (),
        }
        let application = self.kind == Kind::Application;
        if self.network == Network::Internet && !application && !self.people_from_internet {
            return Err(Shut::Network);
        }
        Ok(())
    }
}

/// Whether somebody of this status works with mail: reads and sends. `disabled` is of a leaver (LC-09).
pub const fn may_work(status: Status, disabled: bool) -> bool {
    match status {
        Status::Active | Status::Inactive => true,
        Status::Leaver => !disabled,
        Status::Pending | Status::Disabled | Status::Deleted | Status::Purged => false,
    }
}

/// Whether a member may write under a shared mailbox's name: the right of one who may not work is without effect.
pub fn may_send_as(right: Right, member: Status, disabled: bool) -> bool {
    may_work(member, disabled) && right >= Right::SendAs
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
