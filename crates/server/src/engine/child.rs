//! One of the two programs: started, started again with growing pauses when it ends by itself, stopped when told.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::process::{Child, Command};
use tokio::sync::watch::{Receiver, Sender};

use crate::clock;
use crate::config::Level;
use crate::engine::settings::Settings;
use crate::engine::{left, probe};
use crate::log::Log;

/// The first pause before it is started again, and the longest.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_mins(1);
/// Whoever ran so long is started again without much of a pause.
const STEADY: Duration = Duration::from_mins(5);
/// So long it may take to stop.
const PATIENCE: Duration = Duration::from_secs(12);

/// Of a log, so many bytes are read to find a reason.
const MUCH: u64 = 8192;

/// What the supervisor wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Run.
    Run,
    /// Read the files again.
    Reload,
    /// Stop.
    Stop,
}

/// One of the two programs.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    /// For the log.
    pub(super) name: &'static str,
    /// What the folder was told.
    pub(super) settings: Settings,
    /// The ports that it opens.
    pub(super) ports: &'static [&'static str],
    /// Called before each start: it puts the folders in order.
    pub(super) prepare: Option<(PathBuf, Vec<String>)>,
    /// What runs.
    pub(super) program: PathBuf,
    /// With which words.
    pub(super) words: Vec<String>,
    /// Where its first process writes its number.
    pub(super) number: PathBuf,
    /// Where it says why it does not start.
    pub(super) said: PathBuf,
    /// Where it writes all else.
    pub(super) log: PathBuf,
}

/// How a wait ended.
enum Came {
    End(String),
    Stop,
}

/// Keeps it running until it is told to stop.
pub(super) async fn keep(engine: Engine, log: Arc<Log>, mut orders: Receiver<Order>, begun: Sender<u64>) {
    let mut pause = FIRST;
    loop {
        let running = clock::stopwatch();
        let from = std::fs::metadata(&engine.log).map_or(0, |log| log.len());
        match spawned(&engine, from).await {
            Err(why) => line(&log, Level::Error, "engine_did_not_start", &engine, &why),
            Ok(mut child) => {
                let number = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or(0);
                line(&log, Level::Info, "engine_started", &engine, &format!("process {number}"));
                begun.send_modify(|count| *count += 1);
                match lived(&mut child, number, &mut orders).await {
                    Came::Stop => {
                        left::tell(number, Signal::TERM);
                        drop(tokio::time::timeout(PATIENCE, child.wait()).await);
                        left::gone(number, PATIENCE / 4).await;
                        return line(&log, Level::Info, "engine_stopped", &engine, "as told");
                    }
                    Came::End(how) => {
                        left::kill(number);
                        line(&log, Level::Error, "engine_ended", &engine, &format!("{how}; {}", last(&engine, from)));
                    }
                }
            }
        }
        pause = if running.elapsed() > STEADY { FIRST } else { (pause * 2).min(LONGEST) };
        let wait = async { while *orders.borrow_and_update() != Order::Stop && orders.changed().await.is_ok() {} };
        if tokio::time::timeout(pause, wait).await.is_ok() {
            return;
        }
    }
}

/// Prepares and starts it, as the first of a group of processes of its own.
async fn spawned(engine: &Engine, from: u64) -> Result<Child, String> {
    let failed = |error: std::io::Error| error.to_string();
    if let Some((program, words)) = &engine.prepare {
        let output = Command::new(program).args(words).stdin(Stdio::null()).output().await.map_err(failed)?;
        if !output.status.success() {
            let said = format!("{}{}", String::from_utf8_lossy(&output.stderr), tail(&engine.log, from));
            return Err(shown(&said));
        }
    }
    let said = File::create(&engine.said).map_err(failed)?;
    let mut command = Command::new(&engine.program);
    command.args(&engine.words).stdin(Stdio::null()).stdout(said.try_clone().map_err(failed)?).stderr(said);
    command.process_group(0).spawn().map_err(failed)
}

async fn lived(child: &mut Child, number: i32, orders: &mut Receiver<Order>) -> Came {
    loop {
        tokio::select! {
            ended = child.wait() => return Came::End(ended.map_or_else(|error| error.to_string(), |how| how.to_string())),
            told = orders.changed() => {
                let order = if told.is_ok() { *orders.borrow_and_update() } else { Order::Stop };
                match order {
                    Order::Run => {}
                    Order::Reload => left::tell(number, Signal::HUP),
                    Order::Stop => return Came::Stop,
                }
            }
        }
    }
}

/// Ends what a supervisor that was killed left running: its ports are ours.
pub(super) async fn sweep(engine: &Engine, log: &Log) {
    let Some(number) = left::named(&engine.number, &engine.settings.folder) else { return };
    line(log, Level::Warn, "engine_was_left", engine, &format!("process {number}"));
    left::tell(number, Signal::TERM);
    left::gone(number, PATIENCE).await;
}

fn line(log: &Log, level: Level, event: &str, engine: &Engine, what: &str) {
    log.line(level, event, &[("engine", engine.name.into()), ("what", what.into())]);
}

/// Why it ended. Postfix has no log yet when it finds a port taken, so that is looked at here.
fn last(engine: &Engine, from: u64) -> String {
    let taken = probe::taken(&engine.settings, engine.ports);
    if !taken.is_empty() {
        return taken;
    }
    let said = std::fs::read_to_string(&engine.said).unwrap_or_default();
    shown(&format!("{}{said}", tail(&engine.log, from)))
}

/// The last line that tells of a failure, else the last one.
fn shown(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let worst = lines.iter().rfind(|line| line.to_lowercase().contains("fatal"));
    let line = worst.or(lines.last()).copied().unwrap_or("it said nothing");
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// What its log tells since it was begun, the end of it.
fn tail(path: &Path, from: u64) -> String {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|mut log| {
        let long = log.metadata()?.len().saturating_sub(MUCH);
        log.seek(SeekFrom::Start(from.max(long)))?;
        log.take(MUCH).read_to_end(&mut text)
    });
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_an_end_is_the_last_line_that_tells_of_a_failure() {
        for (text, told) in [
            ("", "it said nothing"),
            ("\n a\nb \n\n", "b"),
            ("x: fatal: bind\nmore\n", "x: fatal: bind"),
            ("one: fatal: old\nDovecot: Fatal: new\nend\n", "Dovecot: Fatal: new"),
            ("a\u{1b}[31m", "a[31m"),
        ] {
            assert_eq!(shown(text), told, "{text:?}");
        }
    }
}
