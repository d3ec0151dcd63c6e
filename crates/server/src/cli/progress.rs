//! Progress bars on stderr, for people who watch a terminal.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use service::progress::Progress;

use crate::cli::args::Cli;

/// A bar for the stage that is being done, or nothing where nobody watches.
#[derive(Debug)]
pub(crate) struct Bars {
    watched: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    pub(crate) fn new(cli: &Cli) -> Self {
        Self { watched: !cli.quiet && !cli.json && io::stderr().is_terminal(), bar: Mutex::default() }
    }

    fn put(&self, next: Option<ProgressBar>) {
        let before = std::mem::replace(&mut *self.bar.lock().unwrap_or_else(PoisonError::into_inner), next);
        if let Some(bar) = before {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn stage(&self, name: &str, total: Option<u64>) {
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
        if let Some(bar) = &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            bar.inc(done);
        }
    }

    fn finish(&self) {
        self.put(None);
    }
}

impl Drop for Bars {
    /// A command that fails half-way leaves no bar behind its error.
    fn drop(&mut self) {
        self.put(None);
    }
}
