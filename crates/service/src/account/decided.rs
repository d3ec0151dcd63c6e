//! A decision about one account, ready to be kept: what it was, what it is, when something is due next, who asked.

use std::fmt::Write as _;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::lifecycle::change::{Action, Change};
use domain::lifecycle::task::Task;
use domain::profile::Profile;
use domain::rule::Rule;
use domain::time::Day;
use serde_json::Value;
use store::event::NewEvent;

use crate::fields::{self, Difference};

/// A decision.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    /// The account as it was read.
    pub(crate) before: Account,
    /// What becomes of it.
    pub(crate) change: Change,
    /// When something is due next.
    pub(crate) next: Option<Task>,
    /// The grant that allowed it.
    pub(crate) grant: Option<i64>,
    /// The reason that was given, if any.
    pub(crate) reason: String,
    /// Makes it happen once, however often it is asked for.
    pub(crate) request_key: Option<String>,
    /// What becomes of its directory data, when that changes, and what it was.
    pub(crate) profile: Option<(Profile, Profile)>,
    /// The second person who released it, where a brake held it.
    pub(crate) released_by: Option<String>,
    /// What changes of its addresses, members and holds.
    pub(crate) belongings: Vec<Difference>,
}

impl Decided {
    /// A decision that the run took: no grant, no request, no reason but the rule.
    pub(crate) fn by_system(before: Account, change: Change, next: Option<Task>) -> Self {
        Self {
            before,
            change,
            next,
            grant: None,
            reason: String::new(),
            request_key: None,
            profile: None,
            released_by: None,
            belongings: Vec::new(),
        }
    }

    /// The audit line. What the system changed of itself has a dated line for the notes in it, kept nowhere else (LC-17).
    pub(crate) fn event(&self, ctx: &Ctx, run: Option<i64>, today: Day) -> NewEvent {
        let mut changed = fields::difference(&self.before, &self.change.account);
        if let Some((was, is)) = &self.profile {
            changed.extend(fields::profile_difference(was, is));
        }
        changed.extend_from_slice(&self.belongings);
        let note = self.change.note.as_ref().map(|text| format!("{today} {text}"));
        let mut detail = format!("{{{}", fields::sides(&changed));
        for (name, text) in [
            ("reason", Some(self.reason.as_str())),
            ("released_by", self.released_by.as_deref()),
            ("note", note.as_deref()),
        ] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                let _ = write!(detail, ",\"{name}\":{}", Value::from(text));
            }
        }
        detail.push('}');
        NewEvent {
            grant_id: self.grant,
            detail,
            request_key: self.request_key.clone(),
            ..line(ctx, &self.change.account, self.change.action, self.change.rule, run, &[])
        }
    }
}

/// An audit line about an account of which nothing changes but what is told.
pub(crate) fn line(
    ctx: &Ctx,
    account: &Account,
    action: Action,
    rule: Rule,
    run: Option<i64>,
    changed: &[Difference],
) -> NewEvent {
    NewEvent {
        at: ctx.now.second(),
        actor: ctx.actor.name().to_owned(),
        grant_id: None,
        object_type: account.kind.as_str(),
        object: account.address.to_string(),
        account_id: Some(account.id.0),
        organisation: Some(account.organisation.to_string()),
        action: action.as_str(),
        rule: Some(rule.as_str()),
        detail: format!("{{{}}}", fields::sides(changed)),
        run_id: run,
        request_key: None,
    }
}
