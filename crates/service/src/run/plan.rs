//! The plan of a day: who may go, and what it comes to. The one place that decides that; the run works off exactly
//! this, the preview and the forecast show it. Changes nothing.

use std::collections::HashMap;

use domain::account::Account;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::change::Action;
use domain::lifecycle::task::next_task;
use domain::rule::Rule;
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};
use store::tx::Reader;

use crate::error::Error;
use crate::run::caps::Caps;
use crate::run::counts::Counts;
use crate::run::day::RunDay;
use crate::run::packed::Item;
use crate::run::report::Refused;

/// Accounts read at a time, and changed in one transaction: a few megabytes.
pub(crate) const BATCH: usize = 5_000;

/// The same as a number of rows.
pub(crate) const PAGE: u32 = 5_000;

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
    /// What it comes to, later steps of the same day included.
    pub(crate) counts: Counts,
    /// Its transitions, for the comparison with what then happens.
    pub(crate) items: Vec<Item>,
    /// Deletions that wait for another day: the caps are used up (RUN-04).
    pub(crate) deferred: i64,
    /// Accounts that a hold keeps back.
    pub(crate) refused: Vec<Refused>,
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

/// What the same thing happens to for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    organisation: OdsCode,
    kind: Kind,
    action: Action,
    rule: Rule,
}

/// All that is due, before anything holds it back.
struct Due<'d> {
    day: &'d RunDay<'d>,
    now: Timestamp,
    steps: Vec<Step>,
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
    caps: &mut Caps,
    seen: &dyn Fn(u64) -> Result<(), Error>,
) -> Result<Plan, Error> {
    let mut all = Due::new(day, now);
    let mut after = FIRST;
    loop {
        let due = store::account::due(db, day.day, after, PAGE)?;
        let Some((last, on)) = due.last() else { break };
        after = (*on, last.id);
        for (account, _) in &due {
            all.look_at(account);
        }
        seen(due.len() as u64)?;
    }
    Ok(all.settle(caps))
}

/// Plans a day on which other rules begin to hold: stored due dates say nothing then, so everybody is looked at.
/// Cost: a read of all accounts.
pub(crate) fn plan_anew(
    db: &mut Reader<'_>,
    day: &RunDay<'_>,
    now: Timestamp,
    caps: &mut Caps,
    seen: &dyn Fn(u64) -> Result<(), Error>,
) -> Result<Plan, Error> {
    let mut all = Due::new(day, now);
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
    Ok(all.settle(caps))
}

impl<'d> Due<'d> {
    fn new(day: &'d RunDay<'d>, now: Timestamp) -> Self {
        Self { day, now, steps: Vec::new(), groups: Vec::new(), of: HashMap::new(), refused: Vec::new() }
    }

    /// Lists what happens to one account. It may pass through several steps on one day, as a notice after a question.
    fn look_at(&mut self, account: &Account) {
        let terms = self.day.terms(account);
        let mut later: Option<Account> = None;
        for turn in 0..MOST_A_DAY {
            let before = later.as_ref().unwrap_or(account);
            let Ok(change) = apply(before, &Event::RunCame, &terms, self.now) else { return };
            if change.action == Action::DeletionRefused {
                self.refused.push(Refused { address: account.address.to_string(), why: held_back() });
            }
            let group = self.group(before, change.action, change.rule);
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

    /// Lets everything go that the caps allow, oldest first.
    fn settle(self, caps: &mut Caps) -> Plan {
        let mut plan = Plan { refused: self.refused, ..Plan::default() };
        let mut stays = None;
        for step in &self.steps {
            let Some(group) = self.groups.get(step.group as usize) else { continue };
            if stays == Some(step.id) {
                continue;
            }
            if group.action == Action::Deleted && !caps.take(group.organisation.as_str()) {
                plan.deferred += 1;
                stays = Some(step.id);
                continue;
            }
            plan.counts.step(step.from, step.to, step.notice);
            if step.from != step.to {
                plan.items.push((step.id, step.to));
            }
            if step.turn == 0 {
                plan.go.push(Go { id: step.id, does: group.action });
            }
        }
        plan.go.sort_unstable_by_key(|go| go.id);
        plan
    }
}

/// Why a held account is kept back.
pub(crate) fn held_back() -> String {
    "LC-20: a legal hold covers it; it stays until the hold is released".to_owned()
}
