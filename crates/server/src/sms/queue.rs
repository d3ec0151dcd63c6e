//! Codes that wait to be sent, on a thread of their own: how long a service takes would tell a stranger whether an address has
//! a telephone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use domain::ctx::Ctx;
use domain::time::Timestamp;
use service::federation::Almoner;
use service::identity::own_mobile::Message;

use crate::cli::failure::Failure;
use crate::config::Sms;
use crate::sms::{Gateway, Unsent};

/// So many may wait; beyond, codes are dropped, and people ask again.
const WAITING: usize = 1_000;

/// One code, and in which federation to tell that it went out.
struct Job {
    almoner: Arc<Almoner>,
    ctx: Ctx,
    message: Message,
    service: String,
}

/// The gateway, if there is one, and what waits for it.
pub(crate) struct Texts {
    gateway: Option<Arc<Gateway>>,
    jobs: Option<SyncSender<Job>>,
    failing: Arc<AtomicBool>,
}

impl Texts {
    /// Opens the gateway and begins the thread, which ends with the portal.
    pub(crate) fn open(sms: Option<&Sms>) -> Result<Self, Failure> {
        let failing = Arc::new(AtomicBool::new(false));
        let Some(sms) = sms else { return Ok(Self { gateway: None, jobs: None, failing }) };
        let gateway = Arc::new(Gateway::open(sms)?);
        let (jobs, waiting) = sync_channel(WAITING);
        let (works, fails) = (Arc::clone(&gateway), Arc::clone(&failing));
        std::thread::spawn(move || work(&works, &waiting, &fails));
        Ok(Self { gateway: Some(gateway), jobs: Some(jobs), failing })
    }

    /// Whether codes go out at all, as far as is known. The same for everybody who asks.
    pub(crate) fn trouble(&self) -> Option<Unsent> {
        match (&self.gateway, self.failing.load(Ordering::Relaxed)) {
            (None, _) => Some(Unsent::Nowhere),
            (Some(_), true) => Some(Unsent::Unreachable),
            (Some(_), false) => None,
        }
    }

    /// Sends a code soon; what comes of it is told in the trail.
    pub(crate) fn soon(&self, almoner: &Arc<Almoner>, ctx: &Ctx, message: Message, service: &str) {
        let Some(jobs) = &self.jobs else { return };
        let job = Job { almoner: Arc::clone(almoner), ctx: ctx.clone(), message, service: service.to_owned() };
        if jobs.try_send(job).is_err() {
            self.failing.store(true, Ordering::Relaxed);
        }
    }

    /// Sends a code now, to somebody who is signed in and may be told what comes of it.
    pub(crate) fn now(&self, message: &Message, service: &str, wall: Timestamp) -> Result<(), Unsent> {
        let sent = self.gateway.as_ref().ok_or(Unsent::Nowhere)?.send(message, service, wall);
        self.note(sent);
        sent
    }

    fn note(&self, sent: Result<(), Unsent>) {
        self.failing.store(fails(sent), Ordering::Relaxed);
    }
}

/// Whether it is the service that fails, and not the number.
fn fails(sent: Result<(), Unsent>) -> bool {
    match sent {
        Ok(()) | Err(Unsent::Number) => false,
        Err(Unsent::Nowhere | Unsent::Unreachable | Unsent::TooMany | Unsent::Refused(_)) => true,
    }
}

fn work(gateway: &Gateway, waiting: &Receiver<Job>, failing: &AtomicBool) {
    while let Ok(job) = waiting.recv() {
        let sent = gateway.send(&job.message, &job.service, job.ctx.wall);
        failing.store(fails(sent), Ordering::Relaxed);
        // Nobody waits for the answer, and without its line the code works all the same.
        let _ = job.almoner.recovery_code_sent(&job.ctx, &job.message, sent.is_ok());
    }
}
