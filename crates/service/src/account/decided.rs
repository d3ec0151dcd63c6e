//! A decision about one account, ready to be kept: what it was, what it is, when something is due next, who asked.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::lifecycle::change::Change;
use domain::lifecycle::task::Task;
use domain::profile::Profile;
use serde_json::{Map, Value, json};
use store::event::NewEvent;

use crate::fields;

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
}

impl Decided {
    /// A decision that the run took: no grant, no request, no reason but the rule.
    pub(crate) fn by_system(before: &Account, change: Change, next: Option<Task>) -> Self {
        Self { before: before.clone(), change, next, grant: None, reason: String::new(), request_key: None, profile: None }
    }

    /// The audit line.
    pub(crate) fn event(&self, ctx: &Ctx, run: Option<i64>) -> NewEvent {
        let mut detail = Map::new();
        let (mut before, mut after) = (Map::new(), Map::new());
        for (name, was, is) in fields::difference(&self.before, &self.change.account) {
            before.extend(was.map(|text| (name.to_owned(), Value::from(text))));
            after.insert(name.to_owned(), is.map_or(Value::Null, Value::from));
        }
        if let Some((was, is)) = &self.profile {
            for (name, was, is) in fields::profile_difference(was, is) {
                before.insert(name.to_owned(), was.into());
                after.insert(name.to_owned(), is.into());
            }
        }
        detail.insert("before".to_owned(), before.into());
        detail.insert("after".to_owned(), after.into());
        if !self.reason.is_empty() {
            detail.insert("reason".to_owned(), json!(self.reason));
        }
        NewEvent {
            at: ctx.now.second(),
            actor: ctx.actor.name().to_owned(),
            grant_id: self.grant,
            object_type: self.change.account.kind.as_str(),
            object: self.change.account.address.to_string(),
            account_id: Some(self.before.id.0),
            organisation: Some(self.change.account.organisation.to_string()),
            action: self.change.action.as_str(),
            rule: Some(self.change.rule.as_str()),
            detail: Value::from(detail).to_string(),
            run_id: run,
            request_key: self.request_key.clone(),
        }
    }
}
