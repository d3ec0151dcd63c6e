//! Signals that the mail engine sees (MAIL-02): at most one write an account, kind and day, however often somebody reads
//! or sends. What was not written yet is in memory: a crash loses what was seen since the last writing, a stop nothing.

use std::collections::{HashMap, HashSet};

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::rights::Actor;
use domain::signal::{Seen, Signal, Source};
use domain::status::Status;
use domain::time::{Day, Timestamp};
use store::tx::Audit;

use crate::engine::{Engine, of};
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::signal;

/// Accounts that are written of in one transaction.
const BATCH: usize = 500;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    /// Not written yet.
    waiting: HashMap<(AccountId, Signal), Timestamp>,
    /// Written on `day`: nothing more is to be said of them before the next.
    told: HashSet<(AccountId, Signal)>,
    day: Option<Day>,
}

impl Engine {
    /// Notes a signal, to be written soon. Cost: two looks in memory.
    pub(crate) fn saw(&self, login: &str, signal: Signal, today: Day, ctx: &Ctx) {
        let found = self.book().find(&login.to_ascii_lowercase(), today).map(|record| (record.id, record.status));
        let Some((id, status)) = found else { return };
        let mut sightings = of(&self.sightings);
        if sightings.day != Some(today) {
            sightings.told.clear();
            sightings.day = Some(today);
        }
        // Whoever is inactive is revived by it, whatever was written earlier in the day (LC-05).
        if status == Status::Inactive || !sightings.told.contains(&(id, signal)) {
            sightings.waiting.insert((id, signal), ctx.now);
        }
    }

    /// Signals that are not written yet.
    pub fn unwritten(&self) -> usize {
        of(&self.sightings).waiting.len()
    }

    /// Writes what was seen since the last time; how many signals. What cannot be written is kept for the next time.
    /// Cost: two reads by key for each, a write for each that is the first of its day.
    pub fn write_signals(&self, almoner: &Almoner, ctx: &Ctx) -> Result<usize, Error> {
        let seen: Vec<((AccountId, Signal), Timestamp)> = of(&self.sightings).waiting.drain().collect();
        let count = seen.len();
        let mut rest = seen.as_slice();
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(rest.len().min(BATCH));
            if let Err(error) = almoner.write_sightings(ctx, batch) {
                let mut sightings = of(&self.sightings);
                for (key, at) in rest {
                    sightings.waiting.entry(*key).or_insert(*at);
                }
                return Err(error);
            }
            of(&self.sightings).told.extend(batch.iter().map(|(key, _)| *key));
            rest = later;
        }
        Ok(count)
    }
}

impl Almoner {
    fn write_sightings(&self, ctx: &Ctx, batch: &[((AccountId, Signal), Timestamp)]) -> Result<(), Error> {
        let ctx = Ctx { actor: Actor::System, ..ctx.clone() };
        self.store.write("mail_signals", |tx| {
            let mut events = Vec::new();
            for ((id, what), at) in batch {
                let seen = Seen { at: *at, source: Source::Engine };
                events.extend(signal::seen(self, tx, &ctx, *id, (*what, seen))?);
            }
            Ok::<_, Error>(((), Audit::if_any(events)))
        })
    }
}
