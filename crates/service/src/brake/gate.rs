//! What people ask for, weighed against the day's limits: single actions and files pass the same gate.

use std::collections::BTreeMap;

use domain::brake::{Budget, Group, Measure, Source, Tripped, always_passes, group_of, judge, sentence};
use domain::ctx::Ctx;
use domain::policy::BrakeRules;
use domain::rights::Actor;
use domain::time::Day;
use store::brake::{NewItem, NewPart};
use store::event::NewEvent;
use store::tx::{Reader, WriteTx};

use crate::account::act::Asked;
use crate::account::decided::Decided;
use crate::brake::figures::{Figures, InUse};
use crate::brake::{HeldRequest, keep, request};
use crate::error::Error;
use crate::federation::Almoner;

/// The limits of one sender and day, as far as they were looked at.
#[derive(Debug)]
pub(crate) struct Gate {
    source: Source,
    /// The name of the file that it comes with; empty where there is none.
    file: String,
    day: Day,
    rules: BrakeRules,
    budget: Budget,
    known: BTreeMap<Group, Known>,
}

/// What is known of a group.
#[derive(Debug, Clone)]
enum Known {
    /// So many in the day pass.
    Passes(i64),
    /// All that is left waits.
    Held(Tripped, Measure),
}

impl Gate {
    /// A gate at which nothing was weighed yet.
    pub(crate) fn new(almoner: &Almoner, ctx: &Ctx, source: Source, file: &str) -> Result<Self, Error> {
        let day = almoner.today(ctx);
        let policy = almoner.policy_on(day)?;
        let (rules, budget) = (policy.brakes.clone(), Budget::of(policy));
        Ok(Self { source, file: file.to_owned(), day, rules, budget, known: BTreeMap::new() })
    }

    /// Weighs what a whole file would do: groups beyond their limit are held from their first line on.
    pub(crate) fn weigh(&mut self, db: &mut Reader<'_>, planned: &BTreeMap<Group, i64>) -> Result<(), Error> {
        let groups: Vec<&Group> = planned.keys().collect();
        let done = store::brake_count::counted(db, self.day, &groups)?;
        let figures = planned.iter().zip(done).map(|((group, planned), done)| asked_for(group, *planned, done));
        self.judge(db, figures.collect())
    }

    /// Judges groups by what is planned and what was done today. The population is asked for only beyond the floor.
    fn judge(&mut self, db: &mut Reader<'_>, mut figures: Vec<Figures<'_>>) -> Result<(), Error> {
        figures.retain(|f| !always_passes(&self.rules, f.planned, f.done_today));
        let in_use = InUse::enough_for(db, &self.rules, figures.clone())?;
        for f in figures {
            let measure = in_use.measure(f);
            let known = match judge(&self.rules, measure) {
                Some(tripped) => Known::Held(tripped, measure),
                None => Known::Passes(f.planned + f.done_today),
            };
            self.known.insert(f.group.clone(), known);
        }
        Ok(())
    }

    /// Which of these decisions are held, in their order, with the audit lines of what is kept of them; the others are
    /// counted as done, and the caller saves them in this write.
    pub(crate) fn hold(
        &mut self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        decided: &[(&Asked, &Decided)],
    ) -> Result<(Vec<Option<HeldRequest>>, Vec<NewEvent>), Error> {
        let groups: Vec<Option<Group>> = decided.iter().map(|(_, d)| group_of(&d.change)).collect();
        let mut asked: BTreeMap<&Group, i64> = BTreeMap::new();
        for group in groups.iter().flatten() {
            *asked.entry(group).or_default() += 1;
        }
        self.pass(tx, &asked)?;
        let mut items: BTreeMap<&Group, Vec<NewItem>> = BTreeMap::new();
        for ((asked, d), group) in decided.iter().zip(&groups) {
            let Some(group) = group.as_ref().filter(|group| self.held(group).is_some()) else { continue };
            let (address, request_key) = (d.before.address.to_string(), asked.request_key.clone());
            let request = request::written(asked, &self.file);
            items.entry(group).or_default().push(NewItem { account: d.before.id, address, request, request_key });
        }
        let (mut parts, mut events) = (BTreeMap::new(), Vec::new());
        for (group, items) in items {
            let Some((tripped, measure)) = self.held(group) else { continue };
            let kept = keep::hold(tx, ctx, &self.part(ctx, group, tripped, *measure), &items)?;
            let why = sentence(group, tripped, Measure { planned: kept.held, ..*measure });
            parts.insert(group, HeldRequest { part: kept.part, why });
            events.extend(kept.events);
        }
        let held = groups.iter().map(|group| group.as_ref().and_then(|group| parts.get(group).cloned())).collect();
        Ok((held, events))
    }

    /// Counts what is asked for as done where it passes. The count is taken first: it makes others who do the same
    /// wait, so that two together do not pass what one may not.
    fn pass(&mut self, tx: &mut WriteTx<'_>, asked: &BTreeMap<&Group, i64>) -> Result<(), Error> {
        let open: Vec<(&Group, i64)> =
            asked.iter().filter(|(group, _)| self.held(group).is_none()).map(|(group, n)| (*group, *n)).collect();
        let sums = store::brake_count::count(tx, self.day, &open)?;
        let beyond = |group: &Group, sum: i64| match self.known.get(group) {
            Some(Known::Passes(most)) => sum > *most,
            Some(Known::Held(..)) | None => true,
        };
        let figures = open
            .iter()
            .zip(sums)
            .filter(|((group, _), sum)| beyond(group, *sum))
            .map(|((group, n), sum)| asked_for(group, *n, sum - n))
            .collect();
        self.judge(tx, figures)?;
        let back: Vec<(&Group, i64)> =
            open.into_iter().filter(|(group, _)| self.held(group).is_some()).map(|(group, n)| (group, -n)).collect();
        store::brake_count::count(tx, self.day, &back)?;
        Ok(())
    }

    fn held(&self, group: &Group) -> Option<(&Tripped, &Measure)> {
        match self.known.get(group)? {
            Known::Passes(_) => None,
            Known::Held(tripped, measure) => Some((tripped, measure)),
        }
    }

    fn part(&self, ctx: &Ctx, group: &Group, tripped: &Tripped, measure: Measure) -> NewPart {
        let asked_id = match &ctx.actor {
            Actor::Person { id, .. } => Some(*id),
            Actor::Console | Actor::System => None,
        };
        NewPart {
            day: self.day,
            group: group.clone(),
            source: self.source,
            tripped: tripped.clone(),
            measure,
            run: None,
            asked_by: ctx.actor.name().to_owned(),
            asked_id,
            asked_in: self.file.clone(),
            budget: Some(self.budget.clone()),
            made_at: ctx.now,
            expires_on: self.day.plus_days(self.rules.held_days.into()),
        }
    }
}

fn asked_for(group: &Group, planned: i64, done_today: i64) -> Figures<'_> {
    Figures { group, planned, done_today, forecast: None }
}
