//! Sending notices: at least once each, and by one process at a time. Nothing is sent inside a transaction: a batch is read,
//! sent, and only then is written down what came of it. A process that dies between the two sends the batch again, with
//! the same Message-IDs.

use domain::ctx::Ctx;
use domain::notice::{Delivery, wait_after};
use domain::rights::Action;
use domain::time::Timestamp;
use store::delivery::Settled;
use store::notice::Notice;
use wire::notice_text::Templates;

use crate::error::Error;
use crate::federation::Almoner;
use crate::notice::letter::{Around, Letter, Made, Sender};
use crate::run::Holder;

/// So many are read, sent and written down together; as many are sent twice when a process dies at the wrong moment.
const BATCH: u32 = 25;

/// A sender that is silent for so long is taken over; a batch takes less unless the mail server is very slow, and then it
/// is sent twice at worst.
const LEASE_SECONDS: i64 = 600;

/// What a mail server made of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// It has it now.
    Accepted,
    /// Not now; why.
    Later(String),
    /// Not this letter, ever; why.
    Never(String),
    /// No letter can be sent now; why. It does not count as a try.
    Unreachable(String),
}

/// What is sent with.
pub struct Post<'a> {
    /// The texts.
    pub texts: &'a Templates,
    /// Who sends.
    pub sender: &'a Sender,
    /// The process, for the lease.
    pub holder: &'a Holder<'a>,
    /// At most so many letters, so that a mail server is not flooded; the caller comes again.
    pub most: u32,
}

/// What came of a pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Letters that a mail server took.
    pub sent: u32,
    /// Those that it will be asked to take again.
    pub later: u32,
    /// Those that will not be tried again, but by hand.
    pub failed: u32,
    /// Those that were not true any more, or whose recipient is gone.
    pub withdrawn: u32,
    /// Why the pass ended early: no letter could be sent.
    pub stopped: Option<String>,
    /// There is more to be done at once.
    pub more: bool,
}

impl Almoner {
    /// Sends what is due, at most so many. Whoever sends at the same time is refused (`Leased`). A rehearsal sends nothing
    /// unless the sender says so in so many words: its addresses may belong to somebody.
    /// Cost: for each batch of 25 seven reads and one write, whatever waits: memory does not grow with the queue.
    pub fn send_notices(
        &self,
        ctx: &Ctx,
        post: &Post<'_>,
        deliver: &mut dyn FnMut(&Letter) -> Posted,
    ) -> Result<Delivered, Error> {
        Self::may_federation(&ctx.actor, Action::Run)?;
        if self.rehearsal() && !post.sender.even_in_rehearsal {
            return Err(Error::input(
                "this federation is a rehearsal, and a rehearsal sends no mail: its addresses may belong to somebody",
            ));
        }
        let wall = || (post.holder.wall)();
        if self.due(wall(), 1)?.is_empty() {
            return Ok(Delivered::default());
        }
        let store = &self.store;
        let lease =
            store.acquire_lease("the post", &post.holder.name, wall().second(), LEASE_SECONDS, post.holder.is_alive)?;
        let mut told = Delivered::default();
        let mut left = post.most;
        let result = loop {
            match self.send_batch(ctx, post, left.min(BATCH), deliver, &mut told) {
                Ok(0) => break Ok(()),
                Ok(done) => left = left.saturating_sub(done),
                Err(error) => break Err(error),
            }
            if left == 0 || told.stopped.is_some() {
                told.more = told.stopped.is_none();
                break Ok(());
            }
            if let Err(error) = store.renew_lease(&lease, wall().second(), LEASE_SECONDS) {
                break Err(error.into());
            }
        };
        let released = store.release_lease(&lease);
        result?;
        released?;
        Ok(told)
    }

    fn due(&self, wall: Timestamp, limit: u32) -> Result<Vec<Notice>, Error> {
        Ok(store::notice::due(&mut self.store.reader()?, wall, limit)?)
    }

    /// One batch; how many notices it had. Every one of them leaves the queue or gets a later time, so the next is another.
    fn send_batch(
        &self,
        ctx: &Ctx,
        post: &Post<'_>,
        size: u32,
        deliver: &mut dyn FnMut(&Letter) -> Posted,
        told: &mut Delivered,
    ) -> Result<u32, Error> {
        let wall = (post.holder.wall)();
        let due = self.due(wall, size)?;
        if due.is_empty() {
            return Ok(0);
        }
        // The reader is given back before anything is sent.
        let around = Around::read(&mut self.store.reader()?, &due)?;
        let today = self.today(ctx);
        let mut settled = Vec::with_capacity(due.len());
        for notice in &due {
            let posted = match self.letter(&around, notice, post.texts, post.sender, (today, wall)) {
                Made::Ready(letter) => deliver(&letter),
                Made::Broken(why) => Posted::Never(why),
                Made::Withdrawn(why) => {
                    told.withdrawn += 1;
                    settled.push(withdrawn(notice, wall, why));
                    continue;
                }
            };
            if let Posted::Unreachable(why) = posted {
                told.stopped = Some(why);
                break;
            }
            let one = settle(notice, wall, posted);
            match one.state {
                Delivery::Sent => told.sent += 1,
                Delivery::Queued => told.later += 1,
                Delivery::Failed => told.failed += 1,
                Delivery::Withdrawn => told.withdrawn += 1,
            }
            settled.push(one);
        }
        self.store.settle_notices(&settled)?;
        Ok(u32::try_from(due.len()).unwrap_or(size))
    }
}

fn withdrawn(notice: &Notice, wall: Timestamp, why: &str) -> Settled {
    Settled {
        id: notice.id,
        state: Delivery::Withdrawn,
        attempts: notice.attempts,
        next_at: wall,
        settled_at: Some(wall),
        why: why.to_owned(),
    }
}

/// How a notice stands after a try. One that was tried often enough is given up: somebody looks at it and tries by hand.
fn settle(notice: &Notice, wall: Timestamp, posted: Posted) -> Settled {
    let attempts = notice.attempts + 1;
    let base = Settled {
        id: notice.id,
        state: Delivery::Sent,
        attempts,
        next_at: wall,
        settled_at: Some(wall),
        why: String::new(),
    };
    match posted {
        Posted::Accepted => base,
        Posted::Never(why) => Settled { state: Delivery::Failed, why, ..base },
        Posted::Later(why) | Posted::Unreachable(why) => match wait_after(attempts) {
            Some(seconds) => {
                let next_at = wall.plus_seconds(seconds);
                Settled { state: Delivery::Queued, next_at, settled_at: None, why, ..base }
            }
            None => Settled { state: Delivery::Failed, why: format!("given up after {attempts} tries: {why}"), ..base },
        },
    }
}
