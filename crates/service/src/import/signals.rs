//! The signals file: what another mail system has seen. Older sightings than are known change nothing (LC-02, LC-05).

use std::collections::HashMap;
use std::path::Path;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::change::{Action as Happened, Change};
use domain::lifecycle::task::next_task;
use domain::policy::Terms;
use domain::rights::Action;
use domain::signal::{Seen, Source};
use store::tx::WriteTx;
use wire::files::Problem;
use wire::files::signals::SignalLine;

use crate::account::decided::Decided;
use crate::account::save;
use crate::error::Error;
use crate::federation::Almoner;
use crate::import::FileReport;
use crate::import::job::{Applied, Job, Sent, problem};
use crate::import::outcome::{Outcome, Word};
use crate::import::registry::Registry;
use crate::import::send::{Sending, send};
use crate::progress::Progress;

/// Another system's clock may run ahead by so much.
const AHEAD_SECONDS: i64 = 24 * 60 * 60;

pub(super) struct SignalJob<'a> {
    almoner: &'a Almoner,
    ctx: &'a Ctx,
    registry: Registry,
    grant: Option<i64>,
}

impl Almoner {
    /// Records the signals of a file.
    pub fn import_signals(
        &self,
        ctx: &Ctx,
        file: &Path,
        out: Option<&Path>,
        check_only: bool,
        progress: &dyn Progress,
    ) -> Result<FileReport, Error> {
        let grant = Self::may_federation(&ctx.actor, Action::Signals)?.grant;
        let job = SignalJob { almoner: self, ctx, registry: Registry::read(self, ctx)?, grant };
        send(self, &job, &Sending { file, out, check_only }, progress)
    }
}

impl Job for SignalJob<'_> {
    type Line = SignalLine;
    const BATCH: usize = 20_000;

    fn check(&self, number: u64, line: &SignalLine) -> Vec<Problem> {
        if line.at <= self.ctx.now.plus_seconds(AHEAD_SECONDS) {
            return Vec::new();
        }
        vec![problem(number, "Time", &line.at, "this time has not come yet: correct the clock of the sending system")]
    }

    /// Many sightings of one account are one change of it.
    fn keys(&self, _: &SignalLine) -> Vec<String> {
        Vec::new()
    }

    fn name<'l>(&self, line: &'l SignalLine) -> &'l str {
        line.address.as_str()
    }

    fn apply(&self, tx: &mut WriteTx<'_>, _: &str, lines: &[Sent<'_, SignalLine>]) -> Result<Applied, Error> {
        let mut addresses: Vec<&str> = lines.iter().map(|sent| sent.line.address.as_str()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let found: HashMap<String, Account> = store::account::by_addresses(tx, &addresses)?.into_iter().collect();
        let mut outcomes = Vec::with_capacity(lines.len());
        let mut of_account: HashMap<i64, (&Account, Vec<usize>)> = HashMap::new();
        for (at, sent) in lines.iter().enumerate() {
            outcomes.push(match found.get(sent.line.address.as_str()) {
                None => {
                    Outcome::rejected("Address", "there is no account with this address: correct it, or leave it out")
                }
                Some(account) => {
                    of_account.entry(account.id.0).or_insert((account, Vec::new())).1.push(at);
                    Outcome::new(Word::Unchanged, "a later one is known")
                }
            });
        }
        let mut groups: Vec<(&Account, Vec<usize>)> = of_account.into_values().collect();
        groups.sort_by_key(|(account, _)| account.id);
        let mut decided = Vec::with_capacity(groups.len());
        for (account, mut places) in groups {
            places.sort_by_key(|at| lines.get(*at).map(|sent| sent.line.at));
            decided.extend(self.seen(account, &places, lines, &mut outcomes)?);
        }
        let events = save::save(self.almoner, tx, self.ctx, &mut decided, None)?;
        Ok(Applied { outcomes, events })
    }
}

impl SignalJob<'_> {
    /// Applies an account's sightings, oldest first, as one change; `None` when all were known.
    fn seen(
        &self,
        account: &Account,
        places: &[usize],
        lines: &[Sent<'_, SignalLine>],
        outcomes: &mut [Outcome],
    ) -> Result<Option<Decided>, Error> {
        let home = self.registry.get(&account.organisation);
        let sector = home.ok_or(store::error::Error::Corrupt("account.organisation"))?.sector;
        let terms = self.almoner.terms(account.kind, sector, self.registry.today())?;
        let mut together: Option<Change> = None;
        for at in places {
            let Some(sent) = lines.get(*at) else { continue };
            let before = together.as_ref().map_or(account, |change| &change.account);
            let after = self.one(before, sent.line, &terms)?;
            if after.account == *before {
                continue;
            }
            if let Some(outcome) = outcomes.get_mut(*at) {
                let detail = if after.action == Happened::Reactivated { "active again" } else { "" };
                *outcome = Outcome::new(Word::Done, detail);
            }
            together = Some(joined(together, after));
        }
        Ok(together.map(|change| Decided {
            before: account.clone(),
            next: next_task(&change.account, &terms),
            change,
            grant: self.grant,
            reason: String::new(),
            request_key: None,
            profile: None,
            released_by: None,
            belongings: Vec::new(),
        }))
    }

    fn one(&self, account: &Account, line: &SignalLine, terms: &Terms<'_>) -> Result<Change, Error> {
        let event = Event::Signal(line.signal, Seen { at: line.at, source: Source::Import });
        Ok(apply(account, &event, terms, self.ctx.now)?)
    }
}

/// Two changes as one: the account as it is at last, and what matters most of what happened.
fn joined(first: Option<Change>, then: Change) -> Change {
    let Some(first) = first else { return then };
    if first.action == Happened::Signalled {
        return Change { from: first.from, ..then };
    }
    Change { account: then.account, ..first }
}
