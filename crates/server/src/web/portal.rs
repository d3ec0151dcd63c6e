//! What all pages share: the federation, the key, the brand, and how much may go on at once.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use domain::ids::AccountId;
use domain::time::{Calendar, Timestamp};
use service::demo::cast::Part;
use service::federation::Almoner;
use service::identity::Key;
use tokio::sync::Semaphore;

use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::cli::session;
use crate::clock;
use crate::config::net::Networks;
use crate::config::{Config, Limits};
use crate::log::Log;
use crate::mail::set::Look;
use crate::sms::queue::Texts;
use crate::web::errands::Errands;
use crate::web::jobs::Jobs;
use crate::web::key;
use crate::web::logo::{self, Logo};
use crate::web::metrics::Metrics;
use crate::web::rates::Rates;
use crate::web::sources::Sources;
use crate::web::spool::{self, Spool};

/// So many files are being written at once; who asks for another is told to come again.
const STREAMS: usize = 8;

/// Pages that change nothing, made at once for each core: with a database in this process such a page waits for a processor
/// alone, with a server now and then for the network. More of them only push each other aside, and each has a connection to
/// open and pages to keep: on two cores 50 people at once got 3.5 times as many pages of SQLite from 4 at a time as from 32,
/// with a seventh of the memory.
const LOOKS_A_CORE: (usize, usize) = (2, 4);

/// So many files are received at once.
pub(crate) const UPLOADS: usize = 8;

/// The portal of a federation.
pub(crate) struct Portal {
    /// Files that browsers hand in.
    pub(crate) spool: Spool,
    /// Files at work.
    pub(crate) jobs: Jobs,
    /// Files being received.
    pub(crate) uploads: Semaphore,
    /// When this process began, on the wall.
    begun_at: i64,
    store: String,
    almoner: RwLock<Arc<Almoner>>,
    origin: String,
    /// Stated in a rehearsal: the clock begins there.
    ahead: i64,
    /// Opens sealed secrets.
    pub(crate) key: Key,
    /// The service's name, on every page.
    pub(crate) brand: String,
    /// The style sheet of its colours; empty where they are Almoner's.
    pub(crate) style: String,
    /// The picture beside its name, if it is another.
    pub(crate) logo: Option<Logo>,
    /// Proxies whose word about a source is taken.
    pub(crate) proxies: Networks,
    /// How much of each thing.
    pub(crate) limits: Limits,
    /// Requests by source, and by account.
    pub(crate) source_rates: Rates<IpAddr>,
    pub(crate) account_rates: Rates<AccountId>,
    /// What is counted.
    pub(crate) metrics: Metrics,
    /// What is written down.
    pub(crate) log: Log,
    begun: Instant,
    draining: AtomicBool,
    /// Who may be played; nobody, but in the demonstration that this very process made.
    pub(crate) cast: Vec<Part>,
    /// What notices look like, and who sends them.
    pub(crate) look: Look,
    /// Failed sign-ins by source.
    pub(crate) sources: Sources,
    /// Tries to recover an account, by source.
    pub(crate) recoveries: Sources,
    /// Codes to telephones.
    pub(crate) texts: Texts,
    /// Pages being made.
    pub(crate) pages: Semaphore,
    /// Pages being made that change nothing.
    looks: Semaphore,
    /// Work that takes longer than a page.
    pub(crate) errands: Errands,
    /// Files being written.
    pub(crate) streams: Arc<Semaphore>,
    /// Passwords being hashed: each takes a core for a while, so no more of them than cores.
    pub(crate) hashes: Semaphore,
}

impl Portal {
    /// Opens the federation that the command line names.
    pub(crate) fn open(cli: &Cli, address: SocketAddr, cast: Vec<Part>) -> Result<Self, Failure> {
        let config = &cli.config;
        let almoner = Almoner::open(&config.store)?;
        let (now, wall) = session::times(cli, almoner.rehearsal(), almoner.calendar())?;
        let key = key::of(config)?;
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        let origin = config.origin.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
        let portal = Self::new(config, almoner, key, &origin, now.second() - wall.second())?;
        Ok(Self { cast, ..portal })
    }

    /// A portal of an open federation.
    pub(crate) fn new(config: &Config, almoner: Almoner, key: Key, origin: &str, ahead: i64) -> Result<Self, Failure> {
        let key_file = key::place(config.key_file.as_deref(), &config.store)?;
        let cores = available_parallelism().map_or(1, usize::from);
        let pages = usize::try_from(config.limits.pages).unwrap_or(1);
        let begun_at = clock::wall().second();
        Ok(Self {
            looks: Semaphore::new(
                pages.min(cores * if almoner.is_embedded() { LOOKS_A_CORE.0 } else { LOOKS_A_CORE.1 }),
            ),
            spool: Spool::new(spool::beside(&key_file), config.limits.upload),
            jobs: Jobs::default(),
            uploads: Semaphore::new(UPLOADS),
            begun_at,
            store: config.store.clone(),
            almoner: RwLock::new(Arc::new(almoner)),
            origin: origin.trim_end_matches('/').to_owned(),
            ahead,
            key,
            brand: config.brand.name.clone(),
            style: config.brand.style.clone(),
            logo: config.brand.logo.as_deref().map(logo::read).transpose()?,
            proxies: config.proxies.clone(),
            limits: config.limits.clone(),
            source_rates: Rates::new(config.limits.source),
            account_rates: Rates::new(config.limits.account),
            metrics: Metrics::default(),
            log: Log::new(config.log),
            begun: clock::stopwatch(),
            draining: AtomicBool::new(false),
            cast: Vec::new(),
            look: Look::of(config, origin.trim_end_matches('/'))?,
            sources: Sources::default(),
            pages: Semaphore::new(pages),
            errands: Errands::since(begun_at),
            streams: Arc::new(Semaphore::new(STREAMS)),
            recoveries: Sources::default(),
            texts: Texts::open(config.sms.as_ref())?,
            hashes: Semaphore::new(cores),
        })
    }

    /// The federation as it was opened last, without a look at the store.
    pub(crate) fn known_almoner(&self) -> Arc<Almoner> {
        Arc::clone(&self.almoner.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The federation. A policy that was adopted meanwhile is read by opening it again. Asks the store, so it waits.
    pub(crate) fn almoner(&self) -> Arc<Almoner> {
        let open = self.known_almoner();
        if !open.is_outdated().unwrap_or(false) {
            return open;
        }
        let Ok(fresh) = Almoner::open(&self.store) else { return open };
        let mut kept = self.almoner.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Arc::new(fresh);
        Arc::clone(&kept)
    }

    /// The line in which a page waits for its turn.
    pub(crate) fn line(&self, writes: bool) -> &Semaphore {
        if writes { &self.pages } else { &self.looks }
    }

    /// Milliseconds since the start, for what fills with time.
    pub(crate) fn millis(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// From now on it is not ready for more.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Waits until the work in the background may be left: what it is at is finished, and nothing more is begun.
    pub(crate) fn settle(&self) {
        self.drain();
        let until = clock::stopwatch() + Duration::from_secs(self.limits.stop_seconds.into());
        self.jobs.stop(until);
        self.errands.stop(until);
    }

    /// Whether it was told to stop.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// When this process began: with its number it is the only one of this name.
    pub(crate) fn begun_at(&self) -> i64 {
        self.begun_at
    }

    /// The same, found elsewhere.
    #[cfg(test)]
    pub(crate) fn found_at(&mut self, origin: &str) {
        origin.clone_into(&mut self.origin);
    }

    /// Where browsers find it, without a stroke at the end.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether browsers come by TLS, so that cookies are kept to it.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The time that rules use, and the time on the wall.
    pub(crate) fn times(&self) -> (Timestamp, Timestamp) {
        let wall = clock::wall();
        (wall.plus_seconds(self.ahead), wall)
    }

    /// The federation's calendar, for times on pages.
    pub(crate) fn calendar(&self) -> Calendar {
        self.almoner.read().unwrap_or_else(PoisonError::into_inner).calendar().clone()
    }
}
