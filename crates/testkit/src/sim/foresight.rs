//! What-if, and what then happens: asked of a policy, which is adopted for the next day. From then on each account goes
//! the way that was foreseen for it, as far as nobody and nothing came between: people, files and signals, rollbacks, a
//! brake that held it, a cap that put it off, a day without a run on which something was due.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::account::Account;
use domain::ids::AccountId;
use domain::lifecycle::change::Action;
use domain::lifecycle::timeline::Timeline;
use domain::org::Sector;
use domain::policy::Policy;
use domain::time::Day;
use service::error::Error;
use service::policy::parse;
use service::progress::Silent;
use service::what_if::Question;

use crate::sim::accounts::sector;
use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::life::Life;
use crate::sim::mirror::{News, ROLLED_BACK};
use crate::sim::op::Known;
use crate::sim::policies;

/// A change that is counted, on its day: `notice`, `active->inactive`.
type Steps = Vec<(Day, String)>;

/// Accounts that are read.
const MOST: u32 = 5_000;

/// More changes than any policy leads through.
const MOST_CHANGES: usize = 64;

/// What is to happen to each account, and what did.
#[derive(Debug)]
pub(crate) struct Foreseen {
    until: Day,
    ahead: HashMap<AccountId, Steps>,
    /// Days on which anything is due, counted or not.
    due: HashMap<AccountId, BTreeSet<Day>>,
    happened: HashMap<AccountId, Steps>,
    /// Something came between.
    aside: BTreeSet<AccountId>,
}

impl Foreseen {
    /// These are compared no more.
    pub(crate) fn aside(&mut self, accounts: impl IntoIterator<Item = AccountId>) {
        self.aside.extend(accounts);
    }

    /// Takes in what an operation brought.
    pub(crate) fn hears(&mut self, news: &News, today: Day) {
        self.aside.extend(&news.by_people);
        for (_, step) in news.steps.iter().filter(|(_, step)| step.action != ROLLED_BACK) {
            let turn = match step.action.as_str() {
                "deletion_announced" => "notice".to_owned(),
                _ if step.from != step.to => format!("{}->{}", step.from, step.to),
                _ => continue,
            };
            self.happened.entry(step.account).or_default().push((today, turn));
        }
    }

    /// Whoever has something due on a day on which no run ended.
    fn missed(&mut self, day: Day) {
        let late = self.due.iter().filter(|(_, days)| days.contains(&day)).map(|(id, _)| *id);
        self.aside.extend(late);
    }
}

impl Life {
    /// Asks, compares the answer with a play of each account by itself, and adopts the policy for tomorrow.
    pub(crate) fn what_if(&mut self, policy: Known, days: u16) -> Result<(), Broken> {
        let (today, text) = (self.world.today(), policies::text(policy));
        let (begins, until) = (today.plus_days(1), today.plus_days(i32::from(days) - 1));
        let candidate = parse(&text)?;
        // A later revision of the same name would give way to what is asked, and does not when it is adopted.
        if self.world.almoner.policies().iter().any(|old| old.from > begins && old.name == candidate.name) {
            return Ok(());
        }
        let question =
            Question { policy: candidate, from: None, begins: Some(begins), days, organisations: Vec::new() };
        let answer = match self.world.almoner.what_if(&self.world.operator(), &question, &Silent) {
            Ok(answer) => answer,
            // No days, or another policy ends in them.
            Err(Error::Input(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let before = self.world.almoner.policies().len();
        self.adopt(policy, 1)?;
        if self.world.almoner.policies().len() == before {
            return Ok(());
        }
        let mut foreseen = self.played((today, until))?;
        let mut sums: BTreeMap<(String, Day, String), u32> = BTreeMap::new();
        let homes: HashMap<AccountId, String> = self.homes();
        for (id, steps) in &foreseen.ahead {
            for (on, turn) in steps {
                let home = homes.get(id).cloned().unwrap_or_default();
                *sums.entry((home, *on, turn.clone())).or_default() += 1;
            }
        }
        let mut told = BTreeMap::new();
        answer.rows(|home, on, turn, pair| {
            told.extend((pair.after > 0).then(|| ((home.to_owned(), on, turn.as_str().to_owned()), pair.after)));
            Ok::<_, Broken>(())
        })?;
        keeps(told == sums, Promise::WhatIf, || {
            let of = |one: &BTreeMap<_, _>, other: &BTreeMap<_, _>| {
                one.iter()
                    .filter(|(key, count)| other.get(*key) != Some(*count))
                    .map(|row| format!("{row:?}"))
                    .collect()
            };
            let (more, fewer): (Vec<String>, Vec<String>) = (of(&told, &sums), of(&sums, &told));
            format!("what-if of {policy} says {more:?}, a play of each account {fewer:?}")
        })?;
        if self.runs.ended == Some(today) {
            foreseen.missed(today);
        }
        foreseen.aside(self.held_of_runs()?.into_iter().map(|(id, _)| id));
        self.foreseen = Some(foreseen);
        Ok(())
    }

    fn homes(&self) -> HashMap<AccountId, String> {
        let home =
            |(id, facts): (&AccountId, &BTreeMap<String, String>)| Some((*id, facts.get("organisation")?.clone()));
        self.mirror.facts.iter().filter_map(home).collect()
    }

    /// Plays every account under the policies as they are adopted now.
    fn played(&self, days: (Day, Day)) -> Result<Foreseen, Broken> {
        let almoner = &self.world.almoner;
        let policies: Vec<&Policy> = almoner.policies().iter().collect();
        let mut foreseen = Foreseen {
            until: days.1,
            ahead: HashMap::new(),
            due: HashMap::new(),
            happened: HashMap::new(),
            aside: BTreeSet::new(),
        };
        for (account, _) in store::account::page(&mut self.store.reader()?, AccountId(i64::MIN), MOST)? {
            let of: Sector = sector(&account.organisation);
            let timeline = Timeline::new(&policies, account.kind, of, days, almoner.calendar());
            let Some(timeline) = timeline else { continue };
            let (ahead, due) = play(&account, &timeline, days);
            foreseen.ahead.insert(account.id, ahead);
            foreseen.due.insert(account.id, due);
        }
        Ok(foreseen)
    }

    /// Days pass: what was due on those without a run comes late.
    pub(crate) fn days_go(&mut self, days: u16) {
        let today = self.world.today();
        let Some(foreseen) = &mut self.foreseen else { return };
        for n in 0..i32::from(days) {
            if n > 0 || self.runs.ended != Some(today) {
                foreseen.missed(today.plus_days(n));
            }
        }
    }

    /// RUN-09: whom nothing came between goes as foreseen.
    pub(crate) fn check_what_if(&mut self) -> Result<(), Broken> {
        let today = self.world.today();
        let held: Vec<AccountId> = self.held_of_runs()?.into_iter().map(|(id, _)| id).collect();
        let Some(mut foreseen) = self.foreseen.take() else { return Ok(()) };
        foreseen.aside(held);
        let last = today.min(foreseen.until);
        for (id, ahead) in foreseen.ahead.iter().filter(|(id, _)| !foreseen.aside.contains(id)) {
            let upto = |steps: &Steps| steps.iter().filter(|(on, _)| *on <= last).cloned().collect::<Steps>();
            let wanted = upto(ahead);
            let happened = foreseen.happened.get(id).map(upto).unwrap_or_default();
            self.stats.foreseen += wanted.iter().filter(|(on, _)| *on == today).count() as u64;
            keeps(wanted == happened, Promise::WhatIf, || {
                format!("account {id} was to be {wanted:?} until {last}, and is {happened:?}")
            })?;
        }
        self.foreseen = Some(foreseen).filter(|foreseen| today < foreseen.until);
        Ok(())
    }
}

/// What becomes of an account from one day to another if only runs come by: what is counted, and all days on which
/// anything happens.
fn play(account: &Account, timeline: &Timeline<'_>, (from, until): (Day, Day)) -> (Steps, BTreeSet<Day>) {
    let (mut account, mut day) = (account.clone(), from);
    let (mut steps, mut due) = (Steps::new(), BTreeSet::new());
    for _ in 0..MOST_CHANGES {
        let Some((on, change)) = timeline.next_change(&account, day, until) else { break };
        day = on;
        due.insert(on);
        if change.action == Action::Announced {
            steps.push((on, "notice".to_owned()));
        }
        if change.is_transition() {
            steps.push((on, format!("{}->{}", change.from, change.account.status())));
        }
        account = change.account;
    }
    (steps, due)
}
