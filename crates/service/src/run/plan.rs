//! The plan of a day: who may go, who waits, and what it comes to. The one place that decides that; the run works off
//! exactly this, the preview and the forecast show it. Changes nothing.

use std::collections::{HashMap, HashSet};

use domain::account::Account;
use domain::brake::{Group, Measure, Tripped, cause};
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::change::Action;
use domain::lifecycle::task::next_task;
use domain::rule::Rule;
use domain::status::Status;
use domain::time::{Day, Timestamp};
use store::tx::Reader;

use crate::error::Error;
use crate::run::brakes::{Brakes, HeldGroup, Tally};
use crate::run::caps::Caps;
use crate::run::counts::Counts;
use crate::run::day::RunDay;
use crate::run::packed::Item;
use crate::run::report::Refused;

/// Accounts read at a time, and changed in one transaction: a few megabytes.
pub(crate) const BATCH: usize = 5_000;

/// The same as a number of rows.
pub(crate) const PAGE: u32 = 5_000;

/// Accounts that a plan keeps for the work that follows, some 60 MiB; beyond that they are read a second time.
pub(crate) const KEPT: usize = 150_000;

/// Before every key of the due index.
pub(crate) const FIRST: (Day, AccountId) = (Day::from_number(i32::MIN), AccountId(i64::MIN));

/// More steps than one account can take on one day; a guard, not a rule.
pub(crate) const MOST_A_DAY: u8 = 4;

/// An account that may go, and what the plan says happens to it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Go {
    pub(crate) id: AccountId,
    pub(crate) does: Action,
}

/// What a day brings.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Who may go, by id: neighbours lie on the same pages.
    pub(crate) go: Vec<Go>,
    /// Some of them as they were read, by id, so that nobody reads them again. Their version guards what is decided on
    /// them.
    pub(crate) kept: Vec<Account>,
    /// What it comes to, later steps of the same day included.
    pub(crate) counts: Counts,
    /// Its transitions, for the comparison with what then happens.
    pub(crate) items: Vec<Item>,
    /// Deletions that wait for another day: the caps are used up (RUN-04).
    pub(crate) deferred: i64,
    /// Accounts that a hold keeps back.
    pub(crate) refused: Vec<Refused>,
    /// Groups that wait for a person (RUN-05, RUN-06).
    pub(crate) held: Vec<HeldGroup>,
    /// Released accounts whose turn the caps put off.
    pub(crate) put_off: HashSet<AccountId>,
}

/// What keeps accounts back that are due.
pub(crate) struct Limits<'l, 'b> {
    pub(crate) brakes: &'l mut Brakes<'b>,
    pub(crate) caps: &'l mut Caps,
    /// How many accounts the plan keeps as they were read.
    pub(crate) keeps: usize,
}

/// One step of one account, in few bytes: a day may bring steps to every account there is.
#[derive(Debug, Clone, Copy)]
struct Step {
    id: AccountId,
    /// Its place in `Due::groups`.
    group: u32,
    from: Status,
    to: Status,
    notice: bool,
    /// The account's first step of the day, second, ...
    turn: u8,
}

/// All that is due, before anything but an open part holds it back.
struct Due<'d, 'l, 'b> {
    day: &'d RunDay<'d>,
    now: Timestamp,
    limits: Limits<'l, 'b>,
    steps: Vec<Step>,
    kept: Vec<Account>,
    groups: Vec<Group>,
    /// The groups of an organisation: few, so a search among them is quick.
    of: HashMap<OdsCode, Vec<u32>>,
    refused: Vec<Refused>,
}

/// Plans a day by the stored due dates. `seen` hears how many accounts were looked at. Cost: a read of what is due,
/// 16 bytes of memory a step.
pub(crate) fn plan(
    db: &mut Reader<'_>,
    day: &RunDay<'_>,
    now: Timestamp,
    limits: Limits<'_, '_>,
    seen: &dyn Fn(u64) -> Result<(), Error>,
) -> Result<Plan, Error> {
    let mut all = Due::new(day, now, limits);
    let mut after = FIRST;
    loop {
        let due = store::account::due(db, day.day, after, PAGE)?;
        let Some((last, on)) = due.last() else { break };
        after = (*on, last.id);
        let looked_at = due.len() as u64;
        for (account, _) in due {
            all.look_at(&account);
            all.keep(account);
        }
        seen(looked_at)?;
    }
    all.settle(db)
}

/// Plans a day on which other rules begin to hold: stored due dates say nothing then, so everybody is looked at.
/// Cost: a read of all accounts.
pub(crate) fn plan_anew(
    db: &mut Reader<'_>,
    day: &RunDay<'_>,
    now: Timestamp,
    limits: Limits<'_, '_>,
    seen: &dyn Fn(u64) -> Result<(), Error>,
) -> Result<Plan, Error> {
    let mut all = Due::new(day, now, limits);
    let mut due: HashMap<AccountId, Day> = HashMap::new();
    let mut after = AccountId(i64::MIN);
    loop {
        let page = store::account::page(db, after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = last.id;
        for (account, _) in &page {
            if let Some(task) = next_task(account, &day.terms(account)).filter(|task| task.on <= day.day) {
                due.insert(account.id, task.on);
                all.look_at(account);
            }
        }
        seen(page.len() as u64)?;
    }
    // The order in which the due index will have them.
    all.steps.sort_by_key(|step| (due.get(&step.id).copied(), step.id));
    all.settle(db)
}

impl<'d, 'l, 'b> Due<'d, 'l, 'b> {
    fn new(day: &'d RunDay<'d>, now: Timestamp, limits: Limits<'l, 'b>) -> Self {
        let (steps, kept, groups, of, refused) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new(), Vec::new());
        Self { day, now, limits, steps, kept, groups, of, refused }
    }

    fn keep(&mut self, account: Account) {
        if self.kept.len() < self.limits.keeps {
            self.kept.push(account);
        }
    }

    /// Lists what happens to one account. It may pass through several steps on one day, as a notice after a question.
    fn look_at(&mut self, account: &Account) {
        let terms = self.day.terms(account);
        let mut later: Option<Account> = None;
        for turn in 0..MOST_A_DAY {
            let before = later.as_ref().unwrap_or(account);
            let Ok(change) = apply(before, &Event::RunCame, &terms, self.now) else { return };
            if self.limits.brakes.holds(account.id, change.action) {
                return;
            }
            if change.action == Action::DeletionRefused {
                self.refused.push(Refused { address: account.address.to_string(), why: held_back() });
            }
            let group = self.group(before, change.action, cause(&change));
            let (from, to, notice) = (change.from, change.account.status(), change.notice.is_some());
            self.steps.push(Step { id: account.id, group, from, to, notice, turn });
            later = Some(change.account);
        }
    }

    fn group(&mut self, account: &Account, action: Action, rule: Rule) -> u32 {
        let same = |group: &Group| (group.kind, group.action, group.rule) == (account.kind, action, rule);
        let known = self.of.get(&account.organisation).and_then(|numbers| {
            numbers.iter().copied().find(|number| self.groups.get(*number as usize).is_some_and(same))
        });
        known.unwrap_or_else(|| {
            let number = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
            let organisation = account.organisation.clone();
            self.of.entry(organisation.clone()).or_default().push(number);
            self.groups.push(Group { organisation, kind: account.kind, action, rule });
            number
        })
    }

    /// Holds whole groups that a brake holds, and lets everything else go that the caps allow, oldest first. Later steps of
    /// the same day are judged after the first ones, as the run will judge them when it comes to them.
    fn settle(self, db: &mut Reader<'_>) -> Result<Plan, Error> {
        let Self { limits: Limits { brakes, caps, .. }, steps, kept, groups, refused, .. } = self;
        let mut plan = Plan { kept, refused, ..Plan::default() };
        let mut stays = vec![false; steps.len()];
        let mut went = vec![Tally::default(); groups.len()];
        for turn in 0..=steps.iter().map(|step| step.turn).max().unwrap_or(0) {
            let verdicts = judged(db, brakes, turn, &steps, &stays, &groups, &went)?;
            let mut held: Vec<Vec<AccountId>> = vec![Vec::new(); groups.len()];
            for (at, step) in steps.iter().enumerate().filter(|(_, step)| step.turn == turn) {
                let number = step.group as usize;
                let (Some(group), Some(verdict)) = (groups.get(number), verdicts.get(number)) else { continue };
                if stays.get(at) == Some(&true) {
                    continue;
                }
                let released = brakes.lets_pass(step.id, group.action);
                if verdict.is_some() && !released {
                    if let Some(accounts) = held.get_mut(number) {
                        accounts.push(step.id);
                    }
                    stay(&mut stays, &steps, at);
                } else if group.action == Action::Deleted && !caps.take(group.organisation.as_str()) {
                    plan.deferred += 1;
                    plan.put_off.extend(released.then_some(step.id));
                    stay(&mut stays, &steps, at);
                } else {
                    if let Some(tally) = went.get_mut(number).filter(|_| !released) {
                        brakes.tally(step.id, step.to, tally);
                    }
                    plan.takes(step, group.action);
                }
            }
            if turn == 0 {
                plan.hold(&groups, verdicts, held);
                brakes.went(groups.iter().zip(&went));
                // They are the brakes' to know now; counted here as well they would count twice.
                went.fill(Tally::default());
            }
        }
        plan.go.sort_unstable_by_key(|go| go.id);
        plan.kept.sort_unstable_by_key(|account| account.id);
        Ok(plan)
    }
}

impl Plan {
    fn takes(&mut self, step: &Step, does: Action) {
        self.counts.step(step.from, step.to, step.notice);
        if step.from != step.to {
            self.items.push((step.id, step.to));
        }
        if step.turn == 0 {
            self.go.push(Go { id: step.id, does });
        }
    }

    fn hold(&mut self, groups: &[Group], verdicts: Vec<Option<(Tripped, Measure)>>, held: Vec<Vec<AccountId>>) {
        for ((group, verdict), accounts) in groups.iter().zip(verdicts).zip(held) {
            if let Some((tripped, measure)) = verdict {
                self.held.push(HeldGroup { group: group.clone(), tripped, measure, accounts });
            }
        }
    }
}

/// The account of a step goes no further today: its steps lie beside each other.
fn stay(stays: &mut [bool], steps: &[Step], at: usize) {
    let Some(id) = steps.get(at).map(|step| step.id) else { return };
    for (stays, _) in stays.iter_mut().zip(steps).skip(at).take_while(|(_, step)| step.id == id) {
        *stays = true;
    }
}

/// The verdicts of the brakes on the steps of a turn that nobody has released, by group; `went` is what went in turns
/// before.
fn judged(
    db: &mut Reader<'_>,
    brakes: &Brakes<'_>,
    turn: u8,
    steps: &[Step],
    stays: &[bool],
    groups: &[Group],
    went: &[Tally],
) -> Result<Vec<Option<(Tripped, Measure)>>, Error> {
    let mut planned = vec![Tally::default(); groups.len()];
    for (step, _) in steps.iter().zip(stays).filter(|(step, stays)| step.turn == turn && !**stays) {
        let number = step.group as usize;
        if let (Some(group), Some(tally)) = (groups.get(number), planned.get_mut(number))
            && !brakes.lets_pass(step.id, group.action)
        {
            brakes.tally(step.id, step.to, tally);
        }
    }
    let figures: Vec<(&Group, Tally, Tally)> =
        groups.iter().zip(planned).zip(went).map(|((group, planned), went)| (group, planned, *went)).collect();
    brakes.judge(db, &figures)
}

/// Why a held account is kept back.
pub(crate) fn held_back() -> String {
    "LC-20: a legal hold covers it; it stays until the hold is released".to_owned()
}
