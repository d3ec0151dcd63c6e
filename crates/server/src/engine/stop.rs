//! `mail stop`: tells the process that keeps the engine running to stop, and waits until it did.

use std::time::Duration;

use rustix::process::Signal;

use crate::cli::failure::Failure;
use crate::engine::settings::Settings;
use crate::engine::supervise::as_root;
use crate::engine::{left, lock};

/// A stop takes at most so long; then somebody has to look.
const PATIENCE: Duration = Duration::from_secs(40);
const LOOK: Duration = Duration::from_millis(100);

/// Stops it. Tells the number of the process, or nothing if none kept it running.
pub(crate) fn stop(s: &Settings) -> Result<Option<i32>, Failure> {
    let Some(number) = lock::holder(s) else { return Ok(None) };
    as_root("stop")?;
    left::tell(number, Signal::TERM);
    for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
        if lock::holder(s).is_none() {
            return Ok(Some(number));
        }
        std::thread::sleep(LOOK);
    }
    let hint = format!("see its log; `kill -9 {number}` and `almoner mail start` clean up after it");
    Err(Failure::refused(format!("process {number} was told to stop and has not"), hint))
}
