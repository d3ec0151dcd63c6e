//! What Postfix asks at each step of a message: may this recipient get it, may this person send it.

use domain::ctx::Ctx;
use domain::delivery::{NOT_ALLOWED, Reply, arrival, may_work, room, room_to_send, size};
use domain::ids::AccountId;
use domain::policy::MailRules;
use domain::signal::Signal;
use domain::status::Kind;
use domain::time::Day;

use crate::engine::Engine;
use crate::engine::of;

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
    /// How many recipients were taken, once all of the message was received.
    pub recipients: u32,
}

impl Engine {
    /// What is to be answered instead of yes. A message that was received whole is a signal of its sender (LC-02), and
    /// counts towards the sender's day. Cost: a few looks in memory.
    pub fn judge(&self, step: &Step<'_>, rules: MailRules, today: Day, ctx: &Ctx) -> Result<(), Reply> {
        size(step.size, rules.message_mib)?;
        let sender = if step.login.is_empty() { None } else { Some(self.sender(step.login, today)?) };
        let a_day = rules.recipients_per_day;
        match (step.stage, sender) {
            (Stage::Recipient, sender) => {
                if let Some(id) = sender {
                    of(&self.paces).may_name(id, today, a_day)?;
                }
                let Some(id) = self.arrives(step.recipient, step.size, today)? else { return Ok(()) };
                of(&self.paces).arrives(id, ctx.now, rules.received_per_hour)
            }
            (Stage::Message, Some(id)) => {
                of(&self.paces).names(id, step.recipients, today, a_day)?;
                self.saw(step.login, Signal::MailSent, today, ctx);
                Ok(())
            }
            (Stage::Message, None) | (Stage::Other, _) => Ok(()),
        }
    }

    /// Whoever was disabled while connected sends nothing more; whoever has no room left neither (MAIL-03, MAIL-04).
    fn sender(&self, login: &str, today: Day) -> Result<AccountId, Reply> {
        let book = self.book();
        let record = book.find(&login.to_ascii_lowercase(), today).ok_or(NOT_ALLOWED)?;
        let person = matches!(record.kind, Kind::User | Kind::Application);
        if !person || !may_work(record.status, record.disabled) {
            return Err(NOT_ALLOWED);
        }
        room_to_send(record.used, record.quota).map(|()| record.id)
    }

    /// Whose the mailbox is. An address that is not here is Postfix's own to refuse, as mail for elsewhere is.
    pub(crate) fn arrives(&self, recipient: &str, size: u64, today: Day) -> Result<Option<AccountId>, Reply> {
        let book = self.book();
        let Some(record) = book.find(&recipient.to_ascii_lowercase(), today) else { return Ok(None) };
        arrival(record.status).and_then(|()| room(record.used, record.quota, size)).map(|()| Some(record.id))
    }
}
