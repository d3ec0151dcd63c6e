//! Working a plan off: batches of accounts, each one transaction, shared by one or several workers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::change::Action;
use domain::lifecycle::task::next_task;
use store::lease::Lease;
use store::run::Run;
use store::tx::{Audit, WriteTx};

use crate::account::decided::Decided;
use crate::account::save::save;
use crate::again::{again, is_stale};
use crate::error::Error;
use crate::federation::Almoner;
use crate::run::brakes::reached;
use crate::run::counts::Counts;
use crate::run::day::RunDay;
use crate::run::going::{BEAT_SECONDS, Going};
use crate::run::packed::Item;
use crate::run::plan::{Go, Plan, held_back};

/// How often a batch is decided anew when people change its accounts at the same time.
pub(crate) const TRIES: u32 = 20;

/// The work that is to be shared.
struct Work<'w> {
    almoner: &'w Almoner,
    ctx: &'w Ctx,
    day: &'w RunDay<'w>,
    run: &'w Run,
    lease: &'w Lease,
    plan: &'w Plan,
    /// How many of those who may go are taken at a time.
    size: usize,
    /// The first of those who may go that nobody has taken.
    next: AtomicUsize,
    /// Nobody takes any more.
    over: AtomicBool,
}

/// What a batch came to.
struct Batch {
    seen: u64,
    done: Done,
}

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// Accounts that were changed.
    pub(crate) changed: u64,
    /// Those that have another status now.
    pub(crate) moves: Vec<Item>,
}

impl Done {
    pub(crate) fn add(&mut self, more: Self) {
        self.changed += more.changed;
        self.moves.extend(more.moves);
    }
}

impl Almoner {
    /// Does what the plan says, and only that. An account that a person or a signal changed since it was planned may need
    /// another plan.
    pub(crate) fn work_off(
        &self,
        ctx: &Ctx,
        day: &RunDay<'_>,
        run: &Run,
        going: &Going<'_>,
        plan: &Plan,
    ) -> Result<Done, Error> {
        let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (lease, size) = (going.lease, going.batch());
        let work = Work { almoner: self, ctx, day, run, lease, plan, size, next, over };
        let workers = going.workers().min(plan.go.len().div_ceil(size));
        going.progress.stage("run", u64::try_from(plan.go.len()).ok());
        let done = if workers > 1 { work.shared_by(workers, going) } else { work.alone(going) }?;
        going.progress.finish();
        Ok(done)
    }
}

/// Ends the work of the others when the coordinating thread leaves early.
struct Ends<'w>(&'w AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Work<'_> {
    fn alone(&self, going: &Going<'_>) -> Result<Done, Error> {
        let mut done = Done::default();
        while let Some(batch) = self.batch(1)? {
            done.add(batch.done);
            going.advance(batch.seen)?;
        }
        Ok(done)
    }

    /// Workers take batches; this thread tells how far they are and keeps the lease.
    fn shared_by(&self, workers: usize, going: &Going<'_>) -> Result<Done, Error> {
        thread::scope(|scope| {
            let (tell, hear) = channel();
            let _ends = Ends(&self.over);
            for slot in (1..).take(workers) {
                let tell = tell.clone();
                scope.spawn(move || {
                    while let Some(batch) = self.batch(slot).transpose() {
                        let failed = batch.is_err();
                        // Nobody listens any more: the coordinating thread left early.
                        if tell.send(batch).is_err() || failed {
                            break;
                        }
                    }
                });
            }
            drop(tell);
            let mut done = Done::default();
            loop {
                match hear.recv_timeout(Duration::from_secs(BEAT_SECONDS.unsigned_abs())) {
                    Ok(batch) => {
                        let batch = batch?;
                        done.add(batch.done);
                        going.advance(batch.seen)?;
                    }
                    Err(RecvTimeoutError::Timeout) => going.beat()?,
                    Err(RecvTimeoutError::Disconnected) => return Ok(done),
                }
            }
        })
    }

    /// The next batch, in one transaction: accounts, notices, commands, audit lines and the run's counts. `None`: all
    /// are taken.
    fn batch(&self, slot: i64) -> Result<Option<Batch>, Error> {
        if self.over.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let first = self.next.fetch_add(self.size, Ordering::Relaxed);
        let all = &self.plan.go;
        let Some(go) = all.get(first..all.len().min(first + self.size)).filter(|go| !go.is_empty()) else {
            return Ok(None);
        };
        let mut kept = self.kept(go);
        again(TRIES, is_stale, || {
            // Only once: when somebody changed one of them meanwhile, all are read again.
            let known = kept.take();
            self.almoner.store.write("run_batch", |tx| self.keep_batch(tx, slot, go, known.as_deref()))
        })
        .map(Some)
    }

    /// The accounts of a batch as the plan read them, if it kept them all.
    fn kept(&self, go: &[Go]) -> Option<Vec<&Account>> {
        let known = &self.plan.kept;
        let found = |go: &Go| known.binary_search_by_key(&go.id, |account| account.id).ok();
        go.iter().map(|go| found(go).and_then(|at| known.get(at))).collect()
    }

    /// Workers never wait for each other: their accounts differ, they count in slots of their own and only look at the
    /// lease. A batch that is committed at the moment in which another process takes the run over does no harm: the
    /// other finds these accounts done, or decides them as they were and is refused by their versions.
    fn keep_batch(
        &self,
        tx: &mut WriteTx<'_>,
        slot: i64,
        go: &[Go],
        known: Option<&[&Account]>,
    ) -> Result<(Batch, Audit), Error> {
        tx.check_lease(self.lease)?;
        let mut accounts: Vec<Account> = match known {
            Some(known) => known.iter().map(|account| (*account).clone()).collect(),
            None => store::account::by_ids(tx, &go.iter().map(|go| go.id).collect::<Vec<AccountId>>())?,
        };
        // Always in the same order: two transactions then never wait for each other in a circle.
        accounts.sort_unstable_by_key(|account| account.id);
        let mut decided = Vec::with_capacity(accounts.len());
        let mut planned = go.iter();
        for account in accounts {
            let does = planned.find(|go| go.id == account.id).map(|go| go.does);
            decided.extend(does.and_then(|does| self.decide(account, does)));
        }
        let seen = go.len() as u64;
        if decided.is_empty() {
            return Ok((Batch { seen, done: Done::default() }, Audit::nothing_changed()));
        }
        let events = save(self.almoner, tx, self.ctx, &mut decided, Some(self.run.id))?;
        keep_counts(tx, self.run, slot, &decided)?;
        let moves = decided.iter().filter_map(|d| Some((d.before.id, reached(d.change.action)?)));
        let done = Done { changed: decided.len() as u64, moves: moves.collect() };
        Ok((Batch { seen, done }, Audit::events(events)?))
    }

    /// Decides an account again, as it is now. What the plan did not say is left to the next plan, which knows brakes
    /// and caps.
    fn decide(&self, account: Account, does: Action) -> Option<Decided> {
        let terms = self.day.terms(&account);
        let change = apply(&account, &Event::RunCame, &terms, self.ctx.now).ok()?;
        let next = next_task(&change.account, &terms);
        (change.action == does).then(|| Decided::by_system(account, change, next))
    }
}

/// Adds to the run's counts and refusals, in the batch's own transaction.
fn keep_counts(tx: &mut WriteTx<'_>, run: &Run, slot: i64, decided: &[Decided]) -> Result<(), Error> {
    let mut counts = Counts::default();
    for one in decided {
        counts.change(&one.change);
    }
    for (what, count) in counts.named() {
        store::run::count(tx, run.id, &what, slot, count)?;
    }
    let refused: Vec<_> = decided
        .iter()
        .filter(|d| d.change.action == Action::DeletionRefused)
        .map(|d| (d.before.id, d.before.address.to_string(), held_back()))
        .collect();
    Ok(store::run::refuse(tx, run.id, &refused)?)
}
