//! Postfix's questions at each step of a message.

use service::engine::judge::{Stage, Step};
use tokio::task::block_in_place;
use wire::engine::policy::{Action, Request, take};

use crate::engine::answer::{Answerer, rules};

/// What Postfix calls the port on which rules of mailboxes hand over what they send.
const RULES: &str = "rules";

/// Answers one of them.
pub(crate) fn answer(answerer: &Answerer, read: &[u8], out: &mut Vec<u8>) -> Result<Option<usize>, ()> {
    let Some((request, taken)) = take(read).map_err(|_| answerer.failed("policy"))? else { return Ok(None) };
    if request.policy_context == RULES {
        block_in_place(|| rules::handed(answerer, &request)).write(out);
        return Ok(Some(taken));
    }
    match answerer.engine.judge(&step(&request), answerer.mail_rules()?, answerer.today(), &answerer.ctx()) {
        Ok(()) => Action::Dunno,
        Err(reply) => Action::Reject { code: reply.code, enhanced: reply.enhanced, text: reply.text },
    }
    .write(out);
    Ok(Some(taken))
}

fn step<'a>(request: &Request<'a>) -> Step<'a> {
    let stage = match request.protocol_state {
        "RCPT" => Stage::Recipient,
        "END-OF-MESSAGE" => Stage::Message,
        _ => Stage::Other,
    };
    let recipients = request.recipient_count.unwrap_or(0).try_into().unwrap_or(u32::MAX);
    let size = request.size.unwrap_or(0);
    Step { stage, login: request.sasl_username, recipient: request.recipient, size, recipients }
}
