//! Progress bars on stderr, for people who watch a terminal; and how long each stage took, for those who ask.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use service::progress::Progress;

use crate::cli::args::Cli;
use crate::clock;

/// A bar for the stage that is being done, or nothing where nobody watches.
#[derive(Debug)]
pub(crate) struct Bars {
    watched: bool,
    timed: bool,
    bar: Mutex<Option<ProgressBar>>,
    /// The stage that goes on, and when it began.
    stage: Mutex<Option<(String, Instant)>>,
}

impl Bars {
    pub(crate) fn new(cli: &Cli) -> Self {
        let watched = !cli.quiet && !cli.json && io::stderr().is_terminal();
        Self { watched, timed: cli.timings, bar: Mutex::default(), stage: Mutex::default() }
    }

    fn put(&self, next: Option<ProgressBar>) {
        let before = std::mem::replace(&mut *held(&self.bar), next);
        if let Some(bar) = before {
            bar.finish_and_clear();
        }
    }

    fn turn_to(&self, next: Option<&str>) {
        let next = next.map(|name| (name.to_owned(), clock::stopwatch()));
        let before = std::mem::replace(&mut *held(&self.stage), next);
        if let Some((name, began)) = before.filter(|_| self.timed) {
            // Who closed stderr does not want to know.
            let _ = writeln!(io::stderr(), "{name}: {:.3} s", began.elapsed().as_secs_f64());
        }
    }
}

impl Progress for Bars {
    fn stage(&self, name: &str, total: Option<u64>) {
        self.turn_to(Some(name));
        if !self.watched {
            return;
        }
        // The bar before goes first: two at once would leave their lines on the screen.
        self.put(None);
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let shape = match total {
            Some(_) => "{msg:<24} {wide_bar} {human_pos}/{human_len} {eta}",
            None => "{msg:<24} {spinner} {human_pos}",
        };
        if let Ok(style) = ProgressStyle::with_template(shape) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        self.put(Some(bar));
    }

    fn advance(&self, done: u64) {
        if let Some(bar) = &*held(&self.bar) {
            bar.inc(done);
        }
    }

    fn finish(&self) {
        self.put(None);
        self.turn_to(None);
    }
}

fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Bars {
    /// A command that fails half-way leaves no bar behind its error.
    fn drop(&mut self) {
        self.put(None);
    }
}
