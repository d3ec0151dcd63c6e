//! What whoever watches over the service is told: counts and ages, of nobody in particular. It is read by the machine that
//! runs Almoner, which holds the whole store anyway, so no role is asked for.

use domain::ctx::Ctx;
use domain::time::Timestamp;

use crate::error::Error;
use crate::federation::Almoner;

/// Notices that failed longer ago are known.
const FAILED_SECONDS: i64 = 14 * 24 * 3600;

/// The counts of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gauges {
    /// Sessions that are not over; more than 100,000 are not counted.
    pub sessions: i64,
    /// Commands that the mail engine has not taken; more than 100,000 are not counted.
    pub outbox: i64,
    /// Notices of the last 14 days that no mail server would take; more than 100,000 are not counted.
    pub notices_failed: i64,
    /// When the notice was made that has waited longest to be sent.
    pub notice_waits: Option<Timestamp>,
    /// Parts that a brake holds; more than 1,000 are not counted.
    pub held: usize,
    /// When the latest run began, and whether it was ended.
    pub last_run: Option<(Timestamp, bool)>,
    /// When the federation was made.
    pub founded: Timestamp,
    /// Connections to the database that wait for the next caller.
    pub idle_connections: usize,
}

impl Almoner {
    /// Counts. Cost: six small reads.
    pub fn gauges(&self, ctx: &Ctx) -> Result<Gauges, Error> {
        let longest = self.identity_rules(ctx).map_or(0, |rules| i64::from(rules.session_hours) * 3600);
        let mut db = self.store.reader()?;
        let sessions = store::gauge::sessions(&mut db, ctx.now.second().saturating_sub(longest))?;
        let (outbox, held) = (store::gauge::outbox(&mut db)?, store::gauge::held(&mut db)?);
        let notices_failed = store::gauge::failed(&mut db, ctx.now.plus_seconds(-FAILED_SECONDS))?;
        let notice_waits = store::gauge::waits_since(&mut db)?;
        let last = store::run::latest(&mut db, 1)?;
        let founded = store::federation::get(&mut db)?.map_or(ctx.now, |row| row.created_at);
        let last_run = last.first().map(|run| (run.started_at, run.finished));
        drop(db);
        let idle_connections = self.store.idle_connections();
        Ok(Gauges { sessions, outbox, notices_failed, notice_waits, held, last_run, founded, idle_connections })
    }

    /// What is called now and then to see that the database answers. Cost: one read of a row.
    pub fn answers(&self) -> Result<(), Error> {
        store::federation::get(&mut self.store.reader()?)?.map(drop).ok_or_else(|| store::error::Error::NoSchema.into())
    }
}
