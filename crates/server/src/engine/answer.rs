//! What answers Postfix and Dovecot: sockets of this machine, each question answered by one use case. A question that cannot
//! be answered now gets a temporary failure, never a guess.

mod auth;
mod dict;
mod look;
mod map;
mod policy;
mod rules;
pub(crate) mod talk;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::ctx::Ctx;
use domain::delivery::Network;
use domain::policy::MailRules;
use domain::rights::Actor;
use domain::time::Day;
use serde_json::Value;
use service::engine::Engine;
use service::engine::commands::Job;
use service::error::Error;
use service::federation::Almoner;
use service::progress::Progress;
use service::run::Holder;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval};

use crate::cli::failure::Failure;
use crate::cli::holder;
use crate::clock;
use crate::config::Level;
use crate::config::net::Networks;
use crate::engine::filter::{self, Means};
use crate::engine::hands::Hands;
use crate::log::Log;

/// So often the store is asked what changed: a change is known in less than a second, also where a look takes long.
const LOOK: Duration = Duration::from_millis(200);
/// So often what was seen is written: signals are to be there within a minute (MAIL-02).
const WRITE: Duration = Duration::from_secs(15);
/// So often it is looked whether there are commands to be worked off.
const COMMANDS: Duration = Duration::from_millis(500);
/// So often it is looked whether another policy was adopted.
const POLICY: Duration = Duration::from_secs(5);

/// Where the questions come in.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    /// The unix socket of Postfix's maps.
    pub(crate) maps: PathBuf,
    /// The unix socket of its policy service.
    pub(crate) policy: PathBuf,
    /// The unix socket of Dovecot's dictionaries.
    pub(crate) dict: PathBuf,
    /// The unix socket of Postfix's filter.
    pub(crate) filter: PathBuf,
    /// The loopback address of Dovecot's auth policy server.
    pub(crate) auth: SocketAddr,
}

/// Who may ask.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    /// What Dovecot shows to the auth policy server.
    pub(crate) token: String,
    /// User numbers that may ask for hashes: those of Dovecot's auth processes.
    pub(crate) auth: Vec<u32>,
    /// User numbers that may ask anything else: of Postfix, and of whoever owns the mail.
    pub(crate) engine: Vec<u32>,
    /// The federation's networks; all others are the internet.
    pub(crate) inside: Networks,
}

/// What is done with messages beyond taking or refusing them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handling {
    /// A gateway encrypts what goes to others (SEM-01).
    pub(crate) gateway: bool,
}

/// Answers.
pub(crate) struct Answerer {
    /// How a fresh one is opened.
    store: String,
    almoner: RwLock<Arc<Almoner>>,
    pub(crate) engine: Engine,
    pub(crate) trust: Trust,
    /// Seconds by which a rehearsal is before the wall.
    ahead: i64,
    homes: Homes,
    pub(crate) handling: Handling,
    pub(crate) means: Means,
    /// Does what commands ask for, where the programs are kept running here.
    hands: Option<Hands>,
    log: Log,
}

/// Where mail is.
#[derive(Debug, Clone)]
pub(crate) struct Homes {
    /// Below it are the homes.
    pub(crate) folder: PathBuf,
    /// The number that owns all mail.
    pub(crate) owner: u32,
}

impl Answerer {
    /// Reads the federation. Cost: see `Engine::start`.
    pub(crate) fn open(
        store: &str,
        almoner: Almoner,
        (trust, homes, handling, means): (Trust, Homes, Handling, Means),
        ahead: i64,
        log: Log,
        progress: &dyn Progress,
    ) -> Result<Self, Failure> {
        let engine = Engine::start(&almoner, &ctx(ahead), progress)?;
        let (almoner, store) = (RwLock::new(Arc::new(almoner)), store.to_owned());
        Ok(Self { store, almoner, engine, trust, ahead, homes, handling, means, hands: None, log })
    }

    /// The same, which also works off commands.
    pub(crate) fn with_hands(self, hands: Hands) -> Self {
        Self { hands: Some(hands), ..self }
    }

    /// The federation as it is now.
    pub(crate) fn almoner(&self) -> Arc<Almoner> {
        Arc::clone(&self.almoner.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Now.
    pub(crate) fn ctx(&self) -> Ctx {
        ctx(self.ahead)
    }

    /// Whoever's address is not known is on the internet.
    pub(crate) fn network(&self, address: Option<IpAddr>) -> Network {
        let inside = address.is_some_and(|address| self.trust.inside.has(address));
        if inside { Network::Inside } else { Network::Internet }
    }

    fn today(&self) -> Day {
        self.almoner().today(&self.ctx())
    }

    /// What the policy of today says about mail.
    fn mail_rules(&self) -> Result<MailRules, ()> {
        let almoner = self.almoner();
        almoner.policy_on(almoner.today(&self.ctx())).map(|policy| policy.mail).map_err(|_| self.failed("policy"))
    }

    /// What went wrong, in words of ours: an error of the store can repeat what was asked.
    pub(crate) fn failed(&self, what: &str) {
        self.log.line(Level::Warn, "mail_not_answered", &[("what", Value::from(what))]);
    }

    /// A policy that was adopted meanwhile is read by opening the federation again.
    fn renew(&self) {
        if !self.almoner().is_outdated().unwrap_or(false) {
            return;
        }
        if let Ok(fresh) = Almoner::open(&self.store) {
            *self.almoner.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        }
    }

    fn follow(&self) {
        if self.engine.follow(&self.almoner(), &self.ctx()).is_err() {
            self.failed("follow");
        }
    }

    fn commands(&self) {
        let Some(hands) = &self.hands else { return };
        let (name, is_alive) = (holder::name(), &holder::is_alive);
        let holder = Holder { name, is_alive, wall: &clock::wall, workers: None, batch: None };
        let mut work = |jobs: &[Job]| hands.work(jobs);
        match self.engine.work_commands(&self.almoner(), &self.ctx(), &holder, &mut work) {
            Ok(worked) if worked.later + worked.failed > 0 => {
                let counts = [("later", Value::from(worked.later)), ("failed", Value::from(worked.failed))];
                self.log.line(Level::Warn, "mail_commands", &counts);
            }
            // Another process works them off.
            Ok(_) | Err(Error::Store(store::error::Error::Leased { .. })) => (),
            Err(_) => self.failed("commands"),
        }
    }

    fn write(&self) {
        let almoner = self.almoner();
        if self.engine.write_signals(&almoner, &self.ctx()).is_err() {
            self.failed("signals");
        }
        if self.engine.keep_spoofs(&almoner).is_err() {
            self.failed("spoofs");
        }
        if self.engine.keep_uses(&almoner).is_err() {
            self.failed("uses");
        }
        if self.engine.keep_doors(&almoner).is_err() {
            self.failed("doors");
        }
        if self.mail_rules().is_ok_and(|rules| self.engine.keep_paces(&almoner, rules).is_err()) {
            self.failed("paces");
        }
    }
}

fn ctx(ahead: i64) -> Ctx {
    let wall = clock::wall();
    Ctx { actor: Actor::System, now: wall.plus_seconds(ahead), wall }
}

/// The sockets, open.
pub(crate) struct Open {
    maps: UnixListener,
    policy: UnixListener,
    dict: UnixListener,
    filter: UnixListener,
    auth: TcpListener,
}

impl Open {
    /// Opens all of them, instead of whatever stands there from an earlier time. Who may ask is looked at for each
    /// connection, so the sockets themselves are open to all.
    pub(crate) fn at(doors: &Doors) -> std::io::Result<Self> {
        let auth = std::net::TcpListener::bind(doors.auth)?;
        auth.set_nonblocking(true)?;
        let (maps, policy) = (talk::listen(&doors.maps)?, talk::listen(&doors.policy)?);
        let (dict, filter) = (talk::listen(&doors.dict)?, talk::listen(&doors.filter)?);
        Ok(Self { maps, policy, dict, filter, auth: TcpListener::from_std(auth)? })
    }
}

/// Answers until it is told to stop; then what was seen is written.
pub(crate) async fn serve(answerer: Arc<Answerer>, open: Open, stop: impl Future<Output = ()>) {
    let Open { maps, policy, dict, filter, auth } = open;
    let all = [
        tokio::spawn(talk::serve(maps, Arc::clone(&answerer), map::answer)),
        tokio::spawn(talk::serve(policy, Arc::clone(&answerer), policy::answer)),
        tokio::spawn(dict::serve(dict, Arc::clone(&answerer))),
        tokio::spawn(filter::serve(filter, Arc::clone(&answerer))),
        tokio::spawn(auth::serve(auth, Arc::clone(&answerer))),
        tokio::spawn(every(LOOK, Arc::clone(&answerer), Answerer::follow)),
        tokio::spawn(every(WRITE, Arc::clone(&answerer), Answerer::write)),
        tokio::spawn(every(COMMANDS, Arc::clone(&answerer), Answerer::commands)),
        tokio::spawn(every(POLICY, Arc::clone(&answerer), Answerer::renew)),
    ];
    stop.await;
    if let Some(hands) = &answerer.hands {
        hands.stop();
    }
    for task in all {
        task.abort();
    }
    block_in_place(|| answerer.write());
}

/// Does something again and again. Whatever asks the database stands in `block_in_place`.
async fn every(pause: Duration, answerer: Arc<Answerer>, work: fn(&Answerer)) {
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        block_in_place(|| work(&answerer));
    }
}

#[cfg(test)]
mod tests;
