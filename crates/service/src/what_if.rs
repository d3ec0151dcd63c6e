//! What a policy would do to everyone, before it is adopted (RUN-09): the population is read once and reduced to classes
//! (decision 6), each class is played forward under the policies as they stand and with the candidate. The population is
//! that of now, or that of a past day as its audit lines tell it. Writes nothing.

mod count;
mod futures;
mod population;
pub mod report;
pub mod summary;

use domain::ctx::Ctx;
use domain::lifecycle::timeline::in_force;
use domain::org::Organisation;
use domain::policy::Policy;
use domain::rights::Action;
use domain::time::Day;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::{Almoner, no_policy};
use crate::progress::Progress;
use crate::what_if::population::{Population, Side};
use crate::what_if::report::WhatIf;

/// Days that can be looked ahead: ten years.
pub const MOST_DAYS: u16 = 3650;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The candidate, in force from its own day, or from today when that is past; in a replay from its first day.
    pub policy: Policy,
    /// Replays: everybody as at the end of this past day, played from the day after.
    pub from: Option<Day>,
    /// As if it came into force on this day.
    pub begins: Option<Day>,
    /// So many days, the first one included: today, or in a replay the day after `from`.
    pub days: u16,
    /// Only these organisations; whoever has no right over the federation must name some.
    pub organisations: Vec<String>,
}

impl Almoner {
    /// Compares. Everything is taken to happen on the day it falls due: daily caps and brakes are left aside.
    /// Cost: every account is read once, about 5 microseconds each, into 8 bytes; for a replay every audit line of that time.
    pub fn what_if(&self, ctx: &Ctx, question: &Question, progress: &dyn Progress) -> Result<WhatIf, Error> {
        let mut db = self.store.reader()?;
        let (only, from, candidate) = self.asked(&mut db, ctx, question)?;
        let until = from.plus_days(i32::from(question.days) - 1);
        let before: Vec<&Policy> = self.policies().iter().collect();
        let after = with_candidate(&before, &candidate);
        let side = |policies| Side::new(policies, (from, until), self.calendar());
        let (before, after) = (side(&before)?, side(&after)?);
        let mut population = Population::new(&mut db, only, before, after)?;
        match question.from {
            Some(_) => population.replay(&mut db, self.calendar(), from, progress)?,
            None => population.stream(&mut db, self.calendar(), progress)?,
        }
        drop(db);
        progress.stage("both policies", None);
        let report = population.compared(self.calendar(), &candidate, (from, until));
        progress.finish();
        Ok(WhatIf { as_of: question.from, ..report })
    }

    /// Whether this may be asked, and is a question; what is wrong with it, before anything is counted.
    pub fn may_ask(&self, ctx: &Ctx, question: &Question) -> Result<(), Error> {
        self.asked(&mut self.store.reader()?, ctx, question).map(drop)
    }

    /// Whom it is about, from which day, and the candidate as of the day on which it begins.
    fn asked(
        &self,
        db: &mut Reader<'_>,
        ctx: &Ctx,
        question: &Question,
    ) -> Result<(Vec<Organisation>, Day, Policy), Error> {
        if question.organisations.is_empty() {
            Self::may_federation(&ctx.actor, Action::WhatIf)?;
        }
        let may = |code: &String| Self::may_in(db, ctx, Action::WhatIf, code);
        let only = question.organisations.iter().map(may).collect::<Result<_, _>>()?;
        let from = match question.from {
            Some(day) => self.ended(db, ctx, day)?.plus_days(1),
            None => self.today(ctx),
        };
        Ok((only, from, candidate(question, from)?))
    }

    /// The day, if it is one at whose end the federation was there.
    fn ended(&self, db: &mut Reader<'_>, ctx: &Ctx, day: Day) -> Result<Day, Error> {
        let today = self.today(ctx);
        if day >= today {
            return Err(Error::input(format!("{day} has not ended: --from takes a day before today ({today})")));
        }
        let row = store::federation::get(db)?.ok_or(store::error::Error::NoSchema)?;
        let began = self.calendar().day_of(row.created_at);
        if day < began {
            return Err(Error::input(format!("the federation began on {began}: --from takes that day or a later one")));
        }
        Ok(day)
    }
}

/// The candidate as of the day from which it would hold.
fn candidate(question: &Question, first: Day) -> Result<Policy, Error> {
    if !(1..=MOST_DAYS).contains(&question.days) {
        return Err(Error::input(format!("--days takes 1 to {MOST_DAYS}")));
    }
    if let Some(day) = question.begins.filter(|day| *day < first) {
        return Err(Error::input(match question.from {
            Some(_) => format!("{day} is before the days replayed: the policy begins on {first} or later"),
            None => format!("{day} is past: a policy begins today ({first}) or later"),
        }));
    }
    let own = if question.from.is_some() { first } else { question.policy.from.max(first) };
    let from = question.begins.unwrap_or(own);
    if question.policy.until.is_some_and(|until| until <= from) {
        return Err(Error::input(format!("{} would have ended before it begins on {from}", question.policy.name)));
    }
    Ok(Policy { from, ..question.policy.clone() })
}

/// The adopted policies and the candidate, by the day they begin. Its own name and its own day are its: an adopted policy
/// that begins then, or later under the same name, gives way. All others take over on their day, as they would.
fn with_candidate<'a>(adopted: &[&'a Policy], candidate: &'a Policy) -> Vec<&'a Policy> {
    let gives_way =
        |old: &Policy| old.from == candidate.from || (old.name == candidate.name && old.from > candidate.from);
    let mut all: Vec<&Policy> = adopted.iter().copied().filter(|old| !gives_way(old)).collect();
    let place = all.partition_point(|old| old.from < candidate.from);
    all.insert(place, candidate);
    all
}

/// Some policy is in force on each of the days.
fn never_without(policies: &[&Policy], (from, until): (Day, Day)) -> Result<(), Error> {
    let ends = policies.iter().filter_map(|policy| policy.until).filter(|end| from < *end && *end <= until);
    match std::iter::once(from).chain(ends).find(|day| in_force(policies, *day).is_none()) {
        Some(day) => Err(no_policy(day)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str, from: i32, until: Option<i32>) -> Policy {
        let text = crate::policy::shipped("2018-09").unwrap();
        let day = Day::from_number;
        Policy { name: name.into(), from: day(from), until: until.map(day), ..crate::policy::parse(text).unwrap() }
    }

    // Proves: RUN-09
    #[test]
    fn the_candidate_takes_the_place_of_its_own_day_and_of_its_own_name_later() {
        let adopted = [policy("a", 0, None), policy("b", 50, None), policy("c", 80, None)];
        let adopted: Vec<&Policy> = adopted.iter().collect();
        for (name, from, expected) in [
            ("x", 20, vec![("a", 0), ("x", 20), ("b", 50), ("c", 80)]),
            ("x", 50, vec![("a", 0), ("x", 50), ("c", 80)]),
            ("b", 20, vec![("a", 0), ("b", 20), ("c", 80)]),
            ("b", 51, vec![("a", 0), ("b", 50), ("b", 51), ("c", 80)]),
            ("a", 20, vec![("a", 0), ("a", 20), ("b", 50), ("c", 80)]),
            ("x", 90, vec![("a", 0), ("b", 50), ("c", 80), ("x", 90)]),
        ] {
            let candidate = policy(name, from, None);
            let all = with_candidate(&adopted, &candidate);
            let found: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.from.number())).collect();
            assert_eq!(found, expected, "{name} from {from}");
        }
    }

    #[test]
    fn a_candidate_begins_on_its_day_or_today_or_as_told() {
        let today = Day::from_number(100);
        let begins = |from: i32, begins: Option<i32>, until: Option<i32>| {
            let begins = begins.map(Day::from_number);
            let policy = policy("x", from, until);
            let asked = Question { policy, from: None, begins, days: 30, organisations: Vec::new() };
            candidate(&asked, today).map(|found| found.from.number()).ok()
        };
        assert_eq!(begins(10, None, None), Some(100));
        assert_eq!(begins(120, None, None), Some(120));
        assert_eq!(begins(120, Some(100), None), Some(100));
        assert_eq!(begins(120, Some(99), None), None);
        assert_eq!(begins(10, None, Some(100)), None);
        assert_eq!(begins(10, None, Some(101)), Some(100));
    }

    #[test]
    fn in_a_replay_a_candidate_begins_on_its_first_day_whatever_its_own_or_as_told() {
        let begins = |from: i32, begins: Option<i32>, until: Option<i32>| {
            let (policy, replayed) = (policy("x", from, until), Some(Day::from_number(99)));
            let begins = begins.map(Day::from_number);
            let asked = Question { policy, from: replayed, begins, days: 30, organisations: Vec::new() };
            candidate(&asked, Day::from_number(100)).map(|found| found.from.number()).ok()
        };
        for (from, told, until, expected) in [
            (10, None, None, Some(100)),
            (900, None, None, Some(100)),
            (900, Some(110), None, Some(110)),
            (10, Some(100), None, Some(100)),
            (10, Some(99), None, None),
            (10, None, Some(100), None),
            (10, None, Some(101), Some(100)),
        ] {
            assert_eq!(begins(from, told, until), expected, "{from} {told:?} {until:?}");
        }
    }

    #[test]
    fn a_day_without_a_policy_is_refused() {
        let (first, second) = (policy("a", 0, Some(50)), policy("b", 51, None));
        let days = |from, until| (Day::from_number(from), Day::from_number(until));
        let is_good = |policies: &[&Policy], from, until| never_without(policies, days(from, until)).is_ok();
        assert!(is_good(&[&first, &second], 10, 49));
        assert!(!is_good(&[&first, &second], 10, 50));
        assert!(!is_good(&[&first, &second], 50, 60));
        assert!(is_good(&[&first, &second], 51, 60));
        let joined = policy("b", 50, None);
        assert!(is_good(&[&first, &joined], 10, 60));
    }
}
