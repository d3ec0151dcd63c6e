//! The brakes of a run: which groups of a plan wait for a person (RUN-05), and what a jump of the clock holds (RUN-06).

use std::collections::{HashMap, HashSet};

use domain::brake::{Group, Measure, Stand, Tripped, always_passes, clock_jumped, is_braked, is_destructive, judge};
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::change::Action;
use domain::policy::BrakeRules;
use domain::rule::Rule;
use domain::status::{Kind, Status};
use domain::time::Day;
use store::run::Run;
use store::tx::Reader;

use crate::brake::figures::{Figures, InUse};
use crate::error::Error;
use crate::run::packed::{Item, unpack};

/// What a run's brakes know of its day.
#[derive(Debug, Default)]
pub(crate) struct Brakes<'b> {
    /// What they allow; absent where nothing is judged, as in a forecast.
    rules: Option<&'b BrakeRules>,
    /// The clock jumped: nothing is destroyed.
    jumped: Option<Tripped>,
    /// What was forecast for exactly this day, by account.
    forecast: Option<Vec<Item>>,
    /// They wait for this, in parts that nobody has released: one account may wait for several things.
    waiting: HashSet<(AccountId, Action)>,
    /// Their part was released: for this they pass.
    released: HashSet<(AccountId, Action)>,
    /// What went today.
    today: HashMap<Group, Tally>,
}

/// So many of a group, and so many of them that were forecast.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    count: i64,
    foreseen: i64,
}

/// A group that waits for a person, with its accounts.
#[derive(Debug)]
pub(crate) struct HeldGroup {
    pub(crate) group: Group,
    pub(crate) tripped: Tripped,
    pub(crate) measure: Measure,
    pub(crate) accounts: Vec<AccountId>,
}

impl<'b> Brakes<'b> {
    /// The brakes of a day, as the store has it: with what the day's run did already, if it goes on.
    pub(crate) fn new(
        db: &mut Reader<'_>,
        rules: &'b BrakeRules,
        day: Day,
        known: Option<&Run>,
    ) -> Result<Self, Error> {
        let before = store::run::latest(db, 2)?.into_iter().find(|run| run.day < day);
        let jumped = before.and_then(|run| clock_jumped(rules, run.day, day));
        let expectation = store::run::expected_until(db, day)?.filter(|expected| expected.for_day == day);
        let forecast = match expectation {
            Some(found) => Some(unpack(&found.items).ok_or(store::error::Error::Corrupt("run_forecast.items"))?),
            None => None,
        };
        let mut released = HashSet::new();
        store::brake::of_runs(db, Stand::Released, |item| {
            released.insert((item.account, item.action));
            Ok(())
        })?;
        let mut brakes = Self { rules: Some(rules), jumped, forecast, released, ..Self::waiting(db, day)? };
        if let Some(run) = known {
            brakes.remember(db, run)?;
        }
        Ok(brakes)
    }

    /// Nothing is judged, but who waits will still wait on that day, unless their part lapses by then: for a forecast.
    pub(crate) fn waiting(db: &mut Reader<'_>, day: Day) -> Result<Self, Error> {
        let lapsed: HashSet<i64> = store::brake::expired(db, day, u32::MAX)?.into_iter().collect();
        let mut waiting = HashSet::new();
        store::brake::of_runs(db, Stand::Held, |item| {
            waiting.extend((!lapsed.contains(&item.part)).then_some((item.account, item.action)));
            Ok(())
        })?;
        Ok(Self { waiting, ..Self::default() })
    }

    /// What a run did before it was interrupted counts: it must judge the rest as it judged the whole.
    fn remember(&mut self, db: &mut Reader<'_>, run: &Run) -> Result<(), Error> {
        store::run::done_in_run(db, run.id, |done| {
            let counts = |action: &Action| !self.lets_pass(done.account, *action);
            let reached = Action::parse(done.action).filter(counts).and_then(|action| Some((action, reached(action)?)));
            let words = (OdsCode::parse(done.organisation).ok(), Kind::parse(done.object_type), Rule::parse(done.rule));
            if let (Some((action, to)), (Some(organisation), Some(kind), Some(rule))) = (reached, words) {
                let foreseen = self.foresaw((done.account, to));
                self.went([(&Group { organisation, kind, action, rule }, &Tally { count: 1, foreseen })]);
            }
            Ok(())
        })?;
        for (organisation, kind, rule, count) in store::run::announced_in_run(db, run.id)? {
            let group = Group { organisation, kind, action: Action::Announced, rule };
            self.went([(&group, &Tally { count, foreseen: 0 })]);
        }
        Ok(())
    }

    /// Whether an account waits for exactly this in an open part. What else falls due, because a person or a signal changed
    /// the account since, was not held.
    pub(crate) fn holds(&self, account: AccountId, action: Action) -> bool {
        self.waiting.contains(&(account, action))
    }

    /// Whether two persons released exactly this: it is not judged again.
    pub(crate) fn lets_pass(&self, account: AccountId, action: Action) -> bool {
        self.released.contains(&(account, action))
    }

    /// These wait from now on.
    pub(crate) fn wait(&mut self, accounts: &[AccountId], action: Action) {
        self.waiting.extend(accounts.iter().map(|id| (*id, action)));
    }

    /// So many of each group went.
    pub(crate) fn went<'g>(&mut self, groups: impl IntoIterator<Item = (&'g Group, &'g Tally)>) {
        for (group, tally) in groups {
            match self.today.get_mut(group) {
                Some(known) => known.add(*tally),
                None => drop(self.today.insert(group.clone(), *tally)),
            }
        }
    }

    /// One account more of a group, which reaches this status.
    pub(crate) fn tally(&self, account: AccountId, to: Status, tally: &mut Tally) {
        tally.add(Tally { count: 1, foreseen: self.foresaw((account, to)) });
    }

    fn foresaw(&self, item: Item) -> i64 {
        self.forecast.as_ref().map_or(0, |items| i64::from(items.binary_search(&item).is_ok()))
    }

    /// Judges groups by what is planned of each, and what the plan let go already, in their order. Populations are counted
    /// beyond the floor only, and only as far as they matter; of what is held they are counted whole, for those who are to
    /// decide about it.
    pub(crate) fn judge(
        &self,
        db: &mut Reader<'_>,
        planned: &[(&Group, Tally, Tally)],
    ) -> Result<Vec<Option<(Tripped, Measure)>>, Error> {
        let Some(rules) = self.rules else { return Ok(vec![None; planned.len()]) };
        let figures: Vec<(usize, Figures<'_>)> = planned
            .iter()
            .enumerate()
            .filter(|(_, (group, tally, _))| tally.count > 0 && is_braked(group.action))
            .map(|(at, (group, tally, went))| (at, self.figures(group, *tally, *went)))
            .filter(|(_, f)| self.jump_of(f.group).is_some() || !always_passes(rules, f.planned, f.done_today))
            .collect();
        let in_use = InUse::enough_for(db, rules, figures.iter().map(|(_, f)| *f).collect())?;
        let stop = |f: Figures<'_>| self.jump_of(f.group).or_else(|| judge(rules, in_use.measure(f)));
        let tripped: Vec<(usize, Figures<'_>, Tripped)> =
            figures.into_iter().filter_map(|(at, f)| stop(f).map(|tripped| (at, f, tripped))).collect();
        let in_use = InUse::whole(db, tripped.iter().map(|(_, f, _)| f.group))?;
        let mut verdicts = vec![None; planned.len()];
        for (at, f, tripped) in tripped {
            if let Some(verdict) = verdicts.get_mut(at) {
                *verdict = Some((tripped, in_use.measure(f)));
            }
        }
        Ok(verdicts)
    }

    fn jump_of(&self, group: &Group) -> Option<Tripped> {
        self.jumped.clone().filter(|_| is_destructive(group.action))
    }

    fn figures<'g>(&self, group: &'g Group, tally: Tally, went: Tally) -> Figures<'g> {
        let mut done = self.today.get(group).copied().unwrap_or_default();
        done.add(went);
        let has_forecast = self.forecast.is_some() && reached(group.action).is_some();
        let forecast = has_forecast.then_some(tally.foreseen + done.foreseen);
        Figures { group, planned: tally.count, done_today: done.count, forecast }
    }
}

impl Tally {
    fn add(&mut self, more: Self) {
        self.count += more.count;
        self.foreseen += more.foreseen;
    }
}

/// The status that a run's transition leads to; none for what is no transition of a run.
pub(crate) const fn reached(action: Action) -> Option<Status> {
    match action {
        Action::Inactivated => Some(Status::Inactive),
        Action::Deleted => Some(Status::Deleted),
        Action::Purged => Some(Status::Purged),
        Action::Created
        | Action::Migrated
        | Action::Signalled
        | Action::AcceptedTerms
        | Action::OwnersAsked
        | Action::Confirmed
        | Action::Announced
        | Action::Reminded
        | Action::Reactivated
        | Action::MarkedLeaver
        | Action::CancelledLeaver
        | Action::Joined
        | Action::Transferred
        | Action::Disabled
        | Action::Enabled
        | Action::Restored
        | Action::HoldPlaced
        | Action::HoldReleased
        | Action::DeletionRefused
        | Action::Edited
        | Action::MemberLeft
        | Action::RulesSet
        | Action::AddressFreed
        | Action::Resecured
        | Action::RolledBack => None,
    }
}
