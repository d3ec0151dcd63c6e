//! Random bytes for tests: different ones each time, the same in every run.

use std::sync::{Mutex, PoisonError};

use fastrand::Rng;
use service::identity::Dice;

/// Bytes of a seed.
#[derive(Debug)]
pub struct Seeded(Mutex<Rng>);

impl Seeded {
    /// Begins anew.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Rng::with_seed(seed)))
    }
}

impl Dice for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}
