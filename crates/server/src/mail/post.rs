//! Sending in passes: once for a timer, or again and again beside the portal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use domain::ctx::Ctx;
use domain::rights::Actor;
use domain::time::Timestamp;
use service::error::Error;
use service::federation::Almoner;
use service::notice::send::{Delivered, Post};
use service::run::Holder;

use crate::cli::holder;
use crate::clock;
use crate::config::Level;
use crate::mail::set::Look;
use crate::mail::{Line, Relay};
use crate::web::portal::Portal;

/// The queue is looked at so often when it was empty.
const QUIET: Duration = Duration::from_secs(5);
/// A mail server that cannot be reached is asked again after this, then after twice as long, and so on.
const FIRST_REST: Duration = Duration::from_secs(5);
/// The longest such rest.
const LONGEST_REST: Duration = Duration::from_mins(5);

/// How many letters at once, and how long between: a server is never sent more than so many a minute.
pub(crate) fn pace(per_minute: u32) -> (u32, Duration) {
    if per_minute >= 60 {
        return (per_minute / 60, Duration::from_secs(1));
    }
    (1, Duration::from_millis(60_000 / u64::from(per_minute.max(1))))
}

/// One pass of at most so many letters.
pub(crate) fn pass(almoner: &Almoner, ctx: &Ctx, look: &Look, line: &mut Line, most: u32) -> Result<Delivered, Error> {
    let me =
        Holder { name: holder::name(), is_alive: &holder::is_alive, wall: &clock::wall, workers: None, batch: None };
    let post = Post { texts: &look.texts, sender: &look.sender, holder: &me, most };
    almoner.send_notices(ctx, &post, &mut |letter| line.deliver(letter))
}

/// Passes until nothing is due, the mail server cannot be reached, or so many were sent.
pub(crate) fn all(
    almoner: &Almoner,
    ctx: &Ctx,
    look: &Look,
    relay: Relay,
    (per_minute, most): (u32, u32),
) -> Result<Delivered, Error> {
    let mut line = Line::new(relay);
    let (chunk, pause) = pace(per_minute);
    let mut told = Delivered::default();
    loop {
        let left = most.saturating_sub(told.sent + told.later + told.failed + told.withdrawn);
        let one = pass(almoner, ctx, look, &mut line, chunk.min(left))?;
        told.sent += one.sent;
        told.later += one.later;
        told.failed += one.failed;
        told.withdrawn += one.withdrawn;
        told.stopped = one.stopped;
        told.more = one.more;
        if !one.more || left <= chunk {
            break;
        }
        thread::sleep(pause);
    }
    line.close();
    Ok(told)
}

/// Sends beside the portal until it is dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Begins.
    pub(crate) fn begin(portal: Arc<Portal>, relay: Relay, per_minute: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let thread = thread::spawn(move || work(&portal, relay, per_minute, &ends));
        Self { over, thread: Some(thread) }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            drop(thread.join());
        }
    }
}

fn work(portal: &Portal, relay: Relay, per_minute: u32, over: &AtomicBool) {
    let (chunk, pause) = pace(per_minute);
    let mut line = Line::new(relay);
    let mut rest = FIRST_REST;
    let mut trouble = String::new();
    while !over.load(Ordering::Relaxed) {
        let (now, wall): (Timestamp, Timestamp) = portal.times();
        let ctx = Ctx { actor: Actor::System, now, wall };
        let told = pass(&portal.almoner(), &ctx, &portal.look, &mut line, chunk);
        let (wait, what) = match told {
            Ok(Delivered { stopped: Some(why), .. }) => (rest, why),
            Ok(Delivered { more: true, .. }) => (pause, String::new()),
            Ok(_) => {
                line.close();
                (QUIET, String::new())
            }
            // Another node sends: nothing is wrong.
            Err(Error::Store(store::error::Error::Leased { .. })) => (QUIET, String::new()),
            Err(error) => (rest, error.to_string()),
        };
        rest = if what.is_empty() { FIRST_REST } else { (rest * 2).min(LONGEST_REST) };
        if what != trouble {
            let (level, event) =
                if what.is_empty() { (Level::Info, "mail_goes_again") } else { (Level::Warn, "no_mail_goes") };
            portal.log.line(level, event, &[("why", what.as_str().into())]);
            trouble = what;
        }
        thread::park_timeout(wait);
    }
    line.close();
}
