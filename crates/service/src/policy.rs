//! Policies as data: check, show, compare, adopt (LC-18, LC-19). A person proposes one and another adopts it; the console
//! adopts by itself.

pub mod kept;
pub mod proposal;

use domain::ctx::Ctx;
use domain::policy::Policy;
use domain::rights::{Action, Actor};
use domain::time::Day;
use store::event::NewEvent;
use store::federation::PolicyRow;
use store::tx::{Audit, WriteTx};
use wire::policy_file;

use crate::error::Error;
use crate::federation::{Almoner, plain_event, policy_row};

/// Reads a policy; every mistake is told with its line, key and what to write.
pub fn parse(text: &str) -> Result<Policy, Error> {
    policy_file::parse(text).map_err(|mistakes| {
        let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        Error::input(format!("the policy has {} mistake(s):\n  {}", lines.len(), lines.join("\n  ")))
    })
}

/// The text of a shipped policy.
pub fn shipped(name: &str) -> Option<&'static str> {
    policy_file::shipped().iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

impl Almoner {
    /// Puts a policy in force from a day (its own, or today when that is past), as the console; persons propose one, which
    /// takes two of them. It moves nobody by itself: the next run computes due dates anew, and moves with notice (LC-19).
    pub fn adopt_policy(&self, ctx: &Ctx, text: &str, from: Option<Day>) -> Result<Policy, Error> {
        Self::may_federation(&ctx.actor, Action::Policy)?;
        if matches!(ctx.actor, Actor::Person { .. }) {
            return Err(Error::input(
                "putting a policy in force takes two persons: propose it with `almoner policy propose`, and another operator accepts it",
            ));
        }
        let policy = self.beginning(ctx, parse(text)?, from)?;
        self.store.write("adopt_policy", |tx| {
            let row = adopt(tx, ctx, &policy, text)?;
            let event = adopted_event(ctx, &row, None);
            Ok::<_, Error>(((), Audit::events(vec![event])?))
        })?;
        Ok(policy)
    }

    /// The policy as of the day on which it would begin.
    fn beginning(&self, ctx: &Ctx, read: Policy, from: Option<Day>) -> Result<Policy, Error> {
        let today = self.today(ctx);
        if let Some(day) = from.filter(|day| *day < today) {
            return Err(Error::input(format!("{day} is past: a policy begins today ({today}) or later")));
        }
        Ok(Policy { from: from.unwrap_or_else(|| read.from.max(today)), ..read })
    }
}

/// Keeps it with its number, if it overlaps no other.
fn adopt(tx: &mut WriteTx<'_>, ctx: &Ctx, policy: &Policy, text: &str) -> Result<PolicyRow, Error> {
    let known = store::federation::policies(tx)?;
    check_overlap(policy, &known)?;
    let revision = known.iter().filter(|row| row.name == policy.name).map(|row| row.revision).max().unwrap_or(0) + 1;
    let row = policy_row(policy, text, revision, ctx);
    store::federation::adopt(tx, &row)?;
    Ok(row)
}

/// The audit line of an adoption: with its text, so that what held on any day can be told without the table; and whose
/// proposal it was.
fn adopted_event(ctx: &Ctx, row: &PolicyRow, proposal: Option<(i64, &str)>) -> NewEvent {
    let mut detail = serde_json::json!({
        "from": row.from.to_string(),
        "revision": row.revision,
        "until": row.until.map(|day| day.to_string()),
        "text": row.text,
    });
    if let (Some(fields), Some((id, by))) = (detail.as_object_mut(), proposal) {
        fields.insert("proposal".to_owned(), id.into());
        fields.insert("proposed_by".to_owned(), by.into());
    }
    plain_event(ctx, "policy", &row.name, "adopted", &detail.to_string())
}

/// Two policies may follow each other, not begin on one day; one that states its end keeps its days.
fn check_overlap(new: &Policy, known: &[PolicyRow]) -> Result<(), Error> {
    if new.until.is_some_and(|until| until <= new.from) {
        return Err(Error::input(format!(
            "the policy would end before it begins on {}: give an earlier --from",
            new.from
        )));
    }
    for old in known {
        let inside = old.until.is_some_and(|until| old.from <= new.from && new.from < until);
        let around = new.until.is_some_and(|until| new.from <= old.from && old.from < until);
        if old.from == new.from || inside || around {
            let until = old.until.map_or_else(|| "for good".to_owned(), |day| format!("until {day}"));
            let what = format!(
                "{} is in force from {} {until}, which overlaps {} from {}: choose another day with --from",
                old.name, old.from, new.name, new.from
            );
            return Err(Error::input(what));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: LC-18
    #[test]
    fn policies_follow_each_other_and_never_overlap() {
        let day = Day::from_number;
        let read = parse(shipped("2018-09").unwrap()).unwrap();
        let row = |from, until: Option<i32>| PolicyRow {
            name: "old".to_owned(),
            revision: 1,
            from: day(from),
            until: until.map(day),
            text: String::new(),
            adopted_at: domain::time::Timestamp::from_second(0),
            adopted_by: "operator".to_owned(),
        };
        for (old, new, good) in [
            ((10, None), (11, None), true),
            ((10, None), (9, None), true),
            ((10, None), (10, None), false),
            ((10, Some(20)), (19, None), false),
            ((10, Some(20)), (20, None), true),
            ((10, Some(20)), (9, None), true),
            ((10, Some(20)), (5, Some(10)), true),
            ((10, Some(20)), (5, Some(11)), false),
            ((10, None), (5, Some(11)), false),
            ((10, None), (5, Some(10)), true),
            ((10, None), (30, Some(30)), false),
            ((10, None), (30, Some(31)), true),
        ] {
            let policy = Policy { from: day(new.0), until: new.1.map(day), ..read.clone() };
            assert_eq!(check_overlap(&policy, &[row(old.0, old.1)]).is_ok(), good, "{new:?} beside {old:?}");
        }
    }
}
