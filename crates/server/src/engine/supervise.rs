//! `mail start`: both programs are kept running as long as this process lives, with a line in the log for each thing that
//! happens to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::config::Level;
use crate::engine::answering::Answering;
use crate::engine::child::{Engine, Order, keep, sweep};
use crate::engine::programs::Programs;
use crate::engine::settings::{FILE, Settings};
use crate::engine::{check, lock, probe, programs};
use crate::log::Log;

/// So often it is looked whether the certificate changed.
const LOOK: Duration = Duration::from_mins(1);
/// So long both may take until every port greets, and the pause between two looks.
const SOON: Duration = Duration::from_mins(1);
/// So long Postfix waits for a Dovecot that signs people in.
const SIGNS_IN: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(100);

/// Only root may take the ports, and hand each process its user.
pub(crate) fn as_root(what: &str) -> Result<(), Failure> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let hint = "run it as root: Postfix and Dovecot begin as root and give each of their processes a user of its own";
    Err(Failure::refused(format!("only root can {what} the mail engine"), hint))
}

/// Runs both until it is told to stop.
pub(crate) fn start(cli: &Cli, s: &Settings) -> Result<Answer, Failure> {
    as_root("start")?;
    let programs = programs::find()?;
    let _held = lock::take(s)?;
    with_files();
    let runtime = Runtime::new().map_err(|error| cannot(&error))?;
    runtime.block_on(run(cli, s, &programs))?;
    Ok(Answer::silent())
}

/// Lets this process, and so both engines, open as many files as the system allows: each session has some.
fn with_files() {
    let limit = getrlimit(Resource::Nofile);
    // Where it may not be raised, it stays as it is, and Dovecot says in its log that it is low.
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap_or_default();
}

fn cannot(error: &std::io::Error) -> Failure {
    Failure::refused(format!("the mail engine cannot be kept running ({error})"), "see what the system says to it")
}

async fn run(cli: &Cli, s: &Settings, programs: &Programs) -> Result<(), Failure> {
    let hears = |kind| signal(kind).map_err(|error| cannot(&error));
    let (mut ends, mut breaks) = (hears(SignalKind::terminate())?, hears(SignalKind::interrupt())?);
    let mut asks = hears(SignalKind::hangup())?;
    let log = Arc::new(Log::new(cli.config.log));
    let where_it_is = ("folder", s.folder.display().to_string().into());
    log.line(Level::Info, "mail_starting", &[where_it_is]);
    let differing = check::differing(s)?;
    if !differing.is_empty() {
        log.line(Level::Warn, "mail_files_differ", &[("files", differing.join(" ").into())]);
    }
    // Before anybody can ask, and until nobody can.
    let answering = Answering::begin(cli, s)?;
    let (dovecot, postfix) = (dovecot(s, programs), postfix(s, programs));
    sweep(&postfix, &log).await;
    sweep(&dovecot, &log).await;
    let (begun, begins) = channel(0);
    let dovecot = Kept::new(dovecot, &log, begun.clone());
    // A Postfix that cannot ask who signs in ends each of its processes at once.
    let socket = s.at("queue/private/auth-almoner");
    drop(tokio::task::spawn_blocking(move || probe::signs_in(&socket, SIGNS_IN)).await);
    let postfix = Kept::new(postfix, &log, begun);
    let greeting = tokio::spawn(greeted(s.clone(), Arc::clone(&log), begins));
    let mut stamp = stamp(s);
    loop {
        tokio::select! {
            _ = ends.recv() => break,
            _ = breaks.recv() => break,
            _ = asks.recv() => {}
            () = tokio::time::sleep(LOOK) => {
                let fresh = self::stamp(s);
                if fresh == stamp {
                    continue;
                }
                stamp = fresh;
            }
        }
        // First our own: whoever reads the line may take an old key away.
        answering.read_again(s);
        log.line(Level::Info, "mail_reads_its_files_again", &[]);
        postfix.tell(Order::Reload);
        dovecot.tell(Order::Reload);
    }
    greeting.abort();
    log.line(Level::Info, "mail_stopping", &[]);
    // What Postfix is delivering, Dovecot still takes.
    postfix.stopped().await;
    dovecot.stopped().await;
    answering.end().await;
    log.line(Level::Info, "mail_stopped", &[]);
    Ok(())
}

/// One of the two, kept running beside us.
struct Kept {
    orders: Sender<Order>,
    task: JoinHandle<()>,
}

impl Kept {
    fn new(engine: Engine, log: &Arc<Log>, begun: Sender<u64>) -> Self {
        let (orders, told) = channel(Order::Run);
        Self { orders, task: tokio::spawn(keep(engine, Arc::clone(log), told, begun)) }
    }

    fn tell(&self, order: Order) {
        self.orders.send_replace(order);
    }

    async fn stopped(self) {
        self.tell(Order::Stop);
        // A task that fell over has nothing more to end.
        drop(self.task.await);
    }
}

/// Says after each start that every port greets, or which one does not.
async fn greeted(s: Settings, log: Arc<Log>, mut begins: Receiver<u64>) {
    while begins.changed().await.is_ok() {
        let mut silent = vec![""];
        for _ in 0..SOON.as_millis() / AGAIN.as_millis() {
            // A start before the look is told of by it.
            begins.borrow_and_update();
            let asked = s.clone();
            silent = tokio::task::spawn_blocking(move || probe::silent(&asked)).await.unwrap_or_default();
            if silent.is_empty() {
                break;
            }
            tokio::time::sleep(AGAIN).await;
        }
        if silent.is_empty() {
            log.line(Level::Info, "mail_ready", &[("address", s.listen.to_string().into())]);
        } else {
            log.line(Level::Error, "mail_not_ready", &[("silent", silent.join(" ").into())]);
        }
    }
}

/// When the certificate and its key were changed last.
fn stamp(s: &Settings) -> [Option<std::time::SystemTime>; 3] {
    let files = s.tls_files();
    [files.certificate, files.key, s.at(FILE)].map(|path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok())
}

fn dovecot(s: &Settings, programs: &Programs) -> Engine {
    Engine {
        name: "dovecot",
        settings: s.clone(),
        ports: &["imap", "imaps", "pop3", "pop3s", "sieve"],
        // Dovecot makes a socket in a folder of Postfix's queue, so Postfix has to put that in order first.
        prepare: Some(order(s, programs)),
        program: programs.dovecot.clone(),
        words: vec!["-F".to_owned(), "-c".to_owned(), shown(&s.at("dovecot/dovecot.conf"))],
        number: s.at("run/dovecot/master.pid"),
        said: s.at("log/dovecot.start"),
        log: s.at("log/dovecot.log"),
    }
}

fn postfix(s: &Settings, programs: &Programs) -> Engine {
    Engine {
        name: "postfix",
        settings: s.clone(),
        ports: &["smtp", "submission", "submissions"],
        prepare: Some(order(s, programs)),
        program: programs.master.clone(),
        // Without -d it would leave its group of processes, and could not be ended as a whole.
        words: vec!["-d".to_owned(), "-c".to_owned(), shown(&s.at("postfix"))],
        number: s.at("queue/pid/master.pid"),
        said: s.at("log/postfix.start"),
        log: s.at("log/postfix.log"),
    }
}

fn order(s: &Settings, programs: &Programs) -> (PathBuf, Vec<String>) {
    (programs.postfix.clone(), vec!["-c".to_owned(), shown(&s.at("postfix")), "check".to_owned()])
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
