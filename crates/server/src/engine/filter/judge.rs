//! A message that is whole: where it comes from is found out, each check looks at it, and what people of the federation send is
//! signed.

use domain::filter::{Authenticity, Changes, Message, NOT_NOW, Verdict, Way};
use service::engine::filter::{Asked, verdict};

use crate::engine::answer::Answerer;

const SIGNATURE: &str = "DKIM-Signature";

/// What is done with a message. It waits for name servers. A message that brings a check down is put off: it must not bring
/// down the answers to all others.
pub(crate) fn judged(answerer: &Answerer, message: &Message<'_>) -> Verdict {
    let judge = std::panic::AssertUnwindSafe(|| judge(answerer, message));
    std::panic::catch_unwind(judge).unwrap_or_else(|_| {
        answerer.failed("message");
        Verdict::Refuse(NOT_NOW.into())
    })
}

fn judge(answerer: &Answerer, message: &Message<'_>) -> Verdict {
    let (almoner, ctx, means) = (answerer.almoner(), answerer.ctx(), &answerer.means);
    let authenticity = match message.way {
        Way::Incoming => means.authenticator.look(message),
        Way::Submission => means.authenticator.author(message),
    };
    let asked = Asked {
        engine: &answerer.engine,
        almoner: &almoner,
        ctx: &ctx,
        gateway: answerer.handling.gateway,
        message,
        authenticity: &authenticity,
        host: &means.host,
    };
    let (verdict, tells) = verdict(&asked);
    if tells {
        means.teller.tell(message, almoner.domain(), ctx.now);
    }
    match (verdict, message.way) {
        (Verdict::Pass(changes), Way::Submission) => Verdict::Pass(signed(answerer, message, &authenticity, changes)),
        (other, Way::Incoming | Way::Submission) => other,
    }
}

/// The signatures cover the message as it leaves.
fn signed(answerer: &Answerer, message: &Message<'_>, authenticity: &Authenticity, mut changes: Changes) -> Changes {
    let signer = answerer.means.signer();
    let signatures = if changes == Changes::default() {
        signer.sign(&authenticity.from, message.bytes)
    } else {
        signer.sign(&authenticity.from, &changes.applied(message))
    };
    changes.insert.splice(0..0, signatures.into_iter().map(|signature| (SIGNATURE, signature)));
    changes
}
