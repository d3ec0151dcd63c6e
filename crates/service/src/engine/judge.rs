//! What Postfix asks at each step of a message: may this recipient get it, may this person send it.

use domain::ctx::Ctx;
use domain::delivery::{NOT_ALLOWED, Reply, arrival, may_work, room, room_to_send};
use domain::signal::Signal;
use domain::status::Kind;
use domain::time::Day;

use crate::engine::Engine;

/// At which point of a message the question comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// For each recipient.
    Recipient,
    /// When all of the message was received.
    Message,
    /// Any other.
    Other,
}

/// A step of a message.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Which.
    pub stage: Stage,
    /// Who signed in; empty for mail from elsewhere.
    pub login: &'a str,
    /// For whom; empty where there are several.
    pub recipient: &'a str,
    /// The size that was announced or counted, in bytes; 0 where none was.
    pub size: u64,
}

impl Engine {
    /// What is to be answered instead of yes. A message that was received whole is a signal of its sender (LC-02).
    /// Cost: a few looks in memory.
    pub fn judge(&self, step: &Step<'_>, today: Day, ctx: &Ctx) -> Result<(), Reply> {
        if !step.login.is_empty() {
            self.sender(step.login, today)?;
        }
        match step.stage {
            Stage::Recipient => self.arrives(step.recipient, step.size, today),
            Stage::Message if !step.login.is_empty() => {
                self.saw(step.login, Signal::MailSent, today, ctx);
                Ok(())
            }
            Stage::Message | Stage::Other => Ok(()),
        }
    }

    /// Whoever was disabled while connected sends nothing more; whoever has no room left neither (MAIL-03, MAIL-04).
    fn sender(&self, login: &str, today: Day) -> Result<(), Reply> {
        let book = self.book();
        let record = book.find(&login.to_ascii_lowercase(), today).ok_or(NOT_ALLOWED)?;
        let person = matches!(record.kind, Kind::User | Kind::Application);
        if !person || !may_work(record.status, record.disabled) {
            return Err(NOT_ALLOWED);
        }
        room_to_send(record.used, record.quota)
    }

    /// An address that is not here is Postfix's own to refuse, as mail for elsewhere is.
    fn arrives(&self, recipient: &str, size: u64, today: Day) -> Result<(), Reply> {
        let book = self.book();
        let Some(record) = book.find(&recipient.to_ascii_lowercase(), today) else { return Ok(()) };
        arrival(record.status).and_then(|()| room(record.used, record.quota, size))
    }
}
